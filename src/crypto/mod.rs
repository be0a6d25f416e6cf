//! Encryption at rest, and the rotation to a new key.

mod cipher;
mod rotation;

pub use cipher::{Cipher, MAIL, RESET, TOTP};
pub use rotation::{OldKeys, record_key, reencrypt_totp};
