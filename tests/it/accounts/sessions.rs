//! Signing in, and how sessions last and end.

mod cookie;
mod end;
mod lifetime;
mod overload;
mod sign_in;
mod throttle;
mod timing;
