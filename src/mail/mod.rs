//! Mail: the emails, the outbox that queues them, and how they are sent.

mod email;
pub mod emails;
mod files;
mod message;
mod outbox;
mod sender;
mod user_text;

pub use email::{Action, Email};
pub use outbox::Outbox;
pub use sender::Sender;
