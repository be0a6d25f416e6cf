//! Stock: every change of it, and its history.

pub mod history;
pub mod movement;
