//! The pages that every look is taken at, found by what is on them.

use diesel::connection::SimpleConnection;

use crate::support::{Market, attributes, texts};

/// A market with something of everything, and one with nothing.
pub struct Sights {
    pub demo: Market,
    /// Only to be open.
    _empty: Market,
    /// What it is, and its whole address.
    pub pages: Vec<(&'static str, String)>,
}

/// Where nothing is in stock here, so that a filter can find nothing.
const SOLD: &str = "custom-orders";

impl Sights {
    pub async fn see() -> Self {
        let (demo, empty) = (Market::demo(), Market::empty());
        sell_out(&demo, SOLD).await;
        let list = demo.page("/products?n=240").await;
        let sold_out = attributes(&list, ".tile.gone h3 a", "href").remove(0);
        let shops = attributes(&demo.page("/shops").await, "#grid h2 a", "href");
        let nothing = [format!("/products?category={SOLD}&stock=in")];
        let paths = [
            ("home", "/".to_owned()),
            ("all products", "/products".to_owned()),
            ("a category", attributes(&list, ".cats a", "href").remove(0)),
            ("the shops", "/shops".to_owned()),
            (
                "a shop",
                first_with(&demo, &shops, "main", |text| !text.contains("On vacation")).await,
            ),
            (
                "a shop on holiday",
                first_with(&demo, &shops, ".note", |text| text.contains("On vacation")).await,
            ),
            ("a product with variants", product_with(&demo, ".options").await),
            ("a product sold out", sold_out),
            (
                "a list with filters",
                "/products?category=vintage&category=fashion&stock=in".to_owned(),
            ),
            (
                "a filter that finds nothing",
                first_with(&demo, &nothing, ".empty", |_| true).await,
            ),
            ("a page that is not there", "/shops/nobody".to_owned()),
        ];
        let mut pages: Vec<_> = paths
            .into_iter()
            .map(|(name, path)| (name, format!("{}{path}", demo.url)))
            .collect();
        pages.push(("home of an empty market", format!("{}/", empty.url)));
        Self {
            demo,
            _empty: empty,
            pages,
        }
    }
}

/// The paths of all products.
pub async fn products(market: &Market) -> Vec<String> {
    attributes(&market.page("/products?n=240").await, "#grid h3 a", "href")
}

async fn first_with(market: &Market, paths: &[String], selector: &str, fits: impl Fn(&str) -> bool) -> String {
    for path in paths {
        if texts(&market.page(path).await, selector).iter().any(|text| fits(text)) {
            return path.clone();
        }
    }
    panic!("the demo market has no page with {selector}");
}

/// Runs SQL that both databases understand.
pub async fn change(market: &Market, sql: String) {
    market
        .db
        .write(move |conn| Ok(conn.batch_execute(&sql)?))
        .await
        .unwrap();
}

async fn sell_out(market: &Market, slug: &str) {
    let these = format!("category = (SELECT code FROM categories WHERE slug = '{slug}')");
    let variants =
        format!("UPDATE product_variants SET quantity = 0 WHERE product_id IN (SELECT id FROM products WHERE {these})");
    change(
        market,
        format!("{variants}; UPDATE products SET quantity = 0 WHERE {these}"),
    )
    .await;
}

/// A product whose variants differ in price, and the address of one that has a picture of its own, not the first.
pub async fn pictured_variant(market: &Market) -> (String, String) {
    let products = products(market).await;
    for product in products {
        let page = market.page(&product).await;
        let variants = attributes(&page, ".option", "href");
        if let Some(variant) = variants.last()
            && attributes(&page, ".thumbs a", "href").len() > 1
            && !texts(&page, ".price.big .from").is_empty()
        {
            let id = variant.rsplit_once('=').unwrap().1;
            let its_product = format!("(SELECT product_id FROM product_variants WHERE id = {id})");
            let picture =
                format!("(SELECT MAX(id) FROM product_images WHERE product_id = {its_product} AND position > 1)");
            change(
                market,
                format!("UPDATE product_variants SET image_id = {picture} WHERE id = {id}"),
            )
            .await;
            return (product, variant.clone());
        }
    }
    panic!("no product of the demo market has variants at several prices, and pictures");
}

/// The first product that has this on its page.
pub async fn product_with(market: &Market, selector: &str) -> String {
    first_with(market, &products(market).await, selector, |_| true).await
}
