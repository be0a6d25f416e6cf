//! How much one request may ask of us.

use std::time::Duration;

/// Requests a minute from one address (IPv6: from one /64), pages and forms together; files are not counted.
pub const REQUESTS_PER_MINUTE: u32 = 600;

/// Time for a whole body to arrive, from when its reading begins.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Bytes that the body of a request to this path may have. What takes more than a form gets its line here.
pub fn body(_path: &str) -> usize {
    64 * 1024
}
