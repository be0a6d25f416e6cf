//! Reordering: putting the items of an order into the cart again.

use super::placed_order::{assert_redirects, buy, market_with_shipping};
use crate::checkout::purchase::RING_DISH;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn available_items_are_added_to_the_cart_and_the_others_are_reported() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let reorder_path = format!("{}/again", order.buyer_page());
        assert_redirects(&lea.post(&reorder_path, &[]).await, "/cart");
        let cart = lea.page("/cart").await;
        assert_eq!(texts(&cart, ".cart-line").len(), 1);
        assert!(texts(&cart, "#cart-link").concat().contains("2 items"));

        market.set_variant_quantity(market.variant(RING_DISH), 0).await;
        let other = market.sign_up("other").await;
        market
            .sql(&format!(
                "UPDATE purchases SET buyer_id = {} WHERE id = {}",
                market.user("other"),
                order.purchase_id
            ))
            .await;
        assert_redirects(&other.post(&reorder_path, &[]).await, &order.buyer_page());
        let message = texts(&other.page(&order.buyer_page()).await, "#flash").concat();
        assert!(message.contains("sold out"), "{message}");
    });
}

#[test]
fn a_guest_reorders_by_the_link() {
    run(async {
        let market = market_with_shipping().await;
        buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let link = market.link("ada@example.org", 1).await;
        let reader = Visitor::new(&market);
        assert_redirects(&reader.post(&format!("{link}/again"), &[]).await, "/cart");
        assert_eq!(texts(&reader.page("/cart").await, ".cart-line").len(), 1);
    });
}

#[test]
fn personalization_is_repeated_or_the_item_is_not_added() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let product = market.product(RING_DISH);
        market
            .sql(&format!(
                "INSERT INTO personalization_fields (id, product_id, position, kind, label, hint, choices, max_length, required,
                 price, created_at, updated_at) VALUES (7, {product}, 1, 'text', 'Inside: text', '', '', 10, FALSE, 0,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00');
                 UPDATE orders SET personalization = 'Inside: text: Nana' WHERE id = {}",
                order.order_line_id
            ))
            .await;
        let reorder_path = format!("{}/again", order.buyer_page());
        assert_redirects(&lea.post(&reorder_path, &[]).await, "/cart");
        assert!(texts(&lea.page("/cart").await, ".cart-line").concat().contains("Nana"));

        market.sql("DELETE FROM personalization_fields WHERE id = 7").await;
        assert_redirects(&lea.post(&reorder_path, &[]).await, &order.buyer_page());
        let message = texts(&lea.page(&order.buyer_page()).await, "#flash").concat();
        assert!(
            message.contains("has changed. Add it from its product page."),
            "{message}"
        );
    });
}
