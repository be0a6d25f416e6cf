//! A seller's product list, and what is changed in it.

pub mod bulk;
pub mod edit_cell;
pub mod list;
pub mod order;
pub mod repricing;
