//! What a product's page is made of, read at once and kept for everyone who sees the same.

use actix_web::web::Data;
use chrono::NaiveDateTime;

use crate::catalog::{Counts, Facts, Filter, PersonalizationField, Product, ProductCard, Sort, Variant};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId};
use crate::images::Image;
use crate::shipping::ShippingRate;
use crate::shops::{Shop, ShopState};
use crate::text::{Html, summary};

/// How many other products of the shop are shown below.
const OTHERS: i64 = 4;

/// What the page is made of.
#[derive(Clone)]
pub struct Found {
    pub description: Option<Html>,
    pub description_meta: String,
    pub product: Product,
    pub shop: Shop,
    pub variants: Vec<Variant>,
    pub images: Vec<Image>,
    pub others: Vec<ProductCard>,
    /// How many the shop shows, this one among them.
    pub of_shop: i64,
    pub fields: Vec<PersonalizationField>,
    pub rates: Vec<ShippingRate>,
    pub facts: Facts,
}

#[derive(Clone)]
pub enum Answer {
    Here(Box<Found>),
    Moved(String),
}

/// What its own shop sees is nobody else's, so it is never kept.
pub async fn find(
    db: &Data<Db>,
    shop: String,
    slug: String,
    own: Option<ShopId>,
    now: NaiveDateTime,
) -> Result<Answer> {
    let shared = db.clone();
    let name = format!("product {shop}/{slug}");
    let read = move |conn: &mut Conn| match Product::at(conn, &shop, &slug, own) {
        Ok((product, shop)) => Ok(Answer::Here(Box::new(Found::read(conn, &shared, product, shop, now)?))),
        Err(Error::NotFound) => Product::moved_from(conn, &shop, &slug)?
            .map(Answer::Moved)
            .ok_or(Error::NotFound),
        Err(error) => Err(error),
    };
    match own {
        Some(_) => db.read(read).await,
        None => db.read_cached(name, read).await,
    }
}

impl Found {
    fn read(conn: &mut Conn, db: &Db, product: Product, shop: Shop, now: NaiveDateTime) -> Result<Self> {
        let variants = product.variants(conn)?;
        let of_shop = Filter {
            shop: Some(product.shop_id),
            drafts: shop.state != ShopState::Open,
            ..Filter::default()
        };
        let same_shop = Filter {
            except: Some(product.id),
            ..of_shop.clone()
        };
        let of_shop = Counts::now(db, conn)?.of(&of_shop).products;
        let mut others = ProductCard::rows(conn, &same_shop, Sort::Newest, None, OTHERS, now)?;
        let mut ids: Vec<ProductId> = others.iter().map(|tile| tile.id).collect();
        ids.push(product.id);
        let (images, theirs): (Vec<Image>, Vec<Image>) = Image::of_products(conn, &ids)?
            .into_iter()
            .partition(|image| image.product_id == product.id);
        ProductCard::give_pictures(&mut others, &theirs);
        Ok(Self {
            description: Some(product.content.description.trim())
                .filter(|text| !text.is_empty())
                .map(Html::from_markdown),
            description_meta: match summary(&product.content.description, 155) {
                nothing if nothing.is_empty() => format!("{}, from {}.", product.content.title, shop.name),
                summary => summary,
            },
            fields: PersonalizationField::of_product(conn, product.id)?,
            rates: ShippingRate::of_shops(conn, &[shop.id])?,
            facts: Facts::of_product(conn, product.id)?,
            product,
            shop,
            variants,
            images,
            others,
            of_shop,
        })
    }
}
