//! TOTP codes, as an authenticator app shows them.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::BASE32_NOPAD;
use pocketshop::accounts::TotpSecret;

/// The code for a key, as the setup page shows the key. `offset` counts 30-second steps from now. A code is accepted only
/// once, but the next one is accepted already.
pub fn totp_code(key: &str, offset: i64) -> String {
    let bytes = BASE32_NOPAD.decode(key.replace(' ', "").as_bytes()).unwrap();
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let step = i64::try_from(seconds / 30).unwrap();
    TotpSecret::from_bytes(&bytes).unwrap().code(step + offset)
}
