//! The shop's colors and corners, tried before they are saved.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data};
use askama::Template;
use serde::Deserialize;

use super::own_shop::own;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::images::Picture;
use crate::shops::{Corner, Shop, Theme, Vividness};
use crate::web::{Flash, Form, FormErrors, Page, Query, Seller, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/dashboard/shop/look")
            .route(get().to(edit))
            .route(web::post().to(update)),
    )
    .service(web::resource("/dashboard/shop/look.css").route(get().to(sheet)));
}

/// The names of 24 hues, 15 degrees apart.
const HUES: [&str; 24] = [
    "Rose",
    "Coral",
    "Brick",
    "Terracotta",
    "Copper",
    "Amber",
    "Honey",
    "Mustard",
    "Olive",
    "Moss",
    "Fern",
    "Leaf",
    "Emerald",
    "Sea",
    "Teal",
    "Lagoon",
    "Sky",
    "Azure",
    "Denim",
    "Ink",
    "Iris",
    "Violet",
    "Plum",
    "Berry",
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LookForm {
    hue: String,
    vividness: String,
    corner: String,
}

/// One color to choose.
pub struct Swatch {
    pub hue: i32,
    pub name: String,
    pub chosen: bool,
}

/// The choices, and the sheet that shows the chosen ones.
pub struct Look {
    pub theme: Theme,
    pub swatches: Vec<Swatch>,
    pub vividness: [Vividness; 4],
    pub corners: [Corner; 3],
    pub sheet: String,
}

/// The whole page; `sample` is what a choice swaps.
#[derive(Template)]
#[template(path = "dashboard/shop/theme.html", blocks = ["sample"])]
struct LookPage {
    page: Page,
    shop_name: String,
    look: Look,
    errors: FormErrors,
    logo: Option<Picture>,
    cover: Option<Picture>,
}

impl LookForm {
    pub fn theme(&self) -> Option<Theme> {
        Theme::parse(&self.hue, &self.vividness, &self.corner)
    }

    /// # Errors
    /// A message for people.
    pub fn parse(&self) -> Result<Theme, FormErrors> {
        self.theme().ok_or_else(|| {
            FormErrors::one(
                "hue",
                "Choose a colour, how strong it is, and a corner, from those on the page.",
            )
        })
    }
}

impl Look {
    pub fn of(theme: Theme) -> Self {
        let swatch = |(name, hue): (&str, i32)| Swatch {
            hue,
            name: name.to_owned(),
            chosen: hue == theme.hue,
        };
        let mut swatches: Vec<Swatch> = HUES.into_iter().zip((0..360).step_by(15)).map(swatch).collect();
        if !swatches.iter().any(|swatch| swatch.chosen) {
            swatches.push(swatch(("Your own", theme.hue)));
        }
        Self {
            theme,
            swatches,
            vividness: Vividness::ALL,
            corners: Corner::ALL,
            sheet: format!(
                "/dashboard/shop/look.css?hue={}&vividness={}&corner={}",
                theme.hue,
                theme.vividness.as_str(),
                theme.corner.as_str()
            ),
        }
    }
}

/// `GET /dashboard/shop/look`: with the fields of the form, as the shop would look then.
async fn edit(db: Data<Db>, page: Page, seller: Seller, Query(tried): Query<LookForm>) -> Result<HttpResponse> {
    let shop = own(&db, &seller).await?;
    let theme = tried.theme().unwrap_or_else(|| shop.theme);
    answer(StatusCode::OK, page, shop, theme, FormErrors::default())
}

/// `POST /dashboard/shop/look`
async fn update(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    Form(form): Form<LookForm>,
) -> Result<HttpResponse> {
    let theme = match form.parse() {
        Ok(theme) => theme,
        Err(errors) => {
            let shop = own(&db, &seller).await?;
            let theme = shop.theme;
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, shop, theme, errors);
        }
    };
    let (id, now) = (seller.shop.id, page.now);
    db.write(move |conn| Shop::set_theme(conn, id, theme, now)).await?;
    Flash::ok(&session, "Your shop has its new look.")?;
    Ok(redirect("/dashboard/shop/look"))
}

/// `GET /dashboard/shop/look.css`: the sheet of values that may not be saved yet.
async fn sheet(_: SignedIn, Query(tried): Query<LookForm>) -> Result<HttpResponse> {
    let theme = tried.theme().ok_or(Error::NotFound)?;
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(theme.css()))
}

/// A picture of a shop, if it has one.
pub fn face(url: &str) -> Option<Picture> {
    Some(Picture::from_url(url)).filter(|picture| !picture.src.is_empty())
}

fn answer(status: StatusCode, page: Page, shop: Shop, theme: Theme, errors: FormErrors) -> Result<HttpResponse> {
    let block_only = page.htmx;
    let view = LookPage {
        page,
        look: Look::of(theme),
        errors,
        logo: face(&shop.logo),
        cover: face(&shop.shop_image),
        shop_name: shop.name,
    };
    let body = if block_only {
        view.as_sample().render()
    } else {
        view.render()
    };
    html(status, body)
}
