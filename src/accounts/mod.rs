//! People: users, passwords, sessions, throttles, the second factor, security events.

mod argon;
pub mod browser;
pub mod deletion;
mod django;
pub mod email_change;
mod event;
pub mod export;
mod hasher;
mod origin;
pub mod pages;
mod password;
pub mod password_change;
mod qr;
pub mod recovery_code;
pub mod second_factor;
mod session;
pub mod sign_in;
mod sign_up;
pub mod standing;
mod stored_hash;
mod throttle;
mod token;
mod totp;
mod user;
mod username;
mod visitor;

use chrono::NaiveDateTime;

use crate::db::Conn;
use crate::error::Result;

pub use browser::Browser;
pub use event::{Event, EventKind};
pub use hasher::{Hasher, Verdict};
pub use origin::{Origin, device};
pub use password::Password;
pub use qr::Qr;
pub use session::{Device, Factor, Session};
pub use sign_up::{SignUp, SignedUp, confirm_email, send_verification, verify};
pub use throttle::{Throttle, Try};
pub use token::{Purpose, Token, hash, random};
pub use totp::{TotpSecret, step_at};
pub use user::{NO_PASSWORD, Profile, User};
pub use username::Username;
pub use visitor::{ShopRef, Visitor};

/// Takes away what has run out.
pub fn tidy(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    Event::tidy(conn, now)?;
    Session::tidy(conn, now)?;
    Browser::tidy(conn, now)?;
    Token::tidy(conn, now)?;
    Throttle::tidy(conn, now)?;
    Ok(())
}
