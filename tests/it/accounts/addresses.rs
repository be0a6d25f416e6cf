//! The address book: adding, changing and removing addresses, and that another user's addresses are not found.

use diesel::prelude::*;

use super::helpers::{connect, user_id};
use crate::schema::addresses;
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes, run, texts};

const BOOK: &str = "/account/addresses";

fn form<'a>(name: &'a str, street: &'a str, code: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("name", name),
        ("street", street),
        ("line2", ""),
        ("postal_code", code),
        ("town", "Lisbon"),
        ("region", ""),
        ("country", "PT"),
    ]
}

/// The ids of a user's addresses, the last used first.
async fn ids(visitor: &Visitor) -> Vec<String> {
    let page = visitor.page(BOOK).await;
    attributes(&page, "ol.rows > li", "id")
        .iter()
        .map(|id| id.trim_start_matches("address-").to_owned())
        .collect()
}

#[test]
fn an_address_is_saved_changed_and_removed() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let response = ana
            .post("/account/addresses/new", &form("Ana <b>", "Rua A 1", "1100-148"))
            .await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, BOOK));
        let page = ana.page(BOOK).await;
        let said = texts(&page, "ol.rows").join(" ");
        assert!(
            said.contains("Ana <b>") && said.contains("Rua A 1, 1100-148 Lisbon, Portugal"),
            "{said}"
        );
        let id = ids(&ana).await.remove(0);
        let path = format!("{BOOK}/{id}");
        assert_eq!(attributes(&ana.page(&path).await, "#street", "value"), ["Rua A 1"]);
        assert_eq!(ana.post(&path, &form("Ana", "Rua B 2", "1100-148")).await.status(), 303);
        assert!(texts(&ana.page(BOOK).await, "ol.rows").join(" ").contains("Rua B 2"));
        assert_eq!(ana.post(&format!("{path}/removal"), &[]).await.status(), 303);
        assert!(ids(&ana).await.is_empty());
        assert_eq!(ana.get(&path).await.status(), 404);
    });
}

#[test]
fn an_invalid_address_is_shown_again() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let long = "x".repeat(10_000);
        for (name, street, code, field) in [
            ("", "Rua A 1", "1100-148", "name"),
            ("Ana", "", "1100-148", "street"),
            ("Ana", &*long, "1100-148", "street"),
            ("Ana\u{0}", "Rua A 1", "1100-148", "name"),
            ("Ana", "Rua A 1", "11", "postal_code"),
        ] {
            let response = ana.post("/account/addresses/new", &form(name, street, code)).await;
            assert_eq!(response.status(), 422, "{field}");
            let page = scraper::Html::parse_document(&response.text().await.unwrap());
            assert!(texts(&page, "title").join("").starts_with("Error: "), "{field}");
            assert_eq!(attributes(&page, "#problems a", "href"), [format!("#{field}")]);
            assert_eq!(attributes(&page, "#town", "value"), ["Lisbon"]);
        }
        assert!(ids(&ana).await.is_empty());
    });
}

#[test]
fn another_users_address_is_not_found() {
    run(async {
        let market = Market::empty();
        let (ana, bea) = (market.sign_up("ana").await, market.sign_up("bea").await);
        ana.post("/account/addresses/new", &form("Ana", "Rua A 1", "1100-148"))
            .await;
        let path = format!("{BOOK}/{}", ids(&ana).await[0]);
        assert_eq!(bea.get(&path).await.status(), 404);
        assert_eq!(bea.post(&path, &form("Bea", "Rua B 2", "1100-148")).await.status(), 404);
        assert_eq!(bea.post(&format!("{path}/removal"), &[]).await.status(), 404);
        assert!(texts(&ana.page(BOOK).await, "ol.rows").join(" ").contains("Rua A 1"));
    });
}

#[test]
fn an_address_book_holds_at_most_twenty() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        for number in 1..=20 {
            let street = format!("Rua {number}");
            let response = ana
                .post("/account/addresses/new", &form("Ana", &street, "1100-148"))
                .await;
            assert_eq!(response.status(), 303, "{street}");
        }
        let response = ana
            .post("/account/addresses/new", &form("Ana", "Rua 21", "1100-148"))
            .await;
        assert_eq!(response.status(), 422);
        assert!(response.text().await.unwrap().contains("maximum of 20 addresses"));
        let kept: i64 = addresses::table
            .filter(addresses::user_id.eq(user_id(&market, "ana")))
            .count()
            .get_result(&mut connect(&market))
            .unwrap();
        assert_eq!(kept, 20);
        assert!(
            texts(&ana.page(BOOK).await, "#new").is_empty(),
            "the form for a new address is still shown"
        );
    });
}
