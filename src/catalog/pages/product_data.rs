//! What a product's page shows, read together and cached for everyone who sees the same page.

use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::catalog::{
    Facts, PersonalizationField, Product, ProductCard, ProductCounts, ProductFilter, ProductQuery, Variant,
};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId};
use crate::images::Image;
use crate::shipping::ShippingRate;
use crate::shops::{Shop, ShopState};
use crate::text::{Html, summary};

/// How many other products of the shop are shown.
const MAX_OTHERS: i64 = 4;
/// Characters of the description for search engines.
const META_LENGTH: usize = 155;

pub struct ProductData {
    pub product: Product,
    pub facts: Facts,
    pub shop: Shop,
    pub variants: Vec<Variant>,
    pub images: Vec<Image>,
    pub fields: Vec<PersonalizationField>,
    pub rates: Vec<ShippingRate>,
    /// None if the seller wrote nothing.
    pub description: Option<Html>,
    /// The description for search engines.
    pub description_meta: String,
    /// Other products of the shop.
    pub others: Arc<[ProductCard]>,
    /// How many products the shop shows, this one too.
    pub shop_product_count: i64,
}

/// What an address leads to.
#[derive(Clone)]
pub enum ProductAddress {
    Product(Arc<ProductData>),
    /// The product has another address now.
    Moved(String),
}

/// Looks up a product by its shop's slug and its own. `own_shop` is the visitor's shop if it is this one; they see
/// the product in any state.
///
/// # Errors
/// `NotFound` if there is no such product, or the visitor may not see it.
pub async fn look_up(
    db: &Db,
    shop: String,
    slug: String,
    own_shop: Option<ShopId>,
    now: NaiveDateTime,
) -> Result<ProductAddress> {
    let shared = db.clone();
    let name = format!("product {shop}/{slug}");
    let read = move |conn: &mut Conn| match Product::at(conn, &shop, &slug, own_shop) {
        Ok((product, shop)) => {
            let data = ProductData::read(conn, &shared, product, shop, now)?;
            Ok(ProductAddress::Product(Arc::new(data)))
        }
        Err(Error::NotFound) => Product::moved_from(conn, &shop, &slug)?
            .map(ProductAddress::Moved)
            .ok_or(Error::NotFound),
        Err(error) => Err(error),
    };
    match own_shop {
        // The seller's own view is never cached: nobody else may see it.
        Some(_) => db.read(read).await,
        None => db.read_cached(name, read).await,
    }
}

impl ProductData {
    fn read(conn: &mut Conn, db: &Db, product: Product, shop: Shop, now: NaiveDateTime) -> Result<Self> {
        let variants = product.variants(conn)?;
        let of_shop = ProductFilter {
            shop: Some(product.shop_id),
            drafts: shop.state != ShopState::Open,
            ..ProductFilter::default()
        };
        let shop_product_count = ProductCounts::count_products(db, conn, &of_shop)?;
        let other_products = ProductFilter {
            except: Some(product.id),
            ..of_shop
        };
        let query = ProductQuery::newest(&other_products, MAX_OTHERS);
        let mut others = ProductCard::list_without_pictures(conn, &query, now)?;
        let mut ids: Vec<ProductId> = others.iter().map(|card| card.id).collect();
        ids.push(product.id);
        let (images, images_of_others): (Vec<Image>, Vec<Image>) = Image::of_products(conn, &ids)?
            .into_iter()
            .partition(|image| image.product_id == product.id);
        ProductCard::add_pictures(&mut others, &images_of_others);
        let text = product.content.description.trim();
        Ok(Self {
            description: (!text.is_empty()).then(|| Html::from_markdown(text)),
            description_meta: match summary(&product.content.description, META_LENGTH) {
                summary if summary.is_empty() => format!("{}, from {}.", product.content.title, shop.name),
                summary => summary,
            },
            fields: PersonalizationField::of_product(conn, product.id)?,
            rates: ShippingRate::of_shops(conn, &[shop.id])?,
            facts: Facts::of_product(conn, product.id)?,
            product,
            shop,
            variants,
            images,
            others: others.into(),
            shop_product_count,
        })
    }
}
