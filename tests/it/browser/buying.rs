//! Buying at a browser: from three shops, with a saved address, with a card that is declined, and when something changed.

use super::browse;
use super::cart::{counted, three};
use super::looks::{Report, too_wide};
use super::tab::Tab;
use crate::checkout::purchase::{DECLINED, GOOD, MUG, SILENT};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;

const CARD: [&str; 2] = ["#card_expiry", "#card_code"];

/// The demo market, whose shops ask nothing, send by two posts at their own prices, and have enough.
async fn market() -> Market {
    let market = Market::demo();
    let rates: Vec<String> = (0..2)
        .map(|dear| {
            format!(
                "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
                     days_to, pickup, created_at, updated_at)
                 SELECT s.id * 2 + {dear}, s.id, {dear}, '{}', '*', 300 + 500 * {dear} +
                     10 * (SELECT COUNT(*) FROM shops o WHERE o.id < s.id), 0, 2, 4, FALSE, s.created_at, s.created_at
                 FROM shops s;",
                ["Post", "Courier"][dear]
            )
        })
        .collect();
    market
        .sql(&format!(
            "DELETE FROM shipping_rates; DELETE FROM personalization_fields; {} UPDATE shipping_rates SET id = id + 1000000;",
            rates.concat()
        ))
        .await;
    market.shelve(market.variant(MUG), 9).await;
    market
}

/// Puts one product into the cart.
async fn take(tab: &Tab, market: &Market, path: &str, script: bool) {
    tab.go(&format!("{}{path}", market.url)).await;
    if script {
        tab.click("#add-to-cart").await;
        tab.until("document.querySelector('#flash .note')").await;
    } else {
        tab.follow("#add-to-cart").await;
    }
}

fn mug() -> String {
    format!("/shops/barro-e-sal/{MUG}")
}

/// To the till, with everything typed but the card.
async fn arrive(tab: &Tab, market: &Market) {
    tab.go(&format!("{}/checkout", market.url)).await;
    for (field, typed) in [
        ("#email", "ada@example.org"),
        ("#name", "Ada Lovelace"),
        ("#street", "12 St James's Square"),
        ("#postal_code", "94103"),
        ("#town", "San Francisco"),
        ("#region", "California"),
    ] {
        tab.fill(field, typed).await;
    }
}

async fn card(tab: &Tab, number: &str) {
    tab.fill("#card_number", number).await;
    for (field, typed) in CARD.iter().zip(["12/40", "123"]) {
        tab.fill(field, typed).await;
    }
}

async fn thanked(tab: &Tab) {
    assert_eq!(tab.text("h1").await, "Thank you, Ada", "at {}", tab.place().await);
}

async fn buy_from_three(tab: &Tab, script: bool) {
    let market = market().await;
    for path in three(&market).await {
        take(tab, &market, &path, script).await;
    }
    counted(tab, 3).await;
    arrive(tab, &market).await;
    let prices: Vec<String> = tab
        .eval("[...document.querySelectorAll('.choice:has(:checked) > .num')].map(one => one.textContent)")
        .await;
    assert_eq!(prices.len(), 3);
    assert!(prices[0] != prices[1] && prices[1] != prices[2], "{prices:?}");
    let before = tab.text("#total").await;
    if script {
        // Another delivery is another total, and costs nobody the card.
        card(tab, GOOD).await;
        tab.click(".part .choice:nth-child(2)").await;
        tab.until(&format!("document.querySelector('#total').innerText !== {before:?}"))
            .await;
        assert_eq!(
            tab.eval::<String>("document.querySelector('#card_number').value").await,
            GOOD
        );
    } else {
        tab.click(".part .choice:nth-child(2)").await;
        tab.follow("#update").await;
        assert_eq!(tab.count(".part .choice:nth-child(2) :checked").await, 1);
        card(tab, GOOD).await;
    }
    let total = tab.text("#total").await;
    assert_ne!(total, before);
    assert_eq!(tab.text("#pay-now").await, format!("Pay {total}"));
    tab.follow("#pay-now").await;
    thanked(tab).await;
    assert_eq!((tab.text("#total").await, tab.count(".part h2").await), (total, 3));
    tab.assert_calm(&[]).await;
    market.books_balance();
}

#[test]
fn a_guest_buys_from_three_shops_with_three_deliveries() {
    browse(async |tab| buy_from_three(tab, true).await);
}

#[test]
fn without_script_a_guest_buys() {
    browse(async |tab| {
        tab.without_script().await;
        buy_from_three(tab, false).await;
    });
}

#[test]
fn a_user_with_a_saved_address_enters_only_the_card() {
    browse(async |tab| {
        let market = market().await;
        tab.go(&format!("{}/login", market.url)).await;
        tab.sign_in("bruno", DEMO_PASSWORD).await;
        take(tab, &market, &mug(), true).await;
        arrive(tab, &market).await;
        tab.click("#save_address").await;
        card(tab, GOOD).await;
        tab.follow("#pay-now").await;
        thanked(tab).await;
        take(tab, &market, &mug(), true).await;
        tab.go(&format!("{}/checkout", market.url)).await;
        card(tab, GOOD).await;
        // By the key, which pays and does not only look again.
        tab.act("window.left = true").await;
        tab.press("Enter", 13).await;
        tab.until("document.querySelector('#thanks')").await;
        thanked(tab).await;
        assert!(tab.text("address").await.contains("12 St James's Square"));
        market.books_balance();
    });
}

#[test]
fn after_a_declined_card_the_form_is_kept_and_another_card_pays() {
    browse(async |tab| {
        let market = market().await;
        take(tab, &market, &mug(), true).await;
        arrive(tab, &market).await;
        card(tab, DECLINED).await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#problems").await.contains("declined"));
        assert_eq!(tab.focus().await, "problems");
        let kept: Vec<String> = tab
            .eval("['street', 'card_number'].map(id => document.getElementById(id).value)")
            .await;
        assert_eq!(kept, ["12 St James's Square", ""]);
        card(tab, GOOD).await;
        tab.follow("#pay-now").await;
        thanked(tab).await;
        market.books_balance();
    });
}

#[test]
fn changes_during_checkout_are_shown_before_paying() {
    browse(async |tab| {
        let market = market().await;
        let variant = market.variant(MUG);
        take(tab, &market, &mug(), true).await;
        arrive(tab, &market).await;
        card(tab, GOOD).await;
        market
            .sql(&format!(
                "UPDATE product_variants SET price = 12345 WHERE id = {variant}"
            ))
            .await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#changes").await.contains("now costs $123.45"));
        card(tab, GOOD).await;
        market.shelve(variant, 0).await;
        tab.follow("#pay-now").await;
        assert!(tab.text("#not-yet").await.to_lowercase().contains("sold out"));
        market.shelve(variant, 1).await;
        arrive(tab, &market).await;
        card(tab, GOOD).await;
        tab.follow("#pay-now").await;
        thanked(tab).await;
        market.books_balance();
    });
}

#[test]
fn neither_back_nor_a_double_click_pays_twice() {
    browse(async |tab| {
        let market = market().await;
        take(tab, &market, &mug(), true).await;
        arrive(tab, &market).await;
        card(tab, GOOD).await;
        tab.act("window.left = true; const pay = document.querySelector('#pay-now'); pay.click(); pay.click()")
            .await;
        tab.until("document.querySelector('#thanks')").await;
        thanked(tab).await;
        let thanks = tab.place().await;
        tab.act("history.back()").await;
        tab.until("location.pathname === '/checkout' && document.readyState === 'complete'")
            .await;
        // The page comes again, or as it was left; then its button leads to what was bought already.
        if tab.count("#pay-now").await == 1 {
            card(tab, GOOD).await;
            tab.follow("#pay-now").await;
            assert_eq!(tab.place().await, thanks);
        } else {
            assert!(tab.text("#not-yet").await.contains("Your cart is empty"));
        }
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 1);
        assert_eq!(market.on_shelf(market.variant(MUG)), 8);
        market.books_balance();
    });
}

/// Every page of paying, from the till to the thanks.
async fn look_around(tab: &Tab, width: i64) {
    let (market, mut report, mut wide) = (market().await, Report::default(), Vec::new());
    tab.width(width).await;
    let mut look = async |name: &str| {
        report.look(tab, name, None).await;
        tab.assert_calm(&[]).await;
        wide.extend(too_wide(tab, name).await);
        tab.width(width).await;
    };
    tab.go(&format!("{}/checkout", market.url)).await;
    look("a till with nothing to pay for").await;
    for path in three(&market).await {
        take(tab, &market, &path, true).await;
    }
    arrive(tab, &market).await;
    look("the till").await;
    tab.fill("#email", "ada").await;
    tab.forget();
    tab.follow("#pay-now").await;
    // That the answer is a 422 is said in the console too.
    tab.forget();
    look("the till with mistakes").await;
    tab.fill("#email", "ada@example.org").await;
    card(tab, DECLINED).await;
    tab.follow("#pay-now").await;
    look("a declined card").await;
    card(tab, GOOD).await;
    tab.follow("#pay-now").await;
    thanked(tab).await;
    look("the thanks").await;
    take(tab, &market, &mug(), true).await;
    arrive(tab, &market).await;
    card(tab, SILENT).await;
    tab.follow("#pay-now").await;
    assert_eq!(tab.text("h1").await, "Your payment is processing");
    // It comes again by itself every few seconds, which would take the look away.
    tab.act("window.stop()").await;
    report.look(tab, "a payment under way", Some("wcag2aa")).await;
    report.assert_empty();
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn the_checkout_is_accessible_on_a_phone() {
    browse(async |tab| look_around(tab, 390).await);
}

#[test]
fn the_checkout_is_accessible_on_a_desktop() {
    browse(async |tab| look_around(tab, 1280).await);
}
