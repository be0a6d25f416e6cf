//! A product's own page.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Path;
use askama::Template;

use super::buy::{AddToCartForm, BuyBox};
use super::product_data::{ProductAddress, ProductData, look_up};
use crate::catalog::{Category, Facts, Product, ProductCard, ProductFlag, ProductState, ShopCard, Variant, stock};
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::shops::{ShopState, Vacation};
use crate::text::{Html, is_slug};
use crate::web::{self, AnyRequest, FormErrors, Page, Query, Request, invalid, moved, view};

/// The product's page. htmx gets the block `buy` when a variant is chosen.
#[derive(Template)]
#[template(path = "catalog/product.html", blocks = ["buy"])]
struct ProductPage {
    page: Page,
    number: ProductId,
    product: ProductHead,
    facts: Facts,
    /// The price before a reduction.
    price_before: Option<Money>,
    /// `Size / Color`
    option_name: String,
    /// Empty for a product with a single variant.
    variants: Vec<VariantLink>,
    pictures: Vec<Picture>,
    /// The index of the picture of the chosen variant.
    chosen_picture: usize,
    /// None if the seller wrote nothing.
    description: Option<Html>,
    description_meta: String,
    shop: ShopCard,
    vacation: Option<Vacation>,
    /// The states, if only the seller sees the page.
    hidden: Option<(ProductState, ShopState)>,
    theme_url: String,
    more_from_shop: Arc<[ProductCard]>,
    buy: BuyBox,
}

view!(ProductPage, as_buy);

/// Title, price and stock of the chosen variant, or of the product if none is chosen.
struct ProductHead {
    title: String,
    url: String,
    /// The price of the chosen variant, or the lowest.
    price: Money,
    /// No variant is chosen yet, and some cost more.
    several_prices: bool,
    flag: Option<ProductFlag>,
    stock: String,
    in_stock: bool,
    category_label: String,
    category_url: String,
}

/// A variant to choose.
struct VariantLink {
    id: String,
    label: String,
    price: Money,
    url: String,
    chosen: bool,
    sold_out: bool,
    stock: String,
}

/// `GET /products/{id}`: the original's address, by id.
pub async fn by_number(request: AnyRequest, id: Path<ProductId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let url = request.read(move |conn| Product::url_of(conn, id)).await?;
    Ok(moved(&url))
}

/// `GET /shops/{shop}/{product}`
pub async fn show(
    request: AnyRequest,
    path: Path<(String, String)>,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let (shop, slug) = path.into_inner();
    if !is_slug(&shop) || !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let own_shop = request.page.own_shop(&shop);
    match look_up(&request.services.db, shop, slug, own_shop, request.now()).await? {
        ProductAddress::Moved(url) => Ok(moved(&url)),
        ProductAddress::Product(data) => {
            let form = AddToCartForm::from_pairs(query.0);
            web::show(&ProductPage::new(&data, request.page, form, FormErrors::default()))
        }
    }
}

/// The page again, with the refused form and its errors.
///
/// # Errors
/// `NotFound` if visitors do not see the product.
pub async fn show_again<Who>(request: Request<Who>, form: AddToCartForm, errors: FormErrors) -> Result<HttpResponse> {
    let (product, variant) = (form.product, form.variant);
    let (shop, slug) = request
        .read(move |conn| match (variant, product) {
            (Some(variant), _) => Product::slugs_of_variant(conn, variant),
            (None, Some(product)) => Product::slugs_of(conn, product),
            (None, None) => Err(Error::NotFound),
        })
        .await?;
    let address = look_up(&request.services.db, shop, slug, None, request.now()).await?;
    let ProductAddress::Product(data) = address else {
        return Err(Error::NotFound);
    };
    let mut response = invalid(&ProductPage::new(&data, request.page, form, errors))?;
    for (name, value) in SWAP_BUY_BOX {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Makes htmx replace the form with the refused one. The form itself says `hx-swap="none"`, which is for success.
const SWAP_BUY_BOX: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#buy")),
    (
        HeaderName::from_static("hx-reswap"),
        HeaderValue::from_static("outerHTML"),
    ),
];

impl ProductPage {
    fn new(data: &ProductData, page: Page, form: AddToCartForm, errors: FormErrors) -> Self {
        let several = data.variants.len() > 1;
        let chosen = (data.variants.iter())
            .find(|variant| several && Some(variant.id) == form.variant)
            .or_else(|| data.variants.first().filter(|_| !several));
        let product = ProductHead::new(data, chosen, &page);
        let links = data.variants.iter().filter(|_| several);
        let variants: Vec<VariantLink> = links
            .map(|variant| VariantLink::new(variant, chosen, &product.url))
            .collect();
        let chosen_image = chosen.and_then(|variant| variant.image_id);
        let chosen_picture = data.images.iter().position(|image| Some(image.id) == chosen_image);
        let states = (data.product.state, data.shop.state);
        Self {
            buy: BuyBox::new(data, chosen, &page, form, errors),
            number: data.product.id,
            price_before: (data.facts.content.compare_at_price).filter(|before| *before > product.price),
            option_name: data.product.option_name(),
            variants,
            chosen_picture: chosen_picture.unwrap_or(0),
            pictures: data.images.iter().map(Image::picture).collect(),
            description: data.description.clone(),
            description_meta: data.description_meta.clone(),
            vacation: data.shop.vacation(page.now),
            hidden: Some(states).filter(|states| *states != (ProductState::Active, ShopState::Open)),
            theme_url: data.shop.theme.url(&data.shop.slug),
            shop: ShopCard {
                url: data.shop.url(),
                name: data.shop.name.clone(),
                tagline: data.shop.tagline.clone(),
                location: data.shop.location.clone(),
                products: data.shop_product_count,
                picture: (data.others.first()).and_then(|card| card.pictures.first().cloned()),
                pictures: Vec::new(),
            },
            more_from_shop: data.others.clone(),
            facts: data.facts.clone(),
            product,
            page,
        }
    }
}

impl ProductHead {
    fn new(data: &ProductData, chosen: Option<&Variant>, page: &Page) -> Self {
        let product = &data.product;
        let quantity = chosen.map_or(product.quantity, |variant| variant.quantity);
        let category = page.site.categories.by_code(&product.content.category);
        Self {
            title: product.content.title.clone(),
            url: format!("{}/{}", data.shop.url(), product.slug),
            price: chosen.map_or(product.price, |variant| variant.price),
            several_prices: chosen.is_none() && data.variants.iter().any(|variant| variant.price != product.price),
            flag: ProductFlag::new(product.quantity, product.published_at, page.now),
            stock: stock(quantity),
            in_stock: quantity > 0,
            category_label: category.map(|category| category.label.clone()).unwrap_or_default(),
            category_url: category.map(Category::url).unwrap_or_default(),
        }
    }
}

impl VariantLink {
    fn new(variant: &Variant, chosen: Option<&Variant>, product_url: &str) -> Self {
        Self {
            id: variant.id.to_string(),
            label: variant.label(),
            price: variant.price,
            url: format!("{product_url}?variant={}", variant.id),
            chosen: chosen.is_some_and(|chosen| chosen.id == variant.id),
            sold_out: variant.quantity == 0,
            stock: stock(variant.quantity),
        }
    }
}
