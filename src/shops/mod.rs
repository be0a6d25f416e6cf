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
pub use section::{Direction, Section};
pub use settings::{Branding, IdentityChange, Policies, ShopDetails, ShopIdentity};
pub use shop::{Shop, ShopState};
pub use theme::{Corner, Theme, Vividness};
pub use vacation::{Vacation, VacationPlan};
