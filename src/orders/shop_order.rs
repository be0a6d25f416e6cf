//! A shop order: one shop's share of a purchase, with its delivery. Sellers call it an order.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{OrderAction, OrderLine, OrderStatus, Tracking};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{PurchaseId, ShippingRateId, ShopId, ShopOrderId, UserId};
use crate::money::Money;
use crate::schema::{orders, purchases, shop_orders};

/// How long after it was shipped a shop order counts as delivered.
const DELIVERY_TIMEOUT: TimeDelta = TimeDelta::days(14);
/// How many overdue shop orders are read at once.
const BATCH_SIZE: i64 = 200;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = shop_orders)]
pub struct ShopOrder {
    pub id: ShopOrderId,
    pub purchase_id: PurchaseId,
    /// None after the shop was deleted.
    pub shop_id: Option<ShopId>,
    pub shop_name: String,
    /// The price of delivery.
    pub price: Money,
    /// The carrier's code; empty until it is shipped.
    pub carrier: String,
    /// The tracking number; may stay empty.
    pub tracking: String,
    pub shipped_at: Option<NaiveDateTime>,
    pub delivered_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub rate_id: Option<ShippingRateId>,
    /// The name of the shipping rate, `Post`; empty if no shipping is needed.
    pub rate: String,
    pub pickup: bool,
    /// The first and the last day of the estimated arrival. None if the shop gives no estimate.
    pub arrives_from: Option<NaiveDateTime>,
    pub arrives_until: Option<NaiveDateTime>,
    /// The buyer's note to the shop; may be empty.
    pub note: String,
}

impl ShopOrder {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(shop_orders::table)
            .values((self, shop_orders::updated_at.eq(self.created_at)))
            .execute(conn)?;
        Ok(())
    }

    pub fn find(conn: &mut Conn, id: ShopOrderId) -> Result<Self> {
        Ok(shop_orders::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The shop orders of several purchases, placed or not.
    pub fn of_purchases(conn: &mut Conn, purchases: &[PurchaseId]) -> Result<Vec<Self>> {
        Ok(shop_orders::table
            .filter(one_of(
                shop_orders::purchase_id,
                purchases.iter().map(|purchase| purchase.0),
            ))
            .order(shop_orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// The shop orders of a purchase, placed or not.
    pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Self>> {
        Ok(shop_orders::table
            .filter(shop_orders::purchase_id.eq(purchase))
            .order(shop_orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A shop order of this shop, from a placed purchase.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ShopOrderId) -> Result<Self> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::id.eq(id))
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Locks the row until the transaction ends, so that nobody else ships or cancels its lines meanwhile.
    pub fn lock(conn: &mut Conn, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
        diesel::update(shop_orders::table.find(id))
            .set(shop_orders::updated_at.eq(now))
            .execute(conn)?;
        Ok(())
    }

    /// Marks all lines that are not canceled as shipped.
    ///
    /// # Errors
    /// `Refused` if nothing is left to ship.
    pub fn ship(&self, conn: &mut Conn, tracking: &Tracking, user: UserId, now: NaiveDateTime) -> Result<()> {
        Self::lock(conn, self.id, now)?;
        let action = OrderAction::by_shop(user, now);
        if Self::advance_lines(conn, self.id, OrderStatus::Pending, OrderStatus::Shipped, action)? == 0 {
            return Err(Error::Refused(
                "There is nothing left to ship here. It was already shipped, or the buyer canceled it.".into(),
            ));
        }
        diesel::update(shop_orders::table.find(self.id))
            .set((
                shop_orders::carrier.eq(&tracking.carrier),
                shop_orders::tracking.eq(&tracking.number),
                shop_orders::shipped_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Changes the carrier and the tracking number of a shop order that was shipped.
    ///
    /// # Errors
    /// `Refused` if it was not shipped yet.
    pub fn set_tracking(&self, conn: &mut Conn, tracking: &Tracking, now: NaiveDateTime) -> Result<()> {
        let shipped = shop_orders::table
            .find(self.id)
            .filter(shop_orders::shipped_at.is_not_null());
        let updated = diesel::update(shipped)
            .set((
                shop_orders::carrier.eq(&tracking.carrier),
                shop_orders::tracking.eq(&tracking.number),
                shop_orders::updated_at.eq(now),
            ))
            .execute(conn)?;
        if updated == 0 {
            return Err(Error::Refused(
                "This has not been shipped yet. Mark it as shipped to add a tracking number.".into(),
            ));
        }
        Ok(())
    }

    /// Marks all shipped lines as delivered. Returns whether anything changed.
    pub fn deliver(conn: &mut Conn, id: ShopOrderId, action: OrderAction) -> Result<bool> {
        Self::lock(conn, id, action.now)?;
        let delivered = Self::advance_lines(conn, id, OrderStatus::Shipped, OrderStatus::Delivered, action)?;
        if delivered > 0 {
            diesel::update(shop_orders::table.find(id))
                .set(shop_orders::delivered_at.eq(action.now))
                .execute(conn)?;
        }
        Ok(delivered > 0)
    }

    /// Shop orders that were shipped so long ago that they count as delivered.
    pub fn delivery_overdue(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<ShopOrderId>> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shipped_at.le(now - DELIVERY_TIMEOUT))
            .filter(shop_orders::delivered_at.is_null())
            .filter(purchases::placed_at.is_not_null())
            .order((shop_orders::shipped_at, shop_orders::id))
            .limit(BATCH_SIZE)
            .select(shop_orders::id)
            .load(conn)?)
    }

    /// Changes every line that has the status `from`. Returns how many.
    fn advance_lines(
        conn: &mut Conn,
        id: ShopOrderId,
        from: OrderStatus,
        to: OrderStatus,
        action: OrderAction,
    ) -> Result<usize> {
        let lines = orders::table
            .filter(orders::shop_order_id.eq(id))
            .filter(orders::status.eq(from))
            .order(orders::id)
            .select(orders::id)
            .load(conn)?;
        let mut count = 0;
        for line in lines {
            count += usize::from(OrderLine::advance(conn, line, from, to, action)?);
        }
        Ok(count)
    }
}
