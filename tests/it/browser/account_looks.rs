//! Every page of people, looked at from all sides, with something on it.

use super::browse;
use super::looks::{Report, too_wide};
use super::person::{EMAIL, NAME, home};
use super::sights::change;
use super::tab::{Scheme, Tab};
use crate::support::Market;
use crate::support::totp::totp_code;
use crate::support::visitor::{PASSWORD, Visitor};

const DEMO_PASSWORD: &str = "twelve small pockets";

/// Who looks at a page, told what it is.
pub trait Looker {
    async fn look(&mut self, tab: &Tab, name: &str);
}

/// Goes through all of them as one person would, and as the admin.
async fn tour(tab: &Tab, looker: &mut impl Looker) {
    let market = home(true);
    guest_pages(tab, &market, looker).await;
    at_the_account(tab, &market, looker).await;
    with_a_second_factor(tab, &market, looker).await;
    seller_pages(tab, &market, looker).await;
}

async fn guest_pages(tab: &Tab, market: &Market, looker: &mut impl Looker) {
    let to = async |path: &str| tab.go(&format!("{}{path}", market.url)).await;
    to("/register").await;
    looker.look(tab, "register").await;
    tab.send("/register").await;
    looker.look(tab, "register with errors").await;
    to("/register").await;
    tab.sign_up(PASSWORD).await;
    looker.look(tab, "register, sent").await;
    to(&market.link(EMAIL, 1).await).await;
    looker.look(tab, "a link").await;
    to("/verify?token=nonsense").await;
    looker.look(tab, "a link that is gone").await;
    to("/forgot").await;
    looker.look(tab, "forgot").await;
    tab.send("/forgot").await;
    looker.look(tab, "forgot with an error").await;
    tab.fill("#login", "bruno").await;
    tab.send("/forgot").await;
    looker.look(tab, "forgot, sent").await;
    to(&market.link("bruno@example.com", 1).await).await;
    looker.look(tab, "reset").await;
    tab.fill("#password", "password").await;
    tab.send("/reset").await;
    looker.look(tab, "reset with an error").await;
    to("/login").await;
    looker.look(tab, "login").await;
    tab.sign_in(NAME, "not that").await;
    looker.look(tab, "login with an error").await;
}

async fn at_the_account(tab: &Tab, market: &Market, looker: &mut impl Looker) {
    Visitor::new(market).sign_in(NAME, PASSWORD).await;
    tab.fill("#password", PASSWORD).await;
    tab.send("/login").await;
    looker.look(tab, "profile, not confirmed").await;
    tab.send("/account").await;
    looker.look(tab, "profile, saved").await;
    tab.fill("#username", "admin").await;
    tab.send("/account").await;
    looker.look(tab, "profile with an error").await;
    tab.turn_to("/account/email").await;
    tab.fill(
        "#email",
        "a-rather-long-name-for-a-box.of-letters@a-rather-long-domain.example",
    )
    .await;
    tab.send("/account/email").await;
    looker.look(tab, "email, asked to change").await;
    tab.turn_to("/account/password").await;
    looker.look(tab, "password").await;
    tab.turn_to("/account/devices").await;
    looker.look(tab, "devices").await;
    tab.turn_to("/account/activity").await;
    looker.look(tab, "activity").await;
    tab.turn_to("/account/data").await;
    looker.look(tab, "data").await;
    tab.turn_to("/account/deletion").await;
    looker.look(tab, "deletion").await;
    tab.fill("#email", "nobody").await;
    tab.send("/account/deletion").await;
    looker.look(tab, "deletion with an error").await;
    tab.fill("#email", EMAIL).await;
    tab.send("/account/deletion").await;
    looker.look(tab, "deletion, planned").await;
    tab.go(&format!("{}/confirm?next=/account/email", market.url)).await;
    looker.look(tab, "confirm").await;
    tab.send("/confirm").await;
    looker.look(tab, "confirm with an error").await;
}

async fn with_a_second_factor(tab: &Tab, market: &Market, looker: &mut impl Looker) {
    market.set_email_verified(NAME, true);
    tab.follow("main .aside a").await;
    tab.turn_to("/account/second-factor").await;
    looker.look(tab, "second factor, off").await;
    tab.send("/account/second-factor/setup").await;
    looker.look(tab, "second factor, set up").await;
    let key = tab.text(".key").await;
    tab.fill("#code", "nonsense").await;
    tab.send("/account/second-factor").await;
    looker.look(tab, "second factor with an error").await;
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.send("/account/second-factor").await;
    looker.look(tab, "recovery codes").await;
    tab.turn_to("/account/second-factor").await;
    looker.look(tab, "second factor, on").await;
    tab.sign_out().await;
    tab.follow(".acts a[href^='/login']").await;
    tab.sign_in(NAME, PASSWORD).await;
    looker.look(tab, "code").await;
    tab.send("/login/code").await;
    looker.look(tab, "code with an error").await;
    tab.fill("#code", &totp_code(&key, 1)).await;
    tab.click("#remember").await;
    tab.send("/login/code").await;
    tab.turn_to("/account/devices").await;
    looker.look(tab, "devices and a remembered browser").await;
    tab.sign_out().await;
}

async fn seller_pages(tab: &Tab, market: &Market, looker: &mut impl Looker) {
    let config = market.config.clone();
    pocketshop::ops::users::make_admin(&config, "ines", None, None).unwrap();
    // A letter that was given up.
    let error = "the server said: 550 5.1.1 no such reader ".repeat(4);
    let columns = "id, kind, payload, run_at, attempts, error, dead_at, created_at";
    let job =
        format!("1, 'mail', '', '2026-01-01 00:00:00', 9, '{error}', '2026-01-02 00:00:00', '2026-01-01 00:00:00'");
    change(market, format!("INSERT INTO jobs ({columns}) VALUES ({job})")).await;
    tab.go(&format!("{}/login?next=/admin", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    looker.look(tab, "second factor, required").await;
    tab.send("/account/second-factor/setup").await;
    let key = tab.text(".key").await;
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.send("/account/second-factor").await;
    tab.go(&format!("{}/admin", market.url)).await;
    assert_eq!(tab.count("form[action='/admin/jobs/1/retry']").await, 1);
    looker.look(tab, "operator").await;
    tab.go(&format!("{}/dashboard", market.url)).await;
    tab.click(".menu summary").await;
    looker.look(tab, "dashboard and the menu").await;
}

pub struct Axe(pub Report, pub i64);

impl Looker for Axe {
    async fn look(&mut self, tab: &Tab, name: &str) {
        tab.width(self.1).await;
        self.0.look(tab, name, None).await;
    }
}

#[test]
fn account_pages_are_accessible_on_a_phone() {
    browse(async |tab| {
        let mut axe = Axe(Report::default(), 390);
        tour(tab, &mut axe).await;
        axe.0.assert_empty();
    });
}

#[test]
fn account_pages_are_accessible_on_a_desktop() {
    browse(async |tab| {
        let mut axe = Axe(Report::default(), 1280);
        tour(tab, &mut axe).await;
        axe.0.assert_empty();
    });
}

/// Also listens whether the page is calm.
pub struct Width(pub Vec<String>, pub usize);

impl Looker for Width {
    async fn look(&mut self, tab: &Tab, name: &str) {
        self.1 += 1;
        tab.scheme(Scheme::Light).await;
        self.0.extend(too_wide(tab, name).await);
        // That a form was refused, or a link is gone, is said in the console too.
        let here: String = tab.eval("location.href").await;
        let refused = tab.count("#problems, #leaving").await > 0 || here.ends_with("/verify");
        tab.assert_calm(&if refused { vec![here.as_str()] } else { Vec::new() })
            .await;
        tab.forget();
        tab.width(1280).await;
    }
}

#[test]
fn account_pages_fit_the_screen_and_follow_their_content_policy() {
    browse(async |tab| {
        let mut width = Width(Vec::new(), 0);
        tour(tab, &mut width).await;
        assert!(width.0.is_empty(), "{}", width.0.join("\n"));
        assert!(width.1 > 30, "{}", width.1);
    });
}
