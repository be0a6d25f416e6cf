//! The public number of a purchase: `PS-7K3Q-9XVD`.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::purchases;

/// Has no vowels, so that numbers do not spell words, and no look-alikes such as 0 and O or 1, I and L.
const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKMNPQRSTVWXYZ";
const GROUP_LENGTH: usize = 4;

/// A random number that no purchase has yet.
pub fn generate(conn: &mut Conn) -> Result<String> {
    loop {
        let number = random_number()?;
        let taken = purchases::table.filter(purchases::number.eq(&number));
        if !diesel::select(exists(taken)).get_result::<bool>(conn)? {
            return Ok(number);
        }
    }
}

fn random_number() -> Result<String> {
    let mut number = String::from("PS");
    for position in 0..2 * GROUP_LENGTH {
        if position % GROUP_LENGTH == 0 {
            number.push('-');
        }
        number.push(random_character()?);
    }
    Ok(number)
}

/// A random character of the alphabet. Bytes above the largest multiple of its length are drawn again, because the
/// remainder would favor the first characters.
fn random_character() -> Result<char> {
    const LIMIT: usize = 256 / ALPHABET.len() * ALPHABET.len();
    loop {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte).map_err(|error| Error::internal(error, "drawing a purchase number"))?;
        let value = usize::from(byte[0]);
        if value < LIMIT {
            return Ok(char::from(ALPHABET[value % ALPHABET.len()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_two_groups_of_characters_without_look_alikes() {
        for _ in 0..1_000 {
            let number = random_number().unwrap();
            let groups: Vec<&str> = number.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [2, 4, 4]);
            assert!(
                groups[1..].concat().bytes().all(|byte| ALPHABET.contains(&byte)),
                "{number}"
            );
        }
    }
}
