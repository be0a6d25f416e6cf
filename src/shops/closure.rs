//! Closing a shop: by its owner, who may open it again, or because the owner's account is deleted.

use chrono::NaiveDateTime;
use diesel::dsl::count;
use diesel::prelude::*;

use super::shop::{Shop, ShopState};
use crate::accounts::{EventKind, Origin, SecurityEvent};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{
    orders, payments, personalization_fields, product_images, products, sections, shipping_rates, shop_orders, shops,
};

/// Values of `orders.status` that a shop still has to work on.
const OPEN_STATUSES: [&str; 2] = ["Pending", "Shipped"];
/// The value of `payments.status` for a failed payment, whose orders do not count.
const PAYMENT_FAILED: &str = "FAILED";

impl Shop {
    /// How many orders have to be shipped or are on their way.
    pub fn open_orders(conn: &mut Conn, id: ShopId) -> Result<i64> {
        Ok(orders::table
            .inner_join(shop_orders::table)
            .inner_join(payments::table)
            .filter(shop_orders::shop_id.eq(id))
            .filter(orders::status.eq_any(OPEN_STATUSES))
            .filter(payments::status.ne(PAYMENT_FAILED))
            .select(count(shop_orders::id).aggregate_distinct())
            .get_result(conn)?)
    }

    /// Closes the shop to everyone. Nothing is deleted.
    ///
    /// # Errors
    /// `Refused` while orders are open, and for a shop that is not open.
    pub fn close(conn: &mut Conn, id: ShopId, owner: UserId, origin: &Origin, now: NaiveDateTime) -> Result<()> {
        let open = shops::table.find(id).filter(shops::state.eq(ShopState::Open));
        // The shop closes before its orders are counted, so that no order can come in between. If one is open, the
        // transaction is rolled back.
        let closed = diesel::update(open)
            .set((shops::state.eq(ShopState::Closed), shops::updated_at.eq(now)))
            .execute(conn)?;
        if closed == 0 {
            return Err(Error::Refused("This shop is not open.".to_owned()));
        }
        match Self::open_orders(conn, id)? {
            0 => SecurityEvent::record(conn, owner, EventKind::ShopClosed, origin, now),
            1 => Err(Error::Refused(
                "One order is still open. Ship it and wait until it is delivered, or cancel it. Then close the shop."
                    .to_owned(),
            )),
            several => Err(Error::Refused(format!(
                "{several} orders are still open. Ship them and wait until they are delivered, or cancel them. Then close the shop."
            ))),
        }
    }

    /// Closes the shop of a deleted account. Texts and pictures are deleted; the names of the shop and its products stay,
    /// because orders refer to them.
    pub fn close_and_erase(conn: &mut Conn, owner: UserId, now: NaiveDateTime) -> Result<()> {
        let empty = "";
        let own: Option<ShopId> = shops::table
            .filter(shops::owner_id.eq(owner))
            .select(shops::id)
            .first(conn)
            .optional()?;
        let Some(id) = own else { return Ok(()) };
        diesel::update(shops::table.find(id))
            .set((
                shops::state.eq(ShopState::Closed),
                shops::tagline.eq(empty),
                shops::bio.eq(empty),
                shops::announcement.eq(empty),
                shops::location.eq(empty),
                shops::shop_image.eq(empty),
                shops::logo.eq(empty),
                shops::contact.eq(empty),
                shops::returns.eq(empty),
                shops::care.eq(empty),
                shops::vacation_message.eq(empty),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        diesel::delete(sections::table.filter(sections::shop_id.eq(id))).execute(conn)?;
        diesel::delete(shipping_rates::table.filter(shipping_rates::shop_id.eq(id))).execute(conn)?;
        let own_products = || products::table.filter(products::shop_id.eq(id)).select(products::id);
        diesel::delete(personalization_fields::table.filter(personalization_fields::product_id.eq_any(own_products())))
            .execute(conn)?;
        // The next sweep deletes the files that no order shows.
        diesel::delete(product_images::table.filter(product_images::product_id.eq_any(own_products())))
            .execute(conn)?;
        diesel::update(products::table.filter(products::shop_id.eq(id)))
            .set((
                products::description.eq(empty),
                products::tags.eq(empty),
                products::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}
