//! Imports users and their shops.

use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::RowResult;
use super::row::Row;
use crate::accounts::{NO_PASSWORD, NewUser};
use crate::db::lower;
use crate::error::Result;
use crate::id::{ShopId, UserId};
use crate::schema::{shop_slugs, shops, users};
use crate::shops::{Corner, Shop, ShopState, Theme, Vividness};
use crate::text;

impl Import<'_> {
    pub(super) fn import_user(&mut self, row: &Row) -> Result<RowResult> {
        let username = row.required_text("username")?;
        let email = row.required_text("email")?.trim().to_lowercase();
        self.refuse_duplicates(row, username, &email)?;
        let mut password = row.text("password")?;
        if !is_pbkdf2_sha256(password) {
            self.report.omit(
                row,
                "passwords",
                "the hash is not pbkdf2_sha256, so a new password has to be set",
            );
            password = NO_PASSWORD;
        }
        let joined = row.time("date_joined")?;
        let profile_image = self.picture(row, "profile_image", "profile pictures")?;
        let user = NewUser {
            id: UserId(row.pk),
            username,
            email: &email,
            password,
            first_name: row.optional_text("first_name")?,
            last_name: row.optional_text("last_name")?,
            address: Some(row.optional_text("address")?)
                .filter(|address| !address.is_empty())
                .map(str::to_owned),
            profile_image: &profile_image,
            admin: false,
            email_verified_at: None,
            suspended_at: (!row.flag("is_active", true)?).then_some(self.now),
            last_login_at: row.optional_time("last_login")?,
            created_at: joined,
            updated_at: joined,
        };
        row.map_error(diesel::insert_into(users::table).values(&user).execute(self.conn))?;
        if row.flag("is_superuser", false)? {
            self.report.superuser(username);
        }
        Ok(RowResult::Imported)
    }

    pub(super) fn import_shop(&mut self, row: &Row) -> Result<RowResult> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        let other: Option<ShopId> = shops::table
            .filter(shops::owner_id.eq(owner))
            .select(shops::id)
            .first(self.conn)
            .optional()?;
        if let Some(other) = other {
            return Err(row.refuse(format!(
                "its owner, jwt_auth.user {owner}, already has the shop {other}"
            )));
        }
        let name = row.required_text("name")?;
        let slug = self.shop_slug(name)?;
        let created_at = row.time("created_at")?;
        let shop_image = self.picture(row, "shop_image", "shop pictures")?;
        let shop = Shop {
            id: ShopId(row.pk),
            owner_id: Some(owner),
            name: name.to_owned(),
            slug,
            tagline: String::new(),
            bio: row.optional_text("bio")?.to_owned(),
            announcement: String::new(),
            location: String::new(),
            shop_image,
            state: ShopState::Open,
            vacation_from: None,
            vacation_until: None,
            vacation_message: String::new(),
            theme: Theme {
                hue: hue(row.pk),
                vividness: Vividness::Clear,
                corner: Corner::Pocket,
            },
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
            logo: String::new(),
            contact: String::new(),
            returns: String::new(),
            care: String::new(),
            vacation_selling: false,
        };
        row.map_error(diesel::insert_into(shops::table).values(&shop).execute(self.conn))?;
        Ok(RowResult::Imported)
    }

    fn refuse_duplicates(&mut self, row: &Row, username: &str, email: &str) -> Result<()> {
        // The database lowercases both sides, as its unique index does, because it knows other letters than Rust.
        let by_name: Option<UserId> = users::table
            .filter(lower(users::username).eq(lower(username)))
            .select(users::id)
            .first(self.conn)
            .optional()?;
        if let Some(other) = by_name {
            return Err(row.refuse(format!("the username {username:?} already belongs to user {other}")));
        }
        let by_email: Option<UserId> = users::table
            .filter(users::email.eq(email))
            .select(users::id)
            .first(self.conn)
            .optional()?;
        if let Some(other) = by_email {
            return Err(row.refuse(format!("the email {email:?} already belongs to user {other}")));
        }
        Ok(())
    }

    fn shop_slug(&mut self, name: &str) -> Result<String> {
        let base = text::slug(name, "shop");
        // A slug has only letters, digits and hyphens, so it contains no wildcards of LIKE.
        let pattern = format!("{base}%");
        let mut taken: Vec<String> = shops::table
            .filter(shops::slug.like(&pattern))
            .select(shops::slug)
            .load(self.conn)?;
        let earlier: Vec<String> = shop_slugs::table
            .filter(shop_slugs::slug.like(&pattern))
            .select(shop_slugs::slug)
            .load(self.conn)?;
        taken.extend(earlier);
        Ok(text::free_slug(&base, |slug| taken.iter().any(|other| other == slug)))
    }
}

/// Whether a hash has Django's format `pbkdf2_sha256$iterations$salt$hash`.
fn is_pbkdf2_sha256(hash: &str) -> bool {
    let parts: Vec<&str> = hash.split('$').collect();
    matches!(parts[..], ["pbkdf2_sha256", rounds, salt, hash]
        if rounds.parse::<u32>().is_ok_and(|rounds| rounds > 0) && !salt.is_empty() && !hash.is_empty())
}

/// The hue of a shop, in degrees, derived from its id so that shops with adjacent ids look different.
fn hue(id: i64) -> i32 {
    let step = i32::try_from(id.rem_euclid(360)).unwrap_or(0);
    (step * 47 + 264) % 360
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_pbkdf2_hashes_are_imported() {
        assert!(is_pbkdf2_sha256("pbkdf2_sha256$1000000$salt$aGFzaA=="));
        for other in [
            "",
            "!",
            "!unusable",
            "pbkdf2_sha256$1000000$salt",
            "pbkdf2_sha256$many$salt$aGFzaA==",
            "md5$salt$hash",
        ] {
            assert!(!is_pbkdf2_sha256(other), "{other}");
        }
    }

    #[test]
    fn hues_are_in_range() {
        assert!((1..2_000).chain([i64::MAX]).all(|id| (0..360).contains(&hue(id))));
        assert_ne!(hue(1), hue(2));
    }
}
