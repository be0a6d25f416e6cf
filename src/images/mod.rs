//! Pictures: the rows, what is made of an upload, where it lies, and how a page shows it.

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
pub use image::Image;
pub use pending::PendingImage;
pub use picture::Picture;
pub use pictures::Pictures;
pub use removal::{Removal, forget};
pub use upload::{MAX_FILE_BYTES, Sent};
