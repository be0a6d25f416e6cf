//! Signing in: sessions, the throttle, remembered browsers, and who a request comes from.

pub mod origin;
pub mod remembered_browser;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod visitor;
