//! Buying an order again.

use super::bought::{buy, led_to, market};
use crate::checkout::purchase::MUG;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn what_is_still_sold_is_added_to_the_cart_and_the_rest_is_reported() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let again = format!("{}/again", bought.page());
        led_to(&lea.post(&again, &[]).await, "/cart");
        let cart = lea.page("/cart").await;
        assert_eq!(texts(&cart, ".cart-line").len(), 1);
        assert!(texts(&cart, "#cart-link").concat().contains("2 items"));

        market.stock(market.variant(MUG), 0).await;
        let other = market.sign_up("other").await;
        market
            .sql(&format!(
                "UPDATE purchases SET buyer_id = {} WHERE id = {}",
                market.user("other"),
                bought.checkout
            ))
            .await;
        led_to(&other.post(&again, &[]).await, &bought.page());
        let told = texts(&other.page(&bought.page()).await, "#flash").concat();
        assert!(told.contains("sold out"), "{told}");
    });
}

#[test]
fn a_guest_buys_again_by_the_link() {
    run(async {
        let market = market().await;
        buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let link = market.link("ada@example.org", 1).await;
        let reader = Visitor::new(&market);
        led_to(&reader.post(&format!("{link}/again"), &[]).await, "/cart");
        assert_eq!(texts(&reader.page("/cart").await, ".cart-line").len(), 1);
    });
}
