//! Vacations, which include their first and last day.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use pocketshop::id::ShopId;
use pocketshop::shops::Shop;

use super::{connect, post_form, seller_with_shop, shop_id};
use crate::support::roles::now;
use crate::support::{Market, attributes, run, texts};

fn at(day: &str, time: &str) -> NaiveDateTime {
    format!("{day}T{time}").parse().unwrap()
}

#[test]
fn a_vacation_begins_and_ends_with_its_days() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let (from, until) = (now().date() + TimeDelta::days(3), now().date() + TimeDelta::days(5));
        let (first, last) = (from.to_string(), until.to_string());
        let form = [
            ("vacation_from", first.as_str()),
            ("vacation_until", last.as_str()),
            ("vacation_message", "At the sea."),
            ("vacation_selling", "no"),
        ];
        assert_eq!(ana.post("/dashboard/shop/vacation", &form).await.status(), 303);
        let page = ana.page("/dashboard/shop/vacation").await;
        assert_eq!(attributes(&page, "#vacation_until", "value"), [last.as_str()]);
        let shop = Shop::find(&mut connect(&market), ShopId(shop_id(&market, "clay"))).unwrap();
        let day = |date: NaiveDate| date.to_string();
        for (when, on_vacation) in [
            (at(&day(from - TimeDelta::days(1)), "23:59:59"), false),
            (at(&first, "00:00:00"), true),
            (at(&last, "23:59:59"), true),
            (at(&day(until + TimeDelta::days(1)), "00:00:00"), false),
        ] {
            let closed = shop.vacation(when).is_some_and(|vacation| !vacation.selling);
            assert_eq!(closed, on_vacation, "{when}");
        }
    });
}

#[test]
fn buyers_see_whether_a_shop_on_vacation_sells() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let today = now().date().to_string();
        for (selling, closed) in [("no", true), ("yes", false)] {
            let form = [
                ("vacation_from", today.as_str()),
                ("vacation_until", ""),
                ("vacation_selling", selling),
            ];
            assert_eq!(ana.post("/dashboard/shop/vacation", &form).await.status(), 303);
            let page = market.page("/shops/clay").await;
            let note = texts(&page, ".notes").join(" ");
            assert!(note.contains("On vacation."), "{note}");
            assert_eq!(note.contains("You can’t order"), closed, "{note}");
            let shop = Shop::find(&mut connect(&market), ShopId(shop_id(&market, "clay"))).unwrap();
            let vacation = shop.vacation(now()).unwrap();
            assert_eq!(vacation.selling, !closed);
        }
        assert_eq!(ana.post("/dashboard/shop/vacation/end", &[]).await.status(), 303);
        assert!(texts(&market.page("/shops/clay").await, ".notes").is_empty());
    });
}

#[test]
fn invalid_days_are_refused() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let today = now().date();
        let day = |days: i64| (today + TimeDelta::days(days)).to_string();
        for (from, until, field) in [
            (String::new(), String::new(), "#vacation_from"),
            ("31.12.2026".to_owned(), String::new(), "#vacation_from"),
            (day(5), day(4), "#vacation_until"),
            (day(-5), day(-1), "#vacation_until"),
            (day(3_000), String::new(), "#vacation_from"),
            (day(-3_000), String::new(), "#vacation_from"),
            ("9999999-01-01".to_owned(), String::new(), "#vacation_from"),
        ] {
            let form = [
                ("vacation_from", from.as_str()),
                ("vacation_until", &until),
                ("vacation_selling", "no"),
            ];
            let (status, page) = post_form(&ana, "/dashboard/shop/vacation", &form).await;
            assert_eq!(
                (status, attributes(&page, "#problems a", "href")),
                (422, vec![field.to_owned()]),
                "{from} {until}"
            );
        }
    });
}
