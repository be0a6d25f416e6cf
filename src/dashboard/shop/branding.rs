//! The shop's branding: its logo and its cover.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::images::PendingImage;
use crate::shops::{Branding, Shop};
use crate::web::{Flash, SellerRequest, Upload, redirect};

/// The page that shows the branding.
const BRANDING: &str = "/dashboard/shop/look";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/shop/logo").route(web::post().to(update_logo)))
        .service(web::resource("/dashboard/shop/logo/removal").route(web::post().to(delete_logo)))
        .service(web::resource("/dashboard/shop/cover").route(web::post().to(update_cover)))
        .service(web::resource("/dashboard/shop/cover/removal").route(web::post().to(delete_cover)));
}

/// The form has a file only.
#[derive(Debug, Deserialize)]
struct NoFields {}

/// `POST /dashboard/shop/logo`
async fn update_logo(request: SellerRequest, upload: Upload<NoFields>) -> Result<HttpResponse> {
    update(request, upload, Branding::Logo).await
}

/// `POST /dashboard/shop/cover`
async fn update_cover(request: SellerRequest, upload: Upload<NoFields>) -> Result<HttpResponse> {
    update(request, upload, Branding::Cover).await
}

/// `POST /dashboard/shop/logo/removal`
async fn delete_logo(request: SellerRequest) -> Result<HttpResponse> {
    delete(request, Branding::Logo).await
}

/// `POST /dashboard/shop/cover/removal`
async fn delete_cover(request: SellerRequest) -> Result<HttpResponse> {
    delete(request, Branding::Cover).await
}

async fn update(request: SellerRequest, upload: Upload<NoFields>, branding: Branding) -> Result<HttpResponse> {
    let saved = save(&request, upload, branding).await;
    let message = |()| format!("Your shop has a new {}.", name(branding));
    // Nothing was typed that could be lost, so the message is shown after a redirect.
    Flash::result(&request.session, saved.map(message))?;
    Ok(redirect(BRANDING))
}

async fn save(request: &SellerRequest, upload: Upload<NoFields>, branding: Branding) -> Result<()> {
    let (services, seller) = (&request.services, request.context());
    let file = upload.files.into_iter().find(|file| !file.is_empty());
    let file = file.ok_or_else(|| Error::Refused("Choose a picture first, then upload it.".to_owned()))?;
    let received = services.pictures.receive(&services.db, seller.user, file, seller.now);
    let picture = received.await?.id;
    request
        .write(move |conn| {
            let picture = PendingImage::take(conn, seller.user, picture)?;
            Shop::set_branding(conn, seller.shop, branding, Some(picture), seller.now)
        })
        .await
}

async fn delete(request: SellerRequest, branding: Branding) -> Result<HttpResponse> {
    let seller = request.context();
    request
        .write(move |conn| Shop::set_branding(conn, seller.shop, branding, None, seller.now))
        .await?;
    let message = match branding {
        Branding::Logo => "Logo removed.",
        Branding::Cover => "Cover removed.",
    };
    Flash::ok(&request.session, message)?;
    Ok(redirect(BRANDING))
}

fn name(branding: Branding) -> &'static str {
    match branding {
        Branding::Logo => "logo",
        Branding::Cover => "cover",
    }
}
