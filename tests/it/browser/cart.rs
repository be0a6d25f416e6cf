//! Buying: a cart filled from three shops, with script and without, and looked at from all sides.

use super::browse;
use super::looks::Report;
use super::sights::products;
use super::tab::Tab;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::{Market, attributes, texts};

/// Products of three shops that need no choice, with more than one in stock.
pub(super) async fn three(market: &Market) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let shop = |path: &str| path.split('/').nth(2).unwrap_or_default().to_owned();
    for path in products(market).await {
        let page = market.page(&path).await;
        let simple = texts(&page, "#add-to-cart").len() == 1
            && texts(&page, ".option").is_empty()
            && attributes(&page, "[name^=personalization]", "name").is_empty()
            && attributes(&page, "#more-buy", "aria-disabled").is_empty();
        if simple && !found.iter().any(|other| shop(other) == shop(&path)) {
            found.push(path);
        }
        if found.len() == 3 {
            return found;
        }
    }
    panic!("the demo market has no three shops to buy from");
}

/// The number at the cart is this, once the answer has come.
pub(super) async fn counted(tab: &Tab, pieces: usize) {
    let number = format!("document.querySelector('#cart-link .count')?.textContent === '{pieces}'");
    tab.until(&number).await;
}

/// Presses a button of the cart: with script the page stays, without it comes again.
pub(super) async fn press(tab: &Tab, script: bool, selector: &str) {
    if script {
        tab.click(selector).await;
    } else {
        tab.follow(selector).await;
    }
}

async fn buy(tab: &Tab, script: bool) {
    let market = Market::demo();
    for (number, path) in three(&market).await.iter().enumerate() {
        tab.go(&format!("{}{path}", market.url)).await;
        press(tab, script, "#add-to-cart").await;
        counted(tab, number + 1).await;
        assert_eq!(tab.place().await == "/cart", !script);
    }
    tab.go(&format!("{}/cart", market.url)).await;
    assert_eq!(tab.count(".cart-shop").await, 3);
    press(tab, script, ".cart-line [id^=more-]").await;
    counted(tab, 4).await;
    assert_eq!(
        tab.eval::<String>("document.querySelector('.cart-line input[name=quantity]').value")
            .await,
        "2"
    );
    if script {
        let focus: String = tab.eval("document.activeElement.id").await;
        assert!(focus.starts_with("more-"), "{focus}");
    }
    press(tab, script, ".cart-line [id^=remove-]").await;
    counted(tab, 2).await;
    if script {
        tab.until("document.activeElement.id.startsWith('undo-')").await;
    }
    press(tab, script, ".undo [id^=undo-]").await;
    counted(tab, 4).await;
    tab.fill(".cart-line input[name=quantity]", "1").await;
    if script {
        tab.act("document.activeElement.blur()").await;
    } else {
        tab.follow(".cart-line .save").await;
    }
    counted(tab, 3).await;
    press(tab, script, "#clear").await;
    tab.until("!document.querySelector('#cart-link .count')").await;
    assert_eq!(tab.count("#undo-all").await, 1);
    tab.assert_calm(&[]).await;
}

#[test]
fn a_cart_is_filled_from_three_shops() {
    browse(async |tab| buy(tab, true).await);
}

#[test]
fn without_script_a_cart_is_filled() {
    browse(async |tab| {
        tab.without_script().await;
        buy(tab, false).await;
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
        tab.until("document.activeElement.id === 'problems'").await;
        assert_eq!(tab.count("#buy .field.bad").await, tab.count("#problems li").await);
        assert_eq!(
            tab.eval::<String>("document.querySelector('#quantity').value").await,
            "2",
            "kept"
        );
    });
}

async fn look_around(tab: &Tab, width: i64) {
    let (market, mut report) = (Market::demo(), Report::default());
    tab.width(width).await;
    let mut look = async |name: &str, path: &str| {
        tab.go(&format!("{}{path}", market.url)).await;
        let wide: bool = tab.eval("document.documentElement.scrollWidth > innerWidth").await;
        assert!(!wide, "{name} is wider than {width}");
        report.look(tab, name, None).await;
    };
    look("an empty cart", "/cart").await;
    for path in three(&market).await {
        tab.go(&format!("{}{path}", market.url)).await;
        tab.click("#add-to-cart").await;
        tab.until("document.querySelector('#flash .note')").await;
    }
    look("a full cart", "/cart").await;
    look("a product that asks", "/shops/barro-e-sal/name-mug-pressed-letters").await;
    market.sql("UPDATE product_variants SET quantity = 0").await;
    look("a cart of what is sold out", "/cart").await;
    tab.click("#clear").await;
    look("a cart that was emptied", "/cart").await;
    tab.go(&format!("{}/login", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    look("the rates", "/dashboard/shipping").await;
    look("a new rate", "/dashboard/shipping/new?like=home").await;
    report.assert_empty();
}

#[test]
fn the_cart_is_accessible_on_a_phone() {
    browse(async |tab| look_around(tab, 390).await);
}

#[test]
fn the_cart_is_accessible_on_a_desktop() {
    browse(async |tab| look_around(tab, 1280).await);
}
