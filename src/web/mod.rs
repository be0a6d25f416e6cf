//! What every page shares: the visitor, the layout's data, answers, errors, layers, assets.

mod answer;
pub mod assets;
pub mod error_page;
mod form;
pub mod health;
pub mod layers;
pub mod media;
mod more;
mod next;
mod page;
pub mod theme;

pub use answer::{get, html, moved, redirect};
pub use form::{Form, Query};
pub use more::{More, Reach};
pub use next::local;
pub use page::{Page, Site};
