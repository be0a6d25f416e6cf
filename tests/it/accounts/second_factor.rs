//! The second factor, in the account and when signing in.

mod setup;
mod sign_in;
