//! Accounts: users, passwords, sessions, throttles, the second factor, security events.

mod action_context;
pub mod admin_actions;
pub mod deletion;
pub mod email_change;
pub mod export;
pub mod pages;
pub mod passwords;
pub mod second_factor;
mod security_event;
pub mod sessions;
mod sign_up;
mod token;
mod user;
mod username;

use chrono::NaiveDateTime;

use crate::db::Conn;
use crate::error::Result;

pub use action_context::ActionContext;
pub use passwords::hasher::{Hasher, PasswordCheck};
pub use passwords::password::Password;
pub use second_factor::qr::Qr;
pub use second_factor::totp::{TotpSecret, step_at};
pub use security_event::{EventKind, SecurityEvent};
pub use sessions::origin::{Origin, device_name};
pub use sessions::session::{CurrentSession, Factor, Session};
pub use sessions::throttle::Throttle;
pub use sessions::trusted_browser::TrustedBrowser;
pub use sessions::visitor::{ShopRef, Visitor};
pub use sign_up::{SignUp, SignUpOutcome, mark_email_verified, send_verification, verify_email};
pub use token::{Purpose, Token, hash, random};
pub use user::{MAX_NAME_LENGTH, NO_PASSWORD, NewUser, Profile, User};
pub use username::Username;

/// Deletes expired rows.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    SecurityEvent::purge_expired(conn, now)?;
    Session::purge_expired(conn, now)?;
    TrustedBrowser::purge_expired(conn, now)?;
    Token::purge_expired(conn, now)?;
    Throttle::purge_expired(conn, now)?;
    Ok(())
}
