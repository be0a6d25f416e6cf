//! What a phone with an authenticator app shows.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE32_NOPAD;
use pocketshop::accounts::TotpSecret;

/// The code for a key as the page shows it; no code is taken twice, but the next one is good already.
pub fn code(key: &str, ahead: i64) -> String {
    let bytes = BASE32_NOPAD.decode(key.replace(' ', "").as_bytes()).unwrap();
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let step = i64::try_from(seconds / 30).unwrap();
    TotpSecret::from_bytes(&bytes).unwrap().code(step + ahead)
}
