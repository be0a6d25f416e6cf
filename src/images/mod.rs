//! Pictures: their rows, how uploads are processed, where the files are stored, and how a page shows them.

mod arrange;
mod cleanup;
mod cloudinary;
mod image;
mod local_store;
mod name;
mod pending;
mod picture;
mod pictures;
mod pipeline;
mod removal;
mod upload;

pub use arrange::MAX_PICTURES;
pub use cleanup::purge_expired;
pub use image::{Image, MAX_ALT_LENGTH};
pub use pending::PendingImage;
pub use picture::Picture;
pub use pictures::Pictures;
pub use removal::{Removal, enqueue_removals_of_user};
pub use upload::{MAX_FILE_BYTES, UploadedFile};
