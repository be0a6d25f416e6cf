//! What shops write is read, and never obeyed.

use super::browse;
use super::sights::{change, product_with};
use super::tab::Tab;
use crate::support::Market;

/// Whoever obeys the words below asks for this, or opens a dialog, or calls another host.
const TRAP: &str = "trap=sprung";

const WORDS: &str = r#"<b hx-get="/products?trap=sprung" hx-trigger="load">now</b> <b data-hx-get="/products?trap=sprung" data-hx-trigger="load">now</b>
<div hx-trigger="intersect" hx-get="/products?trap=sprung" id="grid">near</div> <form hx-post="/theme?trap=sprung" hx-trigger="load"></form>
<script>alert("trap")</script><img src="x" onerror="alert('trap')"><svg onload="alert('trap')"></svg><iframe src="javascript:alert('trap')"></iframe>
<a id="read-me" href="javascript:alert('trap')">raw</a> <a href="/products?trap=sprung" hx-boost="true" autofocus onfocus="alert('trap')">boosted</a>

[plain](javascript:alert('trap')) [spaced]( javascript:alert('trap')) [coded](&#106;avascript:alert('trap')) [broken](java&#x0A;script:alert('trap'))
<javascript:alert('trap')> [data](data:text/html,<script>alert('trap')</script>) [vb](vbscript:alert('trap'))

![picture](http://evil.example/trap.png) ![code](javascript:alert('trap')) ![" onerror="alert('trap')](x)

<style>body { display: none; background: url(http://evil.example/trap) }</style><link rel="stylesheet" href="http://evil.example/trap.css">
<meta http-equiv="refresh" content="0;url=/products?trap=sprung"><base href="http://evil.example/"> {{ 7 * 7 }} </textarea></title><script>alert("trap")</script>
"#;

/// Nothing was obeyed, on the page as it is and after every link that a shop wrote.
async fn assert_only_read(tab: &Tab, url: &str) {
    tab.forget();
    tab.go(url).await;
    tab.act("scrollTo(0, document.body.scrollHeight)").await;
    tab.assert_calm(&[]).await;
    let sprung = tab.seen(|seen| {
        seen.requests
            .iter()
            .filter(|url| url.contains(TRAP))
            .cloned()
            .collect::<Vec<_>>()
    });
    assert_eq!(sprung, Vec::<String>::new(), "at {url}");
    assert!(
        tab.eval::<bool>("getComputedStyle(document.body).display !== 'none'")
            .await
    );
    let armed: Vec<String> = tab
        .eval(
            "[...document.querySelectorAll('main *')]
                .filter(e => e.matches('script, iframe, style, base, link, meta, form:not(#filter-form)')
                    || e.matches('.prose *') && [...e.attributes].some(a => !/^(href|rel|title|start)$/.test(a.name))
                    || /^\\s*(javascript|data|vbscript):/i.test(e.getAttribute('href') ?? ''))
                .map(e => e.outerHTML.slice(0, 160))",
        )
        .await;
    assert_eq!(armed, Vec::<String>::new(), "at {url}");
}

#[test]
fn shop_texts_are_never_executed() {
    browse(async |tab| {
        let market = Market::demo();
        let product = product_with(&market, ".options").await;
        let shop = product.rsplit_once('/').unwrap().0.to_owned();
        let words = WORDS.replace('\'', "''");
        let line = words.replace('\n', " ");
        let slug = shop.rsplit_once('/').unwrap().1;
        let product_slug = product.rsplit_once('/').unwrap().1;
        let of_shop = format!("(SELECT id FROM shops WHERE slug = '{slug}')");
        let of_product = format!("(SELECT id FROM products WHERE slug = '{product_slug}' AND shop_id = {of_shop})");
        let sql = format!(
            "UPDATE products SET title = '{line}', description = '{words}', option1 = '{line}' WHERE id = {of_product};
             UPDATE product_variants SET value1 = '{line}' WHERE product_id = {of_product} AND position = 1;
             UPDATE product_images SET alt = '{line}' WHERE product_id = {of_product};
             UPDATE shops SET name = '{line}', tagline = '{line}', bio = '{words}', announcement = '{line}',
                location = '{line}', vacation_from = '2020-01-01 00:00:00', vacation_until = NULL, vacation_message = '{line}' WHERE id = {of_shop};"
        );
        change(&market, sql).await;

        for path in [product.as_str(), &shop, "/products", "/shops", "/"] {
            assert_only_read(tab, &format!("{}{path}", market.url)).await;
        }

        // The words are there to read, and htmx would have obeyed them elsewhere.
        tab.go(&format!("{}{product}", market.url)).await;
        assert!(tab.text("h1").await.contains("hx-get"));
        assert!(tab.text(".prose").await.contains("plain"));
        tab.act(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<b hx-get=\"/products?trap=sprung\" hx-trigger=\"load\"></b>');
             htmx.process(document.querySelector('main'))",
        )
        .await;
        tab.quiet().await;
        assert!(tab.seen(|seen| seen.requests.iter().any(|url| url.contains(TRAP))));

        // Nor do they reach through the box that user words are in.
        tab.go(&format!("{}{product}", market.url)).await;
        tab.forget();
        tab.act(
            "document.querySelector('.prose').insertAdjacentHTML('beforeend', '<b hx-get=\"/products?trap=sprung\" hx-trigger=\"load\"></b>');
             htmx.process(document.querySelector('main'))",
        )
        .await;
        tab.quiet().await;
        assert!(!tab.seen(|seen| seen.requests.iter().any(|url| url.contains(TRAP))));
    });
}
