//! A shop closes during a checkout: either the shop stays open and has an order, or it is closed and has none.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use futures_util::future::join;
use pocketshop::db::Conn;
use scraper::Html;

use super::purchase::{Form, MUG, guest_with};
use crate::cart::{SHOP, plain};
use crate::support::{attributes, run, texts};

#[test]
fn paying_waits_for_a_shop_that_is_closing_and_is_refused() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let form = Form::of(&visitor).await;
        let mut closing = market.config.database.connect().unwrap();
        let begin = match closing {
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN",
        };
        let close = format!("{begin}; UPDATE shops SET state = 'closed' WHERE slug = '{SHOP}'");
        closing.batch_execute(&close).unwrap();
        let paying = actix_web::rt::spawn(async move { form.send(&visitor).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!paying.is_finished(), "it did not wait for the shop");
        closing.batch_execute("COMMIT").unwrap();
        let answer = paying.await.unwrap();
        assert_eq!(answer.status(), 422);
        let page = Html::parse_document(&answer.text().await.unwrap());
        assert!(texts(&page, "main").concat().contains("Nothing was charged"));
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 0);
        assert_eq!(market.on_shelf(mug), 9);
    });
}

#[test]
fn no_order_is_placed_in_a_closed_shop() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 99).await;
        let shop = market.shop(SHOP);
        let ines = market.demo_person("ines").await;
        let name = attributes(&ines.page("/dashboard/shop").await, "#name", "value").remove(0);
        let settled = "UPDATE orders SET status = 'Delivered'; UPDATE shops SET state = 'open'";
        for round in 0..10 {
            market.sql(settled).await;
            let visitor = guest_with(&market, MUG, "1").await;
            let form = Form::of(&visitor).await;
            let fields = [("name", &*name)];
            let (paid, shut) = join(form.send(&visitor), ines.post("/dashboard/shop/closure", &fields)).await;
            let closed = market.count_of(&format!("shops WHERE id = {shop} AND state = 'closed'"));
            let sold = market.count_of(&format!(
                "orders o JOIN shop_orders s ON s.id = o.shop_order_id WHERE s.shop_id = {shop} AND o.status = 'Pending'"
            ));
            assert_eq!(closed + sold, 1, "round {round}: {} {}", paid.status(), shut.status());
            assert_eq!(i64::from(paid.status() == 303), sold);
        }
    });
}
