//! The checkout: one purchase, paid once, whatever else happens at the same time.

mod abandoned;
mod cards;
mod changes;
mod concurrent_buyers;
mod crash;
mod interrupted;
mod limits;
mod processes;
pub mod purchase;
mod quote;
mod refunds;
mod saved_addresses;
mod shop_closing;
mod submit;
