//! The seller's product list: price and stock edited in the list, bulk actions, accessibility and layout.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::accessibility::{AxeReport, horizontal_overflow};
use super::browse;
use super::tab::Tab;
use super::user::open_market;
use crate::schema::{products, shops, users};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;

/// A refused repricing, without the product id at the end.
const REFUSED_REPRICING: &str = "/dashboard/products/prices?direction=down&by=percent&amount=1000&id=";

/// Signs Ines in, opens her product list and returns the id of her first product. All products are left with one variant, so
/// that price and stock can be edited in the list.
async fn open_product_list(tab: &Tab, market: &Market) -> i64 {
    let mut conn = market.config.database.connect().unwrap();
    conn.batch_execute("DELETE FROM product_variants WHERE position > 1")
        .unwrap();
    conn.batch_execute(
        "UPDATE products SET quantity = (SELECT SUM(quantity) FROM product_variants WHERE product_id = products.id)",
    )
    .unwrap();
    let id = products::table
        .inner_join(shops::table.inner_join(users::table))
        .filter(users::username.eq("ines"))
        .filter(products::state.eq("active"))
        .filter(products::quantity.gt(2))
        .order(products::title)
        .select(products::id)
        .first(&mut conn)
        .unwrap();
    tab.go(&format!("{}/login", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    tab.go(&format!("{}/dashboard/products", market.url)).await;
    id
}

#[test]
fn price_and_stock_are_edited_in_the_list() {
    browse(async |tab| {
        let market = open_market(true);
        let id = open_product_list(tab, &market).await;
        tab.run_script("window.mark = true").await;

        tab.fill(&format!("#price-{id}"), "31.5").await;
        tab.press_key("Enter", 13).await;
        tab.wait_until(&format!("document.querySelector('#price-{id}').value === '31.50'"))
            .await;
        assert_eq!(tab.focused_id().await, format!("price-{id}"));
        assert!(
            tab.text("#status-message").await.contains("costs $31.50"),
            "the change is not announced"
        );
        assert_eq!(tab.text(&format!("#price-{id}-saved")).await, "Saved");

        let stock: i32 = tab.value(&format!("#quantity-{id}")).await.parse().unwrap();
        for _ in 0..3 {
            tab.click(&format!("#more-{id}")).await;
        }
        tab.wait_until(&format!("document.querySelector('#quantity-{id}-saved')"))
            .await;
        assert_eq!(tab.value(&format!("#quantity-{id}")).await, (stock + 3).to_string());
        assert_eq!(tab.focused_id().await, format!("more-{id}"));
        assert!(tab.text("#status-message").await.contains(&format!("{} of", stock + 3)));

        tab.fill(&format!("#quantity-{id}"), "many").await;
        tab.press_key("Tab", 9).await;
        tab.wait_until(&format!("document.querySelector('#quantity-{id}-error')"))
            .await;
        assert_eq!(tab.value(&format!("#quantity-{id}")).await, "many");
        assert!(
            tab.text("#status-message")
                .await
                .contains("Quantity must be a whole number")
        );
        assert!(tab.eval::<bool>("window.mark === true").await, "the page was reloaded");

        let saved: i32 = {
            let query = products::table.find(id).select(products::quantity);
            query.first(&mut market.config.database.connect().unwrap()).unwrap()
        };
        assert_eq!(saved, stock + 3);
        let refused = format!("{}/dashboard/products/{id}/stock", market.url);
        tab.assert_clean_log(&[&refused]).await;
    });
}

#[test]
fn a_search_updates_the_list_while_typing() {
    browse(async |tab| {
        let market = open_market(true);
        let id = open_product_list(tab, &market).await;
        let title = tab.text(&format!("#title-{id}")).await;
        let all = tab.count("#rows tr").await;
        assert!(all > 1);
        tab.fill("#q", &title).await;
        tab.wait_until("document.querySelectorAll('#rows tr').length === 1")
            .await;
        assert_eq!(tab.focused_id().await, "q");
        assert!(tab.eval::<String>("location.search").await.starts_with("?q="));
        tab.assert_clean_log(&[]).await;
    });
}

#[test]
fn without_script_products_are_archived_and_restored() {
    browse(async |tab| {
        let market = open_market(true);
        tab.disable_script().await;
        open_product_list(tab, &market).await;
        let before = tab.text(".seg").await;
        tab.click("#rows tr:nth-child(1) .check").await;
        tab.click("#rows tr:nth-child(2) .check").await;
        tab.follow("#bulk-archive").await;
        assert_eq!(tab.path().await, "/dashboard/products");
        tab.assert_flash("2 products archived.").await;
        assert_ne!(tab.text(".seg").await, before);
        tab.follow("#undo").await;
        tab.assert_flash("2 products restored.").await;
        assert_eq!(tab.text(".seg").await, before);
        tab.assert_clean_log(&[]).await;
    });
}

#[test]
fn product_list_pages_are_accessible_and_fit_the_screen() {
    browse(async |tab| {
        let market = open_market(true);
        let id = open_product_list(tab, &market).await;
        let mut report = AxeReport::default();
        let mut overflow = Vec::new();
        for width in [390, 1280] {
            tab.set_width(width).await;
            for path in [
                "/dashboard/products".to_owned(),
                "/dashboard/products?q=nothing+like+it".to_owned(),
                "/dashboard/products?view=archived".to_owned(),
                format!("/dashboard/products/prices?id={id}"),
                format!("/dashboard/products/prices?id={id}&direction=down&by=percent&amount=10"),
                format!("{REFUSED_REPRICING}{id}"),
                format!("/dashboard/products/{id}/removal"),
            ] {
                tab.go(&format!("{}{path}", market.url)).await;
                report.check(tab, &format!("{path} at {width}"), None).await;
                overflow.extend(horizontal_overflow(tab, &path).await);
            }
        }
        report.assert_empty();
        assert_eq!(overflow, Vec::<String>::new());
        tab.assert_clean_log(&[&format!("{}{REFUSED_REPRICING}{id}", market.url)])
            .await;
    });
}
