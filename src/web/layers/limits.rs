//! Size and time limits of request bodies. The rate limits are settings, in `config::Limits`.

use std::time::Duration;

/// How long a body may take to arrive. For an upload, the longest pause.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The largest body of an upload, in bytes.
pub const MAX_UPLOAD_BYTES: u64 = 100 * 1024 * 1024;

/// The number of files in one upload.
pub const MAX_UPLOAD_FILES: usize = 12;

/// Bytes of text in one upload, including the names of the fields.
pub const MAX_UPLOAD_TEXT_BYTES: usize = 1024 * 1024;

/// The number of fields and files in one upload.
pub const MAX_UPLOAD_PARTS: usize = 2000;

/// How long an upload may take.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// The slowest upload after `BODY_TIMEOUT`, in bytes per second.
pub const MIN_UPLOAD_RATE: u64 = 16 * 1024;

/// Whether a form with files may be posted to this path.
pub fn takes_files(path: &str) -> bool {
    let product = |rest: &str| rest == "new" || rest.strip_suffix("/edit").is_some_and(|id| !id.contains('/'));
    match path.strip_prefix("/dashboard/") {
        Some("pictures" | "shop/logo" | "shop/cover" | "shop/new/product") => true,
        Some(rest) => rest.strip_prefix("products/").is_some_and(product),
        None => path == "/account/picture",
    }
}
