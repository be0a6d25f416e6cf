//! Signing in, and how sessions last and end.

mod cookie;
mod end;
mod flood;
mod lifetime;
mod sign_in;
mod throttle;
mod timing;
