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
/// A sealed text is the name of its key, a dot, then nonce and cipher text in base64url. The purpose is authenticated: a
/// text sealed for one purpose cannot be opened for another.
#[derive(Clone)]
pub struct Cipher(Arc<[[u8; 32]]>);

impl Cipher {
    pub fn new(keys: &SecretKeys) -> Self {
        Self(keys.all().map(|key| hmac(key, &[b"pocketshop vault v1"])).collect())
    }

    /// Encrypts with the newest key.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE_LENGTH];
        // A nonce that is not random would break the encryption.
        getrandom::fill(&mut nonce).expect("the system has random bytes");
        let payload = Payload {
            msg: plain,
            aad: purpose.as_bytes(),
        };
        let sealed = Aes256Gcm::new((&self.0[0]).into())
            .encrypt((&nonce).into(), payload)
            .expect("the text is shorter than 64 GiB");
        let bytes = [&nonce[..], &sealed[..]].concat();
        format!("{}{}", self.prefix(purpose), BASE64URL_NOPAD.encode(&bytes))
    }

    /// Decrypts with the key that sealed the text. None for an unknown key or another purpose.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let key = self.0.iter().find(|key| sealed.starts_with(&prefix(key, purpose)))?;
        let (_, text) = sealed.split_once('.')?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg,
            aad: purpose.as_bytes(),
        };
        Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload).ok()
    }

    /// Whether the newest key sealed this text.
    pub fn is_current(&self, purpose: &str, sealed: &str) -> bool {
        sealed.starts_with(&self.prefix(purpose))
    }

    /// How every text begins that the newest key seals for this purpose: the name of the key and a dot.
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
    fn a_sealed_text_opens_again() {
        let cipher = cipher(&["a"]);
        for plain in [&b""[..], b"k", &[0; 4096]] {
            let sealed = cipher.seal(TOTP, plain);
            assert_eq!(cipher.open(TOTP, &sealed).unwrap(), plain);
        }
        assert_ne!(cipher.seal(TOTP, b"same"), cipher.seal(TOTP, b"same"));
        assert!(!cipher.seal(TOTP, b"plain").contains("plain"));
    }

    #[test]
    fn a_wrong_purpose_is_refused() {
        let cipher = cipher(&["a"]);
        let sealed = cipher.seal(TOTP, b"secret");
        assert!(cipher.open(MAIL, &sealed).is_none());
        // Not even with the prefix of the other purpose.
        let moved = sealed.replace(&cipher.prefix(TOTP), &cipher.prefix(MAIL));
        assert!(cipher.is_current(MAIL, &moved) && cipher.open(MAIL, &moved).is_none());
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let cipher = cipher(&["a"]);
        let sealed = cipher.seal(TOTP, b"secret");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(cipher.open(TOTP, &changed).is_none(), "byte {at}");
            assert!(cipher.open(TOTP, &sealed[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn an_old_key_opens_and_the_newest_seals() {
        let (old, both, new) = (cipher(&["a"]), cipher(&["b", "a"]), cipher(&["b"]));
        let before = old.seal(TOTP, b"secret");
        assert!(old.is_current(TOTP, &before));
        assert_eq!(both.open(TOTP, &before).unwrap(), b"secret");
        assert!(!both.is_current(TOTP, &before));
        assert!(new.open(TOTP, &before).is_none());
        let after = both.seal(TOTP, b"secret");
        assert!(both.is_current(TOTP, &after) && new.is_current(TOTP, &after));
        assert!(!both.is_current(MAIL, &after));
        assert_eq!(new.open(TOTP, &after).unwrap(), b"secret");
        assert!(old.open(TOTP, &after).is_none());
    }

    proptest! {
        #[test]
        fn any_text_can_be_sealed_and_opened(plain: Vec<u8>, purpose: String) {
            let cipher = cipher(&["a", "b"]);
            let sealed = cipher.seal(&purpose, &plain);
            prop_assert!(sealed.is_ascii());
            prop_assert_eq!(cipher.open(&purpose, &sealed), Some(plain));
        }

        #[test]
        fn garbage_opens_nothing(garbage: String, bytes: Vec<u8>) {
            let cipher = cipher(&["a", "b"]);
            prop_assert!(cipher.open(TOTP, &garbage).is_none());
            prop_assert!(!cipher.is_current(TOTP, &garbage));
            let prefixed = format!("{}{}", cipher.prefix(TOTP), BASE64URL_NOPAD.encode(&bytes));
            prop_assert!(cipher.open(TOTP, &prefixed).is_none());
            let prefixed = format!("{}{garbage}", cipher.prefix(TOTP));
            prop_assert!(cipher.open(TOTP, &prefixed).is_none());
        }
    }
}
