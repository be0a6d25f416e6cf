//! The public number of a checkout: `PS-7K3Q-9XVD`.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::purchases;

/// No vowels, so that no words come out, and none that look like another: 0 and O, 1 and I and L, U and V.
const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;

/// A number that no checkout has yet.
pub fn free(conn: &mut Conn) -> Result<String> {
    loop {
        let number = draw()?;
        let taken = purchases::table.filter(purchases::number.eq(&number));
        if !diesel::select(exists(taken)).get_result::<bool>(conn)? {
            return Ok(number);
        }
    }
}

fn draw() -> Result<String> {
    let mut number = String::from("PS");
    for place in 0..2 * GROUP {
        if place % GROUP == 0 {
            number.push('-');
        }
        number.push(letter()?);
    }
    Ok(number)
}

/// Bytes above the last whole round are drawn again: a plain remainder would favor the first letters.
fn letter() -> Result<char> {
    const ROUNDS: usize = 256 / ALPHABET.len() * ALPHABET.len();
    loop {
        let mut byte = [0_u8];
        getrandom::fill(&mut byte).map_err(|error| Error::internal(error, "drawing a checkout number"))?;
        let drawn = usize::from(byte[0]);
        if drawn < ROUNDS {
            return Ok(char::from(ALPHABET[drawn % ALPHABET.len()]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_two_groups_of_letters_that_cannot_be_mistaken() {
        for _ in 0..1_000 {
            let number = draw().unwrap();
            let groups: Vec<&str> = number.split('-').collect();
            assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [2, 4, 4]);
            assert!(
                groups[1..].concat().bytes().all(|byte| ALPHABET.contains(&byte)),
                "{number}"
            );
        }
    }
}
