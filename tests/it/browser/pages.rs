//! The public pages that the accessibility tests check, and how to find pages by their content.

use diesel::connection::SimpleConnection;

use crate::support::{Market, attributes, texts};

/// The public pages of the demo market, and the home page of an empty market.
pub struct PublicPages {
    pub market: Market,
    /// Keeps its server running.
    _empty_market: Market,
    /// Names and URLs.
    pub pages: Vec<(&'static str, String)>,
}

/// A category in which all products are sold out, for a filter without results.
const SOLD_OUT_CATEGORY: &str = "custom-orders";

impl PublicPages {
    pub async fn open() -> Self {
        let (market, empty_market) = (Market::demo(), Market::empty());
        sell_out(&market, SOLD_OUT_CATEGORY).await;
        let list = market.page("/products?n=240").await;
        let sold_out = attributes(&list, ".product-card.sold-out h3 a", "href").remove(0);
        let shops = attributes(&market.page("/shops").await, "#grid h2 a", "href");
        let empty_list = [format!("/products?category={SOLD_OUT_CATEGORY}&stock=in")];
        let paths = [
            ("home", "/".to_owned()),
            ("all products", "/products".to_owned()),
            ("a category", attributes(&list, ".category-nav a", "href").remove(0)),
            ("the shops", "/shops".to_owned()),
            (
                "a shop",
                find_page(&market, &shops, "main", |text| !text.contains("On vacation")).await,
            ),
            (
                "a shop on vacation",
                find_page(&market, &shops, ".note", |text| text.contains("On vacation")).await,
            ),
            ("a product with variants", find_product(&market, ".options").await),
            ("a sold-out product", sold_out),
            (
                "a list with filters",
                "/products?category=vintage&category=fashion&stock=in".to_owned(),
            ),
            (
                "a filter without results",
                find_page(&market, &empty_list, ".empty", |_| true).await,
            ),
            ("a missing page", "/shops/nobody".to_owned()),
        ];
        let mut pages: Vec<_> = paths
            .into_iter()
            .map(|(name, path)| (name, format!("{}{path}", market.url)))
            .collect();
        pages.push(("home of an empty market", format!("{}/", empty_market.url)));
        Self {
            market,
            _empty_market: empty_market,
            pages,
        }
    }
}

/// The paths of all products.
pub async fn product_paths(market: &Market) -> Vec<String> {
    attributes(&market.page("/products?n=240").await, "#grid h3 a", "href")
}

/// The first path whose page has an element that matches the selector and whose text matches.
async fn find_page(market: &Market, paths: &[String], selector: &str, matches: impl Fn(&str) -> bool) -> String {
    for path in paths {
        if texts(&market.page(path).await, selector)
            .iter()
            .any(|text| matches(text))
        {
            return path.clone();
        }
    }
    panic!("the demo market has no page with {selector}");
}

/// Runs SQL that works on both databases.
pub async fn run_sql(market: &Market, sql: String) {
    market
        .db
        .write(move |conn| Ok(conn.batch_execute(&sql)?))
        .await
        .unwrap();
}

/// Sets the stock of all products of a category to 0.
async fn sell_out(market: &Market, slug: &str) {
    let condition = format!("category = (SELECT code FROM categories WHERE slug = '{slug}')");
    let variants = format!(
        "UPDATE product_variants SET quantity = 0 WHERE product_id IN (SELECT id FROM products WHERE {condition})"
    );
    run_sql(
        market,
        format!("{variants}; UPDATE products SET quantity = 0 WHERE {condition}"),
    )
    .await;
}

/// Finds a product whose variants differ in price, and gives one variant a picture other than the first. Returns the paths
/// of the product and of the variant.
pub async fn variant_with_picture(market: &Market) -> (String, String) {
    for product in product_paths(market).await {
        let page = market.page(&product).await;
        let variants = attributes(&page, ".option", "href");
        if let Some(variant) = variants.last()
            && attributes(&page, ".thumbs a", "href").len() > 1
            && !texts(&page, ".price.big .from").is_empty()
        {
            let id = variant.rsplit_once('=').unwrap().1;
            let product_id = format!("(SELECT product_id FROM product_variants WHERE id = {id})");
            let picture =
                format!("(SELECT MAX(id) FROM product_images WHERE product_id = {product_id} AND position > 1)");
            run_sql(
                market,
                format!("UPDATE product_variants SET image_id = {picture} WHERE id = {id}"),
            )
            .await;
            return (product, variant.clone());
        }
    }
    panic!("no product of the demo market has variants at several prices and several pictures");
}

/// The path of the first product whose page has an element that matches the selector.
pub async fn find_product(market: &Market, selector: &str) -> String {
    find_page(market, &product_paths(market).await, selector, |_| true).await
}
