//! A person with an account.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::passwords::django::DjangoHash;
use crate::db::{Conn, lower, one_of};
use crate::error::Result;
use crate::id::UserId;
use crate::schema::users;
use crate::text::Email;

/// Stored for someone who cannot sign in with a password: no hash looks like it.
pub const NO_PASSWORD: &str = "!";

#[derive(Clone, Queryable, Selectable)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    /// A hash.
    pub password: String,
    pub first_name: String,
    pub last_name: String,
    pub address: Option<String>,
    /// The address of the profile picture, or empty.
    pub profile_image: String,
    pub admin: bool,
    pub email_verified_at: Option<NaiveDateTime>,
    pub suspended_at: Option<NaiveDateTime>,
    /// Sealed; there before it is switched on.
    pub totp_secret: Option<String>,
    pub totp_enabled_at: Option<NaiveDateTime>,
    pub delete_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
}

/// What a person may change about themselves without further ado.
pub struct Profile {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub address: String,
}

impl User {
    /// As `find`, but nobody else changes this person before the transaction ends.
    pub fn hold(conn: &mut Conn, id: UserId) -> Result<Self> {
        diesel::update(users::table.find(id))
            .set(users::updated_at.eq(users::updated_at))
            .execute(conn)?;
        Self::find(conn, id)
    }

    pub fn find(conn: &mut Conn, id: UserId) -> Result<Self> {
        Ok(users::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// Who signs in under this address or username, suspended or not.
    pub fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Self>> {
        // Nobody is called so, and PostgreSQL takes no NUL in a text.
        if login.chars().any(char::is_control) {
            return Ok(None);
        }
        let email = Self::login_key(login);
        let found: Vec<Self> = users::table
            .filter(
                users::email
                    .eq(&email)
                    .or(lower(users::username).eq(lower(login.trim()))),
            )
            .select(Self::as_select())
            .limit(2)
            .load(conn)?;
        // An imported username may look like somebody's address; the address goes first.
        let by_email = found.iter().position(|user| user.email == email);
        Ok(found.into_iter().nth(by_email.unwrap_or(0)))
    }

    /// The one form of all that could be typed for the same person.
    pub fn login_key(login: &str) -> String {
        Email::parse(login).map_or_else(|_| login.trim().to_lowercase(), |email| email.as_str().to_owned())
    }

    pub fn by_username(conn: &mut Conn, username: &str) -> Result<Option<Self>> {
        Ok(users::table
            .filter(lower(users::username).eq(lower(username)))
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Self>> {
        Ok(users::table
            .filter(users::email.eq(email))
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    /// Everyone, the newest last, by key.
    pub fn page(conn: &mut Conn, after: UserId, limit: i64) -> Result<Vec<Self>> {
        Ok(users::table
            .filter(users::id.gt(after))
            .order(users::id)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// For letters: the first name, or the username of who gave none.
    pub fn called(&self) -> &str {
        called(&self.first_name, &self.username)
    }

    /// Whether the second factor is on.
    pub fn has_factor(&self) -> bool {
        self.totp_enabled_at.is_some()
    }

    /// The usernames of several.
    pub fn names(conn: &mut Conn, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<(UserId, String)>> {
        Ok(users::table
            .filter(one_of(users::id, ids.into_iter().map(|id| id.0)))
            .select((users::id, users::username))
            .load(conn)?)
    }

    /// Sets the profile picture; tells which one it was before. Empty is none.
    pub fn set_face(conn: &mut Conn, id: UserId, url: &str, now: NaiveDateTime) -> Result<String> {
        let before = Self::hold(conn, id)?.profile_image;
        diesel::update(users::table.find(id))
            .set((users::profile_image.eq(url), users::updated_at.eq(now)))
            .execute(conn)?;
        Ok(before)
    }

    pub fn set_profile(conn: &mut Conn, id: UserId, profile: &Profile, now: NaiveDateTime) -> Result<()> {
        let address = Some(profile.address.as_str()).filter(|address| !address.is_empty());
        diesel::update(users::table.find(id))
            .set((
                users::username.eq(&profile.username),
                users::first_name.eq(&profile.first_name),
                users::last_name.eq(&profile.last_name),
                users::address.eq(address),
                users::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Stores a better hash of the same password, if it is still the same.
    pub fn upgrade_password(conn: &mut Conn, id: UserId, old: &str, new: &str) -> Result<()> {
        let same = users::table.find(id).filter(users::password.eq(old));
        diesel::update(same).set(users::password.eq(new)).execute(conn)?;
        Ok(())
    }

    /// The most rounds that an imported hash still costs, 0 when all are upgraded.
    pub fn dearest_rounds(conn: &mut Conn) -> Result<u32> {
        let imported: Vec<String> = users::table
            .filter(users::password.like("pbkdf2_sha256$%"))
            .select(users::password)
            .load(conn)?;
        let rounds = imported
            .iter()
            .filter_map(|hash| Some(DjangoHash::parse(hash)?.rounds()));
        Ok(rounds.max().unwrap_or(0))
    }
}

/// The first name, or the username of who gave none.
pub fn called<'a>(first_name: &'a str, username: &'a str) -> &'a str {
    if first_name.trim().is_empty() {
        username
    } else {
        first_name
    }
}
