//! Accounts: signing up and in, links in emails, throttles, the second factor, and deletion.

mod access;
mod addresses;
mod confirmation;
mod deletion;
mod email;
mod email_links;
mod passwords;
mod records;
mod second_factor;
mod secrets;
mod security_events;
mod sessions;
mod sign_up;
mod steps;
mod strangers;
mod tokens;
mod verify;
