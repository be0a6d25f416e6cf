//! Argon2 with memory that each thread keeps, since freed blocks of this size would fragment the allocator.

use std::cell::RefCell;

use argon2::{Argon2, Block, Params};
use data_encoding::BASE64_NOPAD;

use crate::error::{Error, Result};

/// Bytes of a new salt.
pub const SALT_LENGTH: usize = 16;

/// Blocks (KiB) that a thread keeps; larger memory is freed after use.
const MAX_KEPT_BLOCKS: usize = 1 << 17;

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Writes the hash into `output`.
pub fn hash_into(argon2: &Argon2<'_>, password: &str, salt: &[u8], output: &mut [u8]) -> Result<()> {
    let blocks = argon2.params().block_count();
    MEMORY
        .with_borrow_mut(|memory| {
            if memory.len() < blocks {
                memory.resize(blocks, Block::default());
            }
            let result =
                argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..blocks]);
            if memory.len() > MAX_KEPT_BLOCKS {
                *memory = Vec::new();
            }
            result
        })
        .map_err(|error| Error::internal(error, "hashing a password"))
}

/// An argon2id hash in the PHC format, with a new salt.
pub fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String> {
    let mut salt = [0_u8; SALT_LENGTH];
    getrandom::fill(&mut salt).map_err(|error| Error::internal(error, "salting a password"))?;
    let mut output = [0_u8; Params::DEFAULT_OUTPUT_LEN];
    hash_into(argon2, password, &salt, &mut output)?;
    let params = argon2.params();
    Ok(format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost(),
        BASE64_NOPAD.encode(&salt),
        BASE64_NOPAD.encode(&output)
    ))
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHash, PasswordVerifier};

    use super::*;

    #[test]
    fn other_implementations_can_verify_our_hashes() {
        let argon2 = Argon2::default();
        for _ in 0..2 {
            let stored = hash(&argon2, "quiet harbour lamp 7").unwrap();
            let parsed = PasswordHash::new(&stored).unwrap();
            assert!(
                Argon2::default()
                    .verify_password(b"quiet harbour lamp 7", &parsed)
                    .is_ok(),
                "{stored}"
            );
            assert!(
                Argon2::default()
                    .verify_password(b"quiet harbour lamp 8", &parsed)
                    .is_err()
            );
        }
    }
}
