//! The checkout: the quote, the address, placing a purchase, paying for it, and settling open payments.

mod abandoned;
mod address_book;
mod address_form;
pub mod pages;
mod place_order;
mod postal_code;
mod processor;
mod purchase_state;
mod quote;
mod settle;

pub use abandoned::purge_expired;
pub use address_book::{MAX_ADDRESSES, SavedAddress};
pub use address_form::{AddressErrors, AddressForm, region_label};
pub use place_order::{CheckoutRequest, PlaceOutcome, current_quote, place_order};
pub use processor::{PaymentProcessor, SettleReport};
pub use purchase_state::PurchaseState;
pub use quote::{CheckoutChoices, Quote, ShopQuote};
pub use settle::settle;
