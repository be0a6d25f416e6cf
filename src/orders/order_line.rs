//! An order line: one variant in a shop order, with title, options and price as they were when it was sold.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{OrderAction, OrderEvent, OrderStatus, is_allowed};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CartItemId, OrderLineId, PaymentId, ProductId, PurchaseId, ShopOrderId, UserId, VariantId};
use crate::images::Picture;
use crate::money::Money;
use crate::schema::{orders, purchases};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = orders)]
pub struct OrderLine {
    pub id: OrderLineId,
    pub buyer_id: Option<UserId>,
    /// None after the product was deleted.
    pub product_id: Option<ProductId>,
    pub variant_id: Option<VariantId>,
    pub purchase_id: PurchaseId,
    pub shop_order_id: ShopOrderId,
    pub payment_id: PaymentId,
    pub status: OrderStatus,
    pub title: String,
    /// The variant's options, `Large / Blue`; empty if it has none.
    pub options: String,
    /// The buyer's personalization, one line per field: `Name: Ada`.
    pub personalization: String,
    /// The address of the picture; empty if there is none.
    pub picture: String,
    pub unit_price: Money,
    pub quantity: i32,
    pub subtotal: Money,
    pub created_at: NaiveDateTime,
    pub cart_item_id: Option<CartItemId>,
}

impl OrderLine {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(orders::table)
            .values((self, orders::updated_at.eq(self.created_at)))
            .execute(conn)?;
        Ok(())
    }

    /// The lines of a purchase, placed or not, in the order in which they were inserted.
    pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Self>> {
        Ok(orders::table
            .filter(orders::purchase_id.eq(purchase))
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

    /// A line of this placed purchase.
    pub fn find(conn: &mut Conn, purchase: PurchaseId, id: OrderLineId) -> Result<Self> {
        let placed = purchases::table
            .filter(purchases::id.eq(purchase))
            .filter(purchases::placed_at.is_not_null());
        if !diesel::select(exists(placed)).get_result::<bool>(conn)? {
            return Err(Error::NotFound);
        }
        Ok(orders::table
            .find(id)
            .filter(orders::purchase_id.eq(purchase))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Changes the status if the line still has the status `from`, and records the event. Returns whether it did. If
    /// two try at once, one of them wins.
    ///
    /// # Errors
    /// `Forbidden` if the actor may not make this change.
    pub fn advance(
        conn: &mut Conn,
        id: OrderLineId,
        from: OrderStatus,
        to: OrderStatus,
        action: OrderAction,
    ) -> Result<bool> {
        if !is_allowed(action.actor, from, to) {
            return Err(Error::Forbidden);
        }
        let updated = diesel::update(orders::table.find(id).filter(orders::status.eq(from)))
            .set((orders::status.eq(to), orders::updated_at.eq(action.now)))
            .execute(conn)?;
        if updated == 1 {
            OrderEvent::record(conn, id, Some(from), to, action)?;
        }
        Ok(updated == 1)
    }

    /// Its picture. None if it was sold without one.
    pub fn thumbnail(&self) -> Option<Picture> {
        (!self.picture.is_empty()).then(|| Picture::from_url(&self.picture))
    }

    /// Label and value of each personalization field.
    pub fn personalization_answers(&self) -> Vec<(String, String)> {
        let answer = |line: &str| match line.split_once(": ") {
            Some((label, value)) => (label.to_owned(), value.to_owned()),
            None => ("Personalized".to_owned(), line.to_owned()),
        };
        self.personalization.lines().map(answer).collect()
    }

    pub fn is_canceled(&self) -> bool {
        self.status == OrderStatus::Canceled
    }

    /// The lines that a total counts: those that are not canceled, or all if the whole order is canceled.
    pub fn counted<'a>(lines: impl Iterator<Item = &'a Self> + Clone) -> Vec<&'a Self> {
        let all_canceled = lines.clone().all(Self::is_canceled);
        lines.filter(|line| all_canceled || !line.is_canceled()).collect()
    }
}
