//! The variants of a product, and the options that they differ in.

pub mod options;
pub mod removed;
pub mod variant;
