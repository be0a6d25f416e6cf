//! Onboarding on a phone, with and without JavaScript; accessibility and layout of onboarding and shop settings.

use super::accessibility::AxeReport;
use super::account_accessibility::{AxeChecker, LayoutChecker, PageChecker};
use super::browse;
use super::tab::Tab;
use super::user::{NAME, open_market};
use crate::support::Market;
use crate::support::visitor::PASSWORD;

const ONBOARDING: &str = "/dashboard/shop/new";

async fn sign_in_to(tab: &Tab, market: &Market, login: &str, password: &str, path: &str) {
    tab.go(&format!("{}/login?next={path}", market.url)).await;
    tab.sign_in(login, password).await;
}

/// Goes from the first step to an open shop, on a phone.
async fn open_a_shop(tab: &Tab, script: bool) {
    let market = open_market(true);
    market.sign_up(NAME).await;
    tab.set_width(390).await;
    sign_in_to(tab, &market, NAME, PASSWORD, ONBOARDING).await;
    assert_eq!(tab.path().await, format!("{ONBOARDING}/name"));
    tab.fill("#name", "Barro").await;
    tab.fill("#slug", "barro-e-sal").await;
    if script {
        tab.wait_until("document.querySelector('#address').textContent.includes('is taken')")
            .await;
        assert_eq!(tab.focused_id().await, "slug", "the field lost the focus");
    } else {
        tab.follow("#check").await;
        assert!(tab.text("#address").await.contains("is taken"));
    }
    tab.follow("[name=take]").await;
    assert_eq!(tab.path().await, format!("{ONBOARDING}/look"));
    tab.click("#hue-150").await;
    if script {
        tab.wait_until("document.querySelector('#sample link').href.includes('hue=150')")
            .await;
    } else {
        tab.follow("#try").await;
    }
    tab.wait_until("getComputedStyle(document.documentElement).getPropertyValue('--h') === '150'")
        .await;
    tab.follow("#next").await;
    assert_eq!(tab.path().await, format!("{ONBOARDING}/product"));
    tab.follow("main a[href='/dashboard/shop/new/opening']:not(.progress a)")
        .await;
    assert_eq!(tab.path().await, format!("{ONBOARDING}/opening"));
    tab.follow(".progress a[href='/dashboard/shop/new/name']").await;
    assert_eq!(tab.value("#name").await, "Barro");
    tab.follow(".progress a[href='/dashboard/shop/new/look']").await;
    assert_eq!(tab.count("#hue-150:checked").await, 1);
    tab.follow(".progress a[href='/dashboard/shop/new/opening']").await;
    tab.follow("#open").await;
    tab.assert_flash("is open").await;
    assert_eq!(tab.text("h1").await, "Barro");
    tab.assert_clean_log(&[]).await;
}

#[test]
fn a_shop_opens_on_a_phone() {
    browse(async |tab| open_a_shop(tab, true).await);
}

#[test]
fn without_script_a_shop_opens() {
    browse(async |tab| {
        tab.disable_script().await;
        open_a_shop(tab, false).await;
    });
}

/// Checks each page of onboarding and shop settings, with content and with errors.
async fn check_seller_pages(tab: &Tab, checker: &mut impl PageChecker) {
    let market = open_market(true);
    market.sign_up(NAME).await;
    market.set_email_verified(NAME, false);
    sign_in_to(tab, &market, NAME, PASSWORD, "/dashboard").await;
    checker.check(tab, "overview without a shop").await;
    tab.follow("main a[href='/dashboard/shop/new']").await;
    checker.check(tab, "name").await;
    tab.follow("#next").await;
    checker.check(tab, "name with an error").await;
    tab.fill("#name", "Barro").await;
    tab.fill("#slug", "barro-e-sal").await;
    tab.follow("#next").await;
    checker.check(tab, "name with a taken address").await;
    tab.follow("[name=take]").await;
    checker.check(tab, "theme").await;
    tab.follow("#next").await;
    checker.check(tab, "first product").await;
    tab.follow("#next").await;
    checker.check(tab, "first product with errors").await;
    tab.go(&format!("{}{ONBOARDING}/opening", market.url)).await;
    checker.check(tab, "last step of a draft").await;
    tab.follow("main .row > a.btn").await;
    checker.check(tab, "preview of a draft").await;
    tab.sign_out().await;
    sign_in_to(tab, &market, "ines", "twelve small pockets", "/dashboard").await;
    checker.check(tab, "overview").await;
    for page in ["", "/look", "/policies", "/sections", "/vacation", "/closure"] {
        tab.go(&format!("{}/dashboard/shop{page}", market.url)).await;
        checker.check(tab, page).await;
    }
    tab.submit("/dashboard/shop/closure").await;
    checker.check(tab, "closure with an error").await;
    tab.fill("#name", "Barro & Sal").await;
    tab.submit("/dashboard/shop/closure").await;
    checker.check(tab, "closed").await;
}

#[test]
fn seller_pages_are_accessible() {
    browse(async |tab| {
        for width in [390, 1280] {
            let mut axe = AxeChecker::at_width(width);
            check_seller_pages(tab, &mut axe).await;
            axe.report.assert_empty();
            tab.sign_out().await;
        }
    });
}

#[test]
fn seller_pages_fit_the_screen_and_follow_their_content_policy() {
    browse(async |tab| {
        let mut layout = LayoutChecker::default();
        check_seller_pages(tab, &mut layout).await;
        layout.assert_no_overflow();
    });
}

#[test]
fn every_demo_shop_is_readable_in_its_theme() {
    browse(async |tab| {
        let (market, mut report) = (Market::demo(), AxeReport::default());
        let page = market.page("/shops").await;
        let shops = crate::support::attributes(&page, "#grid h2 a", "href");
        assert!(shops.len() >= 10, "{shops:?}");
        for shop in shops {
            tab.go(&format!("{}{shop}", market.url)).await;
            report.check(tab, &shop, None).await;
        }
        report.assert_empty();
    });
}
