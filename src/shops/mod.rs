//! Shops: their pages and settings, themes, sections and vacations.

mod address;
mod closure;
mod onboarding;
pub mod pages;
mod section;
mod settings;
mod shop;
mod theme;
mod vacation;

pub use address::ShopAddress;
pub use section::{MAX_SECTION_NAME_LENGTH, Section};
pub use settings::{
    Branding, IdentityChange, MAX_ANNOUNCEMENT_LENGTH, MAX_CONTACT_LENGTH, MAX_LOCATION_LENGTH, MAX_POLICY_LENGTH,
    MAX_SHOP_NAME_LENGTH, MAX_STORY_LENGTH, MAX_TAGLINE_LENGTH, Policies, ShopDetails, ShopIdentity,
};
pub use shop::{Shop, ShopState};
pub use theme::{Corner, Theme, Vividness};
pub use vacation::{MAX_VACATION_MESSAGE_LENGTH, Vacation, VacationPlan};
