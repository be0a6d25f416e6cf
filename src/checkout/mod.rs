//! One purchase: what it comes to, where it goes, placing it, paying for it, and settling what was left open.

mod abandoned;
mod address;
mod book;
pub mod pages;
mod place;
mod placed;
mod postal_code;
mod quote;
mod record;
mod till;

pub use abandoned::tidy;
pub use address::{Address, AddressProblems, region_label};
pub use book::{MOST_ADDRESSES, SavedAddress};
pub use place::{Placing, Purchase, place, quote};
pub use placed::settle;
pub use quote::{Part, Quote, Terms};
pub use record::{Checkout, Standing};
pub use till::{Swept, Till};
