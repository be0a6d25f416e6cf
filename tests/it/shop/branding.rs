//! A shop's logo and cover: hung, replaced, taken down, and what does not hang.

use reqwest::multipart::{Form, Part};
use scraper::Html;

use super::keeper;
use crate::support::files::{bomb, png};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes, run, texts};

const LOOK: &str = "/dashboard/shop/look";

/// Both faces: the name, where its owner sees it, and where everyone does.
const FACES: [(&str, &str, &str); 2] = [
    ("logo", "main .faces .logo-mark img", ".shop-head .logo-mark img"),
    ("cover", "main .faces .small-banner img", ".banner img"),
];

async fn send(keeper: &Visitor, face: &str, name: &str, bytes: Vec<u8>) -> Html {
    let part = Part::bytes(bytes).file_name(name.to_owned());
    let sent = keeper
        .upload(&format!("/dashboard/shop/{face}"), Form::new().part("image", part))
        .await;
    assert_eq!((sent.status().as_u16(), location(&sent)), (303, LOOK), "{face} {name}");
    keeper.page(LOOK).await
}

/// A picture's name but for its sizes, which come by and by.
fn stem(page: &Html, selector: &str) -> Option<String> {
    let src = attributes(page, selector, "src").into_iter().next()?;
    Some(src.rsplit('/').next()?.split(['-', '.']).next()?.to_owned())
}

#[test]
fn a_logo_and_a_cover_are_hung_replaced_and_taken_down() {
    run(async {
        let market = Market::empty();
        let ana = keeper(&market, "ana", "Clay", "clay").await;
        for (face, own, public) in FACES {
            let page = send(&ana, face, "../one.png", png(600, 400)).await;
            assert!(texts(&page, "#flash").join(" ").contains(&format!("new {face}")));
            let first = stem(&page, own).unwrap();
            assert_eq!(stem(&market.page("/shops/clay").await, public), Some(first.clone()));
            let page = send(&ana, face, "two.png", png(400, 600)).await;
            let second = stem(&page, own).unwrap();
            assert_ne!(first, second);
            assert_eq!(stem(&market.page("/shops/clay").await, public), Some(second));
            let down = ana.post(&format!("/dashboard/shop/{face}/removal"), &[]).await;
            assert_eq!(down.status(), 303);
            let page = ana.page(LOOK).await;
            assert!(texts(&page, "#flash").join(" ").contains("removed."));
            assert_eq!(stem(&page, own), None);
            assert_eq!(stem(&market.page("/shops/clay").await, public), None);
        }
    });
}

#[test]
fn what_is_no_picture_is_refused_with_a_reason_and_the_old_one_hangs_on() {
    run(async {
        // Takes its time, and nobody waits for it on an open line.
        let huge = bomb(30_000, 30_000);
        let market = Market::empty();
        let ana = keeper(&market, "ana", "Clay", "clay").await;
        for (face, own, _) in FACES {
            let hung = stem(&send(&ana, face, "one.png", png(600, 400)).await, own);
            assert!(hung.is_some());
            let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
            for (name, bytes) in [
                ("page.png", b"<!doctype html><script>alert(1)</script>".to_vec()),
                ("drawing.svg", svg),
                ("bomb.png", huge.clone()),
                ("nothing.png", Vec::new()),
            ] {
                let page = send(&ana, face, name, bytes).await;
                let told = texts(&page, "#flash .note.warn").join(" ");
                assert!(told.len() > 10, "{face} {name}: nothing is said");
                assert_eq!(stem(&page, own), hung, "{face} {name}");
            }
        }
    });
}
