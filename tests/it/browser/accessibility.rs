//! Public pages are accessible (axe-core, in both color schemes), follow the content policy, fit the screen and respect
//! reduced motion.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::browse;
use super::pages::{PublicPages, find_product, run_sql};
use super::tab::{ColorScheme, Tab};
use crate::support::Market;

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

#[derive(Deserialize)]
struct Violation {
    rule: String,
    target: String,
    html: String,
    why: String,
}

/// The violations that axe-core finds, each with the pages it is on.
#[derive(Default)]
pub struct AxeReport(BTreeMap<String, Vec<String>>);

impl AxeReport {
    /// Checks the current page in both color schemes. `rules` limits the check to one rule or tag (axe's `runOnly`).
    pub async fn check(&mut self, tab: &Tab, name: &str, rules: Option<&str>) {
        tab.run_script(AXE).await;
        let only = rules.map(|rule| format!("runOnly: [{rule:?}],")).unwrap_or_default();
        let run = format!(
            "axe.run(document, {{{only} resultTypes: ['violations']}})
                .then(({{violations}}) => violations.flatMap(({{id, impact, nodes}}) => nodes.map(node => ({{
                    rule: `${{id}} (${{impact}})`, target: node.target.flat().join(' '),
                    html: node.html.slice(0, 240), why: node.failureSummary.replace(/\\s+/g, ' '),
                }}))))"
        );
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            tab.set_color_scheme(scheme).await;
            tab.wait_for_animations().await;
            for Violation {
                rule,
                target,
                html,
                why,
            } in tab.eval::<Vec<Violation>>(&run).await
            {
                let violation = format!("{rule}: {target}\n  {html}\n  {why}");
                self.0.entry(violation).or_default().push(format!("{name}, {scheme:?}"));
            }
        }
    }

    pub fn assert_empty(&self) {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(violation, pages)| format!("{violation}\n  on: {}", pages.join("; ")))
            .collect();
        assert!(
            lines.is_empty(),
            "{} violations:\n\n{}",
            lines.len(),
            lines.join("\n\n")
        );
    }
}

async fn check_public_pages(tab: &Tab, width: i64) -> (PublicPages, AxeReport) {
    let (public, mut report) = (PublicPages::open().await, AxeReport::default());
    tab.set_width(width).await;
    for (name, url) in &public.pages {
        tab.go(url).await;
        report.check(tab, name, None).await;
    }
    (public, report)
}

#[test]
fn pages_are_accessible_on_a_phone() {
    browse(async |tab| {
        let (public, mut report) = check_public_pages(tab, 390).await;
        tab.go(&format!("{}/products", public.market.url)).await;
        tab.click("#open-facets").await;
        report.check(tab, "the filters on a phone", None).await;
        report.assert_empty();
    });
}

#[test]
fn pages_are_accessible_on_a_desktop() {
    browse(async |tab| {
        let (public, mut report) = check_public_pages(tab, 1280).await;
        tab.go(&format!("{}/products", public.market.url)).await;
        tab.click("#f-stock").await;
        tab.wait_for_path("/products?stock=in", "document.querySelector('#drop-1')")
            .await;
        report.check(tab, "the list after a filter was selected", None).await;
        report.assert_empty();
    });
}

#[test]
fn text_is_readable_in_every_theme_color() {
    browse(async |tab| {
        let (market, mut report) = (Market::demo(), AxeReport::default());
        let product = find_product(&market, ".options").await;
        let slug = product.split('/').nth(2).unwrap();
        for hue in [0, 60, 120, 180, 240, 300] {
            run_sql(
                &market,
                format!("UPDATE shops SET hue = {hue}, vividness = 'vivid' WHERE slug = '{slug}'"),
            )
            .await;
            tab.go(&format!("{}{product}", market.url)).await;
            assert_eq!(
                tab.eval::<String>("getComputedStyle(document.documentElement).getPropertyValue('--h')")
                    .await,
                hue.to_string()
            );
            report
                .check(tab, &format!("a product, hue {hue}"), Some("color-contrast"))
                .await;
        }
        report.assert_empty();
    });
}

#[test]
fn pages_follow_their_content_policy_and_load_nothing_from_other_hosts() {
    browse(async |tab| {
        let public = PublicPages::open().await;
        for (_, url) in &public.pages {
            tab.clear_log();
            tab.go(url).await;
            // Loads lazy images.
            tab.run_script("scrollTo(0, document.body.scrollHeight)").await;
            // Chromium reports status 404 in the console.
            let allowed = if url.ends_with("/nobody") {
                vec![url.as_str()]
            } else {
                Vec::new()
            };
            tab.assert_clean_log(&allowed).await;
        }
        // Proves that violations are recorded.
        tab.run_script("document.body.setAttribute('style', 'color: red')")
            .await;
        tab.wait_for_network_idle().await;
        assert!(tab.read_log(|log| {
            log.messages
                .iter()
                .any(|(_, text)| text.contains("Content Security Policy"))
        }));
    });
}

/// The widths at which the current page is wider than the screen, with the elements that cause it.
pub async fn horizontal_overflow(tab: &Tab, name: &str) -> Vec<String> {
    let mut overflow = Vec::new();
    for width in [320, 390, 768, 1024, 1280, 1920] {
        tab.set_width(width).await;
        tab.wait_for_animations().await;
        let (page_width, elements): (i64, Vec<String>) = tab
            .eval(&format!(
                "[document.scrollingElement.scrollWidth, [...document.body.querySelectorAll('*')]
                    .filter(e => e.getBoundingClientRect().right > {width} + 1 && !e.closest('.scroll-x, .strip, .pics, .gallery-strip'))
                    .slice(0, 5).map(e => e.outerHTML.slice(0, 120))]"
            ))
            .await;
        if page_width > width {
            overflow.push(format!("{name} at {width} px is {page_width} px wide: {elements:#?}"));
        }
    }
    overflow
}

#[test]
fn pages_fit_the_screen() {
    browse(async |tab| {
        let public = PublicPages::open().await;
        let mut overflow = Vec::new();
        for (name, url) in &public.pages {
            tab.go(url).await;
            overflow.extend(horizontal_overflow(tab, name).await);
        }
        assert!(overflow.is_empty(), "{}", overflow.join("\n"));
        // Proves that a page that is too wide is detected.
        tab.set_width(320).await;
        tab.run_script("document.querySelector('h1').innerHTML = 'Wide'.repeat(99)")
            .await;
        assert!(tab.eval::<i64>("document.scrollingElement.scrollWidth").await > 320);
    });
}

#[test]
fn reduced_motion_is_respected() {
    browse(async |tab| {
        let market = Market::demo();
        // Every tab has reduced motion on (`Tab::set_color_scheme`).
        tab.add_init_script(
            "addEventListener('pagereveal', event => window.hasTransition = event.viewTransition !== null)",
        )
        .await;
        tab.go(&market.url).await;
        tab.follow("nav a[href='/products']").await;
        assert!(
            tab.eval::<bool>("window.hasTransition === false").await,
            "there is a page transition"
        );
        tab.set_color_scheme(ColorScheme::Dark).await;
        let animations: Vec<String> = tab
            .eval("new Promise(requestAnimationFrame).then(() => document.getAnimations().map(animation => animation.transitionProperty ?? animation.animationName))")
            .await;
        assert!(animations.is_empty(), "animations: {animations:?}");
    });
}
