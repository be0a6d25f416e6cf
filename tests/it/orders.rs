//! Orders: who sees them, who may change them, and who gets an email.

pub mod bought;
mod buyer;
mod guest;
mod reorder;
mod seller;
mod transitions;
