//! Helpers for cart tests: a market without delivery prices and personalization, and queries on carts.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use reqwest::Response;
use scraper::Html;

use crate::schema::{cart_items, carts, product_variants, products, shops, users};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::Visitor;
use crate::support::{Market, texts};

/// The slugs of a product of the demo market with one variant, and of its shop.
pub const RING_DISH: &str = "ring-dish-gold-rim";
pub const SHOP: &str = "barro-e-sal";

/// The demo market, with free delivery and without personalization.
pub async fn simple_market() -> Market {
    let market = Market::demo();
    market
        .sql("DELETE FROM shipping_rates; DELETE FROM personalization_fields")
        .await;
    market
}

impl Market {
    /// Runs SQL statements in a write transaction.
    pub async fn sql(&self, statements: &str) {
        let statements = statements.to_owned();
        self.db
            .write(move |conn| Ok(conn.batch_execute(&statements)?))
            .await
            .unwrap();
    }

    /// The id of a product of the demo market.
    pub fn product(&self, slug: &str) -> i64 {
        let mut conn = self.config.database.connect().unwrap();
        products::table
            .filter(products::slug.eq(slug))
            .select(products::id)
            .first(&mut conn)
            .unwrap()
    }

    /// The id of the product's first variant.
    pub fn variant(&self, slug: &str) -> i64 {
        let mut conn = self.config.database.connect().unwrap();
        product_variants::table
            .filter(product_variants::product_id.eq(self.product(slug)))
            .order((product_variants::position, product_variants::id))
            .select(product_variants::id)
            .first(&mut conn)
            .unwrap()
    }

    /// Sets the stock of a variant without a stock movement.
    pub async fn set_variant_quantity(&self, variant: i64, quantity: i32) {
        self.sql(&format!(
            "UPDATE product_variants SET quantity = {quantity} WHERE id = {variant};
             UPDATE products SET quantity = (SELECT SUM(quantity) FROM product_variants WHERE product_id = products.id)
             WHERE id = (SELECT product_id FROM product_variants WHERE id = {variant})"
        ))
        .await;
    }

    /// The lines of all carts without removed ones: variant, quantity and personalization.
    pub fn cart_lines(&self) -> Vec<(i64, i32, String)> {
        let mut conn = self.config.database.connect().unwrap();
        cart_items::table
            .filter(cart_items::removed_at.is_null())
            .order(cart_items::id)
            .select((
                cart_items::variant_id,
                cart_items::quantity,
                cart_items::personalization,
            ))
            .load(&mut conn)
            .unwrap()
    }

    /// The quantities of the lines of all carts.
    pub fn quantities(&self) -> Vec<i32> {
        self.cart_lines().into_iter().map(|(_, quantity, _)| quantity).collect()
    }

    /// The ids of the lines of all carts, with removed ones.
    pub fn cart_line_ids(&self) -> Vec<i64> {
        let mut conn = self.config.database.connect().unwrap();
        let all = cart_items::table.order(cart_items::id).select(cart_items::id);
        all.load(&mut conn).unwrap()
    }

    /// The number of carts.
    pub fn carts(&self) -> i64 {
        let mut conn = self.config.database.connect().unwrap();
        carts::table.count().get_result(&mut conn).unwrap()
    }

    /// The id of a user.
    pub fn user(&self, username: &str) -> i64 {
        let mut conn = self.config.database.connect().unwrap();
        let one = users::table.filter(users::username.eq(username)).select(users::id);
        one.first(&mut conn).unwrap()
    }

    /// The id of a shop.
    pub fn shop(&self, slug: &str) -> i64 {
        let mut conn = self.config.database.connect().unwrap();
        let one = shops::table.filter(shops::slug.eq(slug)).select(shops::id);
        one.first(&mut conn).unwrap()
    }

    /// Signs in as a user of the demo market.
    pub async fn sign_in_demo_user(&self, name: &str) -> Visitor {
        let visitor = Visitor::new(self);
        assert_eq!(visitor.sign_in(name, DEMO_PASSWORD).await.status(), 303, "{name}");
        visitor
    }
}

pub async fn add(visitor: &Visitor, variant: i64, quantity: &str) -> Response {
    let variant = variant.to_string();
    visitor
        .post("/cart/items", &[("variant", &variant), ("quantity", quantity)])
        .await
}

/// Sets the quantity of a cart line. 0 removes it.
pub async fn set_quantity(visitor: &Visitor, item: i64, quantity: &str) -> Response {
    visitor
        .post(&format!("/cart/items/{item}"), &[("quantity", quantity)])
        .await
}

/// The text of a page's `main` element, in one line.
pub fn main_text(page: &Html) -> String {
    texts(page, "main").join(" ")
}

pub async fn response_text(response: Response) -> String {
    let page = Html::parse_document(&response.text().await.unwrap());
    main_text(&page)
}

/// The item count at the cart link in the header; empty if there is none.
pub fn badge(page: &Html) -> String {
    texts(page, "#cart-link .count").concat()
}
