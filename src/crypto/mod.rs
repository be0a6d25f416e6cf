//! Encryption at rest, and the rotation to a new key.

mod cipher;
mod rotation;

pub use cipher::{MAIL, RESET, TOTP, Vault};
pub use rotation::{OldKeys, note_key, reseal_totp};
