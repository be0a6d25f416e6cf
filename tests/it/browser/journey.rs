//! A life with an account, from signing up to deleting it and thinking again; with script and without.

use super::browse;
use super::person::{EMAIL, NAME, home};
use super::tab::Tab;
use crate::support::Market;
use crate::support::totp::totp_code;
use crate::support::visitor::{PASSWORD, Visitor, location};

const NEW_PASSWORD: &str = "seven slow kettles 9";
const NEW_EMAIL: &str = "robin@elsewhere.example";

async fn live(tab: &Tab) {
    let market = home(false);
    tab.go(&market.url).await;
    sign_up_and_verify(tab, &market).await;
    sign_in_again(tab).await;
    choose_a_new_password(tab, &market).await;
    download_data_and_sign_out_a_device(tab, &market).await;
    let codes = switch_the_factor_on(tab).await;
    sign_in_without_the_app(tab, &codes[3]).await;
    change_the_address(tab, &market).await;
    schedule_and_cancel_the_deletion(tab).await;
    // A refused form and a link that is gone are said in the console too.
    let refused = ["/verify", "/login", "/account/second-factor"].map(|path| format!("{}{path}", market.url));
    tab.assert_calm(&refused.each_ref().map(String::as_str)).await;
}

async fn sign_up_and_verify(tab: &Tab, market: &Market) {
    tab.follow(".acts a[href^='/register']").await;
    tab.sign_up(PASSWORD).await;
    assert_eq!(
        (tab.place().await.as_str(), tab.count(".menu").await),
        ("/register/sent", 0)
    );
    let link = market.link(EMAIL, 1).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.place().await, "/verify", "the token stays in the address");
    assert!(tab.text("main").await.contains(EMAIL));
    assert_eq!(tab.count(".menu").await, 0, "looking at the link signs in");
    tab.send("/verify").await;
    assert_eq!(tab.place().await, "/account");
    tab.assert_told("is confirmed").await;
    assert_eq!(tab.text(".self .badge").await, "Email confirmed");
    // The link is used up.
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.text("h1").await, "This link no longer works");
    tab.follow("main a.btn").await;
    assert_eq!(tab.place().await, "/account");
}

async fn sign_in_again(tab: &Tab) {
    tab.sign_out().await;
    tab.follow(".acts a[href^='/login']").await;
    tab.sign_in(NAME, "quiet harbour lamp 8").await;
    assert_eq!(tab.place().await, "/login");
    tab.assert_refused("email or password is wrong").await;
    assert_eq!(tab.value("#login").await, NAME);
    tab.fill("#password", PASSWORD).await;
    tab.send("/login").await;
    assert_eq!(tab.place().await, "/account");
    tab.sign_out().await;
}

async fn choose_a_new_password(tab: &Tab, market: &Market) {
    tab.follow(".acts a[href^='/login']").await;
    tab.follow("main a[href='/forgot']").await;
    tab.fill("#login", EMAIL).await;
    tab.send("/forgot").await;
    assert_eq!(tab.place().await, "/forgot/sent");
    let link = market.link(EMAIL, 2).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.place().await, "/reset", "the token stays in the address");
    tab.fill("#password", NEW_PASSWORD).await;
    tab.send("/reset").await;
    assert_eq!(tab.place().await, "/login");
    tab.assert_told("Password saved").await;
    tab.sign_in(EMAIL, NEW_PASSWORD).await;
    assert_eq!(tab.place().await, "/account");
}

async fn download_data_and_sign_out_a_device(tab: &Tab, market: &Market) {
    let other = Visitor::new(market);
    assert_eq!(location(&other.sign_in(NAME, NEW_PASSWORD).await), "/account");
    tab.turn_to("/account/data").await;
    assert_eq!(tab.count("main form[action='/account/data.zip']").await, 1);
    assert_eq!(
        other.post("/account/data.zip", &[]).await.headers()["content-type"],
        "application/zip"
    );

    tab.turn_to("/account/devices").await;
    assert_eq!(tab.count("[aria-labelledby=signed-in] .rows > li").await, 2);
    let row = "[aria-labelledby=signed-in] .rows > li:has([action$='/revocation'])";
    assert!(tab.text(row).await.contains("Firefox on Linux"));
    tab.follow(&format!("{row} button")).await;
    assert_eq!(tab.place().await, "/account/devices");
    tab.assert_told("That device is signed out").await;
    assert_eq!(tab.count(row).await, 0);
    assert!(!other.is_signed_in().await);
}

/// Gives the recovery codes.
async fn switch_the_factor_on(tab: &Tab) -> Vec<String> {
    tab.turn_to("/account/second-factor").await;
    tab.send("/account/second-factor/setup").await;
    assert!(
        tab.eval::<bool>("document.querySelector('.qr').checkVisibility()")
            .await
    );
    let key = tab.text(".key").await;
    tab.fill("#code", &totp_code(&key, 100)).await;
    tab.send("/account/second-factor").await;
    tab.assert_refused("This code is wrong").await;
    assert_eq!(tab.text(".key").await, key);
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.send("/account/second-factor").await;
    let codes: Vec<String> = tab
        .eval("[...document.querySelectorAll('#codes li')].map(code => code.innerText)")
        .await;
    assert_eq!(codes.len(), 10);
    tab.follow("main a.btn.primary").await;
    assert_eq!(tab.text("#state").await, "It is on");
    assert_eq!(tab.count(".key, .qr, #codes li").await, 0, "the key is shown again");

    tab.sign_out().await;
    tab.follow(".acts a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    assert_eq!(tab.eval::<String>("location.pathname").await, "/login/code");
    assert_eq!(tab.count(".menu").await, 0);
    tab.fill("#code", &totp_code(&key, 1)).await;
    tab.click("#remember").await;
    tab.send("/login/code").await;
    assert_eq!(tab.place().await, "/account");

    // This browser is remembered.
    tab.sign_out().await;
    tab.follow(".acts a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    assert_eq!(tab.place().await, "/account");
    codes
}

async fn sign_in_without_the_app(tab: &Tab, recovery_code: &str) {
    tab.turn_to("/account/devices").await;
    tab.follow("[action^='/account/browsers/'] button").await;
    tab.assert_told("must enter a code again").await;
    tab.sign_out().await;
    tab.follow(".acts a[href^='/login']").await;
    tab.sign_in(NAME, NEW_PASSWORD).await;
    tab.fill("#code", recovery_code).await;
    tab.send("/login/code").await;
    assert_eq!(tab.place().await, "/account");
    tab.turn_to("/account/second-factor").await;
    assert!(tab.text("main").await.contains("9 left"));
}

async fn change_the_address(tab: &Tab, market: &Market) {
    tab.turn_to("/account/email").await;
    tab.fill("#email", NEW_EMAIL).await;
    tab.send("/account/email").await;
    tab.assert_told("sent a link to the new address").await;
    assert!(tab.text("main .note").await.contains(NEW_EMAIL));
    assert_eq!(tab.text("main .break").await, EMAIL);
    let link = market.link(NEW_EMAIL, 1).await;
    tab.go(&format!("{}{link}", market.url)).await;
    assert_eq!(tab.place().await, "/email/confirm", "the token stays in the address");
    tab.send("/email/confirm").await;
    assert_eq!(tab.place().await, "/account/email");
    assert_eq!(tab.text("main .break").await, NEW_EMAIL);
}

async fn schedule_and_cancel_the_deletion(tab: &Tab) {
    tab.turn_to("/account/deletion").await;
    tab.fill("#email", NEW_EMAIL).await;
    tab.send("/account/deletion").await;
    assert!(tab.text("main .note.warn").await.contains("will be deleted on"));
    tab.turn_to("/account").await;
    assert!(tab.text("main .note.warn").await.contains("will be deleted on"));
    tab.send("/account/deletion/undo").await;
    tab.assert_told("Your account won't be deleted").await;
    assert_eq!(tab.count("main .note.warn").await, 0);
    tab.turn_to("/account").await;
    assert_eq!(tab.count("main .note.warn").await, 0);
}

#[test]
fn an_account_from_sign_up_to_deletion() {
    browse(async |tab| live(tab).await);
}

#[test]
fn without_script_an_account_works_from_sign_up_to_deletion() {
    browse(async |tab| {
        tab.without_script().await;
        live(tab).await;
        assert_eq!(tab.count("html.js").await, 0, "script still runs");
    });
}
