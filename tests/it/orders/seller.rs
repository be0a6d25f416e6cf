//! The seller's order pages.

use super::placed_order::{assert_redirects, buy, dispatch, market_with_shipping, seller};
use crate::checkout::purchase::RING_DISH;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};
use crate::support::{attributes, run, texts};

#[test]
fn a_shop_sees_what_to_ship_and_where_it_goes() {
    run(async {
        let market = market_with_shipping().await;
        let ines = seller(&market).await;
        let before = texts(&ines.page("/dashboard/orders/shop").await, ".shop-orders > li").len();
        let order = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let list = ines.page("/dashboard/orders/shop").await;
        assert_eq!(texts(&list, ".shop-orders > li").len(), before + 1);
        assert!(attributes(&list, ".shop-orders a", "href").contains(&order.seller_page()));
        let page_text = texts(&ines.page(&order.seller_page()).await, "main").concat();
        for expected in [
            "Ada Lovelace",
            "12 St James's Square",
            "San Francisco",
            "ada@example.org",
            "Post",
        ] {
            assert!(page_text.contains(expected), "{expected}: {page_text}");
        }
        assert!(
            texts(&ines.page("/dashboard").await, ".shop-orders")
                .concat()
                .contains(&order.number)
        );

        assert_redirects(
            &dispatch(&ines, &order, "royal-mail", "AB123456789GB").await,
            &order.seller_page(),
        );
        for (view, listed) in [
            ("to-send", false),
            ("sent", true),
            ("delivered", false),
            ("cancelled", false),
            ("all", true),
        ] {
            let page = ines.page(&format!("/dashboard/orders/shop?view={view}")).await;
            assert_eq!(texts(&page, "main").concat().contains(&order.number), listed, "{view}");
        }
        let tracking_path = format!("{}/tracking", order.seller_page());
        assert_redirects(
            &ines
                .post(&tracking_path, &[("carrier", "other"), ("tracking", "X-1")])
                .await,
            &order.seller_page(),
        );
        assert_eq!(
            market.count_rows("shop_orders WHERE carrier = 'other' AND tracking = 'X-1'"),
            1
        );
        market.emails("ada@example.org", 2).await;
    });
}

#[test]
fn another_shop_can_neither_see_nor_ship_it() {
    run(async {
        let market = market_with_shipping().await;
        let order = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let other = Visitor::new(&market);
        other.sign_in("nkem", DEMO_PASSWORD).await;
        assert_eq!(other.get("/dashboard/orders/shop").await.status(), 200);
        assert_eq!(other.get(&order.seller_page()).await.status(), 404);
        assert_eq!(dispatch(&other, &order, "ctt", "1").await.status(), 404);
        let tracking_path = format!("{}/tracking", order.seller_page());
        assert_eq!(other.post(&tracking_path, &[("carrier", "ctt")]).await.status(), 404);
        let product = format!("/dashboard/products/{}/orders", market.product(RING_DISH));
        assert_eq!(other.get(&product).await.status(), 404);
        assert_eq!(market.status(&order), "Pending");
    });
}

#[test]
fn an_invalid_carrier_or_number_is_refused() {
    run(async {
        let market = market_with_shipping().await;
        let ines = seller(&market).await;
        let order = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        for (carrier, tracking, field) in [
            ("", "1", "carrier"),
            ("pigeon", "1", "carrier"),
            ("ctt", "<script>alert(1)</script>", "tracking"),
            ("ctt", "1\u{0}", "tracking"),
            ("ctt", "\" hx-get=/x", "tracking"),
            ("ctt", "\u{202e}123", "tracking"),
            ("ctt", &"9".repeat(10_000), "tracking"),
        ] {
            let response = dispatch(&ines, &order, carrier, tracking).await;
            assert_eq!(response.status(), 422, "{tracking}");
            let page = scraper::Html::parse_document(&response.text().await.unwrap());
            assert_eq!(
                attributes(&page, ".errors a", "href"),
                [format!("#{field}")],
                "{tracking}"
            );
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert!(attributes(&page, "main [hx-get], main script", "class").is_empty());
        }
        assert_eq!(market.status(&order), "Pending");
        // The form changes only carrier and number, whatever else it sends.
        let form = [
            ("carrier", "ctt"),
            ("tracking", "1"),
            ("price", "0"),
            ("delivered_at", "2026-01-01 00:00:00"),
            ("shop_id", "1"),
            ("status", "Delivered"),
        ];
        ines.post(&format!("{}/dispatch", order.seller_page()), &form).await;
        assert_eq!(market.status(&order), "Shipped");
        let unchanged = format!(
            "shop_orders WHERE id = {} AND price = 450 AND delivered_at IS NULL",
            order.shop_order_id
        );
        assert_eq!(market.count_rows(&unchanged), 1);
    });
}

#[test]
fn user_input_is_shown_as_text() {
    run(async {
        let market = market_with_shipping().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        let order = buy(&market, &lea, "lea@example.org").await;
        let hostile = "<img src=x onerror=alert(1)> <b hx-get=\"/logout\" hx-trigger=load>";
        let sql = format!(
            "UPDATE shop_orders SET note = '{hostile}' WHERE id = {};
             UPDATE purchases SET name = '{hostile}', street = '{hostile}' WHERE id = {};
             UPDATE orders SET title = '{hostile}', options = '{hostile}', personalization = 'Name: {hostile}' WHERE id = {}",
            order.shop_order_id, order.purchase_id, order.order_line_id
        );
        market.sql(&sql).await;
        let product = format!("/dashboard/products/{}/orders", market.product(RING_DISH));
        for (who, path) in [
            (&lea, order.buyer_page()),
            (&lea, order.cancellation_path(&order.buyer_page())),
            (&lea, "/dashboard/orders".to_owned()),
            (&ines, order.seller_page()),
            (&ines, "/dashboard/orders/shop".to_owned()),
            (&ines, product),
        ] {
            let page = who.page(&path).await;
            assert!(
                attributes(&page, "main b, main [onerror], main [hx-get]", "hx-get").is_empty(),
                "{path}"
            );
            assert!(attributes(&page, "[onerror]", "src").is_empty(), "{path}");
        }
    });
}

#[test]
fn the_original_address_of_a_products_orders_redirects() {
    run(async {
        let market = market_with_shipping().await;
        let ines = seller(&market).await;
        let order = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let product = market.product(RING_DISH);
        let redirect = ines.get(&format!("/dashboard/product/{product}/orders")).await;
        let now = format!("/dashboard/products/{product}/orders");
        assert_eq!((redirect.status().as_u16(), location(&redirect)), (301, now.as_str()));
        let rows = texts(&ines.page(&now).await, "tbody tr");
        let row = rows.iter().find(|row| row.contains(&order.number)).unwrap();
        assert!(row.contains("Ada Lovelace") && row.contains("ada@example.org"), "{row}");
    });
}

#[test]
fn a_canceled_order_shows_what_was_ordered() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let ines = seller(&market).await;
        let list = async || texts(&ines.page("/dashboard/orders/shop?view=all").await, ".shop-orders > li").remove(0);
        let total = async || texts(&ines.page(&order.seller_page()).await, ".totals .total .num").concat();
        let before = total().await;
        assert!(list().await.contains(&before), "{before}");
        lea.post(&order.cancellation_path(&order.buyer_page()), &[]).await;
        assert!(list().await.contains("Canceled"));
        assert!(list().await.contains(&before), "{before}");
        assert_eq!(total().await, before);
    });
}
