//! Many buyers at once: no more is sold than was in stock.

use pocketshop::app;

use super::purchase::{Form, RING_DISH, add_to_cart, guest_with_cart};
use crate::cart::simple_market;
use crate::support::run;
use crate::support::visitor::{Visitor, location};

#[test]
fn two_hundred_buyers_get_ten_items() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 10).await;
        // On PostgreSQL, half of them use a second server on the same database.
        let second = std::env::var("TEST_DATABASE_URL").is_ok().then(|| {
            let market = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
            actix_web::rt::spawn(market.server);
            (format!("http://{}", market.address), market.db, market.worker)
        });
        let mut buyers = Vec::new();
        for number in 0..200 {
            let visitor = guest_with_cart(&market, RING_DISH, "1").await;
            let form = Form::load(&visitor).await;
            let visitor = match &second {
                Some((url, ..)) if number % 2 == 0 => Visitor::at_url(url, "", visitor.cookie()),
                _ => visitor,
            };
            buyers.push((visitor, form));
        }
        let tasks = buyers.into_iter().map(|(visitor, form)| {
            actix_web::rt::spawn(async move {
                let response = form.submit(&visitor).await;
                let (status, to) = (response.status().as_u16(), location(&response).to_owned());
                assert!(matches!(status, 303 | 422 | 503), "{status}");
                assert_eq!(status == 303, to.starts_with("/checkout/PS-"));
                status
            })
        });
        let mut paid = 0;
        for task in tasks.collect::<Vec<_>>() {
            paid += i64::from(task.await.unwrap() == 303);
        }
        // The sweep finds the payments whose replies were lost.
        market.sweep(2).await;
        let sold = market.count_rows("orders o JOIN purchases c ON c.id = o.purchase_id WHERE o.cart_item_id IS NOT NULL AND c.placed_at IS NOT NULL");
        assert_eq!((paid, sold, market.current_stock(dish)), (10, 10, 0));
        market.assert_consistent();
    });
}

#[test]
fn carts_with_the_same_items_in_another_order_do_not_deadlock() {
    run(async {
        let market = simple_market().await;
        let pair = [market.variant(RING_DISH), market.variant("neem-wood-comb")];
        for variant in pair {
            market.set_stock(variant, 200).await;
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
                for index in order {
                    add_to_cart(&visitor, pair[index], "1").await;
                }
                let form = Form::load(&visitor).await;
                buyers.push((visitor, form));
            }
            let [(visitor, form), (other_visitor, other_form)] = &buyers[..] else {
                unreachable!()
            };
            futures_util::future::join(form.pay(visitor), other_form.pay(other_visitor)).await;
        }
        assert_eq!(market.current_stock(pair[0]), 200 - 2 * rounds);
        market.assert_consistent();
    });
}
