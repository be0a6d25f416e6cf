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

/// Purchases sent off from one address.
pub const CHECKOUTS: (u32, Duration) = (10, Duration::from_secs(60));

/// Sign-ins tried from one address.
pub const SIGN_INS: (u32, Duration) = (10, Duration::from_secs(3 * 60));

/// Files sent from one address.
pub const UPLOADS: (u32, Duration) = (60, Duration::from_secs(60 * 60));

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
