//! Encryption at rest: AES-256-GCM with keys derived from each `SECRET_KEY`.
//!
//! The encryption is the `aes-gcm` crate's. The handling of keys is our own code: several keys at a time, the name of the
//! key in the cipher text, and an authenticated purpose. `fernet` rotates keys too, but has no purposes.

use std::sync::Arc;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;

use crate::config::SecretKeys;

/// The purpose of `users.totp_secret`.
pub const TOTP: &str = "totp";
/// The purpose of the payloads of jobs that send emails; also the kind of these jobs.
pub const MAIL: &str = "mail";
/// The purpose of the payloads of jobs that handle requests for a new password; also the kind of these jobs.
pub const RESET: &str = "reset";

/// Bytes of a nonce. Each is random, so that none is used twice with one key.
const NONCE_LENGTH: usize = 12;

/// AES-256-GCM with keys derived from each `SECRET_KEY`. The newest key encrypts, and all keys decrypt.
///
/// The result is the name of the key, a dot, then nonce and cipher text in base64url. The purpose is authenticated: a
/// text encrypted for one purpose cannot be decrypted for another.
#[derive(Clone)]
pub struct Cipher(Arc<[[u8; 32]]>);

impl Cipher {
    pub fn new(keys: &SecretKeys) -> Self {
        Self(keys.all().map(|key| hmac(key, &[b"pocketshop vault v1"])).collect())
    }

    /// Encrypts with the newest key.
    pub fn encrypt(&self, purpose: &str, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE_LENGTH];
        // A nonce that is not random would break the encryption.
        getrandom::fill(&mut nonce).expect("the system has random bytes");
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let encrypted = Aes256Gcm::new((&self.0[0]).into())
            .encrypt((&nonce).into(), payload)
            .expect("the text is shorter than 64 GiB");
        let bytes = [&nonce[..], &encrypted[..]].concat();
        format!("{}{}", self.prefix(purpose), BASE64URL_NOPAD.encode(&bytes))
    }

    /// Decrypts with the key that encrypted the text. None for an unknown key or another purpose.
    pub fn decrypt(&self, purpose: &str, encrypted: &str) -> Option<Vec<u8>> {
        let key = self.0.iter().find(|key| encrypted.starts_with(&prefix(key, purpose)))?;
        let (_, text) = encrypted.split_once('.')?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg,
            aad: purpose.as_bytes(),
        };
        Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload).ok()
    }

    /// Whether the newest key encrypted this text.
    pub fn is_current(&self, purpose: &str, encrypted: &str) -> bool {
        encrypted.starts_with(&self.prefix(purpose))
    }

    /// The prefix of every text that the newest key encrypts for this purpose: the name of the key and a dot.
    pub(super) fn prefix(&self, purpose: &str) -> String {
        prefix(&self.0[0], purpose)
    }
}

fn prefix(key: &[u8; 32], purpose: &str) -> String {
    let name = hmac(key, &[b"name for ", purpose.as_bytes()]);
    format!("{}.", HEXLOWER.encode(&name[..6]))
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::secret::Secret;

    fn cipher(keys: &[&str]) -> Cipher {
        let keys = keys.iter().map(|key| Secret::new(key.repeat(64))).collect();
        Cipher::new(&SecretKeys::new(keys))
    }

    #[test]
    fn an_encrypted_text_can_be_decrypted() {
        let cipher = cipher(&["a"]);
        for plain in [&b""[..], b"k", &[0; 4096]] {
            let encrypted = cipher.encrypt(TOTP, plain);
            assert_eq!(cipher.decrypt(TOTP, &encrypted).unwrap(), plain);
        }
        assert_ne!(cipher.encrypt(TOTP, b"same"), cipher.encrypt(TOTP, b"same"));
        assert!(!cipher.encrypt(TOTP, b"plain").contains("plain"));
    }

    #[test]
    fn a_wrong_purpose_is_refused() {
        let cipher = cipher(&["a"]);
        let encrypted = cipher.encrypt(TOTP, b"secret");
        assert!(cipher.decrypt(MAIL, &encrypted).is_none());
        // The prefix of the other purpose does not help.
        let moved = encrypted.replace(&cipher.prefix(TOTP), &cipher.prefix(MAIL));
        assert!(cipher.is_current(MAIL, &moved) && cipher.decrypt(MAIL, &moved).is_none());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let cipher = cipher(&["a"]);
        let encrypted = cipher.encrypt(TOTP, b"secret");
        for at in 0..encrypted.len() {
            let mut bytes = encrypted.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(cipher.decrypt(TOTP, &changed).is_none(), "byte {at}");
            assert!(cipher.decrypt(TOTP, &encrypted[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn an_old_key_decrypts_and_the_newest_encrypts() {
        let (old, both, new) = (cipher(&["a"]), cipher(&["b", "a"]), cipher(&["b"]));
        let before = old.encrypt(TOTP, b"secret");
        assert!(old.is_current(TOTP, &before));
        assert_eq!(both.decrypt(TOTP, &before).unwrap(), b"secret");
        assert!(!both.is_current(TOTP, &before));
        assert!(new.decrypt(TOTP, &before).is_none());
        let after = both.encrypt(TOTP, b"secret");
        assert!(both.is_current(TOTP, &after) && new.is_current(TOTP, &after));
        assert!(!both.is_current(MAIL, &after));
        assert_eq!(new.decrypt(TOTP, &after).unwrap(), b"secret");
        assert!(old.decrypt(TOTP, &after).is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_encrypted_and_decrypted(plain: Vec<u8>, purpose: String) {
            let cipher = cipher(&["a", "b"]);
            let encrypted = cipher.encrypt(&purpose, &plain);
            prop_assert!(encrypted.is_ascii());
            prop_assert_eq!(cipher.decrypt(&purpose, &encrypted), Some(plain));
        }

        #[test]
        fn garbage_cannot_be_decrypted(garbage: String, bytes: Vec<u8>) {
            let cipher = cipher(&["a", "b"]);
            prop_assert!(cipher.decrypt(TOTP, &garbage).is_none());
            prop_assert!(!cipher.is_current(TOTP, &garbage));
            let prefixed = format!("{}{}", cipher.prefix(TOTP), BASE64URL_NOPAD.encode(&bytes));
            prop_assert!(cipher.decrypt(TOTP, &prefixed).is_none());
            let prefixed = format!("{}{garbage}", cipher.prefix(TOTP));
            prop_assert!(cipher.decrypt(TOTP, &prefixed).is_none());
        }
    }
}
