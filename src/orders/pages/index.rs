//! The buyer's orders.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::summary::{pictures, summary};
use crate::db::{Conn, Cursor, next_page, page_limit};
use crate::error::Result;
use crate::id::UserId;
use crate::images::Picture;
use crate::money::Money;
use crate::orders::{OrderLine, Purchase, ShopOrder, StatusLabel};
use crate::text::day;
use crate::web::{Page, Query, UserRequest, show, view};

/// Purchases per page.
const PAGE_SIZE: usize = 12;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OrdersParams {
    after: String,
}

/// A purchase in a list.
pub struct PurchaseCard {
    pub number: String,
    pub placed: String,
    pub total: Money,
    pub shop_orders: Vec<ShopOrderCard>,
}

/// One shop's share of a purchase in a list.
pub struct ShopOrderCard {
    pub shop: String,
    pub status: StatusLabel,
    /// `Dipped mug and 2 more`
    pub summary: String,
    pub pictures: Vec<Picture>,
}

#[derive(Template)]
#[template(path = "orders/index.html")]
struct OrdersPage {
    page: Page,
    purchases: Vec<PurchaseCard>,
    /// Whether this is not the first page.
    past_first_page: bool,
    /// The next page.
    older: Option<String>,
}

view!(OrdersPage);

/// `GET /dashboard/orders`
pub async fn index(request: UserRequest, Query(params): Query<OrdersParams>) -> Result<HttpResponse> {
    let user = request.who.user;
    let after = Cursor::parse(&params.after).filter(|after| after.time().is_some());
    let past_first_page = after.is_some();
    let (purchases, next) = request
        .read(move |conn| PurchaseCard::list(conn, user, after.as_ref(), PAGE_SIZE))
        .await?;
    show(&OrdersPage {
        page: request.page,
        purchases,
        past_first_page,
        older: next.map(|next| format!("/dashboard/orders?after={next}")),
    })
}

impl PurchaseCard {
    /// A page of the user's purchases, and the cursor of the next page; three statements.
    pub fn list(
        conn: &mut Conn,
        user: UserId,
        after: Option<&Cursor>,
        page_size: usize,
    ) -> Result<(Vec<Self>, Option<Cursor>)> {
        let mut purchases = Purchase::list_placed(conn, user, after, page_limit(page_size))?;
        let next = next_page(&mut purchases, page_size, Purchase::cursor);
        let ids: Vec<_> = purchases.iter().map(|purchase| purchase.id).collect();
        let shop_orders = ShopOrder::of_purchases(conn, &ids)?;
        let ids: Vec<_> = shop_orders.iter().map(|shop_order| shop_order.id).collect();
        let lines = OrderLine::of_shop_orders(conn, &ids)?;
        let cards = purchases.into_iter().map(|purchase| Self {
            placed: day(purchase.paid_at()),
            total: purchase.total,
            shop_orders: shop_orders
                .iter()
                .filter(|shop_order| shop_order.purchase_id == purchase.id)
                .map(|shop_order| ShopOrderCard::new(shop_order, &lines))
                .collect(),
            number: purchase.number,
        });
        Ok((cards.collect(), next))
    }
}

impl ShopOrderCard {
    fn new(shop_order: &ShopOrder, lines: &[OrderLine]) -> Self {
        let own: Vec<&OrderLine> = lines
            .iter()
            .filter(|line| line.shop_order_id == shop_order.id)
            .collect();
        Self {
            shop: shop_order.shop_name.clone(),
            status: StatusLabel::from_lines(own.iter().copied()),
            summary: summary(&own),
            pictures: pictures(&own),
        }
    }
}
