//! The options of a product and the variants that they make.

pub mod options;
pub mod removed;
