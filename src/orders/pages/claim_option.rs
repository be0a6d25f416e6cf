//! How a visitor can move a guest's order into an account.

use crate::accounts::{User, Visitor};
use crate::db::Conn;
use crate::error::Result;
use crate::orders::Purchase;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimOption {
    /// The order belongs to another account.
    Claimed,
    /// The order belongs to the visitor's account.
    Own,
    /// No account has the order's email address: the visitor can create one by choosing a password.
    CreateAccount,
    /// An account has the order's email address: the visitor must sign in first.
    SignIn,
    /// The visitor's account has the order's email address.
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
