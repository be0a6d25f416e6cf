//! The buyer's own pages.

use super::bought::{buy, led_to, market, seller, send};
use crate::checkout::purchase::MUG;
use crate::support::visitor::Visitor;
use crate::support::{attributes, run, texts};

#[test]
fn an_order_shows_what_was_bought_and_where_it_is() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let page = lea.page(&bought.page()).await;
        let whole = texts(&page, "main").concat();
        assert!(texts(&page, "h1").concat().contains(&bought.number));
        assert!(
            whole.contains("2 × ") && whole.contains("$4.50") && whole.contains("12 St James's Square"),
            "{whole}"
        );
        assert_eq!(texts(&page, ".track .done .strong"), ["Paid"]);
        assert!(texts(&page, ".track li").concat().contains("Expected"), "{whole}");

        let ines = seller(&market).await;
        led_to(&send(&ines, &bought, "ctt", "rr 123 456 785 pt").await, &bought.desk());
        let page = lea.page(&bought.page()).await;
        assert_eq!(texts(&page, ".track .done .strong"), ["Paid", "Shipped"]);
        let follow = attributes(&page, ".follow a", "href");
        assert!(
            follow[0].starts_with("https://") && follow[0].ends_with("=rr123456785pt"),
            "{follow:?}"
        );
        assert!(
            texts(&page, ".sold .btn").is_empty(),
            "a shipped line cannot be canceled"
        );

        led_to(&lea.post(&bought.delivery(&bought.page()), &[]).await, &bought.page());
        let page = lea.page(&bought.page()).await;
        assert_eq!(texts(&page, ".track .done .strong"), ["Paid", "Shipped", "Delivered"]);
        assert_eq!(market.status(&bought), "Delivered");
    });
}

#[test]
fn an_old_order_keeps_its_titles_and_prices() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let before = texts(&lea.page(&bought.page()).await, ".sold, .sums, .parcel h2");
        let (product, shop) = (market.product(MUG), market.shop("barro-e-sal"));
        for change in [
            format!("UPDATE products SET title = 'Another', price = 1 WHERE id = {product}"),
            format!("UPDATE product_variants SET price = 1 WHERE product_id = {product}"),
            format!("UPDATE products SET state = 'archived' WHERE id = {product}"),
            format!("UPDATE shops SET state = 'closed', name = 'Elsewhere' WHERE id = {shop}"),
        ] {
            market.sql(&change).await;
            let page = lea.page(&bought.page()).await;
            assert_eq!(texts(&page, ".sold, .sums, .parcel h2"), before, "{change}");
        }
        let page = lea.page(&bought.page()).await;
        assert!(
            attributes(&page, ".sold h3 a, .parcel h2 a", "href").is_empty(),
            "there are no links to what is gone"
        );
    });
}

#[test]
fn an_order_is_private_to_its_buyer() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let other = market.sign_up("other").await;
        let theirs = buy(&market, &other, "other@example.org").await;
        let guest = Visitor::new(&market);
        assert_eq!(guest.get(&bought.page()).await.status(), 303);
        for path in [bought.page(), bought.cancellation(&bought.page())] {
            assert_eq!(other.get(&path).await.status(), 404, "{path}");
        }
        let again = format!("{}/again", bought.page());
        for path in [
            bought.cancellation(&bought.page()),
            bought.delivery(&bought.page()),
            again,
        ] {
            assert_eq!(other.post(&path, &[]).await.status(), 404, "{path}");
        }
        // A line or a shop order of someone else, with a path below one's own order.
        let mixed = bought.cancellation(&theirs.page());
        assert_eq!(other.get(&mixed).await.status(), 404);
        assert_eq!(other.post(&mixed, &[]).await.status(), 404);
        assert_eq!(other.post(&bought.delivery(&theirs.page()), &[]).await.status(), 404);
        assert_eq!(market.status(&bought), "Pending");
    });
}

#[test]
fn nobody_sees_an_unpaid_order() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let unpaid = format!("UPDATE purchases SET placed_at = NULL WHERE id = {}", bought.checkout);
        market.sql(&unpaid).await;
        assert_eq!(lea.get(&bought.page()).await.status(), 404);
        assert!(texts(&lea.page("/dashboard/orders").await, ".purchase").is_empty());
        let ines = seller(&market).await;
        assert_eq!(ines.get(&bought.desk()).await.status(), 404);
        assert_eq!(send(&ines, &bought, "ctt", "").await.status(), 404);
        for view in ["to-send", "all"] {
            let page = ines.page(&format!("/dashboard/orders/shop?view={view}")).await;
            assert!(!texts(&page, "main").concat().contains(&bought.number), "{view}");
        }
        let product = format!("/dashboard/products/{}/orders", market.product(MUG));
        assert!(
            !texts(&ines.page(&product).await, "main")
                .concat()
                .contains(&bought.number)
        );
    });
}

#[test]
fn a_list_of_many_orders_takes_no_more_statements_than_one_of_few() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        assert_eq!(
            texts(&lea.page("/dashboard/orders").await, ".empty h2"),
            ["No orders yet"]
        );
        let bought = buy(&market, &lea, "lea@example.org").await;
        let ines = seller(&market).await;
        let product = format!("/dashboard/products/{}/orders", market.product(MUG));
        let own = bought.page();
        let desk = bought.desk();
        let pages = [
            (&lea, "/dashboard/orders"),
            (&lea, "/dashboard"),
            (&lea, own.as_str()),
            (&ines, "/dashboard/orders/shop"),
            (&ines, "/dashboard"),
            (&ines, desk.as_str()),
            (&ines, product.as_str()),
        ];
        let mut few = Vec::new();
        for (who, path) in pages {
            who.page(path).await;
            let before = market.db.queries();
            who.page(path).await;
            few.push(market.db.queries() - before);
        }
        let lists = [
            ("/dashboard/orders/shop", ".sales > li"),
            (product.as_str(), "tbody tr"),
        ];
        let mut before = Vec::new();
        for (path, row) in lists {
            before.push(rows_of(&ines, path, row).await);
        }
        copies(&market, &bought, 50).await;
        for ((who, path), few) in pages.into_iter().zip(few) {
            let before = market.db.queries();
            who.page(path).await;
            assert_eq!(market.db.queries() - before, few, "{path}");
            assert!(few <= 10, "{path}: {few}");
        }
        // The pages together list every order once.
        let mut numbers = Vec::new();
        let mut next = Some("/dashboard/orders".to_owned());
        while let Some(path) = next {
            let page = lea.page(&path).await;
            numbers.extend(texts(&page, ".purchase h2"));
            next = attributes(&page, "#further", "href").first().cloned();
        }
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 51);
        for ((path, row), before) in lists.into_iter().zip(before) {
            assert_eq!(rows_of(&ines, path, row).await, before + 50, "{path}");
        }
    });
}

/// How many rows a list has on all its pages.
async fn rows_of(who: &Visitor, path: &str, row: &str) -> usize {
    let (mut seen, mut next) = (0, Some(path.to_owned()));
    while let Some(path) = next {
        let page = who.page(&path).await;
        seen += texts(&page, row).len();
        next = attributes(&page, "#further", "href").first().cloned();
    }
    seen
}

/// Inserts this many copies of a purchase.
async fn copies(market: &crate::support::Market, bought: &super::bought::Bought, count: i64) {
    for n in 1..=count {
        let (checkout, order, shop_order) = (bought.checkout, bought.order, bought.shop_order);
        let sql = format!(
            "INSERT INTO purchases (id, number, buyer_id, email, name, street, line2, postal_code, town, region, country,
                 currency, items_total, shipping_total, total, created_at, updated_at, body_hash, quote, placed_at)
             SELECT id + {n}, 'PS-C-{n}', buyer_id, email, name, street, line2, postal_code, town, region, country,
                 currency, items_total, shipping_total, total, created_at, updated_at, '', '', placed_at
                 FROM purchases WHERE id = {checkout};
             INSERT INTO payments (id, owner_id, purchase_id, amount, refunded, currency, status, provider,
                 payment_intent_id, created_at, updated_at, attempt, expires_at, error)
             SELECT id + {n}, owner_id, purchase_id + {n}, amount, 0, currency, status, provider,
                 'copy-{n}', created_at, updated_at, 1, expires_at, '' FROM payments WHERE purchase_id = {checkout};
             INSERT INTO shop_orders (id, purchase_id, shop_id, shop_name, price, carrier, tracking, created_at, updated_at,
                 rate, pickup, note)
             SELECT id + {n}, purchase_id + {n}, shop_id, shop_name, price, '', '', created_at, updated_at, rate, pickup,
                 '' FROM shop_orders WHERE id = {shop_order};
             INSERT INTO orders (id, buyer_id, product_id, variant_id, purchase_id, shop_order_id, payment_id, status, title,
                 options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at)
             SELECT id + {n}, buyer_id, product_id, variant_id, purchase_id + {n}, shop_order_id + {n}, payment_id + {n},
                 status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at
                 FROM orders WHERE id = {order};"
        );
        market.sql(&sql).await;
    }
}
