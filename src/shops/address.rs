//! A shop's address: who has which, which are free, and the old ones that lead to the new.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::ShopId;
use crate::schema::{shop_slugs, shops};
use crate::text::slug;

/// How many old addresses lead to one shop: enough to think again, too few to hoard names.
const MAX_OLD_ADDRESSES: i64 = 20;
/// How many free ones are offered.
const OFFERED: usize = 3;

/// Where a shop is, was, or may be.
pub struct ShopAddress;

impl ShopAddress {
    /// Whether the address leads to another shop than this, now or from before.
    pub fn is_taken(conn: &mut Conn, wanted: &str, except: Option<ShopId>) -> Result<bool> {
        // In this order: an address that is given up meanwhile moves from the first table to the second.
        let now: Option<ShopId> = shops::table
            .filter(shops::slug.eq(wanted))
            .select(shops::id)
            .first(conn)
            .optional()?;
        if now.is_some_and(|cart_owner| Some(cart_owner) != except) {
            return Ok(true);
        }
        let before: Option<ShopId> = shop_slugs::table
            .find(wanted)
            .select(shop_slugs::shop_id)
            .first(conn)
            .optional()?;
        Ok(before.is_some_and(|cart_owner| Some(cart_owner) != except))
    }

    /// A few free addresses that say the same, or nearly.
    pub fn offers(conn: &mut Conn, name: &str, wanted: &str, location: &str) -> Result<Vec<String>> {
        let base = slug(if wanted.is_empty() { name } else { wanted }, "shop");
        let mut ideas = vec![slug(name, "shop")];
        if !location.is_empty() {
            ideas.push(slug(
                &format!("{base} {}", location.split(',').next().unwrap_or_default()),
                "shop",
            ));
        }
        ideas.extend(["shop", "studio", "2", "3", "4"].map(|more| slug(&format!("{base} {more}"), "shop")));
        ideas.retain(|idea| idea != wanted && idea.len() >= 3);
        let mut taken: Vec<String> = shops::table
            .filter(shops::slug.eq_any(ideas.clone()))
            .select(shops::slug)
            .load(conn)?;
        taken.extend(
            shop_slugs::table
                .filter(shop_slugs::slug.eq_any(ideas.clone()))
                .select(shop_slugs::slug)
                .load::<String>(conn)?,
        );
        let mut offers: Vec<String> = Vec::new();
        for idea in ideas {
            if offers.len() < OFFERED && !taken.contains(&idea) && !offers.contains(&idea) {
                offers.push(idea);
            }
        }
        Ok(offers)
    }

    /// The first free one that a name makes.
    pub fn of_name(conn: &mut Conn, name: &str) -> Result<String> {
        let base = slug(name, "shop");
        let mut wanted = base.clone();
        let mut next = 2;
        while wanted.len() < 3 || Self::is_taken(conn, &wanted, None)? {
            wanted = format!("{base}-{next}");
            next += 1;
        }
        Ok(wanted)
    }

    /// The shop moves: the old address leads here for good.
    ///
    /// # Errors
    /// `Refused` after too many moves.
    pub(super) fn leave(conn: &mut Conn, shop: ShopId, from: &str, to: &str) -> Result<()> {
        diesel::delete(
            shop_slugs::table
                .filter(shop_slugs::shop_id.eq(shop))
                .filter(shop_slugs::slug.eq(to)),
        )
        .execute(conn)?;
        let old: i64 = shop_slugs::table
            .filter(shop_slugs::shop_id.eq(shop))
            .count()
            .get_result(conn)?;
        if old >= MAX_OLD_ADDRESSES {
            return Err(Error::Refused(format!(
                "This shop has moved {MAX_OLD_ADDRESSES} times, which is all it can. Go back to an address it had before."
            )));
        }
        diesel::insert_into(shop_slugs::table)
            .values((shop_slugs::slug.eq(from), shop_slugs::shop_id.eq(shop)))
            .execute(conn)?;
        Ok(())
    }
}
