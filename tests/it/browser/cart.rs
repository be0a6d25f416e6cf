//! The cart: filled from three shops with and without JavaScript; accessibility.

use super::accessibility::AxeReport;
use super::browse;
use super::pages::product_paths;
use super::tab::Tab;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::{Market, attributes, texts};

/// Paths of products of three shops, without variants or personalization, with more than one in stock.
pub(super) async fn three_products(market: &Market) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let shop = |path: &str| path.split('/').nth(2).unwrap_or_default().to_owned();
    for path in product_paths(market).await {
        let page = market.page(&path).await;
        let is_simple = texts(&page, "#add-to-cart").len() == 1
            && texts(&page, ".option").is_empty()
            && attributes(&page, "[name^=personalization]", "name").is_empty()
            && attributes(&page, "#more-buy", "aria-disabled").is_empty();
        if is_simple && !found.iter().any(|other| shop(other) == shop(&path)) {
            found.push(path);
        }
        if found.len() == 3 {
            return found;
        }
    }
    panic!("the demo market has no three shops to buy from");
}

/// Waits until the cart link in the header shows this number of items.
pub(super) async fn wait_for_cart_count(tab: &Tab, items: usize) {
    let condition = format!("document.querySelector('#cart-link .count')?.textContent === '{items}'");
    tab.wait_until(&condition).await;
}

/// Clicks a button of the cart. Without JavaScript it loads the page again.
async fn click(tab: &Tab, script: bool, selector: &str) {
    if script {
        tab.click(selector).await;
    } else {
        tab.follow(selector).await;
    }
}

async fn fill_and_empty_a_cart(tab: &Tab, script: bool) {
    let market = Market::demo();
    for (number, path) in three_products(&market).await.iter().enumerate() {
        tab.go(&format!("{}{path}", market.url)).await;
        click(tab, script, "#add-to-cart").await;
        wait_for_cart_count(tab, number + 1).await;
        assert_eq!(tab.path().await == "/cart", !script);
    }
    tab.go(&format!("{}/cart", market.url)).await;
    assert_eq!(tab.count(".cart-shop").await, 3);
    click(tab, script, ".cart-line [id^=more-]").await;
    wait_for_cart_count(tab, 4).await;
    assert_eq!(
        tab.eval::<String>("document.querySelector('.cart-line input[name=quantity]').value")
            .await,
        "2"
    );
    if script {
        let focus: String = tab.eval("document.activeElement.id").await;
        assert!(focus.starts_with("more-"), "{focus}");
    }
    click(tab, script, ".cart-line [id^=remove-]").await;
    wait_for_cart_count(tab, 2).await;
    if script {
        tab.wait_until("document.activeElement.id.startsWith('undo-')").await;
    }
    click(tab, script, ".undo [id^=undo-]").await;
    wait_for_cart_count(tab, 4).await;
    tab.fill(".cart-line input[name=quantity]", "1").await;
    if script {
        tab.run_script("document.activeElement.blur()").await;
    } else {
        tab.follow(".cart-line .save").await;
    }
    wait_for_cart_count(tab, 3).await;
    click(tab, script, "#clear").await;
    tab.wait_until("!document.querySelector('#cart-link .count')").await;
    assert_eq!(tab.count("#undo-all").await, 1);
    tab.assert_clean_log(&[]).await;
}

#[test]
fn a_cart_is_filled_from_three_shops() {
    browse(async |tab| fill_and_empty_a_cart(tab, true).await);
}

#[test]
fn without_script_a_cart_is_filled() {
    browse(async |tab| {
        tab.disable_script().await;
        fill_and_empty_a_cart(tab, false).await;
    });
}

#[test]
fn the_product_form_shows_a_summary_and_errors_at_the_fields() {
    browse(async |tab| {
        let market = Market::demo();
        market.sql("UPDATE product_variants SET quantity = 9").await;
        tab.go(&format!("{}/shops/barro-e-sal/name-mug-pressed-letters", market.url))
            .await;
        let before = tab.text("#live-total").await;
        tab.click("#more-buy").await;
        assert_ne!(tab.text("#live-total").await, before);
        tab.click("#add-to-cart").await;
        tab.wait_until("document.activeElement.id === 'problems'").await;
        assert_eq!(tab.count("#buy .field.bad").await, tab.count("#problems li").await);
        assert_eq!(
            tab.eval::<String>("document.querySelector('#quantity').value").await,
            "2",
            "the quantity is lost"
        );
    });
}

/// Checks the pages of the cart and of shipping rates.
async fn check_cart_pages(tab: &Tab, width: i64) {
    let (market, mut report) = (Market::demo(), AxeReport::default());
    tab.set_width(width).await;
    let mut check = async |name: &str, path: &str| {
        tab.go(&format!("{}{path}", market.url)).await;
        let overflows: bool = tab.eval("document.documentElement.scrollWidth > innerWidth").await;
        assert!(!overflows, "{name} is wider than {width} px");
        report.check(tab, name, None).await;
    };
    check("an empty cart", "/cart").await;
    for path in three_products(&market).await {
        tab.go(&format!("{}{path}", market.url)).await;
        tab.click("#add-to-cart").await;
        tab.wait_until("document.querySelector('#flash .note')").await;
    }
    check("a full cart", "/cart").await;
    check(
        "a product with personalization",
        "/shops/barro-e-sal/name-mug-pressed-letters",
    )
    .await;
    market.sql("UPDATE product_variants SET quantity = 0").await;
    check("a cart of sold-out products", "/cart").await;
    tab.click("#clear").await;
    check("a cart that was cleared", "/cart").await;
    tab.go(&format!("{}/login", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    check("the shipping rates", "/dashboard/shipping").await;
    check("a new shipping rate", "/dashboard/shipping/new?like=home").await;
    report.assert_empty();
}

#[test]
fn the_cart_is_accessible_on_a_phone() {
    browse(async |tab| check_cart_pages(tab, 390).await);
}

#[test]
fn the_cart_is_accessible_on_a_desktop() {
    browse(async |tab| check_cart_pages(tab, 1280).await);
}
