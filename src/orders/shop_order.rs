//! A shop order: what one shop sends together out of one purchase.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Actor, OrderLine, OrderStatus};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{PurchaseId, ShippingRateId, ShopId, ShopOrderId, UserId};
use crate::money::Money;
use crate::schema::{orders, purchases, shop_orders};

/// So long after it was sent, something counts as there.
const DELIVERED_AFTER: TimeDelta = TimeDelta::days(14);
/// How many are looked at in one go.
const BATCH_SIZE: i64 = 200;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shop_orders)]
pub struct ShopOrder {
    pub id: ShopOrderId,
    pub purchase_id: PurchaseId,
    pub shop_id: Option<ShopId>,
    pub shop_name: String,
    pub price: Money,
    pub carrier: String,
    pub tracking: String,
    pub shipped_at: Option<NaiveDateTime>,
    pub delivered_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub rate_id: Option<ShippingRateId>,
    /// The way it travels, `Post`; empty where nothing does.
    pub rate: String,
    pub pickup: bool,
    /// The first and the last day on which it may be there, where the shop says.
    pub arrives_from: Option<NaiveDateTime>,
    pub arrives_until: Option<NaiveDateTime>,
    /// From the buyer to the shop.
    pub note: String,
}

/// A shop order as it is written with its checkout.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = shop_orders)]
pub struct NewShopOrder {
    pub id: ShopOrderId,
    pub purchase_id: PurchaseId,
    pub shop_id: ShopId,
    pub shop_name: String,
    pub price: Money,
    pub carrier: &'static str,
    pub tracking: &'static str,
    pub rate_id: Option<ShippingRateId>,
    pub rate: String,
    pub pickup: bool,
    pub arrives_from: Option<NaiveDateTime>,
    pub arrives_until: Option<NaiveDateTime>,
    pub note: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl NewShopOrder {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(shop_orders::table).values(self).execute(conn)?;
        Ok(())
    }
}

impl ShopOrder {
    pub fn find(conn: &mut Conn, id: ShopOrderId) -> Result<Self> {
        Ok(shop_orders::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// Several purchases', placed or not.
    pub fn of_purchases(conn: &mut Conn, purchases: &[PurchaseId]) -> Result<Vec<Self>> {
        Ok(shop_orders::table
            .filter(one_of(
                shop_orders::purchase_id,
                purchases.iter().map(|checkout| checkout.0),
            ))
            .order(shop_orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A purchase's, placed or not.
    pub fn of_purchase(conn: &mut Conn, checkout: PurchaseId) -> Result<Vec<Self>> {
        Ok(shop_orders::table
            .filter(shop_orders::purchase_id.eq(checkout))
            .order(shop_orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// One of a shop's own, of a purchase that was paid.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ShopOrderId) -> Result<Self> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::id.eq(id))
            .filter(shop_orders::shop_id.eq(shop))
            .filter(purchases::placed_at.is_not_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Nobody else changes it, or whether its orders are sent or canceled, before this transaction ends.
    pub fn lock(conn: &mut Conn, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
        diesel::update(shop_orders::table.find(id))
            .set(shop_orders::updated_at.eq(now))
            .execute(conn)?;
        Ok(())
    }

    /// The shop sent what of it was not canceled.
    ///
    /// # Errors
    /// Refused when nothing is left to send.
    pub fn ship(
        conn: &mut Conn,
        shop: ShopId,
        id: ShopOrderId,
        (carrier, tracking): (&str, &str),
        user: UserId,
        now: NaiveDateTime,
    ) -> Result<()> {
        Self::of_shop(conn, shop, id)?;
        Self::lock(conn, id, now)?;
        let moves = (OrderStatus::Pending, OrderStatus::Shipped);
        if Self::advance(conn, id, moves, Actor::Shop, Some(user), now)? == 0 {
            return Err(Error::Refused(
                "Nothing of this is left to send: it was sent already, or the buyer cancelled it.".into(),
            ));
        }
        diesel::update(shop_orders::table.find(id))
            .set((
                shop_orders::carrier.eq(carrier),
                shop_orders::tracking.eq(tracking),
                shop_orders::shipped_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// The shop writes another carrier or number on what it sent.
    ///
    /// # Errors
    /// Refused when it was not sent yet.
    pub fn retrack(
        conn: &mut Conn,
        shop: ShopId,
        id: ShopOrderId,
        (carrier, tracking): (&str, &str),
        now: NaiveDateTime,
    ) -> Result<()> {
        Self::of_shop(conn, shop, id)?;
        let sent = shop_orders::table
            .find(id)
            .filter(shop_orders::shipped_at.is_not_null());
        let changed = diesel::update(sent)
            .set((
                shop_orders::carrier.eq(carrier),
                shop_orders::tracking.eq(tracking),
                shop_orders::updated_at.eq(now),
            ))
            .execute(conn)?;
        if changed == 0 {
            return Err(Error::Refused(
                "This was not sent yet. Mark it as sent, and the number goes along.".into(),
            ));
        }
        Ok(())
    }

    /// It is there: the buyer says so, or enough time went by. Tells whether anything changed.
    pub fn deliver(
        conn: &mut Conn,
        id: ShopOrderId,
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<bool> {
        Self::lock(conn, id, now)?;
        let step = (OrderStatus::Shipped, OrderStatus::Delivered);
        let moved = Self::advance(conn, id, step, actor, user, now)?;
        if moved > 0 {
            diesel::update(shop_orders::table.find(id))
                .set(shop_orders::delivered_at.eq(now))
                .execute(conn)?;
        }
        Ok(moved > 0)
    }

    /// Those that by now count as there.
    pub fn due(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<ShopOrderId>> {
        Ok(shop_orders::table
            .inner_join(purchases::table)
            .filter(shop_orders::shipped_at.le(now - DELIVERED_AFTER))
            .filter(shop_orders::delivered_at.is_null())
            .filter(purchases::placed_at.is_not_null())
            .order((shop_orders::shipped_at, shop_orders::id))
            .limit(BATCH_SIZE)
            .select(shop_orders::id)
            .load(conn)?)
    }

    /// Moves every order of it that stands there; tells how many.
    fn advance(
        conn: &mut Conn,
        id: ShopOrderId,
        moves: (OrderStatus, OrderStatus),
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<usize> {
        let standing = orders::table
            .filter(orders::shop_order_id.eq(id))
            .filter(orders::status.eq(moves.0))
            .order(orders::id)
            .select(orders::id)
            .load(conn)?;
        let mut count = 0;
        for order in standing {
            count += usize::from(OrderLine::advance(conn, order, moves, actor, user, now)?);
        }
        Ok(count)
    }
}
