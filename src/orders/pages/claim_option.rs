//! How a guest who opens the link can claim the order.

use crate::accounts::{User, Visitor};
use crate::db::Conn;
use crate::error::Result;
use crate::orders::Purchase;

/// What whoever opens the link can do to have the order among their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is in an account already.
    Kept,
    /// It is in the account of who looks.
    Own,
    /// Nobody has an account for its address: a password makes one.
    Password,
    /// There is an account for it: sign in first.
    SignIn,
    /// Who looks has that account.
    Claim,
    /// Who looks has an account for another address.
    Other,
}

impl Keeping {
    pub fn of(conn: &mut Conn, purchase: &Purchase, visitor: Option<&Visitor>) -> Result<Self> {
        Ok(match (purchase.buyer_id, visitor) {
            (Some(buyer), Some(visitor)) if buyer == visitor.user => Self::Own,
            (Some(_), _) => Self::Kept,
            (None, Some(visitor)) if visitor.email == purchase.email => Self::Claim,
            (None, Some(_)) => Self::Other,
            (None, None) => match User::by_email(conn, &purchase.email)? {
                Some(_) => Self::SignIn,
                None => Self::Password,
            },
        })
    }
}
