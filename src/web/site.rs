//! Data of the market that all requests share.

use url::Url;

use crate::catalog::Categories;
use crate::money::Currency;
use crate::text::Country;

/// Data that is the same for all visitors.
pub struct Site {
    pub name: &'static str,
    pub public_url: Url,
    pub currency: Currency,
    pub categories: Categories,
    /// The default country of delivery.
    pub country: Country,
}
