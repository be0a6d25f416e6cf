//! Products: their rows, and everything that changes them.

pub mod create;
pub mod delete;
pub mod delivery;
pub mod draft;
pub mod duplicate;
pub mod facts;
pub mod personalization;
pub mod product;
pub mod saved;
pub mod tags;
pub mod update;
pub mod visibility;
