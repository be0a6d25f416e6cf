//! A shop's orders, by status.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Cursor, next_page, page_limit};
use crate::error::Result;
use crate::id::{ShopId, ShopOrderId};
use crate::images::Picture;
use crate::money::Money;
use crate::orders::pages::summary::{pictures, summary};
use crate::orders::{OrderLine, Purchase, ShopOrder, ShopOrderFilter, StatusLabel};
use crate::text::day;
use crate::web::{Page, Query, SellerRequest, show, view};

/// Shop orders per page.
const PAGE_SIZE: usize = 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShopOrdersParams {
    view: String,
    after: String,
}

/// A shop order in the seller's list.
pub struct SellerOrderRow {
    pub id: ShopOrderId,
    pub number: String,
    pub placed: String,
    pub buyer: String,
    /// The name of the country; empty if it is not known.
    pub country: String,
    /// `Dipped mug and 2 more`
    pub summary: String,
    pub item_count: i32,
    pub pictures: Vec<Picture>,
    pub total: Money,
    pub status: StatusLabel,
}

#[derive(Template)]
#[template(path = "dashboard/orders/index.html")]
struct ShopOrdersPage {
    page: Page,
    filter: ShopOrderFilter,
    rows: Vec<SellerOrderRow>,
    /// How many orders wait to be shipped.
    to_ship: i64,
    /// Whether this is not the first page.
    past_first_page: bool,
    /// The first page.
    first: String,
    /// The next page.
    older: Option<String>,
}

view!(ShopOrdersPage);

/// `GET /dashboard/orders/shop`
pub async fn index(request: SellerRequest, Query(params): Query<ShopOrdersParams>) -> Result<HttpResponse> {
    let shop = request.who.shop.id;
    let filter = ShopOrderFilter::parse(&params.view).unwrap_or(ShopOrderFilter::ToShip);
    let after = Cursor::parse(&params.after).filter(|after| after.time().is_some());
    let past_first_page = after.is_some();
    let ((rows, next), to_ship) = request
        .read(move |conn| {
            let page = SellerOrderRow::list(conn, shop, filter, after.as_ref(), PAGE_SIZE)?;
            Ok((page, ShopOrder::count_to_ship(conn, shop)?))
        })
        .await?;
    let first = format!("/dashboard/orders/shop?view={}", filter.as_str());
    show(&ShopOrdersPage {
        page: request.page,
        filter,
        rows,
        to_ship,
        past_first_page,
        older: next.map(|next| format!("{first}&after={next}")),
        first,
    })
}

impl SellerOrderRow {
    /// A page of the shop's orders, and the cursor of the next page; two statements.
    pub fn list(
        conn: &mut Conn,
        shop: ShopId,
        filter: ShopOrderFilter,
        after: Option<&Cursor>,
        page_size: usize,
    ) -> Result<(Vec<Self>, Option<Cursor>)> {
        let mut shop_orders = ShopOrder::list_of_shop(conn, shop, filter, after, page_limit(page_size))?;
        let next = next_page(&mut shop_orders, page_size, |(shop_order, _)| shop_order.cursor());
        let ids: Vec<_> = shop_orders.iter().map(|(shop_order, _)| shop_order.id).collect();
        let lines = OrderLine::of_shop_orders(conn, &ids)?;
        let rows = shop_orders
            .into_iter()
            .map(|(shop_order, purchase)| Self::new(&shop_order, purchase, &lines));
        Ok((rows.collect(), next))
    }

    fn new(shop_order: &ShopOrder, purchase: Purchase, lines: &[OrderLine]) -> Self {
        let own = lines.iter().filter(|line| line.shop_order_id == shop_order.id);
        let status = StatusLabel::from_lines(own.clone());
        let own = OrderLine::counted(own);
        Self {
            id: shop_order.id,
            placed: day(purchase.paid_at()),
            country: purchase.address.country_name().to_owned(),
            summary: summary(&own),
            item_count: own.iter().map(|line| line.quantity).sum(),
            pictures: pictures(&own),
            total: Money(own.iter().map(|line| line.subtotal.0).sum::<i64>() + shop_order.price.0),
            number: purchase.number,
            buyer: purchase.address.name,
            status,
        }
    }
}
