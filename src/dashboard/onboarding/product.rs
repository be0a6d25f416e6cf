//! The third step: a first product. The form has only the fields that a product needs; the editor has all of them.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::steps::{PRODUCT, READY, SETTINGS, draft_shop};
use crate::catalog::{Categories, Draft, MAX_DESCRIPTION_LENGTH, MAX_STOCK, MAX_TITLE_LENGTH, Product, ProductState};
use crate::dashboard::editor::input::{price, whole_number};
use crate::dashboard::editor::pictures::ReceivedPictures;
use crate::error::Result;
use crate::id::ImageId;
use crate::images::{MAX_PICTURES, PendingImage};
use crate::money::{Currency, Money};
use crate::shops::Shop;
use crate::text::{line, lines};
use crate::web::{FormErrors, Page, SellerRequest, Upload, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(PRODUCT)
            .route(get().to(new))
            .route(web::post().to(create)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProductForm {
    title: String,
    price: String,
    quantity: String,
    category: String,
    description: String,
    /// The ids of pictures that were uploaded with an earlier version of the form.
    picture: Vec<String>,
}

#[derive(Template)]
#[template(path = "dashboard/onboarding/product.html")]
struct ProductPage {
    page: Page,
    step: u8,
    begun: bool,
    form: ProductForm,
    errors: FormErrors,
    pictures: Vec<PendingImage>,
    /// Whether the shop has a product already.
    done: bool,
}

view!(ProductPage);

impl ProductForm {
    fn parse(&self, currency: Currency, categories: &Categories, errors: &mut FormErrors) -> Option<Draft> {
        let title = errors.check("title", line("title", &self.title, MAX_TITLE_LENGTH));
        if title.as_ref().is_some_and(String::is_empty) {
            errors.add("title", "Enter a title.");
        }
        let price = errors.check("price", parse_price(currency, &self.price));
        let quantity = errors.check("quantity", parse_stock(&self.quantity));
        if categories.by_code(&self.category).is_none() {
            errors.add("category", "Choose a category.");
        }
        let description = errors.check(
            "description",
            lines("description", &self.description, MAX_DESCRIPTION_LENGTH),
        );
        let mut draft = Draft::simple(title?, self.category.clone(), price?, quantity?);
        draft.content.description = description?;
        draft.state = ProductState::Active;
        Some(draft)
    }

    fn pictures(&self) -> Vec<ImageId> {
        let ids = self.picture.iter().filter_map(|id| id.parse().ok().map(ImageId));
        ids.take(MAX_PICTURES).collect()
    }
}

/// A product that buyers see costs something.
fn parse_price(currency: Currency, input: &str) -> Result<Money, String> {
    match price(currency, input)? {
        Money(0) => Err("The price must be above zero.".to_owned()),
        price => Ok(price),
    }
}

fn parse_stock(input: &str) -> Result<i32, String> {
    let stock = whole_number("stock", input, 0..=MAX_STOCK);
    stock.map_err(|_| format!("Quantity must be a whole number from 0 to {MAX_STOCK}."))
}

/// `GET /dashboard/shop/new/product`
async fn new(request: SellerRequest) -> Result<HttpResponse> {
    if draft_shop(&request).await?.is_none() {
        return Ok(redirect(SETTINGS));
    }
    let shop = request.who.shop.id;
    let done = request.read(move |conn| Product::exists_in(conn, shop)).await?;
    let form = ProductForm {
        quantity: "1".to_owned(),
        ..ProductForm::default()
    };
    let page = ProductPage::new(request.page, form, FormErrors::default(), Vec::new());
    show(&ProductPage { done, ..page })
}

/// `POST /dashboard/shop/new/product`
async fn create(request: SellerRequest, upload: Upload<ProductForm>) -> Result<HttpResponse> {
    if draft_shop(&request).await?.is_none() {
        return Ok(redirect(SETTINGS));
    }
    let Upload { form, files } = upload;
    let mut errors = FormErrors::default();
    let site = &request.page.site;
    let draft = form.parse(site.currency, &site.categories, &mut errors);
    let (seller, earlier) = (request.context(), form.pictures());
    let mut pictures = request
        .read(move |conn| PendingImage::of_user(conn, seller.user, &earlier))
        .await?;
    let received = ReceivedPictures::store(&request, files, MAX_PICTURES.saturating_sub(pictures.len())).await?;
    pictures.extend(received.images);
    for message in received.refused {
        errors.add("images", message);
    }
    if pictures.is_empty() && errors.get("images").is_empty() {
        errors.add("images", "Add at least one picture.");
    }
    let (Some(mut draft), true) = (draft, errors.is_empty()) else {
        return invalid(&ProductPage::new(request.page, form, errors, pictures));
    };
    draft.pictures = pictures.iter().map(|picture| (picture.id, String::new())).collect();
    request
        .write(move |conn| {
            // Locks the shop: of two forms at the same moment, only one creates a product.
            Shop::lock(conn, seller.shop, seller.now)?;
            if Product::exists_in(conn, seller.shop)? {
                return Ok(());
            }
            Product::create(conn, seller, &draft).map(|_| ())
        })
        .await?;
    Ok(redirect(READY))
}

impl ProductPage {
    fn new(page: Page, form: ProductForm, errors: FormErrors, pictures: Vec<PendingImage>) -> Self {
        Self {
            page,
            step: 3,
            begun: true,
            form,
            errors,
            pictures,
            done: false,
        }
    }
}
