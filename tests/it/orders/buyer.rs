//! The buyer's order pages.

use super::placed_order::{assert_redirects, buy, dispatch, market_with_shipping, seller};
use crate::checkout::purchase::RING_DISH;
use crate::support::visitor::Visitor;
use crate::support::{attributes, run, texts};

#[test]
fn an_order_shows_its_items_and_its_progress() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let page = lea.page(&order.buyer_page()).await;
        let page_text = texts(&page, "main").concat();
        assert!(texts(&page, "h1").concat().contains(&order.number));
        assert!(
            page_text.contains("2 × ") && page_text.contains("$4.50") && page_text.contains("12 St James's Square"),
            "{page_text}"
        );
        assert_eq!(texts(&page, ".order-progress .done .strong"), ["Paid"]);
        assert!(
            texts(&page, ".order-progress li").concat().contains("Expected"),
            "{page_text}"
        );

        let ines = seller(&market).await;
        assert_redirects(
            &dispatch(&ines, &order, "ctt", "rr 123 456 785 pt").await,
            &order.seller_page(),
        );
        let page = lea.page(&order.buyer_page()).await;
        assert_eq!(texts(&page, ".order-progress .done .strong"), ["Paid", "Shipped"]);
        let tracking_links = attributes(&page, ".tracking a", "href");
        assert!(
            tracking_links[0].starts_with("https://") && tracking_links[0].ends_with("=rr123456785pt"),
            "{tracking_links:?}"
        );
        assert!(
            texts(&page, ".order-line .btn").is_empty(),
            "a shipped line cannot be canceled"
        );

        assert_redirects(
            &lea.post(&order.delivery_path(&order.buyer_page()), &[]).await,
            &order.buyer_page(),
        );
        let page = lea.page(&order.buyer_page()).await;
        assert_eq!(
            texts(&page, ".order-progress .done .strong"),
            ["Paid", "Shipped", "Delivered"]
        );
        assert_eq!(market.status(&order), "Delivered");
    });
}

#[test]
fn an_old_order_keeps_its_titles_and_prices() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let before = texts(&lea.page(&order.buyer_page()).await, ".order-line, .totals, .parcel h2");
        let (product, shop) = (market.product(RING_DISH), market.shop("barro-e-sal"));
        for change in [
            format!("UPDATE products SET title = 'Another', price = 1 WHERE id = {product}"),
            format!("UPDATE product_variants SET price = 1 WHERE product_id = {product}"),
            format!("UPDATE products SET state = 'archived' WHERE id = {product}"),
            format!("UPDATE shops SET state = 'closed', name = 'Elsewhere' WHERE id = {shop}"),
        ] {
            market.sql(&change).await;
            let page = lea.page(&order.buyer_page()).await;
            assert_eq!(texts(&page, ".order-line, .totals, .parcel h2"), before, "{change}");
        }
        let page = lea.page(&order.buyer_page()).await;
        assert!(
            attributes(&page, ".order-line h3 a, .parcel h2 a", "href").is_empty(),
            "there are no links to removed products and shops"
        );
    });
}

#[test]
fn an_order_is_private_to_its_buyer() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let other = market.sign_up("other").await;
        let other_order = buy(&market, &other, "other@example.org").await;
        let guest = Visitor::new(&market);
        assert_eq!(guest.get(&order.buyer_page()).await.status(), 303);
        for path in [order.buyer_page(), order.cancellation_path(&order.buyer_page())] {
            assert_eq!(other.get(&path).await.status(), 404, "{path}");
        }
        let reorder_path = format!("{}/again", order.buyer_page());
        for path in [
            order.cancellation_path(&order.buyer_page()),
            order.delivery_path(&order.buyer_page()),
            reorder_path,
        ] {
            assert_eq!(other.post(&path, &[]).await.status(), 404, "{path}");
        }
        // Lines and shop orders of another user are not found below the path of one's own order.
        let mixed_path = order.cancellation_path(&other_order.buyer_page());
        assert_eq!(other.get(&mixed_path).await.status(), 404);
        assert_eq!(other.post(&mixed_path, &[]).await.status(), 404);
        assert_eq!(
            other
                .post(&order.delivery_path(&other_order.buyer_page()), &[])
                .await
                .status(),
            404
        );
        assert_eq!(market.status(&order), "Pending");
    });
}

#[test]
fn an_unpaid_order_is_not_shown() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let unpaid = format!("UPDATE purchases SET placed_at = NULL WHERE id = {}", order.purchase_id);
        market.sql(&unpaid).await;
        assert_eq!(lea.get(&order.buyer_page()).await.status(), 404);
        assert!(texts(&lea.page("/dashboard/orders").await, ".purchase").is_empty());
        let ines = seller(&market).await;
        assert_eq!(ines.get(&order.seller_page()).await.status(), 404);
        assert_eq!(dispatch(&ines, &order, "ctt", "").await.status(), 404);
        for view in ["to-send", "all"] {
            let page = ines.page(&format!("/dashboard/orders/shop?view={view}")).await;
            assert!(!texts(&page, "main").concat().contains(&order.number), "{view}");
        }
        let product = format!("/dashboard/products/{}/orders", market.product(RING_DISH));
        assert!(
            !texts(&ines.page(&product).await, "main")
                .concat()
                .contains(&order.number)
        );
    });
}

#[test]
fn a_list_of_many_orders_takes_no_more_statements_than_one_of_few() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        assert_eq!(
            texts(&lea.page("/dashboard/orders").await, ".empty h2"),
            ["No orders yet"]
        );
        let order = buy(&market, &lea, "lea@example.org").await;
        let ines = seller(&market).await;
        let product = format!("/dashboard/products/{}/orders", market.product(RING_DISH));
        let own = order.buyer_page();
        let seller_page = order.seller_page();
        let pages = [
            (&lea, "/dashboard/orders"),
            (&lea, "/dashboard"),
            (&lea, own.as_str()),
            (&ines, "/dashboard/orders/shop"),
            (&ines, "/dashboard"),
            (&ines, seller_page.as_str()),
            (&ines, product.as_str()),
        ];
        let mut query_counts = Vec::new();
        for (who, path) in pages {
            who.page(path).await;
            let before = market.db.queries();
            who.page(path).await;
            query_counts.push(market.db.queries() - before);
        }
        let lists = [
            ("/dashboard/orders/shop", ".shop-orders > li"),
            (product.as_str(), "tbody tr"),
        ];
        let mut before = Vec::new();
        for (path, row) in lists {
            before.push(count_rows_of_list(&ines, path, row).await);
        }
        insert_copies(&market, &order, 50).await;
        for ((who, path), expected) in pages.into_iter().zip(query_counts) {
            let before = market.db.queries();
            who.page(path).await;
            assert_eq!(market.db.queries() - before, expected, "{path}");
            assert!(expected <= 10, "{path}: {expected}");
        }
        // The pages together list every order once.
        let mut numbers = Vec::new();
        let mut next = Some("/dashboard/orders".to_owned());
        while let Some(path) = next {
            let page = lea.page(&path).await;
            numbers.extend(texts(&page, ".purchase h2"));
            next = attributes(&page, "#older", "href").first().cloned();
        }
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 51);
        for ((path, row), before) in lists.into_iter().zip(before) {
            assert_eq!(count_rows_of_list(&ines, path, row).await, before + 50, "{path}");
        }
    });
}

/// How many rows a list has on all its pages.
async fn count_rows_of_list(who: &Visitor, path: &str, row: &str) -> usize {
    let (mut seen, mut next) = (0, Some(path.to_owned()));
    while let Some(path) = next {
        let page = who.page(&path).await;
        seen += texts(&page, row).len();
        next = attributes(&page, "#older", "href").first().cloned();
    }
    seen
}

/// Inserts this many copies of a purchase.
async fn insert_copies(market: &crate::support::Market, order: &super::placed_order::PlacedOrder, count: i64) {
    for n in 1..=count {
        let (purchase, order_line, shop_order) = (order.purchase_id, order.order_line_id, order.shop_order_id);
        let sql = format!(
            "INSERT INTO purchases (id, number, buyer_id, email, name, street, line2, postal_code, town, region, country,
                 currency, items_total, shipping_total, total, created_at, updated_at, body_hash, quote, placed_at)
             SELECT id + {n}, 'PS-C-{n}', buyer_id, email, name, street, line2, postal_code, town, region, country,
                 currency, items_total, shipping_total, total, created_at, updated_at, '', '', placed_at
                 FROM purchases WHERE id = {purchase};
             INSERT INTO payments (id, owner_id, purchase_id, amount, refunded, currency, status, provider,
                 payment_intent_id, created_at, updated_at, attempt, expires_at, error)
             SELECT id + {n}, owner_id, purchase_id + {n}, amount, 0, currency, status, provider,
                 'copy-{n}', created_at, updated_at, 1, expires_at, '' FROM payments WHERE purchase_id = {purchase};
             INSERT INTO shop_orders (id, purchase_id, shop_id, shop_name, price, carrier, tracking, created_at, updated_at,
                 rate, pickup, note)
             SELECT id + {n}, purchase_id + {n}, shop_id, shop_name, price, '', '', created_at, updated_at, rate, pickup,
                 '' FROM shop_orders WHERE id = {shop_order};
             INSERT INTO orders (id, buyer_id, product_id, variant_id, purchase_id, shop_order_id, payment_id, status, title,
                 options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at)
             SELECT id + {n}, buyer_id, product_id, variant_id, purchase_id + {n}, shop_order_id + {n}, payment_id + {n},
                 status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at
                 FROM orders WHERE id = {order_line};"
        );
        market.sql(&sql).await;
    }
}
