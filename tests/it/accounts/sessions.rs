//! Signing in, and how a sign-in lasts and ends.

mod cookie;
mod end;
mod flood;
mod lifetime;
mod sign_in;
mod throttle;
mod timing;
