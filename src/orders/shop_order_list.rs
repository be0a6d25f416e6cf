//! What a shop sold, as its desk lists it: shop orders to send, sent, there and canceled.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{OrderLine, OrderStatus, Place, Purchase, ShopOrder};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, ProductId, ShopId, ShopOrderId};
use crate::schema::{orders, purchases, shop_orders};
use crate::string_enum::string_enum;

string_enum! {
    /// What of a shop's shop orders is looked at.
    ShopOrderView { ToSend = "to-send", Sent = "sent", Delivered = "delivered", Cancelled = "cancelled", All = "all" }
}

impl ShopOrderView {
    pub const ALL: [Self; 5] = [Self::ToSend, Self::Sent, Self::Delivered, Self::Cancelled, Self::All];

    pub fn label(self) -> &'static str {
        match self {
            Self::ToSend => "To send",
            Self::Sent => "Sent",
            Self::Delivered => "Delivered",
            Self::Cancelled => "Cancelled",
            Self::All => "All",
        }
    }
}

/// The orders of the shop order in the outer query that stand so.
macro_rules! standing {
    ($status:expr) => {
        exists(
            orders::table
                .filter(orders::shop_order_id.eq(shop_orders::id))
                .filter(orders::status.eq($status)),
        )
    };
}

impl ShopOrder {
    /// A shop's of paid purchases: what is to be sent with the oldest first, all else with the newest first.
    pub fn sold(
        conn: &mut Conn,
        shop: ShopId,
        view: ShopOrderView,
        after: Option<Place>,
        most: i64,
    ) -> Result<Vec<(Self, Purchase)>> {
        let mut query = shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select((Self::as_select(), Purchase::as_select()))
            .limit(most)
            .into_boxed();
        query = match view {
            ShopOrderView::ToSend => query.filter(standing!(OrderStatus::Pending)),
            ShopOrderView::Sent => query.filter(standing!(OrderStatus::Shipped)),
            ShopOrderView::Delivered => query.filter(standing!(OrderStatus::Delivered)),
            ShopOrderView::Cancelled => query.filter(standing!(OrderStatus::Cancelled)).filter(not(exists(
                orders::table
                    .filter(orders::shop_order_id.eq(shop_orders::id))
                    .filter(orders::status.ne(OrderStatus::Cancelled)),
            ))),
            ShopOrderView::All => query,
        };
        let place = after.map(|after| (after.time(), ShopOrderId(after.id)));
        if view == ShopOrderView::ToSend {
            if let Some((time, id)) = place {
                let same = shop_orders::created_at.eq(time).and(shop_orders::id.gt(id));
                query = query.filter(shop_orders::created_at.gt(time).or(same));
            }
            query = query.order((shop_orders::created_at.asc(), shop_orders::id.asc()));
        } else {
            if let Some((time, id)) = place {
                let same = shop_orders::created_at.eq(time).and(shop_orders::id.lt(id));
                query = query.filter(shop_orders::created_at.lt(time).or(same));
            }
            query = query.order((shop_orders::created_at.desc(), shop_orders::id.desc()));
        }
        Ok(query.load(conn)?)
    }

    /// How many wait to be sent.
    pub fn waiting(conn: &mut Conn, shop: ShopId) -> Result<i64> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .filter(standing!(OrderStatus::Pending))
            .count()
            .get_result(conn)?)
    }

    pub fn place(&self) -> Place {
        Place::new(self.created_at, self.id.0)
    }
}

impl OrderLine {
    /// The paid orders of one of a shop's products, the newest first, with who bought.
    pub fn of_product(
        conn: &mut Conn,
        shop: ShopId,
        product: ProductId,
        after: Option<Place>,
        most: i64,
    ) -> Result<Vec<(Self, Purchase)>> {
        let mut query = orders::table
            .inner_join(purchases::table)
            .inner_join(shop_orders::table)
            .filter(orders::product_id.eq(product))
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select((Self::as_select(), Purchase::as_select()))
            .order((orders::created_at.desc(), orders::id.desc()))
            .limit(most)
            .into_boxed();
        if let Some(after) = after {
            let (time, id) = (after.time(), OrderLineId(after.id));
            let same = orders::created_at.eq(time).and(orders::id.lt(id));
            query = query.filter(orders::created_at.lt(time).or(same));
        }
        Ok(query.load(conn)?)
    }

    pub fn place(&self) -> Place {
        Place::new(self.created_at, self.id.0)
    }
}
