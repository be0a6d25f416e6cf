//! `?next=`: the page to return to, if it belongs to this site.

use actix_web::http::header::{HeaderMap, REFERER};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::byte_serialize;

/// The page to return to, as the address names it.
#[derive(Deserialize)]
pub struct NextParams {
    #[serde(default)]
    pub next: String,
}

/// The address within this site, or `/` for any other address.
pub fn local(next: &str, site: &Url) -> String {
    let is_path =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    let joined = if is_path { site.join(next).ok() } else { None };
    match joined {
        Some(url) if url.origin() == site.origin() && !url.path().starts_with("//") => {
            url[url::Position::BeforePath..].to_owned()
        }
        _ => "/".to_owned(),
    }
}

/// The page of this site that a form was on. None if the browser does not say.
pub fn form_page(headers: &HeaderMap, site: &Url) -> Option<String> {
    let page = Url::parse(headers.get(REFERER)?.to_str().ok()?).ok()?;
    (page.origin() == site.origin()).then(|| page[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// The address of a page with the page to return to.
pub fn with_next(page: &str, next: &str) -> String {
    let next: String = byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> Url {
        Url::parse("https://market.example").unwrap()
    }

    #[test]
    fn next_is_a_page_of_this_site() {
        for line in include_str!("../../tests/corpus/next.txt").lines() {
            let next: String = serde_json::from_str(line).unwrap();
            assert_eq!(local(&next, &site()), "/", "{next:?}");
        }
        for next in ["/", "/shops/luna?n=48", "/products?category=home-living#grid", "/%09/e"] {
            assert_eq!(local(next, &site()), next);
        }
    }

    proptest! {
        #[test]
        fn next_never_leaves_the_site(next in ".*") {
            let joined = site().join(&local(&next, &site())).unwrap();
            prop_assert_eq!(joined.origin(), site().origin());
        }
    }
}
