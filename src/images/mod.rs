//! Pictures: the rows, and how a page shows them.

mod image;

pub use image::{Image, Picture};
