//! Sellers change only their own shop, and only the fields of the form.

use diesel::connection::SimpleConnection;
use pocketshop::db::Conn;

use super::{connect, post_form, profile_form, seller_with_shop, shop_id};
use crate::support::rows::dump;
use crate::support::{Market, run};

/// Adds a paid order that the shop has not shipped.
pub fn add_order(conn: &mut Conn, shop: i64) {
    let time = "'2026-01-01 00:00:00'";
    conn.batch_execute(&format!(
        "INSERT INTO purchases (id, number, email, name, street, line2, postal_code, town, region, country, currency, items_total, shipping_total, total, created_at, updated_at)
             VALUES ({shop}, 'PS-{shop}', '', '', '', '', '', '', '', 'PT', 'USD', 1, 0, 1, {time}, {time});
         INSERT INTO payments (id, purchase_id, amount, refunded, currency, status, provider, payment_intent_id, created_at, updated_at)
             VALUES ({shop}, {shop}, 1, 0, 'USD', 'SUCCEEDED', 'mockpay', 'i{shop}', {time}, {time});
         INSERT INTO shop_orders (id, purchase_id, shop_id, shop_name, price, carrier, tracking, created_at, updated_at)
             VALUES ({shop}, {shop}, {shop}, 'x', 0, '', '', {time}, {time});
         INSERT INTO orders (id, purchase_id, shop_order_id, payment_id, status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at)
             VALUES ({shop}, {shop}, {shop}, {shop}, 'Pending', 'x', '', '', '', 1, 1, 1, {time}, {time});"
    ))
    .unwrap();
}

#[test]
fn the_section_of_another_shop_is_not_found() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let ben = seller_with_shop(&market, "ben", "Wood", "wood").await;
        ana.post("/dashboard/shop/sections", &[("name", "Mugs")]).await;
        let page = ana.page("/dashboard/shop/sections").await;
        let section = crate::support::attributes(&page, ".sections li", "id")
            .remove(0)
            .replace("section-", "");
        // Jobs are left out, because emails may be queued and sent in the meantime.
        let rows = || {
            let mut rows = dump(&mut connect(&market));
            rows.retain(|row| !row.starts_with("jobs:"));
            rows.len()
        };
        let before = rows();
        for (action, form) in [
            ("", ("name", "Mine")),
            ("/place", ("way", "up")),
            ("/removal", ("x", "y")),
        ] {
            let path = format!("/dashboard/shop/sections/{section}{action}");
            assert_eq!(ben.post(&path, &[form]).await.status(), 404, "{path}");
        }
        assert_eq!(rows(), before);
        let page = ana.page("/dashboard/shop/sections").await;
        assert_eq!(crate::support::attributes(&page, ".sections .input", "value"), ["Mugs"]);
    });
}

/// A shop's row as names and values of its columns.
fn row(conn: &mut Conn, shop: i64) -> Vec<(String, String)> {
    use diesel::prelude::*;
    use diesel::sql_types::Text;
    #[derive(QueryableByName)]
    struct Cell {
        #[diesel(sql_type = Text)]
        cell: String,
    }
    COLUMNS
        .iter()
        .map(|column| {
            let query = format!("SELECT COALESCE(CAST({column} AS TEXT), '') AS cell FROM shops WHERE id = {shop}");
            let cell: Cell = diesel::sql_query(query).get_result(conn).unwrap();
            ((*column).to_owned(), cell.cell)
        })
        .collect()
}

const COLUMNS: [&str; 23] = [
    "id",
    "owner_id",
    "name",
    "slug",
    "tagline",
    "bio",
    "announcement",
    "location",
    "shop_image",
    "state",
    "vacation_from",
    "vacation_until",
    "vacation_message",
    "hue",
    "vividness",
    "corner",
    "created_at",
    "updated_at",
    "logo",
    "contact",
    "returns",
    "care",
    "vacation_selling",
];

#[test]
fn a_form_changes_only_its_own_fields() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        seller_with_shop(&market, "ben", "Wood", "wood").await;
        let (mine, theirs) = (shop_id(&market, "clay"), shop_id(&market, "wood"));
        let day = crate::support::roles::now().date().to_string();
        let value = |column: &str| match column {
            "id" => theirs.to_string(),
            "hue" => "77".to_owned(),
            "vividness" => "muted".to_owned(),
            "corner" => "square".to_owned(),
            "vacation_from" | "vacation_until" => day.clone(),
            "vacation_selling" => "yes".to_owned(),
            "slug" => "new-slug".to_owned(),
            "state" => "hidden".to_owned(),
            "owner_id" => "1".to_owned(),
            "created_at" => "2020-01-01 00:00:00".to_owned(),
            other => format!("new {other}"),
        };
        let values: Vec<(&str, String)> = COLUMNS.into_iter().map(|column| (column, value(column))).collect();
        // The form field for the location is called `place`.
        let field = |column: &'static str| if column == "location" { "place" } else { column };
        let form: Vec<(&str, &str)> = values
            .iter()
            .map(|(column, value)| (field(column), value.as_str()))
            .collect();
        let others = row(&mut connect(&market), theirs);
        for (path, changes) in [
            (
                "/dashboard/shop",
                &["name", "slug", "tagline", "bio", "announcement", "location", "contact"][..],
            ),
            ("/dashboard/shop/look", &["hue", "vividness", "corner"]),
            ("/dashboard/shop/policies", &["returns", "care"]),
            (
                "/dashboard/shop/vacation",
                &[
                    "vacation_from",
                    "vacation_until",
                    "vacation_message",
                    "vacation_selling",
                ],
            ),
            ("/dashboard/shop/sections", &[]),
            ("/dashboard/shop/opening", &[]),
            ("/dashboard/shop/new/name", &[]),
            ("/dashboard/shop/new/look", &[]),
            ("/dashboard/shop/new/product", &[]),
        ] {
            let before = row(&mut connect(&market), mine);
            assert_eq!(ana.post(path, &form).await.status(), 303, "{path}");
            let after = row(&mut connect(&market), mine);
            let mut changed: Vec<&str> = (before.iter().zip(&after))
                .filter(|(before, after)| before != after && before.0 != "updated_at")
                .map(|(before, _)| before.0.as_str())
                .collect();
            changed.sort_unstable();
            let mut allowed = changes.to_vec();
            allowed.sort_unstable();
            assert_eq!(changed, allowed, "{path}");
        }
        assert_eq!(row(&mut connect(&market), theirs), others);
    });
}

#[test]
fn a_theme_takes_only_valid_values() {
    run(async {
        let market = Market::empty();
        let ana = seller_with_shop(&market, "ana", "Clay", "clay").await;
        let before = row(&mut connect(&market), shop_id(&market, "clay"));
        for (hue, vividness, corner) in [
            ("red;}body{", "calm", "round"),
            ("360", "calm", "round"),
            ("-1", "calm", "round"),
            ("", "calm", "round"),
            ("1e2", "calm", "round"),
            ("99999999999999999999", "calm", "round"),
            ("20", "</style>", "round"),
            ("20", "calm", "1rem}body{display:none"),
            ("20", "CALM", "round"),
        ] {
            let form = [("hue", hue), ("vividness", vividness), ("corner", corner)];
            for path in ["/dashboard/shop/look"] {
                assert_eq!(post_form(&ana, path, &form).await.0, 422, "{form:?}");
            }
            let query = serde_html_form::to_string(form).unwrap();
            let sheet = ana.get(&format!("/dashboard/shop/look.css?{query}")).await;
            assert_eq!(sheet.status(), 404, "{form:?}");
            let page = ana
                .get(&format!("/dashboard/shop/look?{query}"))
                .await
                .text()
                .await
                .unwrap();
            assert!(!page.contains("}body{"), "{form:?}");
        }
        assert_eq!(row(&mut connect(&market), shop_id(&market, "clay")), before);
        let good = ana
            .get("/dashboard/shop/look.css?hue=359&vividness=vivid&corner=pocket")
            .await;
        assert_eq!(
            good.text().await.unwrap(),
            "@layer shop{:root{--h:359;--c:.17;--pocket:1.625rem}}\n"
        );
        assert_eq!(
            ana.post("/dashboard/shop", &profile_form("Clay", "clay"))
                .await
                .status(),
            303
        );
    });
}
