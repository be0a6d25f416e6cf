//! Checkout: from three shops, with a saved address, with a declined card, and with changes during checkout.

use super::accessibility::{AxeReport, horizontal_overflow};
use super::browse;
use super::cart::{three_products, wait_for_cart_count};
use super::tab::Tab;
use crate::checkout::purchase::{DECLINED_CARD, NO_REPLY_CARD, RING_DISH, VALID_CARD};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;

/// The demo market without personalization fields. Each shop has two shipping rates with its own prices, and the ring dish
/// is in stock.
async fn market() -> Market {
    let market = Market::demo();
    let rates: Vec<String> = (0..2)
        .map(|rate| {
            format!(
                "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
                     days_to, pickup, created_at, updated_at)
                 SELECT s.id * 2 + {rate}, s.id, {rate}, '{}', '*', 300 + 500 * {rate} +
                     10 * (SELECT COUNT(*) FROM shops o WHERE o.id < s.id), 0, 2, 4, FALSE, s.created_at, s.created_at
                 FROM shops s;",
                ["Post", "Courier"][rate]
            )
        })
        .collect();
    market
        .sql(&format!(
            "DELETE FROM shipping_rates; DELETE FROM personalization_fields; {} UPDATE shipping_rates SET id = id + 1000000;",
            rates.concat()
        ))
        .await;
    market.set_stock(market.variant(RING_DISH), 9).await;
    market
}

/// Adds a product to the cart.
async fn add_to_cart(tab: &Tab, market: &Market, path: &str, script: bool) {
    tab.go(&format!("{}{path}", market.url)).await;
    if script {
        tab.click("#add-to-cart").await;
        tab.wait_until("document.querySelector('#flash .note')").await;
    } else {
        tab.follow("#add-to-cart").await;
    }
}

fn mug_path() -> String {
    format!("/shops/barro-e-sal/{RING_DISH}")
}

/// Opens the checkout and fills in everything except the card.
async fn fill_checkout(tab: &Tab, market: &Market) {
    tab.go(&format!("{}/checkout", market.url)).await;
    for (field, value) in [
        ("#email", "ada@example.org"),
        ("#name", "Ada Lovelace"),
        ("#street", "12 St James's Square"),
        ("#postal_code", "94103"),
        ("#town", "San Francisco"),
        ("#region", "California"),
    ] {
        tab.fill(field, value).await;
    }
}

async fn fill_card(tab: &Tab, number: &str) {
    tab.fill("#card_number", number).await;
    for (field, value) in [("#card_expiry", "12/40"), ("#card_code", "123")] {
        tab.fill(field, value).await;
    }
}

async fn assert_thank_you_page(tab: &Tab) {
    assert_eq!(tab.text("h1").await, "Thank you, Ada", "at {}", tab.path().await);
}

async fn buy_from_three_shops(tab: &Tab, script: bool) {
    let market = market().await;
    for path in three_products(&market).await {
        add_to_cart(tab, &market, &path, script).await;
    }
    wait_for_cart_count(tab, 3).await;
    fill_checkout(tab, &market).await;
    let prices: Vec<String> = tab
        .eval("[...document.querySelectorAll('.choice:has(:checked) > .num')].map(price => price.textContent)")
        .await;
    assert_eq!(prices.len(), 3);
    assert!(prices[0] != prices[1] && prices[1] != prices[2], "{prices:?}");
    let before = tab.text("#total").await;
    if script {
        // Another delivery option changes the total and keeps the card.
        fill_card(tab, VALID_CARD).await;
        tab.click(".part .choice:nth-child(2)").await;
        tab.wait_until(&format!("document.querySelector('#total').innerText !== {before:?}"))
            .await;
        assert_eq!(
            tab.eval::<String>("document.querySelector('#card_number').value").await,
            VALID_CARD
        );
    } else {
        tab.click(".part .choice:nth-child(2)").await;
        tab.follow("#update").await;
        assert_eq!(tab.count(".part .choice:nth-child(2) :checked").await, 1);
        fill_card(tab, VALID_CARD).await;
    }
    let total = tab.text("#total").await;
    assert_ne!(total, before);
    assert_eq!(tab.text("#pay-now").await, format!("Pay {total}"));
    tab.follow("#pay-now").await;
    assert_thank_you_page(tab).await;
    assert_eq!((tab.text("#total").await, tab.count(".part h2").await), (total, 3));
    tab.assert_clean_log(&[]).await;
    market.assert_consistent();
}

#[test]
fn a_guest_buys_from_three_shops_with_three_deliveries() {
    browse(async |tab| buy_from_three_shops(tab, true).await);
}

#[test]
fn without_script_a_guest_buys() {
    browse(async |tab| {
        tab.disable_script().await;
        buy_from_three_shops(tab, false).await;
    });
}

#[test]
fn a_user_with_a_saved_address_enters_only_the_card() {
    browse(async |tab| {
        let market = market().await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in("bruno", DEMO_PASSWORD).await;
        add_to_cart(tab, &market, &mug_path(), true).await;
        fill_checkout(tab, &market).await;
        tab.click("#save_address").await;
        fill_card(tab, VALID_CARD).await;
        tab.follow("#pay-now").await;
        assert_thank_you_page(tab).await;
        add_to_cart(tab, &market, &mug_path(), true).await;
        tab.go(&format!("{}/checkout", market.url)).await;
        fill_card(tab, VALID_CARD).await;
        // Enter pays; it does not only update the total.
        tab.run_script("window.oldPage = true").await;
        tab.press_key("Enter", 13).await;
        tab.wait_until("document.querySelector('#thanks')").await;
        assert_thank_you_page(tab).await;
        assert!(tab.text("address").await.contains("12 St James's Square"));
        market.assert_consistent();
    });
}

#[test]
fn after_a_declined_card_the_form_is_kept_and_another_card_pays() {
    browse(async |tab| {
        let market = market().await;
        add_to_cart(tab, &market, &mug_path(), true).await;
        fill_checkout(tab, &market).await;
        fill_card(tab, DECLINED_CARD).await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#problems").await.contains("declined"));
        assert_eq!(tab.focused_id().await, "problems");
        let values: Vec<String> = tab
            .eval("['street', 'card_number'].map(id => document.getElementById(id).value)")
            .await;
        assert_eq!(values, ["12 St James's Square", ""]);
        fill_card(tab, VALID_CARD).await;
        tab.follow("#pay-now").await;
        assert_thank_you_page(tab).await;
        market.assert_consistent();
    });
}

#[test]
fn changes_during_checkout_are_shown_before_paying() {
    browse(async |tab| {
        let market = market().await;
        let variant = market.variant(RING_DISH);
        add_to_cart(tab, &market, &mug_path(), true).await;
        fill_checkout(tab, &market).await;
        fill_card(tab, VALID_CARD).await;
        market
            .sql(&format!(
                "UPDATE product_variants SET price = 12345 WHERE id = {variant}"
            ))
            .await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#changes").await.contains("now costs $123.45"));
        fill_card(tab, VALID_CARD).await;
        market.set_stock(variant, 0).await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#not-yet").await.to_lowercase().contains("sold out"));
        market.set_stock(variant, 1).await;
        fill_checkout(tab, &market).await;
        fill_card(tab, VALID_CARD).await;
        tab.follow("#pay-now").await;
        assert_thank_you_page(tab).await;
        market.assert_consistent();
    });
}

#[test]
fn neither_back_nor_a_double_click_pays_twice() {
    browse(async |tab| {
        let market = market().await;
        add_to_cart(tab, &market, &mug_path(), true).await;
        fill_checkout(tab, &market).await;
        fill_card(tab, VALID_CARD).await;
        tab.run_script(
            "window.oldPage = true; const pay = document.querySelector('#pay-now'); pay.click(); pay.click()",
        )
        .await;
        tab.wait_until("document.querySelector('#thanks')").await;
        assert_thank_you_page(tab).await;
        let purchase = tab.path().await;
        tab.run_script("history.back()").await;
        tab.wait_until("location.pathname === '/checkout' && document.readyState === 'complete'")
            .await;
        // The browser loads the page again, or restores it. In a restored page the button opens the existing purchase.
        if tab.count("#pay-now").await == 1 {
            fill_card(tab, VALID_CARD).await;
            tab.follow("#pay-now").await;
            assert_eq!(tab.path().await, purchase);
        } else {
            assert!(tab.text("#not-yet").await.contains("Your cart is empty"));
        }
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 1);
        assert_eq!(market.current_stock(market.variant(RING_DISH)), 8);
        market.assert_consistent();
    });
}

/// Checks each page from the empty checkout to the thank-you page.
async fn check_checkout_pages(tab: &Tab, width: i64) {
    let (market, mut report, mut overflow) = (market().await, AxeReport::default(), Vec::new());
    tab.set_width(width).await;
    let mut check = async |name: &str| {
        report.check(tab, name, None).await;
        tab.assert_clean_log(&[]).await;
        overflow.extend(horizontal_overflow(tab, name).await);
        tab.set_width(width).await;
    };
    tab.go(&format!("{}/checkout", market.url)).await;
    check("the checkout of an empty cart").await;
    for path in three_products(&market).await {
        add_to_cart(tab, &market, &path, true).await;
    }
    fill_checkout(tab, &market).await;
    check("the checkout").await;
    tab.fill("#email", "ada").await;
    tab.clear_log();
    tab.follow("#pay-now").await;
    // Chromium reports status 422 in the console.
    tab.clear_log();
    check("the checkout with errors").await;
    tab.fill("#email", "ada@example.org").await;
    fill_card(tab, DECLINED_CARD).await;
    tab.follow("#pay-now").await;
    check("a declined card").await;
    fill_card(tab, VALID_CARD).await;
    tab.follow("#pay-now").await;
    assert_thank_you_page(tab).await;
    check("the thank-you page").await;
    add_to_cart(tab, &market, &mug_path(), true).await;
    fill_checkout(tab, &market).await;
    fill_card(tab, NO_REPLY_CARD).await;
    tab.follow("#pay-now").await;
    assert_eq!(tab.text("h1").await, "Your payment is processing");
    // Stops the page from reloading itself during the check.
    tab.run_script("window.stop()").await;
    report.check(tab, "a payment in progress", Some("wcag2aa")).await;
    report.assert_empty();
    assert!(overflow.is_empty(), "{}", overflow.join("\n"));
}

#[test]
fn the_checkout_is_accessible_on_a_phone() {
    browse(async |tab| check_checkout_pages(tab, 390).await);
}

#[test]
fn the_checkout_is_accessible_on_a_desktop() {
    browse(async |tab| check_checkout_pages(tab, 1280).await);
}
