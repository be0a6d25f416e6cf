//! Buys something in the demo market, through the cart and the checkout.

use reqwest::Response;

use crate::cart::plain;
use crate::checkout::purchase::{Form, MUG, fill};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};

/// The seller of `MUG`.
pub const SELLER: &str = "ines";

/// A purchase of two, for $4.50 by post.
pub struct Bought {
    pub number: String,
    pub checkout: i64,
    pub order: i64,
    pub shop_order: i64,
}

impl Bought {
    pub fn page(&self) -> String {
        format!("/dashboard/orders/{}", self.number)
    }

    pub fn desk(&self) -> String {
        format!("/dashboard/orders/shop/{}", self.shop_order)
    }

    pub fn cancellation(&self, base: &str) -> String {
        format!("{base}/lines/{}/cancellation", self.order)
    }

    pub fn delivery(&self, base: &str) -> String {
        format!("{base}/shipments/{}/delivery", self.shop_order)
    }
}

/// A market with a shop that has enough in stock and ships for $4.50.
pub async fn market() -> Market {
    let market = plain().await;
    let shop = market.shop("barro-e-sal");
    market.shelve(market.variant(MUG), 50).await;
    let rate = format!(
        "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
         days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 0, 2, 4, FALSE,
         '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    );
    market.sql(&rate).await;
    market
}

/// The visitor buys two, with this email address.
pub async fn buy(market: &Market, visitor: &Visitor, email: &str) -> Bought {
    fill(visitor, market.variant(MUG), "2").await;
    let mut form = Form::of(visitor).await;
    form.set("email", email);
    let to = form.pay(visitor).await;
    let number = to.strip_prefix("/checkout/").unwrap().to_owned();
    let checkout = market.number(&format!("SELECT id FROM purchases WHERE number = '{number}'"));
    let of = |column: &str| market.number(&format!("SELECT {column} FROM orders WHERE purchase_id = {checkout}"));
    Bought {
        order: of("id"),
        shop_order: of("shop_order_id"),
        number,
        checkout,
    }
}

/// The seller, signed in.
pub async fn seller(market: &Market) -> Visitor {
    let visitor = Visitor::new(market);
    assert_eq!(visitor.sign_in(SELLER, DEMO_PASSWORD).await.status(), 303);
    visitor
}

/// Marks the order as shipped, with this carrier and tracking number.
pub async fn send(seller: &Visitor, bought: &Bought, carrier: &str, tracking: &str) -> Response {
    let path = format!("{}/dispatch", bought.desk());
    seller
        .post(&path, &[("carrier", carrier), ("tracking", tracking)])
        .await
}

/// Asserts that a form was accepted and redirects there.
pub fn led_to(response: &Response, place: &str) {
    assert_eq!((response.status().as_u16(), location(response)), (303, place));
}

impl Market {
    pub fn status(&self, bought: &Bought) -> &'static str {
        let is =
            |status: &str| self.count_of(&format!("orders WHERE id = {} AND status = '{status}'", bought.order)) == 1;
        let all = ["Pending", "Shipped", "Delivered", "Cancelled"];
        all.into_iter().find(|status| is(status)).unwrap()
    }
}
