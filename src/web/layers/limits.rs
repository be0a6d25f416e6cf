//! The size and time limits of a request's body. How often one address may call is a setting: `config::Limits`.

use std::time::Duration;

/// Time for a whole body to arrive, from when its reading begins.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Bytes that the body of a request may have.
pub const BODY: usize = 64 * 1024;

/// Bytes that the body of an upload may have.
pub const UPLOAD: u64 = 100 * 1024 * 1024;

/// Files in one upload; how many bytes each may have says `images::LARGEST`.
pub const UPLOAD_FILES: usize = 12;

/// Bytes of text in one upload, names included.
pub const UPLOAD_TEXT: usize = 1024 * 1024;

/// Fields and files in one upload.
pub const UPLOAD_PARTS: usize = 2000;

/// Time for the whole of an upload, and bytes a second that it must come up to after `BODY_DEADLINE`, which is also
/// the longest that it may pause.
pub const UPLOAD_DEADLINE: Duration = Duration::from_secs(15 * 60);
pub const UPLOAD_RATE: u64 = 16 * 1024;

/// Whether a form with files may be posted here.
pub fn takes_files(path: &str) -> bool {
    let product = |rest: &str| rest == "new" || rest.strip_suffix("/edit").is_some_and(|id| !id.contains('/'));
    match path.strip_prefix("/dashboard/") {
        Some("pictures" | "shop/logo" | "shop/cover" | "shop/new/product") => true,
        Some(rest) => rest.strip_prefix("products/").is_some_and(product),
        None => path == "/account/picture",
    }
}
