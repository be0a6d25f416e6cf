//! Canceling, shipping and refunds at the same time: only one of them succeeds, and a refund happens once.

use pocketshop::db::Conn;
use pocketshop::error::{Error, Result};
use pocketshop::id::{OrderLineId, PurchaseId, ShopId, ShopOrderId, UserId};
use pocketshop::orders::{OrderAction, ShopOrder, Tracking};
use pocketshop::payments::cancel_line;

use super::purchase::{Form, RING_DISH, guest_with_cart};
use crate::cart::simple_market;
use crate::support::roles::now;
use crate::support::{Market, run};

/// A market with a purchase of two items and delivery for $4.50.
async fn market_with_purchase() -> (Market, PurchaseId, OrderLineId, ShopOrderId) {
    let market = simple_market().await;
    let shop = market.shop("barro-e-sal");
    market.set_stock(market.variant(RING_DISH), 5).await;
    market
        .sql(&format!(
            "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
             days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 0, 2, 4, FALSE,
             '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
        ))
        .await;
    let visitor = guest_with_cart(&market, RING_DISH, "2").await;
    Form::load(&visitor).await.pay(&visitor).await;
    let select =
        |column: &str| market.select_number(&format!("SELECT {column} FROM orders WHERE cart_item_id IS NOT NULL"));
    let (purchase, line, shop_order) = (select("purchase_id"), select("id"), select("shop_order_id"));
    (market, PurchaseId(purchase), OrderLineId(line), ShopOrderId(shop_order))
}

fn ship(conn: &mut Conn, shop: ShopId, id: ShopOrderId, seller: UserId) -> Result<()> {
    let tracking = Tracking {
        carrier: "DHL".to_owned(),
        number: "1".to_owned(),
    };
    ShopOrder::of_shop(conn, shop, id)?.ship(conn, &tracking, seller, now())
}

#[test]
fn twenty_cancellations_at_once_refund_once() {
    run(async {
        let (market, purchase, line, _) = market_with_purchase().await;
        let attempts: Vec<_> = (0..20)
            .map(|_| {
                market
                    .db
                    .write(move |conn| cancel_line(conn, purchase, line, None, now()))
            })
            .collect();
        let results = futures_util::future::join_all(attempts).await;
        let refunds: Vec<_> = results.into_iter().filter_map(std::result::Result::ok).collect();
        assert_eq!(refunds.len(), 1);
        let total = market.select_number(&format!("SELECT total FROM purchases WHERE id = {}", purchase.0));
        assert_eq!(refunds[0].amount.0, total, "the whole total, with delivery");
        assert_eq!(market.current_stock(market.variant(RING_DISH)), 5);
        // The sweep sends the refund to the provider, and only once.
        let (one, other) = futures_util::future::join(market.sweep(0), market.sweep(0)).await;
        assert_eq!(one.refunded + other.refunded, 1);
        assert!(!market.processor().refund(refunds[0].clone(), now()).await.unwrap());
        market.assert_consistent();
    });
}

#[test]
fn canceling_and_shipping_at_once_do_not_both_succeed() {
    run(async {
        for _ in 0..5 {
            let (market, purchase, line, shop_order) = market_with_purchase().await;
            let shop = ShopId(market.shop("barro-e-sal"));
            let ines = UserId(market.user("ines"));
            let (canceled, shipped) = futures_util::future::join(
                market
                    .db
                    .write(move |conn| cancel_line(conn, purchase, line, None, now())),
                market.db.write(move |conn| ship(conn, shop, shop_order, ines)),
            )
            .await;
            assert_ne!(canceled.is_ok(), shipped.is_ok(), "{canceled:?} {shipped:?}");
            market.assert_consistent();
        }
    });
}

#[test]
fn a_shipped_order_counts_as_delivered_after_two_weeks() {
    run(async {
        let (market, purchase, line, shop_order) = market_with_purchase().await;
        let shop = ShopId(market.shop("barro-e-sal"));
        let ines = UserId(market.user("ines"));
        let other_shop = ShopId(1);
        let not_found = market
            .db
            .write(move |conn| ship(conn, other_shop, shop_order, ines))
            .await;
        assert!(matches!(not_found, Err(Error::NotFound)));
        market
            .db
            .write(move |conn| ship(conn, shop, shop_order, ines))
            .await
            .unwrap();
        let late = market
            .db
            .write(move |conn| cancel_line(conn, purchase, line, None, now()))
            .await;
        assert!(matches!(late, Err(Error::Refused(_))));
        market.sweep(14 * 24 * 60 - 1).await;
        let delivered = format!("orders WHERE id = {} AND status = 'Delivered'", line.0);
        assert_eq!(market.count_rows(&delivered), 0);
        market.sweep(14 * 24 * 60 + 1).await;
        assert_eq!(market.count_rows(&delivered), 1);
        let again = market
            .db
            .write(move |conn| ShopOrder::deliver(conn, shop_order, OrderAction::by_buyer(None, now())))
            .await;
        assert!(!again.unwrap());
        market.assert_consistent();
    });
}
