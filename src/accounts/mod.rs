//! People: users, passwords, sessions, throttles, the second factor, security events.

pub mod browser;
pub mod deletion;
pub mod email_change;
mod event;
pub mod export;
mod origin;
pub mod pages;
pub mod password_change;
pub mod second_factor;
mod session;
pub mod sign_in;
mod sign_up;
pub mod standing;
mod throttle;
mod token;
mod user;
mod visitor;

pub use browser::Browser;
pub use event::{Event, EventKind};
pub use origin::{Origin, device};
pub use session::{Factor, Session};
pub use sign_up::{SignUp, SignedUp, confirm_email, send_verification, verify};
pub use throttle::{Throttle, Try};
pub use token::{Purpose, Token};
pub use user::{NO_PASSWORD, Profile, User};
pub use visitor::{ShopRef, Visitor};
