//! Many prices at once.

use diesel::prelude::*;
use scraper::Html;

use super::{Desk, html};
use crate::schema::products;
use crate::support::{attributes, run, texts};

const PRICES: &str = "/dashboard/products/prices";

/// The fields of the form that confirms.
fn confirmation(page: &Html) -> Vec<(String, String)> {
    let names = attributes(page, "#confirm input", "name");
    names
        .into_iter()
        .zip(attributes(page, "#confirm input", "value"))
        .collect()
}

async fn confirm(desk: &Desk, fields: &[(String, String)]) -> reqwest::Response {
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    desk.ines.post(PRICES, &form).await
}

#[test]
fn a_price_change_does_exactly_what_the_preview_showed() {
    run(async {
        let desk = Desk::open().await;
        let mug = desk.live("Mug", 1_995, 1);
        let shirt = desk.live("Shirt", 2_000, 1);
        desk.kind(shirt, "Large", 2_501, 1);
        desk.sql(&format!(
            "UPDATE products SET compare_at_price = 2100 WHERE id IN ({mug}, {shirt})"
        ));
        let plain = format!("{PRICES}?id={mug}&id={shirt}");
        let page = desk.ines.page(&plain).await;
        assert_eq!(texts(&page, "tbody td"), ["$19.95", "$20.00", "$25.01"]);
        assert!(attributes(&page, "#confirm", "id").is_empty());
        let page = desk
            .ines
            .page(&format!("{plain}&direction=up&by=percent&amount=10"))
            .await;
        assert_eq!(
            texts(&page, "tbody td"),
            ["$19.95", "$21.95", "$20.00", "$22.00", "$25.01", "$27.51"]
        );
        assert_eq!(desk.numbers(mug).0, 1_995, "nothing is changed yet");
        let fields = confirmation(&page);
        assert_eq!(confirm(&desk, &fields).await.status(), 303);
        assert_eq!((desk.numbers(mug).0, desk.numbers(shirt).0), (2_195, 2_200));
        // A price from before that is no longer above is none.
        let before: Vec<Option<i64>> = products::table
            .filter(products::id.eq_any([mug, shirt]))
            .select(products::compare_at_price)
            .load(&mut desk.conn())
            .unwrap();
        assert_eq!(before, [None, None]);
        let again = confirm(&desk, &fields).await;
        assert_eq!(again.status(), 422);
        let page = html(again).await;
        assert!(
            texts(&page, "#problems")
                .join("")
                .contains("Something changed in the meantime")
        );
        assert_eq!(desk.numbers(mug).0, 2_195, "a second press does nothing");
        assert_eq!(texts(&page, "tbody td")[..2], ["$21.95", "$24.15"]);
    });
}

#[test]
fn a_price_changed_since_the_preview_stops_the_bulk_change() {
    run(async {
        let desk = Desk::open().await;
        let [one, two] = [desk.live("One", 1_000, 1), desk.live("Two", 2_000, 1)];
        let path = format!("{PRICES}?id={one}&id={two}&direction=down&by=amount&amount=2.50");
        let fields = confirmation(&desk.ines.page(&path).await);
        desk.ines
            .post(&format!("/dashboard/products/{two}/price"), &[("price", "30")])
            .await;
        assert_eq!(confirm(&desk, &fields).await.status(), 422);
        assert_eq!((desk.numbers(one).0, desk.numbers(two).0), (1_000, 3_000));
        let mut forged = fields.clone();
        forged.retain(|(name, _)| name != "token");
        assert_eq!(confirm(&desk, &forged).await.status(), 422);
        assert_eq!(desk.numbers(one).0, 1_000);
    });
}

#[test]
fn prices_stay_above_zero_for_live_products() {
    run(async {
        let desk = Desk::open().await;
        let live = desk.live("Live", 400, 1);
        let draft = desk.draft("Draft", 400, 1);
        for (id, amount, status) in [
            (live, "4", 422),
            (live, "4.01", 422),
            (live, "3.99", 200),
            (draft, "4", 200),
            (draft, "5", 422),
        ] {
            let path = format!("{PRICES}?id={id}&direction=down&by=amount&amount={amount}");
            let answer = desk.ines.get(&path).await;
            assert_eq!(answer.status(), status, "{amount}");
            let page = html(answer).await;
            assert_eq!(confirmation(&page).is_empty(), status == 422);
            let id = id.to_string();
            let form = [
                ("id", id.as_str()),
                ("direction", "down"),
                ("by", "amount"),
                ("amount", amount),
                ("token", "x"),
            ];
            assert_eq!(desk.ines.post(PRICES, &form).await.status(), 422);
        }
        assert_eq!((desk.numbers(live).0, desk.numbers(draft).0), (400, 400));
    });
}

#[test]
fn an_invalid_price_change_is_refused_and_kept() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Mug", 400, 1);
        let long = "9".repeat(10_000);
        for (direction, by, amount) in [
            ("up", "percent", ""),
            ("up", "percent", "0"),
            ("up", "percent", "1000.01"),
            ("down", "percent", "100.01"),
            ("up", "percent", "1e3"),
            ("up", "percent", "-5"),
            ("up", "percent", "%3Cb%20hx-get%3D%2Fx%3E"),
            ("up", "percent", &long),
            ("up", "amount", "0"),
            ("up", "amount", "1.005"),
            ("sideways", "percent", "5"),
            ("up", "luck", "5"),
        ] {
            let path = format!("{PRICES}?id={id}&direction={direction}&by={by}&amount={amount}");
            let answer = desk.ines.get(&path).await;
            assert_eq!(answer.status(), 422, "{direction} {by} {amount}");
            let page = html(answer).await;
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert_eq!(attributes(&page, "b", "hx-get").len(), 0);
            let kept = amount
                .replace("%3C", "<")
                .replace("%3E", ">")
                .replace("%20", " ")
                .replace("%3D", "=")
                .replace("%2F", "/");
            assert_eq!(attributes(&page, "#amount", "value"), [kept]);
        }
        assert_eq!(desk.ines.get(PRICES).await.status(), 422);
    });
}
