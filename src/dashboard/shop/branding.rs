//! The shop's pictures: its logo, and the cover above its page.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Data};
use serde::Deserialize;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::images::{PendingImage, Pictures};
use crate::shops::{Branding, Shop};
use crate::web::{Flash, Page, Seller, Upload, redirect};

const LOOK: &str = "/dashboard/shop/look";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/shop/logo").route(web::post().to(logo)))
        .service(web::resource("/dashboard/shop/logo/removal").route(web::post().to(no_logo)))
        .service(web::resource("/dashboard/shop/cover").route(web::post().to(cover)))
        .service(web::resource("/dashboard/shop/cover/removal").route(web::post().to(no_cover)));
}

#[derive(Debug, Deserialize)]
struct NoFields {}

/// What hanging a picture needs.
type Hanging = (Data<Db>, Data<Pictures>, Page, Session, Seller);

/// `POST /dashboard/shop/logo`
async fn logo(
    db: Data<Db>,
    pictures: Data<Pictures>,
    page: Page,
    session: Session,
    seller: Seller,
    upload: Upload<NoFields>,
) -> Result<HttpResponse> {
    hang((db, pictures, page, session, seller), upload, Branding::Logo).await
}

/// `POST /dashboard/shop/cover`
async fn cover(
    db: Data<Db>,
    pictures: Data<Pictures>,
    page: Page,
    session: Session,
    seller: Seller,
    upload: Upload<NoFields>,
) -> Result<HttpResponse> {
    hang((db, pictures, page, session, seller), upload, Branding::Cover).await
}

/// `POST /dashboard/shop/logo/removal`
async fn no_logo(db: Data<Db>, page: Page, session: Session, seller: Seller) -> Result<HttpResponse> {
    take_down(db, page, session, seller, Branding::Logo).await
}

/// `POST /dashboard/shop/cover/removal`
async fn no_cover(db: Data<Db>, page: Page, session: Session, seller: Seller) -> Result<HttpResponse> {
    take_down(db, page, session, seller, Branding::Cover).await
}

async fn hang(to: Hanging, upload: Upload<NoFields>, face: Branding) -> Result<HttpResponse> {
    let (db, pictures, page, session, seller) = to;
    let (id, owner, now) = (seller.shop.id, seller.visitor.user, page.now);
    let sent = upload.files.into_iter().find(|file| !file.is_empty());
    let received = match sent {
        Some(sent) => pictures.receive(&db, owner, sent, now).await,
        None => Err(Error::Refused("Choose a picture first, then send it.".to_owned())),
    };
    match received {
        Ok(picture) => {
            db.write(move |conn| {
                let picture = PendingImage::take(conn, owner, picture.id)?;
                Shop::set_branding(conn, id, face, Some(picture), now)
            })
            .await?;
            Flash::ok(&session, format!("Your shop has a new {}.", word(face)))?;
        }
        // There is nothing typed that could be lost: the page comes back with the reason.
        Err(Error::Refused(why)) => Flash::warn(&session, why)?,
        Err(error) => return Err(error),
    }
    Ok(redirect(LOOK))
}

async fn take_down(db: Data<Db>, page: Page, session: Session, seller: Seller, face: Branding) -> Result<HttpResponse> {
    let (id, now) = (seller.shop.id, page.now);
    db.write(move |conn| Shop::set_branding(conn, id, face, None, now))
        .await?;
    Flash::ok(&session, format!("The {} is taken down.", word(face)))?;
    Ok(redirect(LOOK))
}

fn word(face: Branding) -> &'static str {
    match face {
        Branding::Logo => "logo",
        Branding::Cover => "cover",
    }
}
