//! The query parameters of the list, and the addresses of the list.

use serde::Deserialize;

use crate::catalog::{SellerProductFilter, SellerProductSort, SellerProductView};
use crate::db::Cursor;

/// The address of the list.
pub const LIST: &str = "/dashboard/products";
/// Characters of a search.
const MAX_SEARCH_LENGTH: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListParams {
    view: Vec<String>,
    q: Vec<String>,
    sort: Vec<String>,
    after: Vec<String>,
}

/// The parameters, without unknown values.
#[derive(Debug, Clone)]
pub struct ListFilter(SellerProductFilter);

impl ListFilter {
    pub fn parse(params: &ListParams) -> Self {
        let last = |list: &[String]| list.last().cloned().unwrap_or_default();
        let search: String = last(&params.q).chars().filter(|letter| !letter.is_control()).collect();
        Self(SellerProductFilter {
            view: SellerProductView::parse(&last(&params.view)).unwrap_or(SellerProductView::All),
            search: search.trim().chars().take(MAX_SEARCH_LENGTH).collect(),
            sort: SellerProductSort::parse(&last(&params.sort)).unwrap_or(SellerProductSort::DEFAULT),
            after: Cursor::parse(&last(&params.after)),
        })
    }

    /// Reads an address of the list that a form sends back. Any other address is the first page.
    pub fn from_url(address: &str) -> Self {
        let query = address.strip_prefix(LIST).and_then(|rest| rest.strip_prefix('?'));
        let query = query.and_then(|query| serde_html_form::from_str(query).ok());
        Self::parse(&query.unwrap_or_default())
    }

    pub fn to_catalog(&self) -> SellerProductFilter {
        self.0.clone()
    }

    pub fn view(&self) -> SellerProductView {
        self.0.view
    }

    pub fn sort(&self) -> SellerProductSort {
        self.0.sort
    }

    pub fn search(&self) -> &str {
        &self.0.search
    }

    pub fn is_first_page(&self) -> bool {
        self.0.after.is_none()
    }

    /// The address of this list.
    pub fn url(&self) -> String {
        let cursor = self.0.after.as_ref().map(ToString::to_string);
        address(self.0.view, &self.0.search, self.0.sort, cursor)
    }

    pub fn first_page_url(&self) -> String {
        address(self.0.view, &self.0.search, self.0.sort, None)
    }

    pub fn without_search_url(&self) -> String {
        address(self.0.view, "", self.0.sort, None)
    }

    pub fn view_url(&self, view: SellerProductView) -> String {
        address(view, &self.0.search, self.0.sort, None)
    }

    pub fn sort_url(&self, sort: SellerProductSort) -> String {
        address(self.0.view, &self.0.search, sort, None)
    }

    pub fn after_url(&self, cursor: &Cursor) -> String {
        address(self.0.view, &self.0.search, self.0.sort, Some(cursor.to_string()))
    }
}

/// Default values are left out.
fn address(view: SellerProductView, search: &str, sort: SellerProductSort, after: Option<String>) -> String {
    let mut fields = Vec::new();
    if view != SellerProductView::All {
        fields.push(("view", view.as_str().to_owned()));
    }
    if !search.is_empty() {
        fields.push(("q", search.to_owned()));
    }
    if sort != SellerProductSort::DEFAULT {
        fields.push(("sort", sort.to_string()));
    }
    fields.extend(after.map(|after| ("after", after)));
    if fields.is_empty() {
        return LIST.to_owned();
    }
    format!("{LIST}?{}", serde_html_form::to_string(fields).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_without_default_values() {
        for address in [
            "/dashboard/products",
            "/dashboard/products?view=sold-out",
            "/dashboard/products?view=draft&q=50%25+off&sort=-price&after=1200-42",
            "/dashboard/products?sort=title&after=Mug+-+blue%26white-42",
        ] {
            assert_eq!(ListFilter::from_url(address).url(), address);
        }
    }

    #[test]
    fn any_other_address_leads_to_the_list() {
        for address in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/dashboard/products?view=draft",
            "/dashboard/products/../../logout",
            "/dashboard/products?view=nowhere&sort=weight&after=x",
        ] {
            assert_eq!(ListFilter::from_url(address).url(), LIST, "{address}");
        }
    }

    #[test]
    fn a_search_is_limited_and_has_no_control_characters() {
        let filter = ListFilter::parse(&ListParams {
            q: vec!["first".to_owned(), format!(" a\0b\n{} ", "c".repeat(10_000))],
            ..ListParams::default()
        });
        assert_eq!(filter.search().chars().count(), MAX_SEARCH_LENGTH);
        assert!(filter.search().starts_with("abccc"));
    }
}
