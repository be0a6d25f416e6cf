//! An account from sign-up to a scheduled and canceled deletion, with and without JavaScript.

use super::browse;
use super::tab::Tab;
use super::user::{EMAIL, NAME, open_market};
use crate::support::Market;
use crate::support::totp::totp_code;
use crate::support::visitor::{PASSWORD, Visitor, location};

const NEW_PASSWORD: &str = "seven slow kettles 9";
const NEW_EMAIL: &str = "robin@elsewhere.example";

async fn run_account_lifecycle(tab: &Tab) {
    let market = open_market(false);
    tab.go(&market.url).await;
    sign_up_and_verify(tab, &market).await;
    sign_in_again(tab).await;
    reset_the_password(tab, &market).await;
    download_data_and_sign_out_a_device(tab, &market).await;
    let codes = turn_the_second_factor_on(tab).await;
    sign_in_with_a_recovery_code(tab, &codes[3]).await;
    change_the_email(tab, &market).await;
    schedule_and_cancel_the_deletion(tab).await;
    // Chromium reports the error status of a refused form or an invalid link in the console.
    let refused = ["/verify", "/login", "/account/second-factor"].map(|path| format!("{}{path}", market.url));
    tab.assert_clean_log(&refused.each_ref().map(String::as_str)).await;
}

async fn sign_up_and_verify(tab: &Tab, market: &Market) {
    tab.follow(".header-nav a[href^='/register']").await;
    tab.sign_up(PASSWORD).await;
    assert_eq!(
        (tab.path().await.as_str(), tab.count(".menu").await),
        ("/register/sent", 0)
    );
    let link = market.link(EMAIL, 1).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.path().await, "/verify", "the token is still in the URL");
    assert!(tab.text("main").await.contains(EMAIL));
    assert_eq!(tab.count(".menu").await, 0, "opening the link signs in");
    tab.submit("/verify").await;
    assert_eq!(tab.path().await, "/account");
    tab.assert_flash("is confirmed").await;
    assert_eq!(tab.text(".profile-head .badge").await, "Email confirmed");
    // The link works only once.
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.text("h1").await, "This link no longer works");
    tab.follow("main a.btn").await;
    assert_eq!(tab.path().await, "/account");
}

async fn sign_in_again(tab: &Tab) {
    tab.sign_out().await;
    tab.follow(".header-nav a[href^='/login']").await;
    tab.sign_in(NAME, "quiet harbour lamp 8").await;
    assert_eq!(tab.path().await, "/login");
    tab.assert_refused("email or password is wrong").await;
    assert_eq!(tab.value("#login").await, NAME);
    tab.fill("#password", PASSWORD).await;
    tab.submit("/login").await;
    assert_eq!(tab.path().await, "/account");
    tab.sign_out().await;
}

async fn reset_the_password(tab: &Tab, market: &Market) {
    tab.follow(".header-nav a[href^='/login']").await;
    tab.follow("main a[href='/forgot']").await;
    tab.fill("#login", EMAIL).await;
    tab.submit("/forgot").await;
    assert_eq!(tab.path().await, "/forgot/sent");
    let link = market.link(EMAIL, 2).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.path().await, "/reset", "the token is still in the URL");
    tab.fill("#password", NEW_PASSWORD).await;
    tab.submit("/reset").await;
    assert_eq!(tab.path().await, "/login");
    tab.assert_flash("Password saved").await;
    tab.sign_in(EMAIL, NEW_PASSWORD).await;
    assert_eq!(tab.path().await, "/account");
}

async fn download_data_and_sign_out_a_device(tab: &Tab, market: &Market) {
    let other = Visitor::new(market);
    assert_eq!(location(&other.sign_in(NAME, NEW_PASSWORD).await), "/account");
    tab.open_account_page("/account/data").await;
    assert_eq!(tab.count("main form[action='/account/data.zip']").await, 1);
    assert_eq!(
        other.post("/account/data.zip", &[]).await.headers()["content-type"],
        "application/zip"
    );

    tab.open_account_page("/account/devices").await;
    assert_eq!(tab.count("[aria-labelledby=signed-in] .rows > li").await, 2);
    let row = "[aria-labelledby=signed-in] .rows > li:has([action$='/revocation'])";
    assert!(tab.text(row).await.contains("Firefox on Linux"));
    tab.follow(&format!("{row} button")).await;
    assert_eq!(tab.path().await, "/account/devices");
    tab.assert_flash("That device is signed out").await;
    assert_eq!(tab.count(row).await, 0);
    assert!(!other.is_signed_in().await);
}

/// Turns two-factor authentication on and returns the recovery codes.
async fn turn_the_second_factor_on(tab: &Tab) -> Vec<String> {
    tab.open_account_page("/account/second-factor").await;
    tab.submit("/account/second-factor/setup").await;
    assert!(
        tab.eval::<bool>("document.querySelector('.qr').checkVisibility()")
            .await
    );
    let key = tab.text(".key").await;
    tab.fill("#code", &totp_code(&key, 100)).await;
    tab.submit("/account/second-factor").await;
    tab.assert_refused("This code is wrong").await;
    assert_eq!(tab.text(".key").await, key);
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.submit("/account/second-factor").await;
    let codes: Vec<String> = tab
        .eval("[...document.querySelectorAll('#codes li')].map(code => code.innerText)")
        .await;
    assert_eq!(codes.len(), 10);
    tab.follow("main a.btn.primary").await;
    assert_eq!(tab.text("#state").await, "Two-factor authentication is on");
    assert_eq!(tab.count(".key, .qr, #codes li").await, 0, "the key is still shown");

    tab.sign_out().await;
    tab.follow(".header-nav a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    assert_eq!(tab.eval::<String>("location.pathname").await, "/login/code");
    assert_eq!(tab.count(".menu").await, 0);
    tab.fill("#code", &totp_code(&key, 1)).await;
    tab.click("#remember").await;
    tab.submit("/login/code").await;
    assert_eq!(tab.path().await, "/account");

    // This browser is remembered.
    tab.sign_out().await;
    tab.follow(".header-nav a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    assert_eq!(tab.path().await, "/account");
    codes
}

async fn sign_in_with_a_recovery_code(tab: &Tab, recovery_code: &str) {
    tab.open_account_page("/account/devices").await;
    tab.follow("[action^='/account/browsers/'] button").await;
    tab.assert_flash("must enter a code again").await;
    tab.sign_out().await;
    tab.follow(".header-nav a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    tab.fill("#code", recovery_code).await;
    tab.submit("/login/code").await;
    assert_eq!(tab.path().await, "/account");
    tab.open_account_page("/account/second-factor").await;
    assert!(tab.text("main").await.contains("9 left"));
}

async fn change_the_email(tab: &Tab, market: &Market) {
    tab.open_account_page("/account/email").await;
    tab.fill("#email", NEW_EMAIL).await;
    tab.submit("/account/email").await;
    tab.assert_flash("sent a link to the new address").await;
    assert!(tab.text("main .note").await.contains(NEW_EMAIL));
    assert_eq!(tab.text("main .break").await, EMAIL);
    let link = market.link(NEW_EMAIL, 1).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.path().await, "/email/confirm", "the token is still in the URL");
    tab.submit("/email/confirm").await;
    assert_eq!(tab.path().await, "/account/email");
    assert_eq!(tab.text("main .break").await, NEW_EMAIL);
}

async fn schedule_and_cancel_the_deletion(tab: &Tab) {
    tab.open_account_page("/account/deletion").await;
    tab.fill("#email", NEW_EMAIL).await;
    tab.submit("/account/deletion").await;
    assert!(tab.text("main .note.warn").await.contains("will be deleted on"));
    tab.open_account_page("/account").await;
    assert!(tab.text("main .note.warn").await.contains("will be deleted on"));
    tab.submit("/account/deletion/undo").await;
    tab.assert_flash("Your account won't be deleted").await;
    assert_eq!(tab.count("main .note.warn").await, 0);
    tab.open_account_page("/account").await;
    assert_eq!(tab.count("main .note.warn").await, 0);
}

#[test]
fn an_account_works_from_sign_up_to_deletion() {
    browse(async |tab| run_account_lifecycle(tab).await);
}

#[test]
fn without_script_an_account_works_from_sign_up_to_deletion() {
    browse(async |tab| {
        tab.disable_script().await;
        run_account_lifecycle(tab).await;
        assert_eq!(tab.count("html.js").await, 0, "JavaScript is still enabled");
    });
}
