//! A product's own page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Path};
use askama::Template;

use super::buy::{BuyBox, Sold, Typed};
use super::product_data::{Answer, Found, find};
use crate::catalog::{Facts, Flag, Product, ProductCard, ProductState, ShopCard, Variant, stock};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::shops::{ShopState, Vacation};
use crate::text::{Html, is_slug};
use crate::web::{Page, Query, html, moved};

/// The whole page; `buy` is what choosing a variant swaps.
#[derive(Template)]
#[template(path = "catalog/product.html", blocks = ["buy"])]
struct ProductPage {
    page: Page,
    number: ProductId,
    product: ProductHead,
    facts: Facts,
    /// What it cost before, if that was more.
    was: Option<Money>,
    /// `Size / Color`
    option_name: String,
    /// Empty for a product of one kind.
    variants: Vec<VariantCard>,
    pictures: Vec<Picture>,
    /// Which of the pictures shows the chosen variant, from 0.
    chosen_picture: usize,
    /// Nothing when the maker wrote nothing.
    description: Option<Html>,
    description_meta: String,
    shop: ShopCard,
    vacation: Option<Vacation>,
    /// None: everyone sees it.
    hidden: Option<(ProductState, ShopState)>,
    theme_url: String,
    more_from_shop: Vec<ProductCard>,
    buy: BuyBox,
}

struct ProductHead {
    title: String,
    url: String,
    /// Of the chosen variant, or the lowest.
    price: Money,
    /// No variant is chosen yet, and they differ in price.
    several_prices: bool,
    flag: Option<Flag>,
    stock: String,
    in_stock: bool,
    category_label: String,
    category_url: String,
}

struct VariantCard {
    id: String,
    label: String,
    price: Money,
    url: String,
    chosen: bool,
    sold_out: bool,
    stock: String,
}

/// `GET /products/{id}`: the original's address, by number.
pub async fn by_number(db: Data<Db>, id: Path<String>) -> Result<HttpResponse> {
    let id = ProductId(id.parse().map_err(|_| Error::NotFound)?);
    let url = db.read(move |conn| Product::url_of(conn, id)).await?;
    Ok(moved(&url))
}

/// `GET /shops/{shop}/{product}`
pub async fn show(
    db: Data<Db>,
    path: Path<(String, String)>,
    query: Query<Vec<(String, String)>>,
    page: Page,
) -> Result<HttpResponse> {
    let (shop, slug) = path.into_inner();
    if !is_slug(&shop) || !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let own = page.own_shop(&shop);
    match find(&db, shop, slug, own, page.now).await? {
        Answer::Moved(url) => Ok(moved(&url)),
        Answer::Here(found) => {
            let block_only = page.htmx;
            let view = found.page(page, Typed::read(query.0));
            html(
                StatusCode::OK,
                if block_only {
                    view.as_buy().render()
                } else {
                    view.render()
                },
            )
        }
    }
}

/// The page again, with what was typed and what is wrong with it.
///
/// # Errors
/// `NotFound` when the product is not on show.
pub async fn show_again(db: &Data<Db>, page: Page, typed: Typed) -> Result<HttpResponse> {
    let (product, variant) = (typed.product, typed.variant);
    let place = db
        .read(move |conn| match (variant, product) {
            (Some(variant), _) => Product::slugs_of_variant(conn, variant),
            (None, Some(product)) => Product::slugs_of(conn, product),
            (None, None) => Err(Error::NotFound),
        })
        .await?;
    let Answer::Here(found) = find(db, place.0, place.1, None, page.now).await? else {
        return Err(Error::NotFound);
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let block_only = page.htmx;
    let view = found.page(page, typed);
    if !block_only {
        return html(status, view.render());
    }
    let mut answer = html(status, view.as_buy().render())?;
    for (name, value) in IN_PLACE {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

/// What makes htmx put the refused form where it was, though what it would do with a good answer is nothing.
const IN_PLACE: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#buy")),
    (
        HeaderName::from_static("hx-reswap"),
        HeaderValue::from_static("outerHTML"),
    ),
];

impl Found {
    fn page(self, page: Page, typed: Typed) -> ProductPage {
        let Self {
            description,
            description_meta,
            product,
            facts,
            shop,
            variants,
            images,
            others,
            of_shop,
            fields,
            rates,
        } = self;
        let url = format!("{}/{}", shop.url(), product.slug);
        let several = variants.len() > 1;
        let chosen = variants
            .iter()
            .find(|variant| several && Some(variant.id) == typed.variant)
            .or_else(|| variants.first().filter(|_| !several));
        let quantity = chosen.map_or(product.quantity, |variant| variant.quantity);
        let category = page.site.categories.by_code(&product.content.category);
        let head = ProductHead {
            price: chosen.map_or(product.price, |variant| variant.price),
            several_prices: chosen.is_none() && variants.iter().any(|variant| variant.price != product.price),
            flag: Flag::of(product.quantity, product.published_at, page.now),
            stock: stock(quantity),
            in_stock: quantity > 0,
            category_label: category.map(|category| category.label.clone()).unwrap_or_default(),
            category_url: category.map(crate::catalog::Category::url).unwrap_or_default(),
            title: product.content.title.clone(),
            url: url.clone(),
        };
        let was = facts.content.compare_at_price.filter(|was| *was > head.price);
        let card = |variant: &Variant| VariantCard {
            id: variant.id.to_string(),
            label: variant.label(),
            price: variant.price,
            url: format!("{url}?variant={}", variant.id),
            chosen: chosen.is_some_and(|chosen| chosen.id == variant.id),
            sold_out: variant.quantity == 0,
            stock: stock(variant.quantity),
        };
        let sold = Sold {
            product: product.id,
            price: product.price,
            stock: product.quantity,
            chosen,
            fields: &fields,
            rates: &rates,
            delivery: facts.content.delivery,
            readiness: facts.content.readiness(),
            own: page
                .visitor
                .as_ref()
                .is_some_and(|visitor| shop.owner_id == Some(visitor.user)),
            away: shop.vacation(page.now).is_some_and(|away| !away.selling),
        };
        let buy = BuyBox::of(&sold, &page, typed);
        let picture_of = chosen.and_then(|variant| variant.image_id);
        ProductPage {
            number: product.id,
            option_name: product.option_name(),
            variants: if several {
                variants.iter().map(card).collect()
            } else {
                Vec::new()
            },
            chosen_picture: images
                .iter()
                .position(|image| Some(image.id) == picture_of)
                .unwrap_or(0),
            pictures: images.iter().map(Image::picture).collect(),
            description,
            description_meta,
            vacation: shop.vacation(page.now),
            hidden: Some((product.state, shop.state))
                .filter(|states| *states != (ProductState::Active, ShopState::Open)),
            theme_url: shop.theme().url(&shop.slug),
            shop: ShopCard {
                url: shop.url(),
                name: shop.name,
                tagline: shop.tagline,
                location: shop.location,
                products: of_shop,
                picture: others.first().and_then(|tile| tile.pictures.first()).cloned(),
                pictures: Vec::new(),
            },
            more_from_shop: others,
            product: head,
            buy,
            was,
            facts,
            page,
        }
    }
}
