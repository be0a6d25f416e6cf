//! One purchase: what it comes to, where it goes, placing it, paying for it, and settling what was left open.

mod abandoned;
mod address;
mod address_book;
pub mod pages;
mod place_order;
mod postal_code;
mod processor;
mod purchase;
mod quote;
mod settle;

pub use abandoned::tidy;
pub use address::{Address, AddressProblems, region_label};
pub use address_book::{MOST_ADDRESSES, SavedAddress};
pub use place_order::{Placing, Purchase, place, quote};
pub use processor::{Swept, Till};
pub use purchase::{Checkout, Standing};
pub use quote::{Part, Quote, Terms};
pub use settle::settle;
