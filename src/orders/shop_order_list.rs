//! The seller's lists: a shop's orders by status, and the order lines of one product.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{OrderLine, OrderStatus, Purchase, ShopOrder};
use crate::db::{Conn, Cursor};
use crate::error::Result;
use crate::id::{OrderLineId, ProductId, ShopId, ShopOrderId};
use crate::schema::{orders, purchases, shop_orders};
use crate::string_enum::string_enum;

string_enum! {
    /// Which of a shop's orders are listed.
    ShopOrderFilter {
        ToShip = "to-send",
        Shipped = "sent",
        Delivered = "delivered",
        Canceled = "cancelled",
        All = "all",
    }
}

impl ShopOrderFilter {
    pub const ALL: [Self; 5] = [Self::ToShip, Self::Shipped, Self::Delivered, Self::Canceled, Self::All];

    pub fn label(self) -> &'static str {
        match self {
            Self::ToShip => "To ship",
            Self::Shipped => "Shipped",
            Self::Delivered => "Delivered",
            Self::Canceled => "Canceled",
            Self::All => "All",
        }
    }
}

/// Whether the shop order of the outer query has a line with this status.
macro_rules! has_line {
    ($status:expr) => {
        exists(
            orders::table
                .filter(orders::shop_order_id.eq(shop_orders::id))
                .filter(orders::status.eq($status)),
        )
    };
}

impl ShopOrder {
    /// A page of the shop's orders from placed purchases. Orders to ship are listed oldest first, all others newest
    /// first.
    pub fn list_of_shop(
        conn: &mut Conn,
        shop: ShopId,
        filter: ShopOrderFilter,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<(Self, Purchase)>> {
        let mut query = shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select((Self::as_select(), Purchase::as_select()))
            .limit(limit)
            .into_boxed();
        query = match filter {
            ShopOrderFilter::ToShip => query.filter(has_line!(OrderStatus::Pending)),
            ShopOrderFilter::Shipped => query.filter(has_line!(OrderStatus::Shipped)),
            ShopOrderFilter::Delivered => query.filter(has_line!(OrderStatus::Delivered)),
            ShopOrderFilter::Canceled => query.filter(has_line!(OrderStatus::Canceled)).filter(not(exists(
                orders::table
                    .filter(orders::shop_order_id.eq(shop_orders::id))
                    .filter(orders::status.ne(OrderStatus::Canceled)),
            ))),
            ShopOrderFilter::All => query,
        };
        let after = after.and_then(|after| Some((after.time()?, after.id::<ShopOrderId>())));
        if filter == ShopOrderFilter::ToShip {
            if let Some((time, id)) = after {
                let same_time = shop_orders::created_at.eq(time).and(shop_orders::id.gt(id));
                query = query.filter(shop_orders::created_at.gt(time).or(same_time));
            }
            query = query.order((shop_orders::created_at.asc(), shop_orders::id.asc()));
        } else {
            if let Some((time, id)) = after {
                let same_time = shop_orders::created_at.eq(time).and(shop_orders::id.lt(id));
                query = query.filter(shop_orders::created_at.lt(time).or(same_time));
            }
            query = query.order((shop_orders::created_at.desc(), shop_orders::id.desc()));
        }
        Ok(query.load(conn)?)
    }

    /// The number of the shop's orders that are not shipped yet.
    pub fn count_to_ship(conn: &mut Conn, shop: ShopId) -> Result<i64> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .filter(has_line!(OrderStatus::Pending))
            .count()
            .get_result(conn)?)
    }

    /// The position of this shop order in `list_of_shop`.
    pub fn cursor(&self) -> Cursor {
        Cursor::at_time(self.created_at, self.id)
    }
}

impl OrderLine {
    /// A page of the placed order lines of one of the shop's products, newest first.
    pub fn list_of_product(
        conn: &mut Conn,
        shop: ShopId,
        product: ProductId,
        after: Option<&Cursor>,
        limit: i64,
    ) -> Result<Vec<(Self, Purchase)>> {
        let mut query = orders::table
            .inner_join(purchases::table)
            .inner_join(shop_orders::table)
            .filter(orders::product_id.eq(product))
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select((Self::as_select(), Purchase::as_select()))
            .order((orders::created_at.desc(), orders::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some((time, id)) = after.and_then(|after| Some((after.time()?, after.id::<OrderLineId>()))) {
            let same_time = orders::created_at.eq(time).and(orders::id.lt(id));
            query = query.filter(orders::created_at.lt(time).or(same_time));
        }
        Ok(query.load(conn)?)
    }

    /// The position of this line in `list_of_product`.
    pub fn cursor(&self) -> Cursor {
        Cursor::at_time(self.created_at, self.id)
    }
}
