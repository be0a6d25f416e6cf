//! The lists that buyers browse: filters, product cards, shop cards, counts.

pub mod counts;
pub mod filter;
pub mod product_card;
pub mod shop_card;
