//! A product: its row, its form, and everything that is done to it.

pub mod create;
pub mod delete;
pub mod delivery;
pub mod draft;
pub mod duplicate;
pub mod facts;
pub mod personalization;
pub mod product;
pub mod stored;
pub mod tags;
pub mod update;
pub mod visibility;
