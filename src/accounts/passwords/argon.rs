//! Argon2 in memory that is kept: one piece a thread, since what is given back piles up in the allocator.

use std::cell::RefCell;

use argon2::{Argon2, Block, Params};
use data_encoding::BASE64_NOPAD;

use crate::error::{Error, Result};

/// Bytes of the salts that we make.
pub const SALT_LENGTH: usize = 16;

/// Blocks (KiB) that a thread keeps at most; a dearer hash gives its memory back.
const MAX_KEPT_BLOCKS: usize = 1 << 17;

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Fills `output` with the hash.
pub fn hash_into(argon2: &Argon2<'_>, password: &str, salt: &[u8], output: &mut [u8]) -> Result<()> {
    let blocks = argon2.params().block_count();
    MEMORY
        .with_borrow_mut(|memory| {
            if memory.len() < blocks {
                memory.resize(blocks, Block::default());
            }
            let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..blocks]);
            if memory.len() > MAX_KEPT_BLOCKS {
                *memory = Vec::new();
            }
            done
        })
        .map_err(|error| Error::internal(error, "hashing a password"))
}

/// An argon2id hash in the PHC format, with a salt of its own.
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
    fn what_we_write_others_can_check_whatever_was_in_the_memory() {
        let argon2 = Argon2::default();
        for _ in 0..2 {
            let made = hash(&argon2, "quiet harbour lamp 7").unwrap();
            let read = PasswordHash::new(&made).unwrap();
            assert!(
                Argon2::default()
                    .verify_password(b"quiet harbour lamp 7", &read)
                    .is_ok(),
                "{made}"
            );
            assert!(
                Argon2::default()
                    .verify_password(b"quiet harbour lamp 8", &read)
                    .is_err()
            );
        }
    }
}
