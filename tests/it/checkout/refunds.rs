//! Canceling and shipping: only one of two wins, and a refund happens once.

use pocketshop::db::Conn;
use pocketshop::error::{Error, Result};
use pocketshop::id::{OrderLineId, PurchaseId, ShopId, ShopOrderId, UserId};
use pocketshop::orders::{OrderAction, ShopOrder, Tracking};
use pocketshop::payments::cancel_line;

use super::purchase::{Form, MUG, guest_with};
use crate::cart::plain;
use crate::support::roles::now;
use crate::support::{Market, run};

/// A market with a purchase of two pieces, shipped for $4.50.
async fn bought() -> (Market, PurchaseId, OrderLineId, ShopOrderId) {
    let market = plain().await;
    let shop = market.shop("barro-e-sal");
    market.shelve(market.variant(MUG), 5).await;
    market
        .sql(&format!(
            "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
             days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 0, 2, 4, FALSE,
             '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
        ))
        .await;
    let visitor = guest_with(&market, MUG, "2").await;
    Form::of(&visitor).await.pay(&visitor).await;
    let of = |column: &str| market.number(&format!("SELECT {column} FROM orders WHERE cart_item_id IS NOT NULL"));
    let (purchase, line, shop_order) = (of("purchase_id"), of("id"), of("shop_order_id"));
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
        let (market, purchase, line, _) = bought().await;
        let tries: Vec<_> = (0..20)
            .map(|_| {
                market
                    .db
                    .write(move |conn| cancel_line(conn, purchase, line, None, now()))
            })
            .collect();
        let done = futures_util::future::join_all(tries).await;
        let refunds: Vec<_> = done.into_iter().filter_map(std::result::Result::ok).collect();
        assert_eq!(refunds.len(), 1);
        let total = market.number(&format!("SELECT total FROM purchases WHERE id = {}", purchase.0));
        assert_eq!(refunds[0].amount.0, total, "all of it, delivery too");
        assert_eq!(market.on_shelf(market.variant(MUG)), 5);
        // The provider was not asked yet: the sweep does it, and only once.
        let (one, other) = futures_util::future::join(market.sweep(0), market.sweep(0)).await;
        assert_eq!(one.refunded + other.refunded, 1);
        assert!(!market.processor().refund(refunds[0].clone(), now()).await.unwrap());
        market.books_balance();
    });
}

#[test]
fn canceling_and_shipping_at_once_do_not_both_win() {
    run(async {
        for _ in 0..5 {
            let (market, purchase, line, shop_order) = bought().await;
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
            market.books_balance();
        }
    });
}

#[test]
fn a_shipped_order_counts_as_delivered_after_two_weeks() {
    run(async {
        let (market, purchase, line, shop_order) = bought().await;
        let shop = ShopId(market.shop("barro-e-sal"));
        let ines = UserId(market.user("ines"));
        let stranger = ShopId(1);
        let foreign = market
            .db
            .write(move |conn| ship(conn, stranger, shop_order, ines))
            .await;
        assert!(matches!(foreign, Err(Error::NotFound)));
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
        assert_eq!(market.count_of(&delivered), 0);
        market.sweep(14 * 24 * 60 + 1).await;
        assert_eq!(market.count_of(&delivered), 1);
        let again = market
            .db
            .write(move |conn| ShopOrder::deliver(conn, shop_order, OrderAction::by_buyer(None, now())))
            .await;
        assert!(!again.unwrap());
        market.books_balance();
    });
}
