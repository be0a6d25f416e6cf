//! Pictures on their way to a product: kept for whoever sent them until a product takes them.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use chrono::NaiveDateTime;
use serde::Deserialize;

use super::view::Shot;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::images::{MAX_PICTURES, PendingImage, Pictures, UploadedFile};
use crate::web::{Flash, Page, Seller, Upload, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/pictures").route(web::post().to(create)));
}

/// Nothing but pictures is sent here.
#[derive(Deserialize)]
struct NoFields {}

/// The cards of the pictures that came, and why others did not.
#[derive(Template)]
#[template(path = "dashboard/editor/pictures.html")]
struct Cards {
    shots: Vec<Shot>,
    refused: Vec<String>,
    most_pictures: usize,
}

/// What came of the files of a form.
#[derive(Default)]
pub struct Received {
    pub ids: Vec<ImageId>,
    pub images: Vec<PendingImage>,
    pub refused: Vec<String>,
}

/// `POST /dashboard/pictures`: keeps pictures, and gives back their cards.
async fn create(
    db: Data<Db>,
    pictures: Data<Pictures>,
    session: Session,
    page: Page,
    seller: Seller,
    upload: Upload<NoFields>,
) -> Result<HttpResponse> {
    let owner = seller.visitor.user;
    let received = receive(&db, &pictures, owner, upload.files, MAX_PICTURES, page.now).await?;
    if !page.htmx {
        if let Some(why) = received.refused.first() {
            Flash::warn(&session, why)?;
        }
        return Ok(redirect("/dashboard/products/new"));
    }
    let shot = |image: &PendingImage| Shot {
        id: image.id.to_string(),
        picture: image.picture(),
        alt: String::new(),
        error: String::new(),
    };
    let status = if received.images.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let view = Cards {
        shots: received.images.iter().map(shot).collect(),
        refused: received.refused,
        most_pictures: MAX_PICTURES,
    };
    html(status, view.render())
}

/// Keeps the pictures of a form, as many as there is room for.
pub async fn receive(
    db: &Db,
    pictures: &Pictures,
    owner: UserId,
    files: Vec<UploadedFile>,
    room: usize,
    now: NaiveDateTime,
) -> Result<Received> {
    let mut received = Received::default();
    for file in files.into_iter().filter(|file| file.field == "images") {
        if received.ids.len() == room {
            let why = format!(
                "A product has {MAX_PICTURES} pictures at most. “{}” was left out.",
                file.name
            );
            received.refused.push(why);
            continue;
        }
        match pictures.receive(db, owner, file, now).await {
            Ok(image) => {
                received.ids.push(image.id);
                received.images.push(image);
            }
            Err(Error::Refused(why)) => received.refused.push(why),
            Err(error) => return Err(error),
        }
    }
    Ok(received)
}
