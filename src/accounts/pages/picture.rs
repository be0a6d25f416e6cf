//! The profile picture.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::profile::{ProfileForm, ProfilePage};
use crate::accounts::{ActionContext, EventKind, User};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::images::{PendingImage, Removal};
use crate::web::{Flash, FormErrors, Upload, UserRequest, redirect};

/// The form field of the file.
const FIELD: &str = "image";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/account/picture").route(web::post().to(update)))
        .service(web::resource("/account/picture/removal").route(web::post().to(delete)));
}

/// The form has no fields except the file.
#[derive(Debug, Deserialize)]
struct PictureForm {}

/// `POST /account/picture`
async fn update(request: UserRequest, upload: Upload<PictureForm>) -> Result<HttpResponse> {
    let saved = save_picture(&request, upload).await;
    request
        .respond_to_form(
            saved,
            |request, ()| {
                Flash::ok(&request.session, "Picture saved.")?;
                Ok(redirect("/account"))
            },
            async |request, errors| {
                let errors = FormErrors::one(FIELD, errors.get(""));
                let id = request.who.user;
                let user = request.read(move |conn| User::find(conn, id)).await?;
                let form = ProfileForm::from(&user);
                Ok(ProfilePage::new(request.page, &user, form, errors))
            },
        )
        .await
}

async fn save_picture(request: &UserRequest, upload: Upload<PictureForm>) -> Result<()> {
    let (user, services) = (request.who.user, &request.services);
    let mut files = upload.files.into_iter().filter(|file| file.field == FIELD);
    let received = match (files.next(), files.next()) {
        (Some(file), None) => services.pictures.receive(&services.db, user, file, request.now()).await,
        (None, _) => Err(Error::Refused("Choose a picture first.".into())),
        (Some(_), Some(_)) => Err(Error::Refused("Choose only one picture.".into())),
    };
    let (action, image) = (request.action()?, received?.id);
    request
        .write(move |conn| {
            let image = PendingImage::take(conn, user, image)?;
            let previous = User::set_profile_image(conn, user, &image.url, action.now)?;
            discard_picture(conn, &action, user, &previous)
        })
        .await
}

/// `POST /account/picture/removal`
async fn delete(request: UserRequest) -> Result<HttpResponse> {
    let (action, user) = (request.action()?, request.who.user);
    request
        .write(move |conn| {
            let previous = User::set_profile_image(conn, user, "", action.now)?;
            if previous.is_empty() {
                return Ok(());
            }
            discard_picture(conn, &action, user, &previous)
        })
        .await?;
    Flash::ok(&request.session, "Picture removed.")?;
    Ok(redirect("/account"))
}

/// Schedules the removal of the previous picture's files and records the change.
fn discard_picture(conn: &mut Conn, action: &ActionContext, user: UserId, previous: &str) -> Result<()> {
    Removal::enqueue(conn, previous, action.now)?;
    action.record(conn, user, EventKind::ProfileChanged)
}
