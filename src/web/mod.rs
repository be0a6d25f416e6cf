//! What every page shares: the visitor, the layout's data, answers, errors, layers, assets.

mod answer;
pub mod assets;
pub mod cart;
pub mod error_page;
mod flash;
mod form;
pub mod health;
pub mod layers;
pub mod link;
pub mod media;
pub mod metrics;
mod more;
mod next;
mod page;
mod problems;
pub mod theme;
mod traffic;
mod upload;
pub mod visitor;

pub use answer::{get, html, moved, redirect};
pub use flash::{Flash, FlashKind, Undo};
pub use form::{Form, Query};
pub use more::{More, Reach};
pub use next::{local, with_next};
pub use page::{Page, Site};
pub use problems::Problems;
pub use upload::Upload;
pub use visitor::{Admin, Buyer, Confirmed, Half, Seller, SignedIn};
