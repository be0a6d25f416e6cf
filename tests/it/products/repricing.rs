//! Repricing: changing the prices of many products at once.

use diesel::prelude::*;
use scraper::Html;

use super::{Setup, html};
use crate::schema::products;
use crate::support::{attributes, run, texts};

const PRICES: &str = "/dashboard/products/prices";

/// The fields of the confirmation form.
fn confirmation(page: &Html) -> Vec<(String, String)> {
    let names = attributes(page, "#confirm input", "name");
    names
        .into_iter()
        .zip(attributes(page, "#confirm input", "value"))
        .collect()
}

async fn confirm(setup: &Setup, fields: &[(String, String)]) -> reqwest::Response {
    let form: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    setup.ines.post(PRICES, &form).await
}

#[test]
fn a_price_change_does_exactly_what_the_preview_showed() {
    run(async {
        let setup = Setup::new().await;
        let mug = setup.add_live("Mug", 1_995, 1);
        let shirt = setup.add_live("Shirt", 2_000, 1);
        setup.add_variant(shirt, "Large", 2_501, 1);
        setup.sql(&format!(
            "UPDATE products SET compare_at_price = 2100 WHERE id IN ({mug}, {shirt})"
        ));
        let plain = format!("{PRICES}?id={mug}&id={shirt}");
        let page = setup.ines.page(&plain).await;
        assert_eq!(texts(&page, "tbody td"), ["$19.95", "$20.00", "$25.01"]);
        assert!(attributes(&page, "#confirm", "id").is_empty());
        let page = setup
            .ines
            .page(&format!("{plain}&direction=up&by=percent&amount=10"))
            .await;
        assert_eq!(
            texts(&page, "tbody td"),
            ["$19.95", "$21.95", "$20.00", "$22.00", "$25.01", "$27.51"]
        );
        assert_eq!(setup.price_and_stock(mug).0, 1_995, "the preview changes nothing");
        let fields = confirmation(&page);
        assert_eq!(confirm(&setup, &fields).await.status(), 303);
        assert_eq!(
            (setup.price_and_stock(mug).0, setup.price_and_stock(shirt).0),
            (2_195, 2_200)
        );
        // A compare-at price that is not above the new price is removed.
        let compare_at_prices: Vec<Option<i64>> = products::table
            .filter(products::id.eq_any([mug, shirt]))
            .select(products::compare_at_price)
            .load(&mut setup.conn())
            .unwrap();
        assert_eq!(compare_at_prices, [None, None]);
        let again = confirm(&setup, &fields).await;
        assert_eq!(again.status(), 422);
        let page = html(again).await;
        assert!(
            texts(&page, "#problems")
                .join("")
                .contains("Something changed in the meantime")
        );
        assert_eq!(
            setup.price_and_stock(mug).0,
            2_195,
            "confirming a second time does nothing"
        );
        assert_eq!(texts(&page, "tbody td")[..2], ["$21.95", "$24.15"]);
    });
}

#[test]
fn a_price_changed_since_the_preview_stops_the_bulk_change() {
    run(async {
        let setup = Setup::new().await;
        let [one, two] = [setup.add_live("One", 1_000, 1), setup.add_live("Two", 2_000, 1)];
        let path = format!("{PRICES}?id={one}&id={two}&direction=down&by=amount&amount=2.50");
        let fields = confirmation(&setup.ines.page(&path).await);
        setup
            .ines
            .post(&format!("/dashboard/products/{two}/price"), &[("price", "30")])
            .await;
        assert_eq!(confirm(&setup, &fields).await.status(), 422);
        assert_eq!(
            (setup.price_and_stock(one).0, setup.price_and_stock(two).0),
            (1_000, 3_000)
        );
        let mut forged = fields.clone();
        forged.retain(|(name, _)| name != "token");
        assert_eq!(confirm(&setup, &forged).await.status(), 422);
        assert_eq!(setup.price_and_stock(one).0, 1_000);
    });
}

#[test]
fn prices_stay_above_zero_for_live_products() {
    run(async {
        let setup = Setup::new().await;
        let live = setup.add_live("Live", 400, 1);
        let draft = setup.add_draft("Draft", 400, 1);
        for (id, amount, status) in [
            (live, "4", 422),
            (live, "4.01", 422),
            (live, "3.99", 200),
            (draft, "4", 200),
            (draft, "5", 422),
        ] {
            let path = format!("{PRICES}?id={id}&direction=down&by=amount&amount={amount}");
            let response = setup.ines.get(&path).await;
            assert_eq!(response.status(), status, "{amount}");
            let page = html(response).await;
            assert_eq!(confirmation(&page).is_empty(), status == 422);
            let id = id.to_string();
            let form = [
                ("id", id.as_str()),
                ("direction", "down"),
                ("by", "amount"),
                ("amount", amount),
                ("token", "x"),
            ];
            assert_eq!(setup.ines.post(PRICES, &form).await.status(), 422);
        }
        assert_eq!(
            (setup.price_and_stock(live).0, setup.price_and_stock(draft).0),
            (400, 400)
        );
    });
}

#[test]
fn an_invalid_price_change_is_refused_and_kept() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 400, 1);
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
            let response = setup.ines.get(&path).await;
            assert_eq!(response.status(), 422, "{direction} {by} {amount}");
            let page = html(response).await;
            assert!(texts(&page, "title")[0].starts_with("Error: "));
            assert_eq!(attributes(&page, "b", "hx-get").len(), 0);
            let shown = amount
                .replace("%3C", "<")
                .replace("%3E", ">")
                .replace("%20", " ")
                .replace("%3D", "=")
                .replace("%2F", "/");
            assert_eq!(attributes(&page, "#amount", "value"), [shown]);
        }
        assert_eq!(setup.ines.get(PRICES).await.status(), 422);
    });
}
