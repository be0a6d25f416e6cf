//! How the reader of a guest's order can move it into an account.

use crate::accounts::{User, Visitor};
use crate::db::Conn;
use crate::error::Result;
use crate::orders::Purchase;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOption {
    /// It belongs to another account.
    Claimed,
    /// It belongs to the visitor's account.
    Own,
    /// No account has its email address: a password makes one.
    CreateAccount,
    /// An account has its email address: sign in first.
    SignIn,
    /// The visitor's account has its email address.
    Claim,
    /// The visitor's account has another email address.
    OtherAddress,
}

impl ClaimOption {
    pub fn of_visitor(conn: &mut Conn, purchase: &Purchase, visitor: Option<&Visitor>) -> Result<Self> {
        Ok(match (purchase.buyer_id, visitor) {
            (Some(buyer), Some(visitor)) if buyer == visitor.user => Self::Own,
            (Some(_), _) => Self::Claimed,
            (None, Some(visitor)) if visitor.email == purchase.email => Self::Claim,
            (None, Some(_)) => Self::OtherAddress,
            (None, None) => match User::by_email(conn, &purchase.email)? {
                Some(_) => Self::SignIn,
                None => Self::CreateAccount,
            },
        })
    }
}
