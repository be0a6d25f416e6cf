//! The checkout: one purchase, paid once, whatever happens meanwhile.

mod abandoned;
mod cards;
mod changes;
mod closing;
mod crash;
mod cut_off;
mod limits;
mod once;
mod programs;
pub mod purchase;
mod refunds;
mod rush;
mod saved;
mod sums;
