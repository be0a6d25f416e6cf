//! Password hashes of the original market, in Django's format: `pbkdf2_sha256$rounds$salt$digest`.

use std::hint::black_box;

use data_encoding::BASE64;
use pbkdf2::pbkdf2_hmac_array;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// More than Django will use for years. A hash with more rounds would take seconds to check.
pub const MAX_ROUNDS: u32 = 10_000_000;
const DIGEST_LENGTH: usize = 32;

pub struct DjangoHash {
    rounds: u32,
    salt: String,
    digest: [u8; DIGEST_LENGTH],
}

impl DjangoHash {
    pub fn parse(stored: &str) -> Option<Self> {
        let mut parts = stored.strip_prefix("pbkdf2_sha256$")?.split('$');
        let (rounds, salt, digest) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || salt.is_empty() {
            return None;
        }
        Some(Self {
            rounds: rounds.parse().ok().filter(|rounds| (1..=MAX_ROUNDS).contains(rounds))?,
            salt: salt.to_owned(),
            digest: BASE64.decode(digest.as_bytes()).ok()?.try_into().ok()?,
        })
    }

    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    pub fn matches(&self, password: &str) -> bool {
        digest(password, &self.salt, self.rounds).ct_eq(&self.digest).into()
    }
}

/// Takes as long as checking a hash with this many rounds.
pub fn spend(password: &str, rounds: u32) {
    if rounds > 0 {
        black_box(digest(password, "a hash of nobody", rounds));
    }
}

fn digest(password: &str, salt: &str, rounds: u32) -> [u8; DIGEST_LENGTH] {
    pbkdf2_hmac_array::<Sha256, DIGEST_LENGTH>(password.as_bytes(), salt.as_bytes(), rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by Python's hashlib, as Django does.
    const STORED: &str = "pbkdf2_sha256$1000$seasalt$7DWt5DqGEBwI7t2p8i03ruQ7HXoLTKkPGnLeqq0esPA=";

    #[test]
    fn only_the_right_password_matches() {
        let stored = DjangoHash::parse(STORED).unwrap();
        assert_eq!(stored.rounds(), 1000);
        assert!(stored.matches("lètmein 🦀"));
        assert!(!stored.matches("lètmein"));
        assert!(!stored.matches(""));
    }

    #[test]
    fn invalid_hashes_are_rejected() {
        let digest = BASE64.encode(&[7; 32]);
        let short = BASE64.encode(&[7; 31]);
        let invalid = [
            String::new(),
            "!".into(),
            "!jd83ndkKJ2".into(),
            "pbkdf2_sha256$".into(),
            format!("pbkdf2_sha1$1000$salt${digest}"),
            format!("pbkdf2_sha256$0$salt${digest}"),
            format!("pbkdf2_sha256$-1$salt${digest}"),
            format!("pbkdf2_sha256$10000001$salt${digest}"),
            format!("pbkdf2_sha256$99999999999$salt${digest}"),
            format!("pbkdf2_sha256$1000$${digest}"),
            format!("pbkdf2_sha256$1000$salt${short}"),
            format!("pbkdf2_sha256$1000$salt${digest}$"),
            "pbkdf2_sha256$1000$salt$not base64".into(),
        ];
        for stored in invalid {
            assert!(DjangoHash::parse(&stored).is_none(), "{stored}");
        }
        assert!(DjangoHash::parse(&format!("pbkdf2_sha256$10000000$salt${digest}")).is_some());
    }
}
