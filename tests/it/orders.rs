//! Orders: who sees what was bought, what can be done with it, and who is told.

mod again;
pub mod bought;
mod buyer;
mod guest;
mod moves;
mod seller;
