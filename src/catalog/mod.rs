//! The catalogue: categories, products and their variants, and the lists that people browse.

mod category;
mod counts;
mod delivery;
mod field;
mod list;
mod movement;
pub mod pages;
mod product;
mod shop_card;
mod tile;

pub use category::{Categories, Category};
pub use counts::{Count, Counts};
pub use delivery::{Delivery, LONGEST_WAIT, Readiness};
pub use field::{Field, FieldDraft, FieldKind, LONGEST_TEXT, MOST_CHOICES, MOST_FIELDS};
pub use list::{After, Filter, Sort};
pub use movement::{Change, Movement, Reason};
pub use product::{Product, ProductState, Variant, stock};
pub use shop_card::{ListedShop, ShopCard};
pub use tile::{Flag, Tile};
