//! `?next=`: where to go afterwards, if it is a page of ours.

use url::Url;

/// The address within this site that `wanted` names, or `/`.
pub fn local(wanted: &str, site: &Url) -> String {
    let ours = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && !wanted.chars().any(char::is_control);
    let joined = if ours { site.join(wanted).ok() } else { None };
    match joined {
        Some(url) if url.origin() == site.origin() && !url.path().starts_with("//") => {
            url[url::Position::BeforePath..].to_owned()
        }
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> Url {
        Url::parse("https://market.example").unwrap()
    }

    #[test]
    fn only_our_own_pages_are_next() {
        let bad = [
            "",
            "e",
            "//e",
            "///e",
            "/\\e",
            "\\\\e",
            "/\\/e",
            "http:///e",
            "http:e",
            "http://e",
            "https://market.example.e/",
            "javascript:alert(1)",
            "\njavascript:alert(1)",
            "java\nscript:x",
            "\u{8}//e",
            "http://h\\@e",
            "/\t/e",
            "/a\r\nb",
            "http://[e",
            "//[e",
            "/./\u{0}",
            "/.//e.example",
            "/a/..//e.example",
        ];
        for wanted in bad {
            assert_eq!(local(wanted, &site()), "/", "{wanted:?}");
        }
        for wanted in ["/", "/shops/luna?n=48", "/products?category=home-living#grid", "/%09/e"] {
            assert_eq!(local(wanted, &site()), wanted);
        }
    }

    proptest! {
        #[test]
        fn next_never_leaves_the_site(wanted in ".*") {
            let joined = site().join(&local(&wanted, &site())).unwrap();
            prop_assert_eq!(joined.origin(), site().origin());
        }
    }
}
