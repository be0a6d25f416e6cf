//! A shop that closes during a checkout: either it stays open and gets the order, or it closes and gets none.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use futures_util::future::join;
use pocketshop::db::Conn;
use scraper::Html;

use super::purchase::{Form, RING_DISH, guest_with_cart};
use crate::cart::{SHOP, simple_market};
use crate::support::{attributes, run, texts};

#[test]
fn paying_waits_for_a_shop_that_is_closing_and_is_refused() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let form = Form::load(&visitor).await;
        let mut closing = market.config.database.connect().unwrap();
        let begin = match closing {
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN",
        };
        let statement = format!("{begin}; UPDATE shops SET state = 'closed' WHERE slug = '{SHOP}'");
        closing.batch_execute(&statement).unwrap();
        let paying = actix_web::rt::spawn(async move { form.submit(&visitor).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!paying.is_finished(), "paying did not wait for the other transaction");
        closing.batch_execute("COMMIT").unwrap();
        let response = paying.await.unwrap();
        assert_eq!(response.status(), 422);
        let page = Html::parse_document(&response.text().await.unwrap());
        assert!(texts(&page, "main").concat().contains("Nothing was charged"));
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 0);
        assert_eq!(market.current_stock(dish), 9);
    });
}

#[test]
fn no_order_is_placed_in_a_closed_shop() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 99).await;
        let shop = market.shop(SHOP);
        let ines = market.sign_in_demo_user("ines").await;
        let name = attributes(&ines.page("/dashboard/shop").await, "#name", "value").remove(0);
        let reset = "UPDATE orders SET status = 'Delivered'; UPDATE shops SET state = 'open'";
        for round in 0..10 {
            market.sql(reset).await;
            let visitor = guest_with_cart(&market, RING_DISH, "1").await;
            let form = Form::load(&visitor).await;
            let fields = [("name", &*name)];
            let (paid, closure) = join(form.submit(&visitor), ines.post("/dashboard/shop/closure", &fields)).await;
            let closed = market.count_rows(&format!("shops WHERE id = {shop} AND state = 'closed'"));
            let orders = market.count_rows(&format!(
                "orders o JOIN shop_orders s ON s.id = o.shop_order_id WHERE s.shop_id = {shop} AND o.status = 'Pending'"
            ));
            assert_eq!(
                closed + orders,
                1,
                "round {round}: {} {}",
                paid.status(),
                closure.status()
            );
            assert_eq!(i64::from(paid.status() == 303), orders);
        }
    });
}
