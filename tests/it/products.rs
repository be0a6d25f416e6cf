//! The seller's product list: views, search, inline editing, bulk changes, repricing and archiving.

mod archive;
mod bulk;
mod inline_editing;
mod list;
mod races;
mod repricing;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use pocketshop::catalog::{Draft, Product, SellerContext};
use pocketshop::db::{Conn, in_transaction};
use pocketshop::id::{ShopId, UserId};
use pocketshop::money::Money;
use reqwest::Response;
use scraper::Html;

use crate::schema::{product_images, product_variants, products, shops, users};
use crate::support::Market;
use crate::support::roles::{DEMO_PASSWORD, now};
use crate::support::visitor::Visitor;

/// The demo market, with Ines signed in and no products in her shop.
struct Setup {
    market: Market,
    ines: Visitor,
    user: i64,
    shop: i64,
    /// The shop of another seller.
    other_shop: i64,
}

impl Setup {
    async fn new() -> Self {
        let market = Market::demo();
        let ines = Visitor::new(&market);
        assert_eq!(ines.sign_in("ines", DEMO_PASSWORD).await.status(), 303);
        let mut conn = market.config.database.connect().unwrap();
        let id_of = |conn: &mut Conn, name: &str| {
            let query = users::table.filter(users::username.eq(name)).select(users::id);
            query.first::<i64>(conn).unwrap()
        };
        let user = id_of(&mut conn, "ines");
        let own_shops = shops::table.filter(shops::owner_id.eq(user)).select(shops::id);
        let shop = own_shops.first(&mut conn).unwrap();
        let other_shops = shops::table.filter(shops::id.ne(shop)).select(shops::id);
        let other_shop = other_shops.first(&mut conn).unwrap();
        // Each test adds the products that it needs.
        conn.batch_execute(&format!("DELETE FROM products WHERE shop_id = {shop}"))
            .unwrap();
        drop(conn);
        // Any write clears the query cache.
        market.db.write(|_| Ok(())).await.unwrap();
        Self {
            market,
            ines,
            user,
            shop,
            other_shop,
        }
    }

    fn conn(&self) -> Conn {
        self.market.config.database.connect().unwrap()
    }

    /// Adds a live product with one variant and a picture.
    fn add_live(&self, title: &str, price: i64, quantity: i32) -> i64 {
        let id = self.add_draft(title, price, quantity);
        self.sql(&format!("UPDATE products SET state = 'active' WHERE id = {id}"));
        self.add_picture(id);
        id
    }

    fn add_draft(&self, title: &str, price: i64, quantity: i32) -> i64 {
        self.add_draft_to(self.shop, title, price, quantity)
    }

    fn add_draft_to(&self, shop: i64, title: &str, price: i64, quantity: i32) -> i64 {
        let draft = Draft::simple(title.to_owned(), "HOME".to_owned(), Money(price), quantity);
        let owner = UserId(self.user);
        in_transaction(&mut self.conn(), &|conn| {
            let seller = SellerContext {
                shop: ShopId(shop),
                user: owner,
                now: now(),
            };
            Product::create(conn, seller, &draft)
        })
        .unwrap()
        .0
    }

    fn add_picture(&self, product: i64) {
        diesel::insert_into(product_images::table)
            .values((
                product_images::id.eq(product + 1),
                product_images::product_id.eq(product),
                product_images::public_id.eq(""),
                product_images::url.eq("/media/demo/dipped-speckle-mug-1.svg"),
                product_images::position.eq(1),
                product_images::alt.eq("A mug"),
                product_images::tint.eq(""),
                product_images::created_at.eq(now()),
                product_images::updated_at.eq(now()),
            ))
            .execute(&mut self.conn())
            .unwrap();
    }

    /// Adds a second variant to a product.
    fn add_variant(&self, product: i64, value: &str, price: i64, quantity: i32) {
        diesel::insert_into(product_variants::table)
            .values((
                product_variants::id.eq(product + 7_000),
                product_variants::product_id.eq(product),
                product_variants::position.eq(2),
                product_variants::value1.eq(value),
                product_variants::value2.eq(""),
                product_variants::value3.eq(""),
                product_variants::sku.eq(""),
                product_variants::price.eq(price),
                product_variants::quantity.eq(quantity),
                product_variants::created_at.eq(now()),
                product_variants::updated_at.eq(now()),
            ))
            .execute(&mut self.conn())
            .unwrap();
        self.sql(&format!(
            "UPDATE products SET option1 = 'Size', quantity = quantity + {quantity} WHERE id = {product};
             UPDATE product_variants SET value1 = 'Small' WHERE product_id = {product} AND value1 = ''"
        ));
    }

    /// Adds a paid order of three for this product.
    fn add_order(&self, product: i64) {
        self.sql(&format!(
            "INSERT INTO purchases (id, number, email, name, street, line2, postal_code, town, region, country, currency,
                items_total, shipping_total, total, created_at, updated_at)
             VALUES ({product}, 'PS-{product}', '', '', '', '', '', '', '', '', 'USD', 1, 0, 1, '2026-11-01 00:00:00',
                '2026-11-01 00:00:00');
             INSERT INTO shop_orders (id, purchase_id, shop_id, shop_name, price, carrier, tracking, created_at, updated_at)
             VALUES ({product}, {product}, {}, '', 0, '', '', '2026-11-01 00:00:00', '2026-11-01 00:00:00');
             INSERT INTO payments (id, purchase_id, amount, refunded, currency, status, provider, payment_intent_id,
                created_at, updated_at)
             VALUES ({product}, {product}, 1, 0, 'USD', 'SUCCEEDED', 'mockpay', 'p{product}', '2026-11-01 00:00:00',
                '2026-11-01 00:00:00');
             INSERT INTO orders (id, product_id, purchase_id, shop_order_id, payment_id, status, title, options,
                personalization, picture, unit_price, quantity, subtotal, created_at, updated_at)
             VALUES ({product}, {product}, {product}, {product}, {product}, 'Pending', '', '', '', '', 1, 3, 3,
                '2026-11-01 00:00:00', '2026-11-01 00:00:00')",
            self.shop
        ));
    }

    fn sql(&self, statements: &str) {
        self.conn().batch_execute(statements).unwrap();
    }

    fn state(&self, id: i64) -> String {
        let query = products::table.find(id).select(products::state);
        query.first(&mut self.conn()).unwrap()
    }

    /// The product's price and stock, and then the lowest price and the total stock of its variants.
    fn price_and_stock(&self, id: i64) -> (i64, i32, i64, i32) {
        let mut conn = self.conn();
        let (price, quantity) = products::table
            .find(id)
            .select((products::price, products::quantity))
            .first(&mut conn)
            .unwrap();
        let variants: Vec<(i64, i32)> = product_variants::table
            .filter(product_variants::product_id.eq(id))
            .select((product_variants::price, product_variants::quantity))
            .load(&mut conn)
            .unwrap();
        let lowest = variants.iter().map(|variant| variant.0).min().unwrap();
        (price, quantity, lowest, variants.iter().map(|variant| variant.1).sum())
    }

    /// Submits a form as htmx does.
    async fn hx_post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.market.post(path).form(form);
        let request = request.header("Cookie", self.ines.cookie().unwrap());
        let request = request
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial");
        request.send().await.unwrap()
    }
}

async fn html(response: Response) -> Html {
    Html::parse_document(&response.text().await.unwrap())
}
