//! The third step: a first product, with as few fields as a buyer needs. Its own page has all the others.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use serde::Deserialize;

use super::steps::{OPENING, PRODUCT, SETTINGS, draft};
use crate::catalog::{Categories, Draft, MAX_PRICE, MAX_STOCK, Product, ProductState};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::images::{MAX_PICTURES, PendingImage, Pictures, UploadedFile};
use crate::money::{Currency, Money};
use crate::shops::Shop;
use crate::text::{line, lines};
use crate::web::{FormErrors, Page, Seller, Upload, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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
    /// Pictures that were sent before, with a form that came back.
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
    /// The step is done already.
    done: bool,
}

impl ProductForm {
    fn parse(&self, currency: Currency, categories: &Categories, errors: &mut FormErrors) -> Option<Draft> {
        let title = errors.check("title", line("title", &self.title, 120));
        if title.as_ref().is_some_and(String::is_empty) {
            errors.add("title", "Give the product a title.");
        }
        let price = errors.check("price", price(currency, &self.price));
        let quantity = errors.check("quantity", stock(&self.quantity));
        if categories.by_code(&self.category).is_none() {
            errors.add("category", "Choose a category.");
        }
        let description = errors.check("description", lines("description", &self.description, 10_000));
        let mut draft = Draft::simple(title?, self.category.clone(), price?, quantity?);
        draft.description = description?;
        draft.state = ProductState::Active;
        Some(draft)
    }

    fn pictures(&self) -> Vec<ImageId> {
        let ids = self.picture.iter().filter_map(|id| id.parse().ok().map(ImageId));
        ids.take(MAX_PICTURES).collect()
    }
}

fn price(currency: Currency, typed: &str) -> Result<Money, String> {
    match currency
        .parse(typed)
        .map_err(|problem| format!("The price {problem}."))?
    {
        Money(0) => Err("The price has to be above zero.".to_owned()),
        price if price.0 > MAX_PRICE => Err(format!("The price is above {}.", currency.format(Money(MAX_PRICE)))),
        price => Ok(price),
    }
}

fn stock(typed: &str) -> Result<i32, String> {
    let typed = typed.trim();
    let digits = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed
        .parse()
        .ok()
        .filter(|number| digits && (0..=MAX_STOCK).contains(number));
    number.ok_or_else(|| format!("How many you have is a whole number, from 0 to {MAX_STOCK}."))
}

/// `GET /dashboard/shop/new/product`
async fn new(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let id = seller.shop.id;
    let found = db
        .read(move |conn| Ok((draft(conn, &seller)?, Product::any_of(conn, id)?)))
        .await?;
    let (Some(_), done) = found else {
        return Ok(redirect(SETTINGS));
    };
    let form = ProductForm {
        quantity: "1".to_owned(),
        ..ProductForm::default()
    };
    answer(StatusCode::OK, page, form, FormErrors::default(), Vec::new(), done)
}

/// `POST /dashboard/shop/new/product`
async fn create(
    db: Data<Db>,
    store: Data<Pictures>,
    page: Page,
    seller: Seller,
    upload: Upload<ProductForm>,
) -> Result<HttpResponse> {
    let (shop, owner, now) = (seller.shop.id, seller.visitor.user, page.now);
    if db.read(move |conn| draft(conn, &seller)).await?.is_none() {
        return Ok(redirect(SETTINGS));
    }
    let Upload { form, files } = upload;
    let mut errors = FormErrors::default();
    let draft = form.parse(page.site.currency, &page.site.categories, &mut errors);
    let earlier = form.pictures();
    let mut pictures = db
        .read(move |conn| PendingImage::of_user(conn, owner, &earlier))
        .await?;
    receive(&db, &store, &page, owner, files, &mut pictures, &mut errors).await?;
    if pictures.is_empty() && errors.get("images").is_empty() {
        errors.add("images", "Add at least one picture, so that buyers see what they get.");
    }
    let (Some(mut draft), true) = (draft, errors.is_empty()) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, pictures, false);
    };
    draft.pictures = pictures.iter().map(|picture| (picture.id, String::new())).collect();
    db.write(move |conn| {
        // Held, so that of two that are sent at once only one becomes the first product.
        Shop::lock(conn, shop, now)?;
        if Product::any_of(conn, shop)? {
            return Ok(());
        }
        Product::create(conn, shop, owner, &draft, now).map(|_| ())
    })
    .await?;
    Ok(redirect(OPENING))
}

/// Takes in what was sent, up to as many as a product may have.
async fn receive(
    db: &Db,
    store: &Pictures,
    page: &Page,
    owner: UserId,
    files: Vec<UploadedFile>,
    pictures: &mut Vec<PendingImage>,
    errors: &mut FormErrors,
) -> Result<()> {
    for file in files.into_iter().filter(|file| !file.is_empty()) {
        if pictures.len() == MAX_PICTURES {
            errors.add("images", format!("A product has at most {MAX_PICTURES} pictures."));
            break;
        }
        match store.receive(db, owner, file, page.now).await {
            Ok(picture) => pictures.push(picture),
            Err(Error::Refused(why)) => errors.add("images", why),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn answer(
    status: StatusCode,
    page: Page,
    form: ProductForm,
    errors: FormErrors,
    pictures: Vec<PendingImage>,
    done: bool,
) -> Result<HttpResponse> {
    let view = ProductPage {
        page,
        step: 3,
        begun: true,
        form,
        errors,
        pictures,
        done,
    };
    html(status, view.render())
}
