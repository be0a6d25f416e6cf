//! Every page, looked at from all sides: open to everyone, true to its policy, and never wider than the screen.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::browse;
use super::sights::{Sights, change, product_with};
use super::tab::{Scheme, Tab};
use crate::support::Market;

const AXE: &str = include_str!("../../vendor/axe-core/axe.min.js");

#[derive(Deserialize)]
struct Violation {
    rule: String,
    target: String,
    html: String,
    why: String,
}

/// What axe finds, and where.
#[derive(Default)]
pub struct Report(BTreeMap<String, Vec<String>>);

impl Report {
    /// Looks at the page as it is now, in light and in dark; `rules` is axe's `runOnly`.
    pub async fn look(&mut self, tab: &Tab, name: &str, rules: Option<&str>) {
        tab.act(AXE).await;
        let only = rules.map(|rule| format!("runOnly: [{rule:?}],")).unwrap_or_default();
        let run = format!(
            "axe.run(document, {{{only} resultTypes: ['violations']}})
                .then(({{violations}}) => violations.flatMap(({{id, impact, nodes}}) => nodes.map(node => ({{
                    rule: `${{id}} (${{impact}})`, target: node.target.flat().join(' '),
                    html: node.html.slice(0, 240), why: node.failureSummary.replace(/\\s+/g, ' '),
                }}))))"
        );
        for scheme in [Scheme::Light, Scheme::Dark] {
            tab.scheme(scheme).await;
            tab.still().await;
            for Violation {
                rule,
                target,
                html,
                why,
            } in tab.eval::<Vec<Violation>>(&run).await
            {
                let what = format!("{rule}: {target}\n  {html}\n  {why}");
                self.0.entry(what).or_default().push(format!("{name}, {scheme:?}"));
            }
        }
    }

    pub fn assert_empty(&self) {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(what, pages)| format!("{what}\n  on: {}", pages.join("; ")))
            .collect();
        assert!(
            lines.is_empty(),
            "{} violations:\n\n{}",
            lines.len(),
            lines.join("\n\n")
        );
    }
}

async fn look_at_everything(tab: &Tab, width: i64) -> (Sights, Report) {
    let (sights, mut report) = (Sights::see().await, Report::default());
    tab.width(width).await;
    for (name, url) in &sights.pages {
        tab.go(url).await;
        report.look(tab, name, None).await;
    }
    (sights, report)
}

#[test]
fn pages_are_accessible_on_a_phone() {
    browse(async |tab| {
        let (sights, mut report) = look_at_everything(tab, 390).await;
        tab.go(&format!("{}/products", sights.demo.url)).await;
        tab.click("#open-facets").await;
        report.look(tab, "the filters over a phone", None).await;
        report.assert_empty();
    });
}

#[test]
fn pages_are_accessible_on_a_desktop() {
    browse(async |tab| {
        let (sights, mut report) = look_at_everything(tab, 1280).await;
        tab.go(&format!("{}/products", sights.demo.url)).await;
        tab.click("#f-stock").await;
        tab.arrived("/products?stock=in", "document.querySelector('#drop-1')")
            .await;
        report.look(tab, "the list with a filter just ticked", None).await;
        report.assert_empty();
    });
}

#[test]
fn text_is_readable_in_every_theme_color() {
    browse(async |tab| {
        let (market, mut report) = (Market::demo(), Report::default());
        let product = product_with(&market, ".options").await;
        let slug = product.split('/').nth(2).unwrap();
        for hue in [0, 60, 120, 180, 240, 300] {
            change(
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
                .look(tab, &format!("a product, hue {hue}"), Some("color-contrast"))
                .await;
        }
        report.assert_empty();
    });
}

#[test]
fn pages_follow_their_content_policy_and_load_nothing_from_other_hosts() {
    browse(async |tab| {
        let sights = Sights::see().await;
        for (_, url) in &sights.pages {
            tab.forget();
            tab.go(url).await;
            // What is further down is asked for when it comes into sight.
            tab.act("scrollTo(0, document.body.scrollHeight)").await;
            // That a page is not there is said in the console too.
            let but = if url.ends_with("/nobody") {
                vec![url.as_str()]
            } else {
                Vec::new()
            };
            tab.assert_calm(&but).await;
        }
        // And it would have been noticed.
        tab.act("document.body.setAttribute('style', 'color: red')").await;
        tab.quiet().await;
        assert!(tab.seen(|seen| {
            seen.complaints
                .iter()
                .any(|(_, words)| words.contains("Content Security Policy"))
        }));
    });
}

/// Where the page as it is now is wider than the screen.
pub async fn too_wide(tab: &Tab, name: &str) -> Vec<String> {
    let mut wide = Vec::new();
    for width in [320, 390, 768, 1024, 1280, 1920] {
        tab.width(width).await;
        tab.still().await;
        let (page, culprits): (i64, Vec<String>) = tab
            .eval(&format!(
                "[document.scrollingElement.scrollWidth, [...document.body.querySelectorAll('*')]
                    .filter(e => e.getBoundingClientRect().right > {width} + 1 && !e.closest('.scroll-x, .strip, .pics, .shots'))
                    .slice(0, 5).map(e => e.outerHTML.slice(0, 120))]"
            ))
            .await;
        if page > width {
            wide.push(format!("{name} at {width} px is {page} px wide: {culprits:#?}"));
        }
    }
    wide
}

#[test]
fn pages_fit_the_screen() {
    browse(async |tab| {
        let sights = Sights::see().await;
        let mut wide = Vec::new();
        for (name, url) in &sights.pages {
            tab.go(url).await;
            wide.extend(too_wide(tab, name).await);
        }
        assert!(wide.is_empty(), "{}", wide.join("\n"));
        // And it would have been noticed.
        tab.width(320).await;
        tab.act("document.querySelector('h1').innerHTML = 'Wide'.repeat(99)")
            .await;
        assert!(tab.eval::<i64>("document.scrollingElement.scrollWidth").await > 320);
    });
}

#[test]
fn reduced_motion_is_respected() {
    browse(async |tab| {
        let market = Market::demo();
        // The tab asks for reduced motion.
        tab.on_each_page("addEventListener('pagereveal', event => window.faded = event.viewTransition !== null)")
            .await;
        tab.go(&market.url).await;
        tab.follow("nav a[href='/products']").await;
        assert!(
            tab.eval::<bool>("window.faded === false").await,
            "one page fades into the next"
        );
        tab.scheme(Scheme::Dark).await;
        let moving: Vec<String> = tab
            .eval("new Promise(requestAnimationFrame).then(() => document.getAnimations().map(move => move.transitionProperty ?? move.animationName))")
            .await;
        assert!(moving.is_empty(), "these change by and by: {moving:?}");
    });
}
