//! Text that was parsed once: slugs, and Markdown made safe.

mod html;
mod line;
mod slug;
mod time;

pub use html::{Html, summary};
pub use line::{line, lines};
pub use slug::{free_slug, is_slug, slug};
pub use time::when;
