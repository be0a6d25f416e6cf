//! Account and admin pages, with content and with errors, are accessible, fit the screen and follow the content policy.

use super::accessibility::{AxeReport, horizontal_overflow};
use super::browse;
use super::pages::run_sql;
use super::tab::{ColorScheme, Tab};
use super::user::{EMAIL, NAME, open_market};
use crate::support::Market;
use crate::support::totp::totp_code;
use crate::support::visitor::{PASSWORD, Visitor};

const DEMO_PASSWORD: &str = "twelve small pockets";

/// A check that runs on each page. `name` describes the page in failure messages.
pub trait PageChecker {
    async fn check(&mut self, tab: &Tab, name: &str);
}

async fn check_account_pages(tab: &Tab, checker: &mut impl PageChecker) {
    let market = open_market(true);
    check_guest_pages(tab, &market, checker).await;
    check_profile_pages(tab, &market, checker).await;
    check_second_factor_pages(tab, &market, checker).await;
    check_admin_pages(tab, &market, checker).await;
}

async fn check_guest_pages(tab: &Tab, market: &Market, checker: &mut impl PageChecker) {
    let go = async |path: &str| tab.go(&format!("{}{path}", market.url)).await;
    go("/register").await;
    checker.check(tab, "register").await;
    tab.submit("/register").await;
    checker.check(tab, "register with errors").await;
    go("/register").await;
    tab.sign_up(PASSWORD).await;
    checker.check(tab, "register, sent").await;
    go(&market.link(EMAIL, 1).await).await;
    checker.check(tab, "an email link").await;
    go("/verify?token=nonsense").await;
    checker.check(tab, "an invalid link").await;
    go("/forgot").await;
    checker.check(tab, "forgot").await;
    tab.submit("/forgot").await;
    checker.check(tab, "forgot with an error").await;
    tab.fill("#login", "bruno").await;
    tab.submit("/forgot").await;
    checker.check(tab, "forgot, sent").await;
    go(&market.link("bruno@example.com", 1).await).await;
    checker.check(tab, "reset").await;
    tab.fill("#password", "password").await;
    tab.submit("/reset").await;
    checker.check(tab, "reset with an error").await;
    go("/login").await;
    checker.check(tab, "login").await;
    tab.sign_in(NAME, "not that").await;
    checker.check(tab, "login with an error").await;
}

async fn check_profile_pages(tab: &Tab, market: &Market, checker: &mut impl PageChecker) {
    Visitor::new(market).sign_in(NAME, PASSWORD).await;
    tab.fill("#password", PASSWORD).await;
    tab.submit("/login").await;
    checker.check(tab, "profile, email not confirmed").await;
    tab.submit("/account").await;
    checker.check(tab, "profile, saved").await;
    tab.fill("#username", "admin").await;
    tab.submit("/account").await;
    checker.check(tab, "profile with an error").await;
    tab.open_account_page("/account/email").await;
    tab.fill(
        "#email",
        "a-rather-long-name-for-a-box.of-letters@a-rather-long-domain.example",
    )
    .await;
    tab.submit("/account/email").await;
    checker.check(tab, "email, change requested").await;
    tab.open_account_page("/account/password").await;
    checker.check(tab, "password").await;
    tab.open_account_page("/account/devices").await;
    checker.check(tab, "devices").await;
    tab.open_account_page("/account/activity").await;
    checker.check(tab, "activity").await;
    tab.open_account_page("/account/data").await;
    checker.check(tab, "data").await;
    tab.open_account_page("/account/deletion").await;
    checker.check(tab, "deletion").await;
    tab.fill("#email", "nobody").await;
    tab.submit("/account/deletion").await;
    checker.check(tab, "deletion with an error").await;
    tab.fill("#email", EMAIL).await;
    tab.submit("/account/deletion").await;
    checker.check(tab, "deletion, scheduled").await;
    tab.go(&format!("{}/confirm?next=/account/email", market.url)).await;
    checker.check(tab, "confirm").await;
    tab.submit("/confirm").await;
    checker.check(tab, "confirm with an error").await;
}

async fn check_second_factor_pages(tab: &Tab, market: &Market, checker: &mut impl PageChecker) {
    market.set_email_verified(NAME, true);
    tab.follow("main .aside a").await;
    tab.open_account_page("/account/second-factor").await;
    checker.check(tab, "second factor, off").await;
    tab.submit("/account/second-factor/setup").await;
    checker.check(tab, "second factor, set up").await;
    let key = tab.text(".key").await;
    tab.fill("#code", "nonsense").await;
    tab.submit("/account/second-factor").await;
    checker.check(tab, "second factor with an error").await;
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.submit("/account/second-factor").await;
    checker.check(tab, "recovery codes").await;
    tab.open_account_page("/account/second-factor").await;
    checker.check(tab, "second factor, on").await;
    tab.sign_out().await;
    tab.follow(".header-nav a[href^='/login']").await;
    tab.sign_in(NAME, PASSWORD).await;
    checker.check(tab, "code").await;
    tab.submit("/login/code").await;
    checker.check(tab, "code with an error").await;
    tab.fill("#code", &totp_code(&key, 1)).await;
    tab.click("#remember").await;
    tab.submit("/login/code").await;
    tab.open_account_page("/account/devices").await;
    checker.check(tab, "devices and a remembered browser").await;
    tab.sign_out().await;
}

async fn check_admin_pages(tab: &Tab, market: &Market, checker: &mut impl PageChecker) {
    let config = market.config.clone();
    pocketshop::ops::users::make_admin(&config, "ines", None, None).unwrap();
    // A dead job.
    let error = "the server said: 550 5.1.1 no such reader ".repeat(4);
    let columns = "id, kind, payload, run_at, attempts, error, dead_at, created_at";
    let job =
        format!("1, 'mail', '', '2026-01-01 00:00:00', 9, '{error}', '2026-01-02 00:00:00', '2026-01-01 00:00:00'");
    run_sql(market, format!("INSERT INTO jobs ({columns}) VALUES ({job})")).await;
    tab.go(&format!("{}/login?next=/admin", market.url)).await;
    tab.sign_in("ines", DEMO_PASSWORD).await;
    checker.check(tab, "second factor, required").await;
    tab.submit("/account/second-factor/setup").await;
    let key = tab.text(".key").await;
    tab.fill("#code", &totp_code(&key, 0)).await;
    tab.submit("/account/second-factor").await;
    tab.go(&format!("{}/admin", market.url)).await;
    assert_eq!(tab.count("form[action='/admin/jobs/1/retry']").await, 1);
    checker.check(tab, "admin").await;
    tab.go(&format!("{}/dashboard", market.url)).await;
    tab.click(".menu summary").await;
    checker.check(tab, "dashboard and the menu").await;
}

/// Runs axe-core at one width, in pixels.
pub struct AxeChecker {
    pub report: AxeReport,
    width: i64,
}

impl AxeChecker {
    pub fn at_width(width: i64) -> Self {
        Self {
            report: AxeReport::default(),
            width,
        }
    }
}

impl PageChecker for AxeChecker {
    async fn check(&mut self, tab: &Tab, name: &str) {
        tab.set_width(self.width).await;
        self.report.check(tab, name, None).await;
    }
}

#[test]
fn account_pages_are_accessible_on_a_phone() {
    browse(async |tab| {
        let mut axe = AxeChecker::at_width(390);
        check_account_pages(tab, &mut axe).await;
        axe.report.assert_empty();
    });
}

#[test]
fn account_pages_are_accessible_on_a_desktop() {
    browse(async |tab| {
        let mut axe = AxeChecker::at_width(1280);
        check_account_pages(tab, &mut axe).await;
        axe.report.assert_empty();
    });
}

/// Checks widths and the content policy.
#[derive(Default)]
pub struct LayoutChecker {
    overflow: Vec<String>,
    pub pages: usize,
}

impl LayoutChecker {
    pub fn assert_no_overflow(&self) {
        assert!(self.overflow.is_empty(), "{}", self.overflow.join("\n"));
    }
}

impl PageChecker for LayoutChecker {
    async fn check(&mut self, tab: &Tab, name: &str) {
        self.pages += 1;
        tab.set_color_scheme(ColorScheme::Light).await;
        self.overflow.extend(horizontal_overflow(tab, name).await);
        // Chromium reports the error status of a refused form or an invalid link in the console.
        let url: String = tab.eval("location.href").await;
        let refused = tab.count("#problems, #removed-variants").await > 0 || url.ends_with("/verify");
        tab.assert_clean_log(&if refused { vec![url.as_str()] } else { Vec::new() })
            .await;
        tab.clear_log();
        tab.set_width(1280).await;
    }
}

#[test]
fn account_pages_fit_the_screen_and_follow_their_content_policy() {
    browse(async |tab| {
        let mut layout = LayoutChecker::default();
        check_account_pages(tab, &mut layout).await;
        layout.assert_no_overflow();
        assert!(layout.pages > 30, "{}", layout.pages);
    });
}
