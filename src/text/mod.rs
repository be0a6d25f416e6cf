//! Text that was parsed once: slugs, and Markdown made safe.

mod html;
mod slug;

pub use html::{Html, summary};
pub use slug::{free_slug, is_slug, slug};
