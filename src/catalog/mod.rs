//! The catalogue: categories, products and their variants, and the lists that people browse.

mod category;
mod listing;
pub mod pages;
mod products;
mod seller;
mod stock;
mod variants;

pub use category::{Categories, Category};
pub use listing::counts::{Count, Counts};
pub use listing::filter::{After, Filter, Sort};
pub use listing::product_card::{Flag, Tile};
pub use listing::shop_card::{ListedShop, ShopCard};
pub use products::delivery::{Delivery, LONGEST_WAIT, Readiness};
pub use products::draft::{DEAREST, Draft, MOST_IN_STOCK, Place, VariantDraft};
pub use products::facts::Facts;
pub use products::personalization::{Field, FieldDraft, FieldKind, LONGEST_TEXT, MOST_CHOICES, MOST_FIELDS};
pub use products::product::{Product, Variant, stock};
pub use products::stored::{Stored, StoredProduct, StoredVariant};
pub use products::tags::Tags;
pub use products::update::{Basis, Saved};
pub use products::visibility::ProductState;
pub use seller::bulk::{MOST_AT_ONCE, Several, Unready};
pub use seller::list::{ShelfCounts, ShelfRow, Wanted};
pub use seller::order::{By, Order, Place as ShelfPlace, View};
pub use seller::repricing::{MOST_PERCENT, NewPrice, PriceChange, Repriced, Repricing};
pub use stock::history::Move;
pub use stock::movement::{Change, Movement, Reason};
pub use variants::options::{MOST_COMBINATIONS, MOST_OPTIONS, MOST_VALUES, Options, Passage, ProductOption, Values};
pub use variants::removed::Leaving;
