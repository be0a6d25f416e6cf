//! Signing in: sessions, the throttle, trusted browsers, and where a request comes from.

pub mod origin;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod trusted_browser;
pub mod visitor;
