//! Helpers for order tests: places an order in the demo market, through the cart and the checkout.

use reqwest::Response;

use crate::cart::simple_market;
use crate::checkout::purchase::{Form, RING_DISH, add_to_cart};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};

/// The seller of `RING_DISH`.
pub const SELLER: &str = "ines";

/// A purchase of two items from one shop, with delivery for $4.50.
pub struct PlacedOrder {
    pub number: String,
    pub purchase_id: i64,
    pub order_line_id: i64,
    pub shop_order_id: i64,
}

impl PlacedOrder {
    /// The path of the buyer's page.
    pub fn buyer_page(&self) -> String {
        format!("/dashboard/orders/{}", self.number)
    }

    /// The path of the seller's page.
    pub fn seller_page(&self) -> String {
        format!("/dashboard/orders/shop/{}", self.shop_order_id)
    }

    pub fn cancellation_path(&self, base: &str) -> String {
        format!("{base}/lines/{}/cancellation", self.order_line_id)
    }

    pub fn delivery_path(&self, base: &str) -> String {
        format!("{base}/shipments/{}/delivery", self.shop_order_id)
    }
}

/// A market with a shop that has 50 items in stock and ships for $4.50.
pub async fn market_with_shipping() -> Market {
    let market = simple_market().await;
    let shop = market.shop("barro-e-sal");
    market.set_stock(market.variant(RING_DISH), 50).await;
    let rate = format!(
        "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
         days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 0, 2, 4, FALSE,
         '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
    );
    market.sql(&rate).await;
    market
}

/// Buys two items with this email address.
pub async fn buy(market: &Market, visitor: &Visitor, email: &str) -> PlacedOrder {
    add_to_cart(visitor, market.variant(RING_DISH), "2").await;
    let mut form = Form::load(visitor).await;
    form.set("email", email);
    let to = form.pay(visitor).await;
    let number = to.strip_prefix("/checkout/").unwrap().to_owned();
    let purchase_id = market.select_number(&format!("SELECT id FROM purchases WHERE number = '{number}'"));
    let column = |column: &str| {
        market.select_number(&format!(
            "SELECT {column} FROM orders WHERE purchase_id = {purchase_id}"
        ))
    };
    PlacedOrder {
        order_line_id: column("id"),
        shop_order_id: column("shop_order_id"),
        number,
        purchase_id,
    }
}

/// Signs in as the seller.
pub async fn seller(market: &Market) -> Visitor {
    let visitor = Visitor::new(market);
    assert_eq!(visitor.sign_in(SELLER, DEMO_PASSWORD).await.status(), 303);
    visitor
}

/// Marks the order as shipped, with this carrier and tracking number.
pub async fn dispatch(seller: &Visitor, order: &PlacedOrder, carrier: &str, tracking: &str) -> Response {
    let path = format!("{}/dispatch", order.seller_page());
    seller
        .post(&path, &[("carrier", carrier), ("tracking", tracking)])
        .await
}

/// Asserts that a form was accepted and redirects to this path.
pub fn assert_redirects(response: &Response, path: &str) {
    assert_eq!((response.status().as_u16(), location(response)), (303, path));
}

impl Market {
    pub fn status(&self, order: &PlacedOrder) -> &'static str {
        let has_status = |status: &str| {
            self.count_rows(&format!(
                "orders WHERE id = {} AND status = '{status}'",
                order.order_line_id
            )) == 1
        };
        let all = ["Pending", "Shipped", "Delivered", "Cancelled"];
        all.into_iter().find(|status| has_status(status)).unwrap()
    }
}
