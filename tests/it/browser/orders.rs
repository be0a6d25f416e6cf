//! Orders: canceled by the buyer, shipped by the seller; accessibility and layout of the order pages.

use super::accessibility::{AxeReport, horizontal_overflow};
use super::browse;
use super::tab::{ColorScheme, Tab};
use crate::checkout::purchase::RING_DISH;
use crate::orders::placed_order::{PlacedOrder, buy, market_with_shipping};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::Visitor;

/// A market with an order that Bruno placed at Ines's shop.
async fn market_with_order() -> (Market, PlacedOrder) {
    let market = market_with_shipping().await;
    let bruno = Visitor::new(&market);
    assert_eq!(bruno.sign_in("bruno", DEMO_PASSWORD).await.status(), 303);
    let order = buy(&market, &bruno, "bruno@example.com").await;
    (market, order)
}

async fn sign_in_to(tab: &Tab, market: &Market, name: &str, path: &str) {
    tab.go(&format!("{}/login", market.url)).await;
    tab.sign_in(name, DEMO_PASSWORD).await;
    tab.go(&format!("{}{path}", market.url)).await;
}

async fn cancel(tab: &Tab) {
    let (market, order) = market_with_order().await;
    sign_in_to(tab, &market, "bruno", &order.buyer_page()).await;
    tab.follow(&format!("#cancel-{}", order.order_line_id)).await;
    assert!(tab.text("#refund").await.contains('$'));
    tab.follow("#cancel").await;
    assert_eq!(tab.path().await, order.buyer_page());
    assert_eq!(tab.count(&format!("#line-{}.canceled", order.order_line_id)).await, 1);
    assert_eq!(tab.count(&format!("#cancel-{}", order.order_line_id)).await, 0);
    tab.assert_clean_log(&[]).await;
}

async fn dispatch(tab: &Tab) {
    let (market, order) = market_with_order().await;
    sign_in_to(tab, &market, "ines", &order.seller_page()).await;
    tab.run_script("document.querySelector('#carrier').value = 'royal-mail'")
        .await;
    tab.fill("#tracking", "AB123456789GB").await;
    tab.follow("#dispatch").await;
    assert_eq!(tab.path().await, order.seller_page());
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
        let (market, order) = market_with_order().await;
        let product_orders = format!("/dashboard/products/{}/orders", market.product(RING_DISH));
        let buyer = [
            "/dashboard".to_owned(),
            "/dashboard/orders".to_owned(),
            order.buyer_page(),
            order.cancellation_path(&order.buyer_page()),
            "/account/addresses".to_owned(),
        ];
        let seller = [
            "/dashboard".to_owned(),
            "/dashboard/orders".to_owned(),
            "/dashboard/orders/shop".to_owned(),
            "/dashboard/orders/shop?view=all".to_owned(),
            "/dashboard/orders/shop?view=cancelled".to_owned(),
            order.seller_page(),
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
