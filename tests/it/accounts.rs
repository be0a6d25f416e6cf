//! Accounts: signing up and in, links in emails, throttles, the second factor, and deletion.

mod access;
mod account_takeover;
mod addresses;
mod confirmation;
mod deletion;
mod email;
mod email_links;
mod helpers;
mod passwords;
mod records;
mod second_factor;
mod secrets;
mod security_events;
mod sessions;
mod sign_up;
mod tokens;
mod verify;
