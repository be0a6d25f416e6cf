//! An order: one line of a purchase, a copy of what was sold.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Actor, OrderEvent, OrderStatus, may};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CartItemId, CheckoutId, OrderId, PaymentId, ProductId, ShipmentId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{checkouts, orders};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct Order {
    pub id: OrderId,
    pub buyer_id: Option<UserId>,
    pub product_id: Option<ProductId>,
    pub variant_id: Option<VariantId>,
    pub checkout_id: CheckoutId,
    pub shipment_id: ShipmentId,
    pub payment_id: PaymentId,
    pub status: OrderStatus,
    pub title: String,
    /// `Large / Blue`, or nothing.
    pub options: String,
    /// What the buyer answered, a line each: `Name: Ada`.
    pub personalisation: String,
    /// The address of its picture, or nothing.
    pub picture: String,
    pub unit_price: Money,
    pub quantity: i32,
    pub subtotal: Money,
    pub created_at: NaiveDateTime,
    pub cart_item_id: Option<CartItemId>,
}

/// An order as it is written with its checkout.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = orders)]
pub struct NewOrder {
    pub id: OrderId,
    pub buyer_id: Option<UserId>,
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub checkout_id: CheckoutId,
    pub shipment_id: ShipmentId,
    pub payment_id: PaymentId,
    pub status: OrderStatus,
    pub title: String,
    pub options: String,
    pub personalisation: String,
    pub picture: String,
    pub unit_price: Money,
    pub quantity: i32,
    pub subtotal: Money,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub cart_item_id: Option<CartItemId>,
}

impl NewOrder {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(orders::table).values(self).execute(conn)?;
        Ok(())
    }
}

impl Order {
    /// A purchase's, placed or not, in the order in which they were written.
    pub fn of_checkout(conn: &mut Conn, checkout: CheckoutId) -> Result<Vec<Self>> {
        Ok(orders::table
            .filter(orders::checkout_id.eq(checkout))
            .order(orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    pub fn of_shipments(conn: &mut Conn, shipments: &[ShipmentId]) -> Result<Vec<Self>> {
        Ok(orders::table
            .filter(one_of(orders::shipment_id, shipments.iter().map(|shipment| shipment.0)))
            .order(orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// One of a placed purchase.
    pub fn find(conn: &mut Conn, checkout: CheckoutId, id: OrderId) -> Result<Self> {
        let placed = checkouts::table
            .filter(checkouts::id.eq(checkout))
            .filter(checkouts::placed_at.is_not_null());
        if !diesel::select(exists(placed)).get_result::<bool>(conn)? {
            return Err(Error::NotFound);
        }
        Ok(orders::table
            .find(id)
            .filter(orders::checkout_id.eq(checkout))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Moves it from one state to another, if it is still there; tells whether it was. Two who try at once: one wins.
    pub fn advance(
        conn: &mut Conn,
        id: OrderId,
        (from, to): (OrderStatus, OrderStatus),
        actor: Actor,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<bool> {
        if !may(actor, from, to) {
            return Err(Error::Forbidden);
        }
        let moved = diesel::update(orders::table.find(id).filter(orders::status.eq(from)))
            .set((orders::status.eq(to), orders::updated_at.eq(now)))
            .execute(conn)?;
        if moved == 1 {
            OrderEvent::record(conn, id, Some(from), to, actor, user, now)?;
        }
        Ok(moved == 1)
    }
}
