//! A shop's address: which addresses are taken, which are free, and which old ones redirect.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::ShopId;
use crate::schema::{shop_slugs, shops};
use crate::text::slug;

/// How many old addresses redirect to a shop. The limit keeps sellers from hoarding names.
const MAX_OLD_ADDRESSES: i64 = 20;
/// How many free addresses are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// Queries about the addresses of shops.
pub struct ShopAddress;

impl ShopAddress {
    /// Whether the address belongs or redirects to a shop other than `except`.
    pub fn is_taken(conn: &mut Conn, slug: &str, except: Option<ShopId>) -> Result<bool> {
        // The order matters: an address that is given up in the meantime moves from the first table to the second.
        let current: Option<ShopId> = shops::table
            .filter(shops::slug.eq(slug))
            .select(shops::id)
            .first(conn)
            .optional()?;
        if current.is_some_and(|shop| Some(shop) != except) {
            return Ok(true);
        }
        let former: Option<ShopId> = shop_slugs::table
            .find(slug)
            .select(shop_slugs::shop_id)
            .first(conn)
            .optional()?;
        Ok(former.is_some_and(|shop| Some(shop) != except))
    }

    /// A few free addresses that are similar to the taken one.
    pub fn suggestions(conn: &mut Conn, name: &str, taken: &str, location: &str) -> Result<Vec<String>> {
        let base = slug(if taken.is_empty() { name } else { taken }, "shop");
        let mut candidates = vec![slug(name, "shop")];
        if !location.is_empty() {
            let city = location.split(',').next().unwrap_or_default();
            candidates.push(slug(&format!("{base} {city}"), "shop"));
        }
        candidates.extend(["shop", "studio", "2", "3", "4"].map(|suffix| slug(&format!("{base} {suffix}"), "shop")));
        candidates.retain(|candidate| candidate != taken && candidate.len() >= 3);
        let mut in_use: Vec<String> = shops::table
            .filter(shops::slug.eq_any(candidates.clone()))
            .select(shops::slug)
            .load(conn)?;
        in_use.extend(
            shop_slugs::table
                .filter(shop_slugs::slug.eq_any(candidates.clone()))
                .select(shop_slugs::slug)
                .load::<String>(conn)?,
        );
        let mut suggestions: Vec<String> = Vec::new();
        for candidate in candidates {
            if suggestions.len() < MAX_SUGGESTIONS && !in_use.contains(&candidate) && !suggestions.contains(&candidate)
            {
                suggestions.push(candidate);
            }
        }
        Ok(suggestions)
    }

    /// The first free address made from a name.
    pub fn from_name(conn: &mut Conn, name: &str) -> Result<String> {
        let base = slug(name, "shop");
        let mut candidate = base.clone();
        let mut next = 2;
        while candidate.len() < 3 || Self::is_taken(conn, &candidate, None)? {
            candidate = format!("{base}-{next}");
            next += 1;
        }
        Ok(candidate)
    }

    /// Makes the old address redirect to the shop.
    ///
    /// # Errors
    /// `Refused` after too many moves.
    pub(super) fn add_redirect(conn: &mut Conn, shop: ShopId, from: &str, to: &str) -> Result<()> {
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
                "You have changed this address {MAX_OLD_ADDRESSES} times, which is the maximum. Choose an address the shop had before."
            )));
        }
        diesel::insert_into(shop_slugs::table)
            .values((shop_slugs::slug.eq(from), shop_slugs::shop_id.eq(shop)))
            .execute(conn)?;
        Ok(())
    }
}
