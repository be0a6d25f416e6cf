//! Closing a shop: by its owner, who may open it again, or with an account that goes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::shop::{Shop, ShopState};
use crate::accounts::{EventKind, Origin, SecurityEvent};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{
    orders, payments, personalization_fields, product_images, products, sections, shipping_rates, shop_orders, shops,
};

/// Orders that a shop still has something to do for, as their rows say it.
const UNSETTLED: [&str; 2] = ["Pending", "Shipped"];
/// A payment that came to nothing: its orders are nobody's.
const FAILED: &str = "FAILED";

impl Shop {
    /// How many orders are to be sent, or on their way.
    pub fn open_orders(conn: &mut Conn, id: ShopId) -> Result<i64> {
        Ok(orders::table
            .inner_join(shop_orders::table)
            .inner_join(payments::table)
            .filter(shop_orders::shop_id.eq(id))
            .filter(orders::status.eq_any(UNSETTLED))
            .filter(payments::status.ne(FAILED))
            .count()
            .get_result(conn)?)
    }

    /// Closes the shop to everyone; nothing of it is lost.
    ///
    /// # Errors
    /// `Refused` while orders are open, and for a shop that is not open.
    pub fn shut(conn: &mut Conn, id: ShopId, owner: UserId, origin: &Origin, now: NaiveDateTime) -> Result<()> {
        let open = shops::table.find(id).filter(shops::state.eq(ShopState::Open));
        // Closed before the orders are counted, so that none can come in between; with an open one all is undone.
        let closed = diesel::update(open)
            .set((shops::state.eq(ShopState::Closed), shops::updated_at.eq(now)))
            .execute(conn)?;
        if closed == 0 {
            return Err(Error::Refused("This shop is not open.".to_owned()));
        }
        match Self::open_orders(conn, id)? {
            0 => SecurityEvent::record(conn, owner, EventKind::ShopClosed, origin, now),
            1 => Err(Error::Refused(
                "One order is not settled yet. Send it and wait until it has arrived, or cancel it; then close the shop.".to_owned(),
            )),
            several => Err(Error::Refused(format!(
                "{several} orders are not settled yet. Send them and wait until they have arrived, or cancel them; then close the shop."
            ))),
        }
    }

    /// Closes the shop of someone who leaves: what they wrote and showed goes, its name and its products' stay for the
    /// books.
    pub fn close(conn: &mut Conn, owner: UserId, now: NaiveDateTime) -> Result<()> {
        let nothing = "";
        let own: Option<ShopId> = shops::table
            .filter(shops::owner_id.eq(owner))
            .select(shops::id)
            .first(conn)
            .optional()?;
        let Some(id) = own else { return Ok(()) };
        diesel::update(shops::table.find(id))
            .set((
                shops::state.eq(ShopState::Closed),
                shops::tagline.eq(nothing),
                shops::bio.eq(nothing),
                shops::announcement.eq(nothing),
                shops::location.eq(nothing),
                shops::shop_image.eq(nothing),
                shops::logo.eq(nothing),
                shops::contact.eq(nothing),
                shops::returns.eq(nothing),
                shops::care.eq(nothing),
                shops::vacation_message.eq(nothing),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        diesel::delete(sections::table.filter(sections::shop_id.eq(id))).execute(conn)?;
        diesel::delete(shipping_rates::table.filter(shipping_rates::shop_id.eq(id))).execute(conn)?;
        let goods = || products::table.filter(products::shop_id.eq(id)).select(products::id);
        diesel::delete(personalization_fields::table.filter(personalization_fields::product_id.eq_any(goods())))
            .execute(conn)?;
        // The files that no order shows go with the next sweep.
        diesel::delete(product_images::table.filter(product_images::product_id.eq_any(goods()))).execute(conn)?;
        diesel::update(products::table.filter(products::shop_id.eq(id)))
            .set((
                products::description.eq(nothing),
                products::tags.eq(nothing),
                products::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}
