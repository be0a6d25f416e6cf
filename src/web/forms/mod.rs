//! Forms: reading fields and files, and the messages about them.

pub mod errors;
pub mod form;
pub mod upload;
