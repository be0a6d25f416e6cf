//! The parameters of the list of shops and of a shop's page.

use serde::Deserialize;

use crate::web::PageParams;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ShopListParams {
    pub n: Vec<String>,
    pub after: Vec<String>,
    /// The id of a section of the shop.
    pub section: Vec<String>,
}

impl ShopListParams {
    pub fn page(&self) -> PageParams {
        PageParams::parse(&self.n, &self.after)
    }
}
