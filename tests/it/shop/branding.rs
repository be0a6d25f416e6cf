//! A shop's logo and cover: set, replaced, removed, and refused files.

use reqwest::multipart::{Form, Part};
use scraper::Html;

use super::seller_with_shop;
use crate::support::image_files::{decompression_bomb, png};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes, run, texts};

/// The settings page with the theme, the logo and the cover.
const THEME_PAGE: &str = "/dashboard/shop/look";

/// Logo and cover: the name, the selector on the owner's page, and the selector on the public page.
const PICTURES: [(&str, &str, &str); 2] = [
    ("logo", "main .branding .logo-mark img", ".shop-head .logo-mark img"),
    ("cover", "main .branding .small-banner img", ".banner img"),
];

async fn send(seller: &Visitor, kind: &str, name: &str, bytes: Vec<u8>) -> Html {
    let part = Part::bytes(bytes).file_name(name.to_owned());
    let response = seller
        .upload(&format!("/dashboard/shop/{kind}"), Form::new().part("image", part))
        .await;
    assert_eq!(
        (response.status().as_u16(), location(&response)),
        (303, THEME_PAGE),
        "{kind} {name}"
    );
    seller.page(THEME_PAGE).await
}

/// A picture's name without the size, because the sizes are made later.
fn file_stem(page: &Html, selector: &str) -> Option<String> {
    let src = attributes(page, selector, "src").into_iter().next()?;
    Some(src.rsplit('/').next()?.split(['-', '.']).next()?.to_owned())
}

#[test]
fn a_logo_and_a_cover_are_set_replaced_and_removed() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        for (kind, owner_selector, public_selector) in PICTURES {
            let page = send(&ana, kind, "../one.png", png(600, 400)).await;
            assert!(texts(&page, "#flash").join(" ").contains(&format!("new {kind}")));
            let first = file_stem(&page, owner_selector).unwrap();
            assert_eq!(
                file_stem(&market.page("/shops/clay").await, public_selector),
                Some(first.clone())
            );
            let page = send(&ana, kind, "two.png", png(400, 600)).await;
            let second = file_stem(&page, owner_selector).unwrap();
            assert_ne!(first, second);
            assert_eq!(
                file_stem(&market.page("/shops/clay").await, public_selector),
                Some(second)
            );
            let removed = ana.post(&format!("/dashboard/shop/{kind}/removal"), &[]).await;
            assert_eq!(removed.status(), 303);
            let page = ana.page(THEME_PAGE).await;
            assert!(texts(&page, "#flash").join(" ").contains("removed."));
            assert_eq!(file_stem(&page, owner_selector), None);
            assert_eq!(file_stem(&market.page("/shops/clay").await, public_selector), None);
        }
    });
}

#[test]
fn a_file_that_is_no_picture_is_refused_and_the_old_picture_stays() {
    run(async {
        // Created once, because it takes long.
        let huge = decompression_bomb(30_000, 30_000);
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        for (kind, owner_selector, _) in PICTURES {
            let current = file_stem(&send(&ana, kind, "one.png", png(600, 400)).await, owner_selector);
            assert!(current.is_some());
            let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
            for (name, bytes) in [
                ("page.png", b"<!doctype html><script>alert(1)</script>".to_vec()),
                ("drawing.svg", svg),
                ("bomb.png", huge.clone()),
                ("nothing.png", Vec::new()),
            ] {
                let page = send(&ana, kind, name, bytes).await;
                let message = texts(&page, "#flash .note.warn").join(" ");
                assert!(message.len() > 10, "{kind} {name}: there is no message");
                assert_eq!(file_stem(&page, owner_selector), current, "{kind} {name}");
            }
        }
    });
}
