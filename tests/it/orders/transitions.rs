//! Transitions of order statuses: who may make them, who gets an email, and that they are never undone.

use futures_util::future::{join, join_all};

use super::placed_order::{assert_redirects, buy, dispatch, market_with_shipping, seller};
use crate::checkout::purchase::RING_DISH;
use crate::support::mail::links;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn of_many_cancellations_one_refunds_restocks_and_reports_the_order() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        market.emails("lea@example.org", 2).await;
        let confirmation = lea.page(&order.cancellation_path(&order.buyer_page())).await;
        let total = market.select_number(&format!("SELECT total FROM purchases WHERE id = {}", order.purchase_id));
        let amount = format!("${}.{:02}", total / 100, total % 100);
        assert_eq!(
            texts(&confirmation, "#refund"),
            [amount.as_str()],
            "the price of the items and the delivery"
        );
        assert_eq!(
            market.status(&order),
            "Pending",
            "the confirmation page changes nothing"
        );

        let path = order.cancellation_path(&order.buyer_page());
        let cookie = lea.cookie();
        let tabs: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, cookie.clone())).collect();
        let responses = join_all(tabs.iter().map(|tab| tab.post(&path, &[]))).await;
        for response in &responses {
            assert_redirects(response, &order.buyer_page());
        }
        assert_eq!(market.status(&order), "Cancelled");
        let succeeded = format!(
            "refunds WHERE order_line_id = {} AND status = 'SUCCEEDED'",
            order.order_line_id
        );
        assert_eq!(market.count_rows(&succeeded), 1);
        let refunded = format!(
            "SELECT refunded FROM payments WHERE purchase_id = {}",
            order.purchase_id
        );
        assert_eq!(market.select_number(&refunded), total);
        assert_eq!(market.current_stock(market.variant(RING_DISH)), 50);
        market.assert_consistent();

        let emails = market.emails("lea@example.org", 3).await;
        assert!(
            emails[2].subject.starts_with("Canceled and refunded"),
            "{}",
            emails[2].subject
        );
        assert!(emails[2].text.contains(&amount) && emails[2].html.contains(&order.number));
        let seller_emails = market.emails("ines@example.com", 2).await;
        assert!(
            seller_emails[1].subject.starts_with("Canceled"),
            "{}",
            seller_emails[1].subject
        );
        let page = lea.page(&order.buyer_page()).await;
        assert_eq!(texts(&page, "#refunded"), [format!("−{amount}")]);
        assert_eq!(texts(&page, ".canceled del").len(), 2);
        let ines = seller(&market).await;
        let seller_page = ines.page(&order.seller_page()).await;
        assert_eq!(
            texts(&seller_page, ".canceled .small.strong"),
            ["Canceled by the buyer. Don’t ship it."]
        );
        assert!(texts(&seller_page, "#dispatch").is_empty());
    });
}

#[test]
fn buyer_and_seller_get_one_email_for_each_change() {
    run(async {
        let market = market_with_shipping().await;
        let lea = market.sign_up("lea").await;
        let order = buy(&market, &lea, "lea@example.org").await;
        let emails = market.emails("lea@example.org", 2).await;
        let placed = &emails[1];
        assert_eq!(placed.subject, format!("Your order {}", order.number));
        assert!(
            placed.text.contains("Total: $") && placed.text.contains("Delivery: $4.50"),
            "{}",
            placed.text
        );
        assert!(links(placed)[0].ends_with(&order.buyer_page()));
        let seller_emails = market.emails("ines@example.com", 1).await;
        assert!(
            seller_emails[0].text.contains("Ada Lovelace bought from your shop"),
            "{}",
            seller_emails[0].text
        );
        assert!(links(&seller_emails[0])[0].ends_with(&order.seller_page()));

        let ines = seller(&market).await;
        let tabs: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, ines.cookie())).collect();
        join_all(tabs.iter().map(|tab| dispatch(tab, &order, "ups", "1Z999"))).await;
        let emails = market.emails("lea@example.org", 3).await;
        assert!(
            emails[2].text.contains("Carrier: UPS. Tracking number: 1Z999"),
            "{}",
            emails[2].text
        );
        assert_eq!(links(&emails[2]), ["https://www.ups.com/track?tracknum=1Z999"]);

        let path = order.delivery_path(&order.buyer_page());
        let tabs: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, lea.cookie())).collect();
        join_all(tabs.iter().map(|tab| tab.post(&path, &[]))).await;
        let emails = market.emails("lea@example.org", 4).await;
        assert!(emails[3].subject.starts_with("Delivered"), "{}", emails[3].subject);
        market.emails("ines@example.com", 1).await;
    });
}

#[test]
fn an_order_is_canceled_or_shipped_but_never_both() {
    run(async {
        let market = market_with_shipping().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        for _ in 0..4 {
            let order = buy(&market, &lea, "lea@example.org").await;
            let path = order.cancellation_path(&order.buyer_page());
            join(lea.post(&path, &[]), dispatch(&ines, &order, "ctt", "1")).await;
            let refunds = market.count_rows(&format!("refunds WHERE order_line_id = {}", order.order_line_id));
            match market.status(&order) {
                "Cancelled" => assert_eq!(refunds, 1),
                "Shipped" => assert_eq!(refunds, 0),
                other => panic!("{other}"),
            }
        }
        market.assert_consistent();
    });
}

#[test]
fn a_status_never_goes_back() {
    run(async {
        let market = market_with_shipping().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        let order = buy(&market, &lea, "lea@example.org").await;
        let (cancel, deliver) = (
            order.cancellation_path(&order.buyer_page()),
            order.delivery_path(&order.buyer_page()),
        );
        lea.post(&deliver, &[]).await;
        assert_eq!(
            market.status(&order),
            "Pending",
            "an order that was not shipped cannot be delivered"
        );
        dispatch(&ines, &order, "ctt", "1").await;
        assert_redirects(&lea.get(&cancel).await, &order.buyer_page());
        lea.post(&cancel, &[]).await;
        assert_eq!(market.status(&order), "Shipped");
        lea.post(&deliver, &[]).await;
        for _ in 0..2 {
            dispatch(&ines, &order, "dhl", "2").await;
            lea.post(&cancel, &[("status", "Pending")]).await;
            lea.post(&deliver, &[("status", "Shipped")]).await;
            assert_eq!(market.status(&order), "Delivered");
        }
        assert_eq!(
            market.count_rows(&format!("order_events WHERE order_line_id = {}", order.order_line_id)),
            3
        );
        assert_eq!(market.count_rows("shop_orders WHERE carrier = 'dhl'"), 0);
    });
}

#[test]
fn two_weeks_after_shipping_an_order_counts_as_delivered_and_the_buyer_gets_an_email() {
    run(async {
        let market = market_with_shipping().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        // This delivers all earlier orders.
        market.sweep(15 * 24 * 60).await;
        let order = buy(&market, &lea, "lea@example.org").await;
        assert_redirects(&dispatch(&ines, &order, "ctt", "").await, &order.seller_page());
        market.sweep(13 * 24 * 60).await;
        assert_eq!(market.status(&order), "Shipped");
        market.emails("lea@example.org", 3).await;
        let queued_emails = "jobs WHERE kind = 'mail'";
        let before = market.count_rows(queued_emails);
        join(market.sweep(15 * 24 * 60), market.sweep(15 * 24 * 60)).await;
        assert_eq!(market.status(&order), "Delivered");
        // The job's due time is that of the sweep, two weeks from now, so the email is counted in the queue.
        assert_eq!(
            market.count_rows(queued_emails),
            before + 1,
            "one email, although two sweeps ran"
        );
    });
}
