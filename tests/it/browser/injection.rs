//! Markup and scripts in shop texts are shown as text and never run.

use super::browse;
use super::pages::{find_product, run_sql};
use super::tab::Tab;
use crate::support::Market;

/// If any of the payload below runs, the page requests a URL with this query, opens a dialog or requests another host.
const MARKER: &str = "trap=sprung";

const PAYLOAD: &str = r#"<b hx-get="/products?trap=sprung" hx-trigger="load">now</b> <b data-hx-get="/products?trap=sprung" data-hx-trigger="load">now</b>
<div hx-trigger="intersect" hx-get="/products?trap=sprung" id="grid">near</div> <form hx-post="/theme?trap=sprung" hx-trigger="load"></form>
<script>alert("trap")</script><img src="x" onerror="alert('trap')"><svg onload="alert('trap')"></svg><iframe src="javascript:alert('trap')"></iframe>
<a id="read-me" href="javascript:alert('trap')">raw</a> <a href="/products?trap=sprung" hx-boost="true" autofocus onfocus="alert('trap')">boosted</a>

[plain](javascript:alert('trap')) [spaced]( javascript:alert('trap')) [coded](&#106;avascript:alert('trap')) [broken](java&#x0A;script:alert('trap'))
<javascript:alert('trap')> [data](data:text/html,<script>alert('trap')</script>) [vb](vbscript:alert('trap'))

![picture](http://evil.example/trap.png) ![code](javascript:alert('trap')) ![" onerror="alert('trap')](x)

<style>body { display: none; background: url(http://evil.example/trap) }</style><link rel="stylesheet" href="http://evil.example/trap.css">
<meta http-equiv="refresh" content="0;url=/products?trap=sprung"><base href="http://evil.example/"> {{ 7 * 7 }} </textarea></title><script>alert("trap")</script>
"#;

/// Opens a page and fails if anything of the payload ran or is active on it.
async fn assert_nothing_runs(tab: &Tab, url: &str) {
    tab.clear_log();
    tab.go(url).await;
    tab.run_script("scrollTo(0, document.body.scrollHeight)").await;
    tab.assert_clean_log(&[]).await;
    let triggered = tab.read_log(|log| {
        log.requests
            .iter()
            .filter(|url| url.contains(MARKER))
            .cloned()
            .collect::<Vec<_>>()
    });
    assert_eq!(triggered, Vec::<String>::new(), "at {url}");
    assert!(
        tab.eval::<bool>("getComputedStyle(document.body).display !== 'none'")
            .await
    );
    let active: Vec<String> = tab
        .eval(
            "[...document.querySelectorAll('main *')]
                .filter(e => e.matches('script, iframe, style, base, link, meta, form:not(#filter-form)')
                    || e.matches('.prose *') && [...e.attributes].some(a => !/^(href|rel|title|start)$/.test(a.name))
                    || /^\\s*(javascript|data|vbscript):/i.test(e.getAttribute('href') ?? ''))
                .map(e => e.outerHTML.slice(0, 160))",
        )
        .await;
    assert_eq!(active, Vec::<String>::new(), "at {url}");
}

#[test]
fn shop_texts_are_never_executed() {
    browse(async |tab| {
        let market = Market::demo();
        let product = find_product(&market, ".options").await;
        let shop = product.rsplit_once('/').unwrap().0.to_owned();
        let payload = PAYLOAD.replace('\'', "''");
        let line = payload.replace('\n', " ");
        let shop_slug = shop.rsplit_once('/').unwrap().1;
        let product_slug = product.rsplit_once('/').unwrap().1;
        let shop_id = format!("(SELECT id FROM shops WHERE slug = '{shop_slug}')");
        let product_id = format!("(SELECT id FROM products WHERE slug = '{product_slug}' AND shop_id = {shop_id})");
        let sql = format!(
            "UPDATE products SET title = '{line}', description = '{payload}', option1 = '{line}' WHERE id = {product_id};
             UPDATE product_variants SET value1 = '{line}' WHERE product_id = {product_id} AND position = 1;
             UPDATE product_images SET alt = '{line}' WHERE product_id = {product_id};
             UPDATE shops SET name = '{line}', tagline = '{line}', bio = '{payload}', announcement = '{line}',
                location = '{line}', vacation_from = '2020-01-01 00:00:00', vacation_until = NULL, vacation_message = '{line}' WHERE id = {shop_id};"
        );
        run_sql(&market, sql).await;

        for path in [product.as_str(), &shop, "/products", "/shops", "/"] {
            assert_nothing_runs(tab, &format!("{}{path}", market.url)).await;
        }

        // The payload is shown as text, and outside of it htmx does act on such attributes.
        tab.go(&format!("{}{product}", market.url)).await;
        assert!(tab.text("h1").await.contains("hx-get"));
        assert!(tab.text(".prose").await.contains("plain"));
        tab.run_script(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<b hx-get=\"/products?trap=sprung\" hx-trigger=\"load\"></b>');
             htmx.process(document.querySelector('main'))",
        )
        .await;
        tab.wait_for_network_idle().await;
        assert!(tab.read_log(|log| log.requests.iter().any(|url| url.contains(MARKER))));

        // Inside the element for user text, htmx ignores them.
        tab.go(&format!("{}{product}", market.url)).await;
        tab.clear_log();
        tab.run_script(
            "document.querySelector('.prose').insertAdjacentHTML('beforeend', '<b hx-get=\"/products?trap=sprung\" hx-trigger=\"load\"></b>');
             htmx.process(document.querySelector('main'))",
        )
        .await;
        tab.wait_for_network_idle().await;
        assert!(!tab.read_log(|log| log.requests.iter().any(|url| url.contains(MARKER))));
    });
}
