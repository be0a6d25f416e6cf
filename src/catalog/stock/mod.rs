//! Stock: its changes and its history.

pub mod history;
pub mod movement;
