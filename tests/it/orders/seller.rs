//! The seller's pages of orders.

use super::bought::{buy, led_to, market, seller, send};
use crate::checkout::purchase::MUG;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};
use crate::support::{attributes, run, texts};

#[test]
fn a_shop_sees_what_to_ship_and_where_it_goes() {
    run(async {
        let market = market().await;
        let ines = seller(&market).await;
        let before = texts(&ines.page("/dashboard/orders/shop").await, ".sales > li").len();
        let bought = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let list = ines.page("/dashboard/orders/shop").await;
        assert_eq!(texts(&list, ".sales > li").len(), before + 1);
        assert!(attributes(&list, ".sales a", "href").contains(&bought.desk()));
        let desk = texts(&ines.page(&bought.desk()).await, "main").concat();
        for told in [
            "Ada Lovelace",
            "12 St James's Square",
            "San Francisco",
            "ada@example.org",
            "Post",
        ] {
            assert!(desk.contains(told), "{told}: {desk}");
        }
        assert!(
            texts(&ines.page("/dashboard").await, ".sales")
                .concat()
                .contains(&bought.number)
        );

        led_to(
            &send(&ines, &bought, "royal-mail", "AB123456789GB").await,
            &bought.desk(),
        );
        for (view, there) in [
            ("to-send", false),
            ("sent", true),
            ("delivered", false),
            ("cancelled", false),
            ("all", true),
        ] {
            let page = ines.page(&format!("/dashboard/orders/shop?view={view}")).await;
            assert_eq!(texts(&page, "main").concat().contains(&bought.number), there, "{view}");
        }
        let retrack = format!("{}/tracking", bought.desk());
        led_to(
            &ines.post(&retrack, &[("carrier", "other"), ("tracking", "X-1")]).await,
            &bought.desk(),
        );
        assert_eq!(
            market.count_of("shop_orders WHERE carrier = 'other' AND tracking = 'X-1'"),
            1
        );
        market.emails("ada@example.org", 2).await;
    });
}

#[test]
fn another_shop_can_neither_see_nor_ship_it() {
    run(async {
        let market = market().await;
        let bought = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let other = Visitor::new(&market);
        other.sign_in("nkem", DEMO_PASSWORD).await;
        assert_eq!(other.get("/dashboard/orders/shop").await.status(), 200);
        assert_eq!(other.get(&bought.desk()).await.status(), 404);
        assert_eq!(send(&other, &bought, "ctt", "1").await.status(), 404);
        let retrack = format!("{}/tracking", bought.desk());
        assert_eq!(other.post(&retrack, &[("carrier", "ctt")]).await.status(), 404);
        let product = format!("/dashboard/products/{}/orders", market.product(MUG));
        assert_eq!(other.get(&product).await.status(), 404);
        assert_eq!(market.status(&bought), "Pending");
    });
}

#[test]
fn an_invalid_carrier_or_number_is_refused() {
    run(async {
        let market = market().await;
        let ines = seller(&market).await;
        let bought = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        for (carrier, tracking, field) in [
            ("", "1", "carrier"),
            ("pigeon", "1", "carrier"),
            ("ctt", "<script>alert(1)</script>", "tracking"),
            ("ctt", "1\u{0}", "tracking"),
            ("ctt", "\" hx-get=/x", "tracking"),
            ("ctt", "\u{202e}123", "tracking"),
            ("ctt", &"9".repeat(10_000), "tracking"),
        ] {
            let answer = send(&ines, &bought, carrier, tracking).await;
            assert_eq!(answer.status(), 422, "{tracking}");
            let page = scraper::Html::parse_document(&answer.text().await.unwrap());
            assert_eq!(
                attributes(&page, ".errors a", "href"),
                [format!("#{field}")],
                "{tracking}"
            );
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert!(attributes(&page, "main [hx-get], main script", "class").is_empty());
        }
        assert_eq!(market.status(&bought), "Pending");
        // The form changes only carrier and number, whatever else it sends.
        let form = [
            ("carrier", "ctt"),
            ("tracking", "1"),
            ("price", "0"),
            ("delivered_at", "2026-01-01 00:00:00"),
            ("shop_id", "1"),
            ("status", "Delivered"),
        ];
        ines.post(&format!("{}/dispatch", bought.desk()), &form).await;
        assert_eq!(market.status(&bought), "Shipped");
        let kept = format!(
            "shop_orders WHERE id = {} AND price = 450 AND delivered_at IS NULL",
            bought.shop_order
        );
        assert_eq!(market.count_of(&kept), 1);
    });
}

#[test]
fn user_input_is_shown_as_text() {
    run(async {
        let market = market().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        let bought = buy(&market, &lea, "lea@example.org").await;
        let evil = "<img src=x onerror=alert(1)> <b hx-get=\"/logout\" hx-trigger=load>";
        let sql = format!(
            "UPDATE shop_orders SET note = '{evil}' WHERE id = {};
             UPDATE purchases SET name = '{evil}', street = '{evil}' WHERE id = {};
             UPDATE orders SET title = '{evil}', options = '{evil}', personalization = 'Name: {evil}' WHERE id = {}",
            bought.shop_order, bought.checkout, bought.order
        );
        market.sql(&sql).await;
        let product = format!("/dashboard/products/{}/orders", market.product(MUG));
        for (who, path) in [
            (&lea, bought.page()),
            (&lea, bought.cancellation(&bought.page())),
            (&lea, "/dashboard/orders".to_owned()),
            (&ines, bought.desk()),
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
        let market = market().await;
        let ines = seller(&market).await;
        let bought = buy(&market, &Visitor::new(&market), "ada@example.org").await;
        let product = market.product(MUG);
        let old = ines.get(&format!("/dashboard/product/{product}/orders")).await;
        let now = format!("/dashboard/products/{product}/orders");
        assert_eq!((old.status().as_u16(), location(&old)), (301, now.as_str()));
        let rows = texts(&ines.page(&now).await, "tbody tr");
        let row = rows.iter().find(|row| row.contains(&bought.number)).unwrap();
        assert!(row.contains("Ada Lovelace") && row.contains("ada@example.org"), "{row}");
    });
}
