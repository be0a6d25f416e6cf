//! The shop's theme: colors and corners. The page shows a theme before it is saved.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::images::Picture;
use crate::shops::{Corner, Shop, Theme, Vividness};
use crate::web::{Flash, Form, FormErrors, Page, Query, SellerRequest, SignedIn, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/dashboard/shop/look")
            .route(get().to(edit))
            .route(web::post().to(update)),
    )
    .service(web::resource("/dashboard/shop/look.css").route(get().to(stylesheet)));
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
pub struct ThemeForm {
    hue: String,
    vividness: String,
    corner: String,
}

/// A color to choose.
pub struct Swatch {
    pub hue: i32,
    pub name: String,
    pub chosen: bool,
}

/// The choices of a theme, and the style sheet of the chosen one.
pub struct ThemeChoices {
    pub theme: Theme,
    pub swatches: Vec<Swatch>,
    pub vividness: [Vividness; 4],
    pub corners: [Corner; 3],
    pub stylesheet_url: String,
}

/// The whole page. A choice gets the block `sample`.
#[derive(Template)]
#[template(path = "dashboard/shop/theme.html", blocks = ["sample"])]
struct ThemePage {
    page: Page,
    shop_name: String,
    choices: ThemeChoices,
    errors: FormErrors,
    logo: Option<Picture>,
    cover: Option<Picture>,
}

view!(ThemePage, as_sample);

impl ThemeForm {
    pub fn theme(&self) -> Option<Theme> {
        Theme::parse(&self.hue, &self.vividness, &self.corner)
    }

    /// # Errors
    /// A message for the seller.
    pub fn parse(&self) -> Result<Theme, FormErrors> {
        self.theme()
            .ok_or_else(|| FormErrors::one("hue", "Choose a color, a strength and picture corners from this page."))
    }
}

impl ThemeChoices {
    pub fn new(theme: Theme) -> Self {
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
            stylesheet_url: format!(
                "/dashboard/shop/look.css?hue={}&vividness={}&corner={}",
                theme.hue,
                theme.vividness.as_str(),
                theme.corner.as_str()
            ),
        }
    }
}

/// `GET /dashboard/shop/look`: shows the theme in the address before it is saved.
async fn edit(request: SellerRequest, Query(form): Query<ThemeForm>) -> Result<HttpResponse> {
    let shop = request.own_shop().await?;
    let theme = form.theme().unwrap_or(shop.theme);
    show(&ThemePage::new(request.page, shop, theme, FormErrors::default()))
}

/// `POST /dashboard/shop/look`
async fn update(request: SellerRequest, Form(form): Form<ThemeForm>) -> Result<HttpResponse> {
    let theme = match form.parse() {
        Ok(theme) => theme,
        Err(errors) => {
            let shop = request.own_shop().await?;
            let theme = shop.theme;
            return invalid(&ThemePage::new(request.page, shop, theme, errors));
        }
    };
    let (id, now) = (request.who.shop.id, request.now());
    request.write(move |conn| Shop::set_theme(conn, id, theme, now)).await?;
    Flash::ok(&request.session, "Theme saved.")?;
    Ok(redirect("/dashboard/shop/look"))
}

/// `GET /dashboard/shop/look.css`: the style sheet of a theme that may not be saved.
async fn stylesheet(_: SignedIn, Query(form): Query<ThemeForm>) -> Result<HttpResponse> {
    let theme = form.theme().ok_or(Error::NotFound)?;
    let content_type = HeaderValue::from_static("text/css; charset=utf-8");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, content_type))
        .body(theme.css()))
}

impl ThemePage {
    fn new(page: Page, shop: Shop, theme: Theme, errors: FormErrors) -> Self {
        Self {
            page,
            choices: ThemeChoices::new(theme),
            errors,
            logo: branding_picture(&shop.logo),
            cover: branding_picture(&shop.shop_image),
            shop_name: shop.name,
        }
    }
}

/// None for a shop without this picture.
fn branding_picture(url: &str) -> Option<Picture> {
    Some(Picture::from_url(url)).filter(|picture| !picture.src.is_empty())
}
