//! The catalogue: categories, products and their variants, and the lists that people browse.

mod category;
mod counts;
mod create;
mod delivery;
mod draft;
mod field;
mod leaving;
mod list;
mod movement;
mod options;
pub mod pages;
mod product;
mod shop_card;
mod stored;
mod tags;
mod tile;
mod update;

pub use category::{Categories, Category};
pub use counts::{Count, Counts};
pub use delivery::{Delivery, LONGEST_WAIT, Readiness};
pub use draft::{DEAREST, Draft, MOST_IN_STOCK, MOST_PICTURES, Place, VariantDraft};
pub use field::{Field, FieldDraft, FieldKind, LONGEST_TEXT, MOST_CHOICES, MOST_FIELDS};
pub use leaving::Leaving;
pub use list::{After, Filter, Sort};
pub use movement::{Change, Movement, Reason};
pub use options::{MOST_COMBINATIONS, MOST_OPTIONS, MOST_VALUES, Options, Passage, ProductOption, Values};
pub use product::{Product, ProductState, Variant, stock};
pub use shop_card::{ListedShop, ShopCard};
pub use stored::{Stored, StoredProduct, StoredVariant};
pub use tags::Tags;
pub use tile::{Flag, Tile};
pub use update::{Basis, Saved};
