//! What a shop sold, as its desk lists it: shipments to send, sent, there and cancelled.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::{Order, OrderStatus, Place, Receipt, Shipment};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderId, ProductId, ShipmentId, ShopId};
use crate::schema::{checkouts, orders, shipments};
use crate::string_enum::words;

words! {
    /// What of a shop's shipments is looked at.
    View { ToSend = "to-send", Sent = "sent", Delivered = "delivered", Cancelled = "cancelled", All = "all" }
}

impl View {
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

/// The orders of the shipment in the outer query that stand so.
macro_rules! standing {
    ($status:expr) => {
        exists(
            orders::table
                .filter(orders::shipment_id.eq(shipments::id))
                .filter(orders::status.eq($status)),
        )
    };
}

impl Shipment {
    /// A shop's of paid purchases: what is to be sent with the oldest first, all else with the newest first.
    pub fn sold(
        conn: &mut Conn,
        shop: ShopId,
        view: View,
        after: Option<Place>,
        most: i64,
    ) -> Result<Vec<(Self, Receipt)>> {
        let mut query = shipments::table
            .inner_join(checkouts::table)
            .filter(shipments::shop_id.eq(shop))
            .filter(checkouts::placed_at.is_not_null())
            .select((Self::as_select(), Receipt::as_select()))
            .limit(most)
            .into_boxed();
        query = match view {
            View::ToSend => query.filter(standing!(OrderStatus::Pending)),
            View::Sent => query.filter(standing!(OrderStatus::Shipped)),
            View::Delivered => query.filter(standing!(OrderStatus::Delivered)),
            View::Cancelled => query.filter(standing!(OrderStatus::Cancelled)).filter(not(exists(
                orders::table
                    .filter(orders::shipment_id.eq(shipments::id))
                    .filter(orders::status.ne(OrderStatus::Cancelled)),
            ))),
            View::All => query,
        };
        let place = after.map(|after| (after.time(), ShipmentId(after.id)));
        if view == View::ToSend {
            if let Some((time, id)) = place {
                let same = shipments::created_at.eq(time).and(shipments::id.gt(id));
                query = query.filter(shipments::created_at.gt(time).or(same));
            }
            query = query.order((shipments::created_at.asc(), shipments::id.asc()));
        } else {
            if let Some((time, id)) = place {
                let same = shipments::created_at.eq(time).and(shipments::id.lt(id));
                query = query.filter(shipments::created_at.lt(time).or(same));
            }
            query = query.order((shipments::created_at.desc(), shipments::id.desc()));
        }
        Ok(query.load(conn)?)
    }

    /// How many wait to be sent.
    pub fn waiting(conn: &mut Conn, shop: ShopId) -> Result<i64> {
        Ok(shipments::table
            .inner_join(checkouts::table)
            .filter(shipments::shop_id.eq(shop))
            .filter(checkouts::placed_at.is_not_null())
            .filter(standing!(OrderStatus::Pending))
            .count()
            .get_result(conn)?)
    }

    pub fn place(&self) -> Place {
        Place::new(self.created_at, self.id.0)
    }
}

impl Order {
    /// The paid orders of one of a shop's products, the newest first, with who bought.
    pub fn of_product(
        conn: &mut Conn,
        shop: ShopId,
        product: ProductId,
        after: Option<Place>,
        most: i64,
    ) -> Result<Vec<(Self, Receipt)>> {
        let mut query = orders::table
            .inner_join(checkouts::table)
            .inner_join(shipments::table)
            .filter(orders::product_id.eq(product))
            .filter(shipments::shop_id.eq(shop))
            .filter(checkouts::placed_at.is_not_null())
            .select((Self::as_select(), Receipt::as_select()))
            .order((orders::created_at.desc(), orders::id.desc()))
            .limit(most)
            .into_boxed();
        if let Some(after) = after {
            let (time, id) = (after.time(), OrderId(after.id));
            let same = orders::created_at.eq(time).and(orders::id.lt(id));
            query = query.filter(orders::created_at.lt(time).or(same));
        }
        Ok(query.load(conn)?)
    }

    pub fn place(&self) -> Place {
        Place::new(self.created_at, self.id.0)
    }
}
