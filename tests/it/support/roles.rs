//! Signed-in users in each role, for tests that try all routes.

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use diesel::prelude::*;
use pocketshop::accounts::TotpSecret;
use pocketshop::crypto::{Cipher, TOTP};
use pocketshop::db::Conn;

use super::Market;
use super::visitor::Visitor;
use crate::schema::{recovery_codes, sessions, shops, throttles, tokens, trusted_browsers, users};

/// The password of all users of the demo market.
pub const DEMO_PASSWORD: &str = "twelve small pockets";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Guest,
    /// Entered the password, but not the code yet.
    PendingSecondFactor,
    User,
    /// Runs a shop.
    Seller,
    /// An admin who has no second factor yet.
    AdminWithoutFactor,
    /// An admin who entered a second factor.
    Admin,
}

/// A signed-in user of the demo market, whose account and session can be reset after a request changed them.
pub struct Actor {
    pub role: Role,
    pub user: i64,
    pub session: i64,
    cookie: Option<String>,
    totp_secret: Option<String>,
    password: String,
}

impl Actor {
    /// Signs in a user of the demo market in this role. A test may have one actor per user.
    pub async fn sign_in(market: &Market, role: Role) -> Self {
        let name = match role {
            Role::Guest => {
                return Self {
                    role,
                    user: 0,
                    session: 0,
                    cookie: None,
                    totp_secret: None,
                    password: String::new(),
                };
            }
            Role::PendingSecondFactor => "jonas",
            Role::User => "bruno",
            Role::Seller => "ines",
            Role::AdminWithoutFactor => "maeve",
            Role::Admin => "nkem",
        };
        Self::sign_in_as(market, name, role).await
    }

    /// Signs in this user of the demo market, in this role.
    pub async fn sign_in_as(market: &Market, name: &str, role: Role) -> Self {
        let visitor = Visitor::new(market);
        assert_eq!(visitor.sign_in(name, DEMO_PASSWORD).await.status(), 303, "{name}");
        let mut conn = market.config.database.connect().unwrap();
        let (user, password) = users::table
            .filter(users::username.eq(name))
            .select((users::id, users::password))
            .first::<(i64, String)>(&mut conn)
            .unwrap();
        let session = sessions::table
            .filter(sessions::user_id.eq(user))
            .select(sessions::id)
            .first(&mut conn)
            .unwrap();
        if role != Role::Seller {
            diesel::update(shops::table.filter(shops::owner_id.eq(user)))
                .set(shops::owner_id.eq(None::<i64>))
                .execute(&mut conn)
                .unwrap();
        }
        let cipher = Cipher::new(&market.config.secret_keys);
        let factor = matches!(role, Role::PendingSecondFactor | Role::Admin);
        let actor = Self {
            role,
            user,
            session,
            cookie: visitor.cookie(),
            totp_secret: factor.then(|| cipher.encrypt(TOTP, TotpSecret::new().unwrap().as_bytes())),
            password,
        };
        actor.reset(&mut conn, TimeDelta::zero());
        actor
    }

    /// Resets the user: one session, whose password was entered `auth_age` ago, and no throttles.
    pub fn reset(&self, conn: &mut Conn, auth_age: TimeDelta) {
        diesel::delete(throttles::table).execute(conn).unwrap();
        if self.role == Role::Guest {
            return;
        }
        let now = now();
        diesel::delete(sessions::table.filter(sessions::user_id.eq(self.user)))
            .execute(conn)
            .unwrap();
        diesel::delete(tokens::table.filter(tokens::user_id.eq(self.user)))
            .execute(conn)
            .unwrap();
        diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(self.user)))
            .execute(conn)
            .unwrap();
        diesel::update(users::table.find(self.user))
            .set((
                users::password.eq(&self.password),
                users::admin.eq(matches!(self.role, Role::AdminWithoutFactor | Role::Admin)),
                users::totp_secret.eq(&self.totp_secret),
                users::totp_enabled_at.eq(self.totp_secret.as_ref().map(|_| now)),
                users::delete_at.eq(None::<NaiveDateTime>),
            ))
            .execute(conn)
            .unwrap();
        self.add_session(conn, self.session, auth_age);
    }

    /// Adds a session on another device, whose password was entered `auth_age` ago.
    pub fn add_session(&self, conn: &mut Conn, id: i64, auth_age: TimeDelta) {
        let now = now();
        let factor = match self.role {
            Role::PendingSecondFactor => "pending",
            Role::Admin => "totp",
            _ => "password",
        };
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(id),
                sessions::user_id.eq(self.user),
                sessions::factor.eq(factor),
                sessions::address.eq("127.0.0.1"),
                sessions::agent.eq("a test"),
                sessions::created_at.eq(now - auth_age),
                sessions::seen_at.eq(now),
                sessions::auth_at.eq(now - auth_age),
            ))
            .execute(conn)
            .unwrap();
    }

    /// Adds a remembered browser.
    pub fn add_remembered_browser(&self, conn: &mut Conn, id: i64) {
        diesel::insert_into(trusted_browsers::table)
            .values((
                trusted_browsers::id.eq(id),
                trusted_browsers::user_id.eq(self.user),
                trusted_browsers::hash.eq(id.to_string()),
                trusted_browsers::address.eq("127.0.0.1"),
                trusted_browsers::agent.eq("a test"),
                trusted_browsers::created_at.eq(now()),
                trusted_browsers::expires_at.eq(now() + TimeDelta::days(1)),
            ))
            .execute(conn)
            .unwrap();
    }

    pub fn visitor(&self, market: &Market) -> Visitor {
        Visitor::with_cookie(market, self.cookie.clone())
    }

    pub fn cookie(&self) -> String {
        self.cookie.clone().unwrap_or_default()
    }
}

#[expect(clippy::disallowed_methods, reason = "the market uses the real time")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
