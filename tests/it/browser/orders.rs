//! Orders: canceled by the buyer, shipped by the seller; accessibility and layout of the order pages.

use super::accessibility::{AxeReport, horizontal_overflow};
use super::browse;
use super::tab::{ColorScheme, Tab};
use crate::checkout::purchase::MUG;
use crate::orders::bought::{Bought, buy, market};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::Visitor;

/// A market with an order that Bruno placed at Ines's shop.
async fn market_with_order() -> (Market, Bought) {
    let market = market().await;
    let bruno = Visitor::new(&market);
    assert_eq!(bruno.sign_in("bruno", DEMO_PASSWORD).await.status(), 303);
    let bought = buy(&market, &bruno, "bruno@example.com").await;
    (market, bought)
}

async fn sign_in_to(tab: &Tab, market: &Market, name: &str, path: &str) {
    tab.go(&format!("{}/login", market.url)).await;
    tab.sign_in(name, DEMO_PASSWORD).await;
    tab.go(&format!("{}{path}", market.url)).await;
}

async fn cancel(tab: &Tab) {
    let (market, bought) = market_with_order().await;
    sign_in_to(tab, &market, "bruno", &bought.page()).await;
    tab.follow(&format!("#cancel-{}", bought.order)).await;
    assert!(tab.text("#back").await.contains('$'));
    tab.follow("#cancel").await;
    assert_eq!(tab.path().await, bought.page());
    assert_eq!(tab.count(&format!("#line-{}.struck", bought.order)).await, 1);
    assert_eq!(tab.count(&format!("#cancel-{}", bought.order)).await, 0);
    tab.assert_clean_log(&[]).await;
}

async fn dispatch(tab: &Tab) {
    let (market, bought) = market_with_order().await;
    sign_in_to(tab, &market, "ines", &bought.desk()).await;
    tab.run_script("document.querySelector('#carrier').value = 'royal-mail'")
        .await;
    tab.fill("#tracking", "AB123456789GB").await;
    tab.follow("#dispatch").await;
    assert_eq!(tab.path().await, bought.desk());
    assert_eq!(tab.count("#dispatch").await, 0);
    assert!(tab.text("main").await.contains("AB123456789GB"));
    tab.assert_clean_log(&[]).await;
}

#[test]
fn a_buyer_cancels() {
    browse(async |tab| cancel(tab).await);
}

#[test]
fn without_script_a_buyer_cancels() {
    browse(async |tab| {
        tab.disable_script().await;
        cancel(tab).await;
    });
}

#[test]
fn a_seller_ships_an_order() {
    browse(async |tab| dispatch(tab).await);
}

#[test]
fn without_script_a_seller_ships_an_order() {
    browse(async |tab| {
        tab.disable_script().await;
        dispatch(tab).await;
    });
}

#[test]
fn order_pages_are_accessible_and_fit_the_screen() {
    browse(async |tab| {
        let (market, bought) = market_with_order().await;
        let product_orders = format!("/dashboard/products/{}/orders", market.product(MUG));
        let buyer = [
            "/dashboard".to_owned(),
            "/dashboard/orders".to_owned(),
            bought.page(),
            bought.cancellation(&bought.page()),
            "/account/addresses".to_owned(),
        ];
        let seller = [
            "/dashboard".to_owned(),
            "/dashboard/orders".to_owned(),
            "/dashboard/orders/shop".to_owned(),
            "/dashboard/orders/shop?view=all".to_owned(),
            "/dashboard/orders/shop?view=cancelled".to_owned(),
            bought.desk(),
            product_orders,
        ];
        let (mut report, mut overflow) = (AxeReport::default(), Vec::new());
        for (name, paths) in [("bruno", &buyer[..]), ("ines", &seller[..])] {
            sign_in_to(tab, &market, name, "/dashboard").await;
            for path in paths {
                tab.go(&format!("{}{path}", market.url)).await;
                for width in [390, 1280] {
                    tab.set_width(width).await;
                    report.check(tab, &format!("{path} at {width}"), None).await;
                }
                tab.set_color_scheme(ColorScheme::Light).await;
                overflow.extend(horizontal_overflow(tab, path).await);
                tab.set_width(1280).await;
            }
            tab.sign_out().await;
        }
        report.assert_empty();
        assert_eq!(overflow, Vec::<String>::new());
        tab.assert_clean_log(&[]).await;
    });
}
