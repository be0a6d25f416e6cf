//! What the address of the list asks for, and the addresses of its other states.

use serde::Deserialize;

use crate::catalog::{SellerProductCursor, SellerProductFilter, SellerProductSort, SellerProductView};

/// Where the list is.
pub const LIST: &str = "/dashboard/products";
/// Letters that are looked for at most.
const MAX_SEARCH_LENGTH: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    view: Vec<String>,
    q: Vec<String>,
    sort: Vec<String>,
    after: Vec<String>,
}

/// What is asked for, with what is unknown left out.
#[derive(Debug, Clone)]
pub struct Asked(SellerProductFilter);

impl Asked {
    pub fn parse(query: &ListQuery) -> Self {
        let last = |list: &[String]| list.last().cloned().unwrap_or_default();
        let search: String = last(&query.q).chars().filter(|letter| !letter.is_control()).collect();
        Self(SellerProductFilter {
            view: SellerProductView::parse(&last(&query.view)).unwrap_or(SellerProductView::All),
            search: search.trim().chars().take(MAX_SEARCH_LENGTH).collect(),
            order: SellerProductSort::parse(&last(&query.sort)).unwrap_or(SellerProductSort::DEFAULT),
            after: SellerProductCursor::parse(&last(&query.after)),
        })
    }

    /// From an address of the list that a form brings back; from any other the list as it begins.
    pub fn back(address: &str) -> Self {
        let query = address.strip_prefix(LIST).and_then(|rest| rest.strip_prefix('?'));
        let query = query.and_then(|query| serde_html_form::from_str(query).ok());
        Self::parse(&query.unwrap_or_default())
    }

    pub fn wanted(&self) -> SellerProductFilter {
        self.0.clone()
    }

    pub fn view(&self) -> SellerProductView {
        self.0.view
    }

    pub fn order(&self) -> SellerProductSort {
        self.0.order
    }

    pub fn search(&self) -> &str {
        &self.0.search
    }

    pub fn is_first_page(&self) -> bool {
        self.0.after.is_none()
    }

    /// The address of the list as it is.
    pub fn here(&self) -> String {
        let place = self.0.after.as_ref().map(ToString::to_string);
        address(self.0.view, &self.0.search, self.0.order, place)
    }

    pub fn beginning(&self) -> String {
        address(self.0.view, &self.0.search, self.0.order, None)
    }

    pub fn without_search(&self) -> String {
        address(self.0.view, "", self.0.order, None)
    }

    pub fn in_view(&self, view: SellerProductView) -> String {
        address(view, &self.0.search, self.0.order, None)
    }

    pub fn in_order(&self, order: SellerProductSort) -> String {
        address(self.0.view, &self.0.search, order, None)
    }

    pub fn after(&self, place: &SellerProductCursor) -> String {
        address(self.0.view, &self.0.search, self.0.order, Some(place.to_string()))
    }
}

/// What goes without saying is left out.
fn address(view: SellerProductView, search: &str, order: SellerProductSort, after: Option<String>) -> String {
    let mut fields = Vec::new();
    if view != SellerProductView::All {
        fields.push(("view", view.as_str().to_owned()));
    }
    if !search.is_empty() {
        fields.push(("q", search.to_owned()));
    }
    if order != SellerProductSort::DEFAULT {
        fields.push(("sort", order.to_string()));
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
    fn an_address_says_what_it_must_and_reads_back() {
        for address in [
            "/dashboard/products",
            "/dashboard/products?view=sold-out",
            "/dashboard/products?view=draft&q=50%25+off&sort=-price&after=1200-42",
            "/dashboard/products?sort=title&after=Mug+-+blue%26white-42",
        ] {
            assert_eq!(Asked::back(address).here(), address);
        }
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for address in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/dashboard/products?view=draft",
            "/dashboard/products/../../logout",
            "/dashboard/products?view=nowhere&sort=weight&after=x",
        ] {
            assert_eq!(Asked::back(address).here(), LIST, "{address}");
        }
    }

    #[test]
    fn a_search_is_short_and_can_be_written() {
        let asked = Asked::parse(&ListQuery {
            q: vec!["first".to_owned(), format!(" a\0b\n{} ", "c".repeat(10_000))],
            ..ListQuery::default()
        });
        assert_eq!(asked.search().chars().count(), MAX_SEARCH_LENGTH);
        assert!(asked.search().starts_with("abccc"));
    }
}
