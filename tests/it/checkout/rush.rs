//! Many buyers at once: never more is sold than there was.

use pocketshop::app;

use super::purchase::{Form, MUG, fill, guest_with};
use crate::cart::plain;
use crate::support::run;
use crate::support::visitor::{Visitor, location};

#[test]
fn two_hundred_buyers_get_ten_items() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 10).await;
        // On PostgreSQL half of them are served by a second market on the same data.
        let second = std::env::var("TEST_DATABASE_URL").is_ok().then(|| {
            let market = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
            actix_web::rt::spawn(market.server);
            (format!("http://{}", market.address), market.db, market.worker)
        });
        let mut buyers = Vec::new();
        for number in 0..200 {
            let visitor = guest_with(&market, MUG, "1").await;
            let form = Form::of(&visitor).await;
            let visitor = match &second {
                Some((url, ..)) if number % 2 == 0 => Visitor::at_url(url, "", visitor.cookie()),
                _ => visitor,
            };
            buyers.push((visitor, form));
        }
        let sent = buyers.into_iter().map(|(visitor, form)| {
            actix_web::rt::spawn(async move {
                let sent = form.send(&visitor).await;
                let (status, to) = (sent.status().as_u16(), location(&sent).to_owned());
                assert!(matches!(status, 303 | 422 | 503), "{status}");
                assert_eq!(status == 303, to.starts_with("/checkout/PS-"));
                status
            })
        });
        let mut through = 0;
        for one in sent.collect::<Vec<_>>() {
            through += i64::from(one.await.unwrap() == 303);
        }
        // The sweep finds the payments whose replies were lost.
        market.sweep(2).await;
        let sold = market.count_of("orders o JOIN purchases c ON c.id = o.purchase_id WHERE o.cart_item_id IS NOT NULL AND c.placed_at IS NOT NULL");
        assert_eq!((through, sold, market.on_shelf(mug)), (10, 10, 0));
        market.books_balance();
    });
}

#[test]
fn carts_with_the_same_items_in_another_order_do_not_deadlock() {
    run(async {
        let market = plain().await;
        let pair = [market.variant(MUG), market.variant("neem-wood-comb")];
        for variant in pair {
            market.shelve(variant, 200).await;
        }
        let rounds = if std::env::var("TEST_DATABASE_URL").is_ok() {
            100
        } else {
            5
        };
        for _ in 0..rounds {
            let mut buyers = Vec::new();
            for order in [[0, 1], [1, 0]] {
                let visitor = Visitor::new(&market);
                for at in order {
                    fill(&visitor, pair[at], "1").await;
                }
                let form = Form::of(&visitor).await;
                buyers.push((visitor, form));
            }
            let [(one, its), (other, others)] = &buyers[..] else {
                unreachable!()
            };
            futures_util::future::join(its.pay(one), others.pay(other)).await;
        }
        assert_eq!(market.on_shelf(pair[0]), 200 - 2 * rounds);
        market.books_balance();
    });
}
