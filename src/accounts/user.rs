//! A user: a person with an account.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::passwords::django::DjangoHash;
use super::security_event::EventKind;
use crate::db::{Conn, lower, one_of};
use crate::error::Result;
use crate::id::UserId;
use crate::schema::users;
use crate::text::EmailAddress;

/// The longest first or last name, in characters.
pub const MAX_NAME_LENGTH: usize = 60;
/// Stored in place of a hash for a user who cannot sign in with a password.
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
    /// Encrypted; set up before it is turned on.
    pub totp_secret: Option<String>,
    pub totp_enabled_at: Option<NaiveDateTime>,
    pub delete_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
}

/// A new row of `users`.
#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser<'a> {
    pub id: UserId,
    pub username: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub address: Option<String>,
    pub profile_image: &'a str,
    pub admin: bool,
    pub email_verified_at: Option<NaiveDateTime>,
    pub suspended_at: Option<NaiveDateTime>,
    pub last_login_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// What users may change about themselves without entering the password again.
#[derive(AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct Profile {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub address: Option<String>,
}

impl User {
    /// As `find`, and locks the row until the transaction ends.
    pub fn lock(conn: &mut Conn, id: UserId) -> Result<Self> {
        diesel::update(users::table.find(id))
            .set(users::updated_at.eq(users::updated_at))
            .execute(conn)?;
        Self::find(conn, id)
    }

    pub fn find(conn: &mut Conn, id: UserId) -> Result<Self> {
        Ok(users::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The user with this address or username, suspended or not.
    pub fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Self>> {
        // No username holds one, and PostgreSQL does not accept NUL in a text.
        if login.chars().any(char::is_control) {
            return Ok(None);
        }
        let email = Self::login_key(login);
        let users: Vec<Self> = users::table
            .filter(
                users::email
                    .eq(&email)
                    .or(lower(users::username).eq(lower(login.trim()))),
            )
            .select(Self::as_select())
            .limit(2)
            .load(conn)?;
        // An imported username may look like somebody's address. The address has priority.
        let by_email = users.iter().position(|user| user.email == email);
        Ok(users.into_iter().nth(by_email.unwrap_or(0)))
    }

    /// The normal form of a login, under which attempts are counted.
    pub fn login_key(login: &str) -> String {
        EmailAddress::parse(login).map_or_else(|_| login.trim().to_lowercase(), |email| email.as_str().to_owned())
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

    /// A page of all users, by id.
    pub fn page(conn: &mut Conn, after: UserId, limit: i64) -> Result<Vec<Self>> {
        Ok(users::table
            .filter(users::id.gt(after))
            .order(users::id)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// The first name, or the username of someone who gave none.
    pub fn display_name(&self) -> &str {
        display_name(&self.first_name, &self.username)
    }

    /// Whether the second factor is on.
    pub fn has_factor(&self) -> bool {
        self.totp_enabled_at.is_some()
    }

    /// Words that must not make up a password, since others know them.
    pub fn personal_words(&self) -> [&str; 4] {
        [&self.email, &self.username, &self.first_name, &self.last_name].map(String::as_str)
    }

    /// The usernames of these users.
    pub fn names(conn: &mut Conn, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<(UserId, String)>> {
        Ok(users::table
            .filter(one_of(users::id, ids.into_iter().map(|id| id.0)))
            .select((users::id, users::username))
            .load(conn)?)
    }

    /// Sets the profile picture; an empty address removes it. Returns the previous one.
    pub fn set_profile_image(conn: &mut Conn, id: UserId, url: &str, now: NaiveDateTime) -> Result<String> {
        let previous = Self::lock(conn, id)?.profile_image;
        diesel::update(users::table.find(id))
            .set((users::profile_image.eq(url), users::updated_at.eq(now)))
            .execute(conn)?;
        Ok(previous)
    }

    /// Stores the profile. Returns false when somebody else has the username.
    pub fn update_profile(conn: &mut Conn, action: &ActionContext, id: UserId, profile: &Profile) -> Result<bool> {
        let existing = Self::by_username(conn, &profile.username)?;
        if existing.is_some_and(|existing| existing.id != id) {
            return Ok(false);
        }
        diesel::update(users::table.find(id))
            .set((profile, users::updated_at.eq(action.now)))
            .execute(conn)?;
        action.record(conn, id, EventKind::ProfileChanged)?;
        Ok(true)
    }

    /// Stores a better hash of the same password, unless the password changed in the meantime.
    pub fn upgrade_password(conn: &mut Conn, id: UserId, old: &str, new: &str) -> Result<()> {
        let unchanged = users::table.find(id).filter(users::password.eq(old));
        diesel::update(unchanged).set(users::password.eq(new)).execute(conn)?;
        Ok(())
    }

    /// The highest number of PBKDF2 rounds of an imported hash, 0 when all hashes are upgraded.
    pub fn max_django_rounds(conn: &mut Conn) -> Result<u32> {
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

/// The first name, or the username of someone who gave none.
pub fn display_name<'a>(first_name: &'a str, username: &'a str) -> &'a str {
    if first_name.trim().is_empty() {
        username
    } else {
        first_name
    }
}
