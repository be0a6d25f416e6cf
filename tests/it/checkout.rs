//! Buying: one purchase, paid once, whatever happens on the way.

mod cards;
mod changes;
mod crash;
mod cut_off;
mod once;
mod refunds;
mod rush;
pub mod till;
