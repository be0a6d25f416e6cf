//! The market itself, as every page shows it.

use url::Url;

use crate::catalog::Categories;
use crate::money::Currency;
use crate::text::Country;

/// What is the same for all visitors.
pub struct Site {
    pub name: &'static str,
    pub public_url: Url,
    pub currency: Currency,
    pub categories: Categories,
    /// Where most buyers are.
    pub country: Country,
}
