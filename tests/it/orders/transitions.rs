//! Status changes: who may make them, who gets an email, and that they are never undone.

use futures_util::future::{join, join_all};

use super::bought::{buy, led_to, market, seller, send};
use crate::checkout::purchase::MUG;
use crate::support::mail::links;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn a_canceled_order_is_refunded_restocked_and_reported_once_however_many_try() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        market.emails("lea@example.org", 2).await;
        let asked = lea.page(&bought.cancellation(&bought.page())).await;
        let total = market.number(&format!("SELECT total FROM purchases WHERE id = {}", bought.checkout));
        let back = format!("${}.{:02}", total / 100, total % 100);
        assert_eq!(texts(&asked, "#back"), [back.as_str()], "its price and the delivery");
        assert_eq!(market.status(&bought), "Pending", "the question changes nothing");

        let path = bought.cancellation(&bought.page());
        let cookie = lea.cookie();
        let tries: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, cookie.clone())).collect();
        let answers = join_all(tries.iter().map(|one| one.post(&path, &[]))).await;
        for answer in &answers {
            led_to(answer, &bought.page());
        }
        assert_eq!(market.status(&bought), "Cancelled");
        let settled = format!(
            "refunds WHERE order_line_id = {} AND status = 'SUCCEEDED'",
            bought.order
        );
        assert_eq!(market.count_of(&settled), 1);
        let refunded = format!("SELECT refunded FROM payments WHERE purchase_id = {}", bought.checkout);
        assert_eq!(market.number(&refunded), total);
        assert_eq!(market.on_shelf(market.variant(MUG)), 50);
        market.books_balance();

        let emails = market.emails("lea@example.org", 3).await;
        assert!(
            emails[2].subject.starts_with("Canceled and refunded"),
            "{}",
            emails[2].subject
        );
        assert!(emails[2].text.contains(&back) && emails[2].html.contains(&bought.number));
        let told = market.emails("ines@example.com", 2).await;
        assert!(told[1].subject.starts_with("Canceled"), "{}", told[1].subject);
        let page = lea.page(&bought.page()).await;
        assert_eq!(texts(&page, "#refunded"), [format!("−{back}")]);
        assert_eq!(texts(&page, ".struck del").len(), 2);
        let ines = seller(&market).await;
        let desk = ines.page(&bought.desk()).await;
        assert_eq!(
            texts(&desk, ".struck .small.strong"),
            ["Canceled by the buyer. Don’t ship it."]
        );
        assert!(texts(&desk, "#dispatch").is_empty());
    });
}

#[test]
fn buyer_and_seller_get_one_email_for_each_change() {
    run(async {
        let market = market().await;
        let lea = market.sign_up("lea").await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        let emails = market.emails("lea@example.org", 2).await;
        let placed = &emails[1];
        assert_eq!(placed.subject, format!("Your order {}", bought.number));
        assert!(
            placed.text.contains("Total: $") && placed.text.contains("Delivery: $4.50"),
            "{}",
            placed.text
        );
        assert!(links(placed)[0].ends_with(&bought.page()));
        let told = market.emails("ines@example.com", 1).await;
        assert!(
            told[0].text.contains("Ada Lovelace bought from your shop"),
            "{}",
            told[0].text
        );
        assert!(links(&told[0])[0].ends_with(&bought.desk()));

        let ines = seller(&market).await;
        let tries: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, ines.cookie())).collect();
        join_all(tries.iter().map(|one| send(one, &bought, "ups", "1Z999"))).await;
        let emails = market.emails("lea@example.org", 3).await;
        assert!(
            emails[2].text.contains("Carrier: UPS. Tracking number: 1Z999"),
            "{}",
            emails[2].text
        );
        assert_eq!(links(&emails[2]), ["https://www.ups.com/track?tracknum=1Z999"]);

        let path = bought.delivery(&bought.page());
        let tries: Vec<Visitor> = (0..20).map(|_| Visitor::with_cookie(&market, lea.cookie())).collect();
        join_all(tries.iter().map(|one| one.post(&path, &[]))).await;
        let emails = market.emails("lea@example.org", 4).await;
        assert!(emails[3].subject.starts_with("Delivered"), "{}", emails[3].subject);
        market.emails("ines@example.com", 1).await;
    });
}

#[test]
fn an_order_is_canceled_or_shipped_but_never_both() {
    run(async {
        let market = market().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        for _ in 0..4 {
            let bought = buy(&market, &lea, "lea@example.org").await;
            let path = bought.cancellation(&bought.page());
            join(lea.post(&path, &[]), send(&ines, &bought, "ctt", "1")).await;
            let refunds = market.count_of(&format!("refunds WHERE order_line_id = {}", bought.order));
            match market.status(&bought) {
                "Cancelled" => assert_eq!(refunds, 1),
                "Shipped" => assert_eq!(refunds, 0),
                other => panic!("{other}"),
            }
        }
        market.books_balance();
    });
}

#[test]
fn a_status_never_goes_back() {
    run(async {
        let market = market().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        let bought = buy(&market, &lea, "lea@example.org").await;
        let (cancel, deliver) = (bought.cancellation(&bought.page()), bought.delivery(&bought.page()));
        lea.post(&deliver, &[]).await;
        assert_eq!(
            market.status(&bought),
            "Pending",
            "an order that was not shipped cannot be delivered"
        );
        send(&ines, &bought, "ctt", "1").await;
        led_to(&lea.get(&cancel).await, &bought.page());
        lea.post(&cancel, &[]).await;
        assert_eq!(market.status(&bought), "Shipped");
        lea.post(&deliver, &[]).await;
        for _ in 0..2 {
            send(&ines, &bought, "dhl", "2").await;
            lea.post(&cancel, &[("status", "Pending")]).await;
            lea.post(&deliver, &[("status", "Shipped")]).await;
            assert_eq!(market.status(&bought), "Delivered");
        }
        assert_eq!(
            market.count_of(&format!("order_events WHERE order_line_id = {}", bought.order)),
            3
        );
        assert_eq!(market.count_of("shop_orders WHERE carrier = 'dhl'"), 0);
    });
}

#[test]
fn two_weeks_after_shipping_an_order_counts_as_delivered_and_the_buyer_gets_an_email() {
    run(async {
        let market = market().await;
        let (lea, ines) = (market.sign_up("lea").await, seller(&market).await);
        // By then every earlier order is delivered.
        market.sweep(15 * 24 * 60).await;
        let bought = buy(&market, &lea, "lea@example.org").await;
        led_to(&send(&ines, &bought, "ctt", "").await, &bought.desk());
        market.sweep(13 * 24 * 60).await;
        assert_eq!(market.status(&bought), "Shipped");
        market.emails("lea@example.org", 3).await;
        let mails = "jobs WHERE kind = 'mail'";
        let before = market.count_of(mails);
        join(market.sweep(15 * 24 * 60), market.sweep(15 * 24 * 60)).await;
        assert_eq!(market.status(&bought), "Delivered");
        // The email is dated like the sweep, so it is not sent before that day.
        assert_eq!(
            market.count_of(mails),
            before + 1,
            "one email, however many sweep at once"
        );
    });
}
