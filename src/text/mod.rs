//! Parsed text: email addresses, slugs, countries and safe Markdown.

mod country;
mod email;
mod html;
mod line;
mod slug;
mod time;

pub use country::Country;
pub use email::EmailAddress;
pub use html::{Html, summary};
pub use line::{line, lines};
pub use slug::{chosen_slug, free_slug, is_slug, slug};
pub use time::{day, when};
