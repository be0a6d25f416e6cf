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

pub use abandoned::purge_expired;
pub use address::{Address, AddressProblems, region_label};
pub use address_book::{MAX_ADDRESSES, SavedAddress};
pub use place_order::{CheckoutRequest, PlaceOutcome, place, quote};
pub use processor::{PaymentProcessor, SweepReport};
pub use purchase::{Purchase, PurchaseState};
pub use quote::{CheckoutChoices, Part, Quote};
pub use settle::settle;
