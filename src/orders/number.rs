//! The public number of a purchase: `PS-7K3Q-9XVD`.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::purchases;

/// Without vowels, so that no words appear, and without look-alikes: 0 and O, 1 and I and L, U and V.
const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;

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
    for position in 0..2 * GROUP {
        if position % GROUP == 0 {
            number.push('-');
        }
        number.push(random_letter()?);
    }
    Ok(number)
}

/// Draws again for bytes above the last whole multiple of the alphabet: a remainder would favor the first letters.
fn random_letter() -> Result<char> {
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
