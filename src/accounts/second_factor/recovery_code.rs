//! Recovery codes, for a user without their phone. They are shown once, and each works for one sign-in.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

const CODE_COUNT: usize = 10;
/// Characters of a code without dashes; each holds five bits.
const CODE_LENGTH: usize = 16;
const GROUP_LENGTH: usize = 4;
/// 32 characters of which no two look alike (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Ten new codes like `k7q3-9xvd-0m4t-w2hz`.
pub fn generate() -> Result<[String; CODE_COUNT]> {
    let mut random = [[0_u8; CODE_LENGTH]; CODE_COUNT];
    getrandom::fill(random.as_flattened_mut()).map_err(|error| Error::internal(error, "generating recovery codes"))?;
    Ok(random.map(|bytes| {
        let mut code = String::with_capacity(CODE_LENGTH + CODE_LENGTH / GROUP_LENGTH);
        for (index, byte) in bytes.into_iter().enumerate() {
            if index > 0 && index % GROUP_LENGTH == 0 {
                code.push('-');
            }
            code.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        code
    }))
}

/// The hash of a code, as it is stored. Case, spaces, dashes and confused characters (`O` for `0`) do not matter.
pub fn hash(code: &str) -> String {
    let code: String = code
        .chars()
        .filter(|character| {
            !character.is_whitespace() && !matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        })
        .map(|character| match character.to_ascii_lowercase() {
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
    fn codes_are_ten_random_ones_in_groups() {
        let codes = generate().unwrap();
        for (index, code) in codes.iter().enumerate() {
            assert_eq!(code.len(), 19, "{code}");
            assert!(code.split('-').all(|group| group.len() == 4), "{code}");
            assert!(
                code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)),
                "{code}"
            );
            assert!(!codes[..index].contains(code));
        }
        assert_ne!(codes, generate().unwrap());
    }

    #[test]
    fn the_hash_ignores_how_a_code_is_typed() {
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
