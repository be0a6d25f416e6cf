//! Opening a shop at a browser, and its settings looked at from all sides.

use super::account_looks::{Axe, Looker, Width};
use super::browse;
use super::looks::Report;
use super::person::{NAME, home};
use super::tab::Tab;
use crate::support::Market;
use crate::support::visitor::PASSWORD;

const STEPS: &str = "/dashboard/shop/new";

async fn come_in(tab: &Tab, market: &Market, who: &str, password: &str, to: &str) {
    tab.go(&format!("{}/login?next={to}", market.url)).await;
    tab.sign_in(who, password).await;
}

/// From the first step to an open shop, on a phone.
async fn open(tab: &Tab, script: bool) {
    let market = home(true);
    market.sign_up(NAME).await;
    tab.width(390).await;
    come_in(tab, &market, NAME, PASSWORD, STEPS).await;
    assert_eq!(tab.place().await, format!("{STEPS}/name"));
    tab.fill("#name", "Barro").await;
    tab.fill("#slug", "barro-e-sal").await;
    if script {
        tab.until("document.querySelector('#address').textContent.includes('is taken')")
            .await;
        assert_eq!(tab.focus().await, "slug", "typing goes on");
    } else {
        tab.follow("#check").await;
        assert!(tab.text("#address").await.contains("is taken"));
    }
    tab.follow("[name=take]").await;
    assert_eq!(tab.place().await, format!("{STEPS}/look"));
    tab.click("#hue-150").await;
    if script {
        tab.until("document.querySelector('#sample link').href.includes('hue=150')")
            .await;
    } else {
        tab.follow("#try").await;
    }
    tab.until("getComputedStyle(document.documentElement).getPropertyValue('--h') === '150'")
        .await;
    tab.follow("#next").await;
    assert_eq!(tab.place().await, format!("{STEPS}/product"));
    tab.follow("main a[href='/dashboard/shop/new/opening']:not(.progress a)")
        .await;
    assert_eq!(tab.place().await, format!("{STEPS}/opening"));
    tab.follow(".progress a[href='/dashboard/shop/new/name']").await;
    assert_eq!(tab.value("#name").await, "Barro");
    tab.follow(".progress a[href='/dashboard/shop/new/look']").await;
    assert_eq!(tab.count("#hue-150:checked").await, 1);
    tab.follow(".progress a[href='/dashboard/shop/new/opening']").await;
    tab.follow("#open").await;
    tab.assert_told("is open").await;
    assert_eq!(tab.text("h1").await, "Barro");
    tab.assert_calm(&[]).await;
}

#[test]
fn a_shop_opens_on_a_phone() {
    browse(async |tab| open(tab, true).await);
}

#[test]
fn without_script_a_shop_opens() {
    browse(async |tab| {
        tab.without_script().await;
        open(tab, false).await;
    });
}

/// Every page of opening and settings, with something on it and with what is wrong.
async fn tour(tab: &Tab, looker: &mut impl Looker) {
    let market = home(true);
    market.sign_up(NAME).await;
    market.set_email_verified(NAME, false);
    come_in(tab, &market, NAME, PASSWORD, "/dashboard").await;
    looker.look(tab, "overview without a shop").await;
    tab.follow("main a[href='/dashboard/shop/new']").await;
    looker.look(tab, "name").await;
    tab.follow("#next").await;
    looker.look(tab, "name with an error").await;
    tab.fill("#name", "Barro").await;
    tab.fill("#slug", "barro-e-sal").await;
    tab.follow("#next").await;
    looker.look(tab, "name with a taken address").await;
    tab.follow("[name=take]").await;
    looker.look(tab, "look").await;
    tab.follow("#next").await;
    looker.look(tab, "first product").await;
    tab.follow("#next").await;
    looker.look(tab, "first product with errors").await;
    tab.go(&format!("{}{STEPS}/opening", market.url)).await;
    looker.look(tab, "almost ready").await;
    tab.follow("main .row > a.btn").await;
    looker.look(tab, "a draft, seen by its owner").await;
    tab.sign_out().await;
    come_in(tab, &market, "ines", "twelve small pockets", "/dashboard").await;
    looker.look(tab, "overview").await;
    for page in ["", "/look", "/policies", "/sections", "/vacation", "/closure"] {
        tab.go(&format!("{}/dashboard/shop{page}", market.url)).await;
        looker.look(tab, page).await;
    }
    tab.send("/dashboard/shop/closure").await;
    looker.look(tab, "closing with an error").await;
    tab.fill("#name", "Barro & Sal").await;
    tab.send("/dashboard/shop/closure").await;
    looker.look(tab, "closed").await;
}

#[test]
fn seller_pages_are_accessible() {
    browse(async |tab| {
        for width in [390, 1280] {
            let mut axe = Axe(Report::default(), width);
            tour(tab, &mut axe).await;
            axe.0.assert_empty();
            tab.sign_out().await;
        }
    });
}

#[test]
fn seller_pages_fit_the_screen_and_follow_their_content_policy() {
    browse(async |tab| {
        let mut width = Width(Vec::new(), 0);
        tour(tab, &mut width).await;
        assert!(width.0.is_empty(), "{}", width.0.join("\n"));
    });
}

#[test]
fn every_demo_shop_is_readable_in_its_theme() {
    browse(async |tab| {
        let (market, mut report) = (Market::demo(), Report::default());
        let page = market.page("/shops").await;
        let shops = crate::support::attributes(&page, "#grid h2 a", "href");
        assert!(shops.len() >= 10, "{shops:?}");
        for shop in shops {
            tab.go(&format!("{}{shop}", market.url)).await;
            report.look(tab, &shop, None).await;
        }
        report.assert_empty();
    });
}
