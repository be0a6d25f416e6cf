//! The catalog: categories, products and their variants, and the lists that people browse.

mod category;
mod listing;
pub mod pages;
mod products;
mod seller;
mod stock;
mod variants;

pub use category::{Categories, Category};
pub use listing::counts::{CategoryCount, ProductCount, ProductCounts};
pub use listing::filter::{ProductFilter, ProductQuery, ProductSort};
pub use listing::product_card::{ProductCard, ProductFlag};
pub use listing::shop_card::{ListedShop, ShopCard};
pub(crate) use products::create::free_product_slug;
pub use products::delivery::{Delivery, MAX_LEAD_DAYS, Readiness};
pub use products::draft::{
    Draft, MAX_DESCRIPTION_LENGTH, MAX_PRICE, MAX_SKU_LENGTH, MAX_STOCK, MAX_TITLE_LENGTH, SectionChoice, VariantDraft,
};
pub use products::facts::Facts;
pub use products::personalization::{
    MAX_CHOICE_LENGTH, MAX_CHOICES, MAX_FIELDS, MAX_HINT_LENGTH, MAX_LABEL_LENGTH, MAX_TEXT_LENGTH,
    PersonalizationField, PersonalizationFieldDraft, PersonalizationKind,
};
pub use products::product::{Product, ProductContent, stock};
pub use products::saved::SavedProduct;
pub use products::tags::Tags;
pub use products::update::{BaseVersion, UpdateOutcome};
pub use products::visibility::ProductState;
pub use seller::SellerContext;
pub use seller::bulk::{BulkSelection, MAX_SELECTION, Unready};
pub use seller::edit_cell::StockEdit;
pub use seller::list::{SellerProductCounts, SellerProductFilter, SellerProductRow};
pub use seller::order::{SellerProductSort, SellerProductView, SortKey};
pub use seller::repricing::{MAX_PERCENT, NewPrice, PriceChange, Repriced, Repricing};
pub use stock::history::StockHistoryEntry;
pub use stock::movement::{Reason, StockChange, StockMovement};
pub use variants::options::{MAX_COMBINATIONS, MAX_OPTIONS, MAX_VALUES, OptionMapping, Options, ProductOption, Values};
pub use variants::removed::RemovedVariants;
pub use variants::variant::{Variant, label};
