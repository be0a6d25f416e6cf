//! A seller's shipping rates.

use diesel::prelude::*;

use crate::cart::simple_market;
use crate::schema::{shipping_rates, shops};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes, run, texts};

const NEW: &str = "/dashboard/shipping/new";

/// A valid form with some fields replaced.
fn form<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("name", "Post"),
        ("reach", "these"),
        ("countries", "PT"),
        ("first_price", "4.50"),
        ("further_price", "1"),
        ("free_over", ""),
        ("days_from", "2"),
        ("days_to", "4"),
    ];
    for (name, value) in other {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

async fn seller(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    visitor.sign_in(name, DEMO_PASSWORD).await;
    visitor
}

type Row = (i64, String, String, i64, i64, Option<i64>);

fn rates(market: &Market, shop: &str) -> Vec<Row> {
    let mut conn = market.config.database.connect().unwrap();
    shipping_rates::table
        .inner_join(shops::table)
        .filter(shops::slug.eq(shop))
        .order((shipping_rates::position, shipping_rates::id))
        .select((
            shipping_rates::id,
            shipping_rates::name,
            shipping_rates::countries,
            shipping_rates::first_price,
            shipping_rates::further_price,
            shipping_rates::free_over,
        ))
        .load(&mut conn)
        .unwrap()
}

fn names(market: &Market) -> Vec<String> {
    rates(market, "barro-e-sal").into_iter().map(|rate| rate.1).collect()
}

#[test]
fn a_seller_adds_changes_orders_and_removes_rates() {
    run(async {
        let market = simple_market().await;
        let ines = seller(&market, "ines").await;
        let empty = ines.page("/dashboard/shipping").await;
        assert!(
            texts(&empty, "main")
                .concat()
                .contains("Your shop ships everywhere for free.")
        );
        let template = ines.page("/dashboard/shipping/new?like=abroad").await;
        assert_eq!(attributes(&template, "#name", "value"), ["International shipping"]);
        assert_eq!(attributes(&template, "[name=reach][checked]", "value"), ["but"]);
        assert_eq!(attributes(&template, "[name=countries][checked]", "value"), ["US"]);
        let response = ines.post(NEW, &form(&[("free_over", "50")])).await;
        assert_eq!(
            (response.status().as_u16(), location(&response)),
            (303, "/dashboard/shipping")
        );
        ines.post(NEW, &form(&[("name", "Abroad"), ("reach", "but")])).await;
        ines.post(NEW, &form(&[("name", "All"), ("reach", "everywhere")])).await;
        let created = rates(&market, "barro-e-sal");
        assert_eq!(
            (created[0].2.as_str(), created[0].3, created[0].4, created[0].5),
            ("PT", 450, 100, Some(5_000))
        );
        assert_eq!((created[1].2.as_str(), created[2].2.as_str()), ("!PT", "*"));
        let shift = async |rate: i64, to: &str| {
            let path = format!("/dashboard/shipping/{rate}/shift");
            assert_eq!(ines.post(&path, &[("to", to)]).await.status(), 303);
        };
        shift(created[2].0, "up").await;
        shift(created[0].0, "up").await;
        shift(created[0].0, "down").await;
        assert_eq!(names(&market), ["All", "Post", "Abroad"]);
        let path = format!("/dashboard/shipping/{}", created[0].0);
        assert_eq!(attributes(&ines.page(&path).await, "#free_over", "value"), ["50.00"]);
        ines.post(&path, &form(&[("name", "Letter"), ("countries", "ES")]))
            .await;
        let changed = &rates(&market, "barro-e-sal")[1];
        assert_eq!(
            (changed.1.as_str(), changed.2.as_str(), changed.5),
            ("Letter", "ES", None)
        );
        ines.post(&format!("{path}/removal"), &[]).await;
        assert_eq!(names(&market), ["All", "Abroad"]);
    });
}

#[test]
fn an_invalid_rate_is_refused_and_shown_again() {
    run(async {
        let market = simple_market().await;
        let ines = seller(&market, "ines").await;
        for (field, input) in [
            ("name", ""),
            ("name", "a\0b"),
            ("reach", ""),
            ("reach", "moon"),
            ("first_price", ""),
            ("first_price", "-1"),
            ("first_price", "1e3"),
            ("first_price", "１"),
            ("first_price", "4.505"),
            ("first_price", "99999999999"),
            ("further_price", "x"),
            ("free_over", "-5"),
            ("days_from", ""),
            ("days_from", "-1"),
            ("days_from", "366"),
            ("days_to", "1"),
            ("days_to", "2147483648"),
        ] {
            let refused = ines.post(NEW, &form(&[(field, input)])).await;
            assert_eq!(refused.status(), 422, "{field} {input:?}");
            let page = scraper::Html::parse_document(&refused.text().await.unwrap());
            assert_eq!(
                attributes(&page, "#problems a", "href"),
                [format!("#{field}")],
                "{input:?}"
            );
            assert!(texts(&page, "title").concat().starts_with("Error: "));
            assert_eq!(
                attributes(&page, "[name=countries][checked]", "value"),
                ["PT"],
                "the input is shown again"
            );
        }
        for country in ["", "XX", "pt"] {
            let refused = ines.post(NEW, &form(&[("countries", country)])).await;
            assert_eq!(refused.status(), 422, "{country}");
        }
        assert!(names(&market).is_empty());
        for number in 0..20 {
            assert_eq!(ines.post(NEW, &form(&[])).await.status(), 303, "{number}");
        }
        assert_eq!(
            ines.post(NEW, &form(&[])).await.status(),
            422,
            "a shop can have 20 rates"
        );
    });
}

#[test]
fn another_shops_rates_are_not_found() {
    run(async {
        let market = simple_market().await;
        let (ines, other) = (seller(&market, "ines").await, seller(&market, "jonas").await);
        ines.post(NEW, &form(&[])).await;
        let before = rates(&market, "barro-e-sal");
        let path = format!("/dashboard/shipping/{}", before[0].0);
        assert_eq!(other.get(&path).await.status(), 404);
        for (path, form) in [
            (path.clone(), form(&[("name", "Mine")])),
            (path.clone(), Vec::new()),
            (format!("{path}/removal"), Vec::new()),
            (format!("{path}/shift"), vec![("to", "up")]),
        ] {
            assert_eq!(other.post(&path, &form).await.status(), 404, "{path}");
        }
        // The form cannot set the owner.
        let mut foreign = form(&[("name", "Theirs")]);
        let shop = market.shop("barro-e-sal").to_string();
        foreign.extend([("shop_id", shop.as_str()), ("id", "5"), ("position", "-9")]);
        assert_eq!(other.post(NEW, &foreign).await.status(), 303);
        assert_eq!(rates(&market, "barro-e-sal"), before);
    });
}
