//! Codes for the day the phone is gone: shown once, each good for one sign-in.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

const CODES: usize = 10;
/// Letters of a code; each holds five bits.
const LENGTH: usize = 16;
const GROUP: usize = 4;
/// 32 letters of which no two look alike (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Ten new codes like `k7q3-9xvd-0m4t-w2hz`.
pub fn fresh() -> Result<[String; CODES]> {
    let mut random = [[0_u8; LENGTH]; CODES];
    getrandom::fill(random.as_flattened_mut()).map_err(|error| Error::internal(error, "making recovery codes"))?;
    Ok(random.map(|bytes| {
        let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
        for (at, byte) in bytes.into_iter().enumerate() {
            if at > 0 && at % GROUP == 0 {
                code.push('-');
            }
            code.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        code
    }))
}

/// What is stored of a code, and what a typed one is looked up by: case, spaces and dashes do not matter, nor does it
/// when a look-alike was typed.
pub fn hash(typed: &str) -> String {
    let code: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}'))
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    HEXLOWER.encode(&Sha256::digest(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_codes_of_eighty_bits_all_different() {
        let codes = fresh().unwrap();
        for (at, code) in codes.iter().enumerate() {
            assert_eq!(code.len(), 19, "{code}");
            assert!(code.split('-').all(|group| group.len() == 4), "{code}");
            assert!(
                code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)),
                "{code}"
            );
            assert!(!codes[..at].contains(code));
        }
        assert_ne!(codes, fresh().unwrap());
    }

    #[test]
    fn a_code_may_be_typed_carelessly() {
        let stored = hash("k7q3-9xvd-0m4t-w1hz");
        for typed in [
            "K7Q3-9XVD-0M4T-W1HZ",
            " k7q39xvd0m4tw1hz\n",
            "k7q3 9xvd Om4t wlhz",
            "k7q3–9xvd–0m4t–wIhz",
        ] {
            assert_eq!(hash(typed), stored, "{typed}");
        }
        assert_ne!(hash("k7q3-9xvd-0m4t-w1hy"), stored);
        assert_eq!(stored.len(), 64);
    }
}
