//! A shipment: what one shop sends together out of one purchase.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Actor, Order, OrderStatus};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CheckoutId, RateId, ShipmentId, ShopId, UserId};
use crate::money::Money;
use crate::schema::{checkouts, orders, shipments};

/// So long after it was sent, something counts as there.
const DELIVERED_AFTER: TimeDelta = TimeDelta::days(14);
/// How many are looked at in one go.
const AT_ONCE: i64 = 200;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shipments)]
pub struct Shipment {
    pub id: ShipmentId,
    pub checkout_id: CheckoutId,
    pub shop_id: Option<ShopId>,
    pub shop_name: String,
    pub price: Money,
    pub carrier: String,
    pub tracking: String,
    pub shipped_at: Option<NaiveDateTime>,
    pub delivered_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub rate_id: Option<RateId>,
    /// The way it travels, `Post`; empty where nothing does.
    pub rate: String,
    pub pickup: bool,
    /// The first and the last day on which it may be there, where the shop says.
    pub arrives_from: Option<NaiveDateTime>,
    pub arrives_until: Option<NaiveDateTime>,
    /// From the buyer to the shop.
    pub note: String,
}

/// A shipment as it is written with its checkout.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = shipments)]
pub struct NewShipment {
    pub id: ShipmentId,
    pub checkout_id: CheckoutId,
    pub shop_id: ShopId,
    pub shop_name: String,
    pub price: Money,
    pub carrier: &'static str,
    pub tracking: &'static str,
    pub rate_id: Option<RateId>,
    pub rate: String,
    pub pickup: bool,
    pub arrives_from: Option<NaiveDateTime>,
    pub arrives_until: Option<NaiveDateTime>,
    pub note: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl NewShipment {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(shipments::table).values(self).execute(conn)?;
        Ok(())
    }
}

impl Shipment {
    pub fn find(conn: &mut Conn, id: ShipmentId) -> Result<Self> {
        Ok(shipments::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// Several purchases', placed or not.
    pub fn of_checkouts(conn: &mut Conn, checkouts: &[CheckoutId]) -> Result<Vec<Self>> {
        Ok(shipments::table
            .filter(one_of(
                shipments::checkout_id,
                checkouts.iter().map(|checkout| checkout.0),
            ))
            .order(shipments::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A purchase's, placed or not.
    pub fn of_checkout(conn: &mut Conn, checkout: CheckoutId) -> Result<Vec<Self>> {
        Ok(shipments::table
            .filter(shipments::checkout_id.eq(checkout))
            .order(shipments::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// One of a shop's own, of a purchase that was paid.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ShipmentId) -> Result<Self> {
        Ok(shipments::table
            .inner_join(checkouts::table)
            .filter(shipments::id.eq(id))
            .filter(shipments::shop_id.eq(shop))
            .filter(checkouts::placed_at.is_not_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Nobody else changes it, or whether its orders are sent or cancelled, before this transaction ends.
    pub fn lock(conn: &mut Conn, id: ShipmentId, now: NaiveDateTime) -> Result<()> {
        diesel::update(shipments::table.find(id))
            .set(shipments::updated_at.eq(now))
            .execute(conn)?;
        Ok(())
    }

    /// The shop sent what of it was not cancelled.
    ///
    /// # Errors
    /// Refused when nothing is left to send.
    pub fn ship(
        conn: &mut Conn,
        shop: ShopId,
        id: ShipmentId,
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
        diesel::update(shipments::table.find(id))
            .set((
                shipments::carrier.eq(carrier),
                shipments::tracking.eq(tracking),
                shipments::shipped_at.eq(now),
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
        id: ShipmentId,
        (carrier, tracking): (&str, &str),
        now: NaiveDateTime,
    ) -> Result<()> {
        Self::of_shop(conn, shop, id)?;
        let sent = shipments::table.find(id).filter(shipments::shipped_at.is_not_null());
        let changed = diesel::update(sent)
            .set((
                shipments::carrier.eq(carrier),
                shipments::tracking.eq(tracking),
                shipments::updated_at.eq(now),
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
        id: ShipmentId,
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<bool> {
        Self::lock(conn, id, now)?;
        let step = (OrderStatus::Shipped, OrderStatus::Delivered);
        let moved = Self::advance(conn, id, step, actor, user, now)?;
        if moved > 0 {
            diesel::update(shipments::table.find(id))
                .set(shipments::delivered_at.eq(now))
                .execute(conn)?;
        }
        Ok(moved > 0)
    }

    /// Those that by now count as there.
    pub fn due(conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<ShipmentId>> {
        Ok(shipments::table
            .inner_join(checkouts::table)
            .filter(shipments::shipped_at.le(now - DELIVERED_AFTER))
            .filter(shipments::delivered_at.is_null())
            .filter(checkouts::placed_at.is_not_null())
            .order((shipments::shipped_at, shipments::id))
            .limit(AT_ONCE)
            .select(shipments::id)
            .load(conn)?)
    }

    /// Moves every order of it that stands there; tells how many.
    fn advance(
        conn: &mut Conn,
        id: ShipmentId,
        moves: (OrderStatus, OrderStatus),
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<usize> {
        let standing = orders::table
            .filter(orders::shipment_id.eq(id))
            .filter(orders::status.eq(moves.0))
            .order(orders::id)
            .select(orders::id)
            .load(conn)?;
        let mut count = 0;
        for order in standing {
            count += usize::from(Order::advance(conn, order, moves, actor, user, now)?);
        }
        Ok(count)
    }
}
