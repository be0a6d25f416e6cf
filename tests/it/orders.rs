//! Orders: who sees what was bought, what can be done with it, and who is told.

pub mod bought;
mod buyer;
mod guest;
mod reorder;
mod seller;
mod transitions;
