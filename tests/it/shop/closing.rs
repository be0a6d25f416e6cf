//! Closing a shop, and opening it again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::{connect, post_form, seller_with_shop, shop_id, shop_state};
use crate::schema::{orders, shop_orders};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, run, texts};

#[test]
fn a_shop_closes_by_its_name_and_opens_again() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let close = "/dashboard/shop/closure";
        let (status, page) = post_form(&ana, close, &[("name", "Wood")]).await;
        assert_eq!((status, shop_state(&market, "clay").as_str()), (422, "open"));
        assert!(texts(&page, "#problems").join(" ").contains("not the name"));
        assert_eq!(location(&ana.post(close, &[("name", "Clay")]).await), close);
        assert_eq!(shop_state(&market, "clay"), "closed");
        assert_eq!(market.get("/shops/clay").await.status(), 404);
        assert!(!texts(&market.page("/shops").await, "main").join(" ").contains("Clay"));
        assert_eq!(ana.get("/shops/clay").await.status(), 200, "its owner still sees it");
        assert_eq!(location(&ana.post("/dashboard/shop/opening", &[]).await), "/shops/clay");
        assert_eq!(market.get("/shops/clay").await.status(), 200);
    });
}

#[test]
fn a_shop_with_open_orders_does_not_close() {
    run(async {
        let market = Market::demo();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let (shop, mut conn) = (shop_id(&market, "clay"), connect(&market));
        super::ownership::add_order(&mut conn, shop);
        conn.batch_execute(&format!(
            "INSERT INTO orders (id, purchase_id, shop_order_id, payment_id, status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at)
             SELECT {shop} + 1000000, purchase_id, shop_order_id, payment_id, status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at
             FROM orders WHERE id = {shop}"
        ))
        .unwrap();
        let close = "/dashboard/shop/closure";
        for (status, closes) in [("Pending", false), ("Shipped", false), ("Delivered", true)] {
            let shop_order_ids = shop_orders::table
                .filter(shop_orders::shop_id.eq(shop))
                .select(shop_orders::id);
            diesel::update(orders::table.filter(orders::shop_order_id.eq_any(shop_order_ids)))
                .set(orders::status.eq(status))
                .execute(&mut conn)
                .unwrap();
            let (http_status, page) = post_form(&ana, close, &[("name", "Clay")]).await;
            let problems = texts(&page, "#problems").concat();
            assert_eq!(http_status == 303, closes, "{status}: {problems}");
            assert_eq!(
                problems.contains("One order is still open."),
                !closes,
                "{status}: {problems}"
            );
            assert_eq!(shop_state(&market, "clay") == "closed", closes, "{status}");
        }
    });
}

#[test]
fn the_products_of_a_closed_shop_are_not_found() {
    run(async {
        let market = Market::demo();
        let ines = Visitor::new(&market);
        ines.sign_in("ines", "twelve small pockets").await;
        let statement = "UPDATE orders SET status = 'Delivered'";
        market
            .db
            .write(move |conn| Ok(conn.batch_execute(statement)?))
            .await
            .unwrap();
        let mug = "/shops/barro-e-sal/dipped-speckle-mug";
        assert_eq!(market.get(mug).await.status(), 200);
        assert_eq!(
            ines.post("/dashboard/shop/closure", &[("name", "Barro & Sal")])
                .await
                .status(),
            303
        );
        assert_eq!(market.get(mug).await.status(), 404);
        assert_eq!(market.get("/shops/barro-e-sal").await.status(), 404);
        assert_eq!(ines.get(mug).await.status(), 200);
    });
}
