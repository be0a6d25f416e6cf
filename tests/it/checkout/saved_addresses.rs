//! Saved addresses at the checkout: the latest one is filled in, and other users' addresses are not shown.

use super::purchase::{Form, RING_DISH, add_to_cart};
use crate::cart::simple_market;
use crate::support::{Market, attributes, run, texts};

const FIELDS: [&str; 4] = ["name", "street", "postal_code", "town"];

async fn filled_in(visitor: &crate::support::visitor::Visitor, path: &str) -> Vec<String> {
    let page = visitor.page(path).await;
    FIELDS
        .iter()
        .map(|field| attributes(&page, &format!("#{field}"), "value").concat())
        .collect()
}

async fn buy(market: &Market, visitor: &crate::support::visitor::Visitor, street: &str, save: bool) {
    add_to_cart(visitor, market.variant(RING_DISH), "1").await;
    let mut form = Form::load(visitor).await;
    form.set("street", street);
    if save {
        form.set("save_address", "1");
    }
    form.pay(visitor).await;
}

#[test]
fn an_address_is_saved_on_request_and_filled_in_next_time() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 50).await;
        let ana = market.sign_up("ana").await;
        buy(&market, &ana, "1 First Street", false).await;
        assert_eq!(market.count_rows("addresses"), 0);
        for street in ["1 First Street", "2 Second Street", "1 First Street"] {
            buy(&market, &ana, street, true).await;
        }
        assert_eq!(market.count_rows("addresses"), 2);
        add_to_cart(&ana, dish, "1").await;
        let expected = ["Ada Lovelace", "1 First Street", "94103", "San Francisco"];
        assert_eq!(filled_in(&ana, "/checkout").await, expected);
        let page = ana.page("/checkout").await;
        assert_eq!(attributes(&page, "#email", "value"), ["ana@example.org"]);
        let links = attributes(&page, "a[href*='address=']", "href");
        let other = links.iter().zip(texts(&page, "a[href*='address=']"));
        let (other, _) = other.into_iter().find(|(_, words)| words.contains("2 Second")).unwrap();
        assert_eq!(filled_in(&ana, other).await[1], "2 Second Street");

        let eve = market.sign_up("eve").await;
        add_to_cart(&eve, dish, "1").await;
        assert_eq!(filled_in(&eve, other).await, [""; 4]);
    });
}
