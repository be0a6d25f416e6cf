//! Pictures that are uploaded before their product is saved.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::view::PictureCard;
use crate::error::{Error, Result};
use crate::images::{MAX_PICTURES, PendingImage, UploadedFile};
use crate::web::{Flash, SellerRequest, Upload, html, redirect};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/pictures").route(web::post().to(create)));
}

/// The form has files only.
#[derive(Deserialize)]
struct NoFields {}

/// The cards of the stored pictures, and why others were refused.
#[derive(Template)]
#[template(path = "dashboard/editor/pictures.html")]
struct PictureCards {
    cards: Vec<PictureCard>,
    refused: Vec<String>,
    max_pictures: usize,
}

/// The files of a form, stored or refused.
#[derive(Default)]
pub struct ReceivedPictures {
    pub images: Vec<PendingImage>,
    /// Messages for the seller.
    pub refused: Vec<String>,
}

/// `POST /dashboard/pictures`: stores pictures. The script that sent them gets their cards.
async fn create(request: SellerRequest, upload: Upload<NoFields>) -> Result<HttpResponse> {
    let received = ReceivedPictures::store(&request, upload.files, MAX_PICTURES).await?;
    if !request.page.htmx {
        if let Some(message) = received.refused.first() {
            Flash::warn(&request.session, message)?;
        }
        return Ok(redirect("/dashboard/products/new"));
    }
    let status = if received.images.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let view = PictureCards {
        cards: received.images.iter().map(PictureCard::from_pending).collect(),
        refused: received.refused,
        max_pictures: MAX_PICTURES,
    };
    html(status, view.render())
}

impl ReceivedPictures {
    /// Stores the pictures of a form, up to `room` of them.
    pub async fn store(request: &SellerRequest, files: Vec<UploadedFile>, room: usize) -> Result<Self> {
        let (services, seller) = (&request.services, request.context());
        let mut received = Self::default();
        for file in files.into_iter().filter(|file| file.field == "images") {
            if received.images.len() == room {
                received.refused.push(format!(
                    "A product can have {MAX_PICTURES} pictures. “{}” was not added.",
                    file.name
                ));
                continue;
            }
            let stored = services.pictures.receive(&services.db, seller.user, file, seller.now);
            match stored.await {
                Ok(image) => received.images.push(image),
                Err(Error::Refused(message)) => received.refused.push(message),
                Err(error) => return Err(error),
            }
        }
        Ok(received)
    }
}
