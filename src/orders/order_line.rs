//! An order: one line of a purchase, a copy of what was sold.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Actor, OrderEvent, OrderStatus, may};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CartItemId, OrderLineId, PaymentId, ProductId, PurchaseId, ShopOrderId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{orders, purchases};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct OrderLine {
    pub id: OrderLineId,
    pub buyer_id: Option<UserId>,
    pub product_id: Option<ProductId>,
    pub variant_id: Option<VariantId>,
    pub purchase_id: PurchaseId,
    pub shop_order_id: ShopOrderId,
    pub payment_id: PaymentId,
    pub status: OrderStatus,
    pub title: String,
    /// `Large / Blue`, or nothing.
    pub options: String,
    /// What the buyer answered, a line each: `Name: Ada`.
    pub personalization: String,
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
pub struct NewOrderLine {
    pub id: OrderLineId,
    pub buyer_id: Option<UserId>,
    pub product_id: ProductId,
    pub variant_id: VariantId,
    pub purchase_id: PurchaseId,
    pub shop_order_id: ShopOrderId,
    pub payment_id: PaymentId,
    pub status: OrderStatus,
    pub title: String,
    pub options: String,
    pub personalization: String,
    pub picture: String,
    pub unit_price: Money,
    pub quantity: i32,
    pub subtotal: Money,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub cart_item_id: Option<CartItemId>,
}

impl NewOrderLine {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(orders::table).values(self).execute(conn)?;
        Ok(())
    }
}

impl OrderLine {
    /// A purchase's, placed or not, in the order in which they were written.
    pub fn of_purchase(conn: &mut Conn, checkout: PurchaseId) -> Result<Vec<Self>> {
        Ok(orders::table
            .filter(orders::purchase_id.eq(checkout))
            .order(orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    pub fn of_shop_orders(conn: &mut Conn, shop_orders: &[ShopOrderId]) -> Result<Vec<Self>> {
        Ok(orders::table
            .filter(one_of(
                orders::shop_order_id,
                shop_orders.iter().map(|shop_order| shop_order.0),
            ))
            .order(orders::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// One of a placed purchase.
    pub fn find(conn: &mut Conn, checkout: PurchaseId, id: OrderLineId) -> Result<Self> {
        let placed = purchases::table
            .filter(purchases::id.eq(checkout))
            .filter(purchases::placed_at.is_not_null());
        if !diesel::select(exists(placed)).get_result::<bool>(conn)? {
            return Err(Error::NotFound);
        }
        Ok(orders::table
            .find(id)
            .filter(orders::purchase_id.eq(checkout))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Moves it from one state to another, if it is still there; tells whether it was. Two who try at once: one wins.
    pub fn advance(
        conn: &mut Conn,
        id: OrderLineId,
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
