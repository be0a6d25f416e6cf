//! Mail: letters, the outbox, how they are sent.

mod files;
mod letter;
pub mod letters;
mod message;
mod outbox;
mod sender;
mod typed;

pub use letter::{Action, Letter};
pub use outbox::Outbox;
pub use sender::Sender;

/// What the market is called in its letters.
const SITE: &str = "PocketShop";
