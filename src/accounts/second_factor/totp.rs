//! Time-based one-time passwords: six digits that change every 30 seconds (RFC 6238 with SHA-1, which every app
//! supports).
//!
//! This is our own code because a code must be accepted only once. For that we store its step, and `totp-rs` only says
//! whether a code is right. The rest is an HMAC and a remainder.

use std::fmt::{self, Write as _};

use chrono::NaiveDateTime;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::{ConditionallySelectable, ConstantTimeEq};

use crate::error::{Error, Result};

const SECRET_LENGTH: usize = 20;
/// Seconds.
const STEP: i64 = 30;
const DIGITS: usize = 6;
/// How many steps a phone's clock may be off, either way.
const WINDOW: i64 = 1;

/// The secret that the user's app shares with us. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_LENGTH]);

impl TotpSecret {
    /// A new random secret.
    pub fn new() -> Result<Self> {
        let mut secret = [0_u8; SECRET_LENGTH];
        getrandom::fill(&mut secret).map_err(|error| Error::internal(error, "generating a TOTP secret"))?;
        Ok(Self(secret))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn base32(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// In groups of four, for typing it into an app by hand.
    pub fn base32_grouped(&self) -> String {
        let mut grouped = String::new();
        for (index, character) in self.base32().chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(character);
        }
        grouped
    }

    /// The content of the QR code, in the key URI format.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        let secret = self.base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
        )
    }

    /// The code of a step: six digits.
    pub fn code(&self, step: i64) -> String {
        // HMAC pads a short key with zeros to its block size. Padding here gives the key a length that its type checks.
        let mut key = [0_u8; 64];
        key[..SECRET_LENGTH].copy_from_slice(&self.0);
        let mut hmac = Hmac::<Sha1>::new(&key.into());
        hmac.update(&step.to_be_bytes());
        let mac = hmac.finalize().into_bytes();
        let offset = usize::from(mac[19] & 0x0f);
        let number = u32::from_be_bytes([mac[offset] & 0x7f, mac[offset + 1], mac[offset + 2], mac[offset + 3]]);
        format!("{:0width$}", number % 1_000_000, width = DIGITS)
    }

    /// The step of a code, if it is a current one. The caller must store the step, and never accept it or an earlier one
    /// again.
    pub fn matching_step(&self, code: &str, now: NaiveDateTime) -> Option<i64> {
        let code: String = code
            .chars()
            .filter(|character| !character.is_whitespace())
            .take(DIGITS + 1)
            .collect();
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let current = step_at(now);
        let mut matching = i64::MIN;
        for step in current - WINDOW..=current + WINDOW {
            matching.conditional_assign(&step, self.code(step).as_bytes().ct_eq(code.as_bytes()));
        }
        (matching != i64::MIN).then_some(matching)
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The number of whole 30-second steps since 1970.
pub fn step_at(now: NaiveDateTime) -> i64 {
    now.and_utc().timestamp().div_euclid(STEP)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    /// RFC 6238, appendix B: seconds since 1970, and the last six of its eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn rfc() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> NaiveDateTime {
        DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn codes_match_the_rfc() {
        for (seconds, code) in VECTORS {
            assert_eq!(rfc().code(step_at(at(seconds))), code);
            assert_eq!(rfc().matching_step(code, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_valid_one_step_early_and_late() {
        let (seconds, code) = VECTORS[2];
        let step = seconds / 30;
        let start = at(step * 30);
        for (offset, valid) in [
            (-31, false),
            (-30, true),
            (0, true),
            (29, true),
            (59, true),
            (60, false),
        ] {
            let matching = rfc().matching_step(code, start + TimeDelta::seconds(offset));
            assert_eq!(matching, valid.then_some(step), "{offset}");
        }
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let now = at(VECTORS[0].0);
        assert_eq!(rfc().matching_step(" 287\u{a0}082\n", now), Some(1));
        for typed in [
            "",
            "28708",
            "2870820",
            "287082 0",
            "28708x",
            "-287082",
            "２８７０８２",
            "287083",
            "94287082",
        ] {
            assert_eq!(rfc().matching_step(typed, now), None, "{typed}");
        }
    }

    #[test]
    fn the_secret_can_be_typed_and_scanned() {
        assert_eq!(rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(rfc().base32_grouped(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            rfc().uri("Pocket Shop", "jane&co:x@example.org"),
            "otpauth://totp/Pocket%20Shop:jane%26co%3Ax%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Pocket%20Shop&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", rfc()), "***");
        assert!(TotpSecret::from_bytes(b"short").is_none());
        assert!(TotpSecret::new().unwrap() != TotpSecret::new().unwrap());
    }
}
