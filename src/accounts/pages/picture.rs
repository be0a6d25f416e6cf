//! The profile picture.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use serde::Deserialize;

use super::context::Desk;
use super::profile::{ProfileForm, answer};
use crate::accounts::{Event, EventKind, User};
use crate::error::{Error, Result};
use crate::images::{PendingImage, Pictures, Removal};
use crate::web::{Flash, FormErrors, Page, SignedIn, Upload, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/account/picture").route(web::post().to(update)))
        .service(web::resource("/account/picture/removal").route(web::post().to(remove)));
}

/// The field of the file.
const FIELD: &str = "image";

/// There is nothing but the file.
#[derive(Debug, Deserialize)]
struct PictureForm {}

/// `POST /account/picture`
async fn update(
    visitor: SignedIn,
    desk: Desk,
    page: Page,
    session: Session,
    pictures: Data<Pictures>,
    upload: Upload<PictureForm>,
) -> Result<HttpResponse> {
    let (id, origin, now) = (visitor.user, desk.origin, page.now);
    let mut files = upload.files.into_iter().filter(|file| file.field == FIELD);
    let received = match (files.next(), files.next()) {
        (Some(file), None) => pictures.receive(&desk.db, id, file, now).await,
        (None, _) => Err(Error::Refused("Choose a picture first.".into())),
        (Some(_), Some(_)) => Err(Error::Refused("Choose one picture only.".into())),
    };
    let image = match received {
        Ok(image) => image.id,
        Err(Error::Refused(why)) => {
            let user = desk.db.read(move |conn| User::find(conn, id)).await?;
            let errors = FormErrors::one(FIELD, why);
            return answer(
                StatusCode::UNPROCESSABLE_ENTITY,
                page,
                &user,
                ProfileForm::of(&user),
                errors,
            );
        }
        Err(error) => return Err(error),
    };
    desk.db
        .write(move |conn| {
            let image = PendingImage::take(conn, id, image)?;
            let before = User::set_face(conn, id, &image.url, now)?;
            Removal::enqueue(conn, &before, now)?;
            Event::record(conn, id, EventKind::ProfileChanged, "", &origin, now)
        })
        .await?;
    Flash::ok(&session, "This is your new picture.")?;
    Ok(redirect("/account"))
}

/// `POST /account/picture/removal`
async fn remove(visitor: SignedIn, desk: Desk, page: Page, session: Session) -> Result<HttpResponse> {
    let (id, origin, now) = (visitor.user, desk.origin, page.now);
    desk.db
        .write(move |conn| {
            let before = User::set_face(conn, id, "", now)?;
            if before.is_empty() {
                return Ok(());
            }
            Removal::enqueue(conn, &before, now)?;
            Event::record(conn, id, EventKind::ProfileChanged, "", &origin, now)
        })
        .await?;
    Flash::ok(&session, "Your picture is gone.")?;
    Ok(redirect("/account"))
}
