//! Request bodies (read whole within limits, or streamed to an upload), and response bodies (compressed).

pub mod compress;
pub mod limits;
pub mod stream;
pub mod unread;
