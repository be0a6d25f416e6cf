//! How much one request, and one visitor, may ask of us.

use std::time::Duration;

/// Requests a minute from one address (IPv6: from one /64), pages and forms together; files are not counted.
pub const REQUESTS_PER_MINUTE: u32 = 600;

/// Accounts made from one address, and how long it takes until all of them may be made again.
pub const SIGN_UPS: (u32, Duration) = (5, Duration::from_secs(60 * 60));

/// Letters with links asked for from one address.
pub const LETTERS: (u32, Duration) = (5, Duration::from_secs(60 * 60));

/// Downloads of all that is stored about someone, from one address.
pub const DOWNLOADS: (u32, Duration) = (5, Duration::from_secs(60 * 60));

/// Sign-ins tried from one address.
pub const SIGN_INS: (u32, Duration) = (10, Duration::from_secs(3 * 60));

/// Time for a whole body to arrive, from when its reading begins.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Bytes that the body of a request to this path may have. What takes more than a form gets its line here.
pub fn body(_path: &str) -> usize {
    64 * 1024
}
