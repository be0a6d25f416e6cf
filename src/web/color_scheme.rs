//! The color scheme, light or dark: the visitor's choice, stored in the cookie, or the system's.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use serde::Deserialize;

use super::{Form, Site, local, redirect};
use crate::error::{Error, Result};
use crate::string_enum::string_enum;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/theme").route(web::post().to(update)));
}

string_enum! {
    ColorScheme { Light = "light", Dark = "dark" }
}

const KEY: &str = "theme";

impl ColorScheme {
    pub fn chosen(session: &Session) -> Option<Self> {
        let word: String = session.get(KEY).ok().flatten()?;
        Self::parse(&word)
    }
}

#[derive(Deserialize)]
struct ColorSchemeForm {
    #[serde(default, rename = "theme")]
    color_scheme: String,
    #[serde(default)]
    next: String,
}

/// `POST /theme`: sets `light` or `dark`; anything else means the system's. Redirects to `next`.
async fn update(session: Session, site: Data<Site>, form: Form<ColorSchemeForm>) -> Result<HttpResponse> {
    let Form(ColorSchemeForm { color_scheme, next }) = form;
    if let Some(color_scheme) = ColorScheme::parse(&color_scheme) {
        session
            .insert(KEY, color_scheme.as_str())
            .map_err(|error| Error::internal(error, "the color scheme could not be stored in the cookie"))?;
    } else {
        session.remove(KEY);
    }
    Ok(redirect(&local(&next, &site.public_url)))
}
