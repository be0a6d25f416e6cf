//! A seller's product list, and the changes that are made in it.

pub mod bulk;
pub mod context;
pub mod edit_cell;
pub mod list;
pub mod order;
pub mod repricing;
