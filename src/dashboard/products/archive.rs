//! Archives, restores and duplicates one product, and undoes an archiving.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;

use super::params::ListFilter;
use crate::catalog::{BulkSelection, Product};
use crate::error::Result;
use crate::id::ProductId;
use crate::web::{Flash, Form, SellerRequest, Undo, redirect};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/products/restoration").route(web::post().to(undo_archive)))
        .service(web::resource("/dashboard/products/{id}/archive").route(web::post().to(archive)))
        .service(web::resource("/dashboard/products/{id}/restoration").route(web::post().to(restore)))
        .service(web::resource("/dashboard/products/{id}/duplicate").route(web::post().to(duplicate)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BackForm {
    back: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UndoForm {
    /// The time of the archiving, in microseconds since 1970.
    at: String,
    back: String,
}

/// Restores everything that was archived at this time.
pub fn undo(at: NaiveDateTime, filter: &ListFilter) -> Undo {
    Undo {
        action: "/dashboard/products/restoration".to_owned(),
        fields: vec![
            ("at".to_owned(), at.and_utc().timestamp_micros().to_string()),
            ("back".to_owned(), filter.url()),
        ],
    }
}

/// `POST /dashboard/products/{id}/archive`
async fn archive(request: SellerRequest, id: Path<ProductId>, Form(form): Form<BackForm>) -> Result<HttpResponse> {
    let (seller, id, filter) = (request.context(), *id, ListFilter::from_url(&form.back));
    let archived = request
        .write(move |conn| BulkSelection::of_shop(conn, seller.shop, &[id])?.archive(conn, seller.now))
        .await?;
    if archived > 0 {
        let undo = undo(seller.now, &filter);
        Flash::with_undo(&request.session, "Archived. Buyers no longer see it.", undo)?;
    } else {
        Flash::ok(&request.session, "It was already archived.")?;
    }
    Ok(redirect(&filter.url()))
}

/// `POST /dashboard/products/{id}/restoration`
async fn restore(request: SellerRequest, id: Path<ProductId>, Form(form): Form<BackForm>) -> Result<HttpResponse> {
    let (seller, id) = (request.context(), *id);
    let restored = request
        .write(move |conn| BulkSelection::of_shop(conn, seller.shop, &[id])?.restore(conn, seller.now))
        .await?;
    flash_restored(&request.session, restored)?;
    Ok(redirect(&ListFilter::from_url(&form.back).url()))
}

/// `POST /dashboard/products/restoration`: restores everything that was archived at one time.
async fn undo_archive(request: SellerRequest, Form(form): Form<UndoForm>) -> Result<HttpResponse> {
    let seller = request.context();
    let latest = seller.now.and_utc().timestamp_micros();
    let micros = form.at.parse().ok().filter(|micros| (0..=latest).contains(micros));
    let restored = match micros.and_then(DateTime::from_timestamp_micros) {
        Some(at) => {
            let archived = move |conn: &mut _| BulkSelection::archived_at(conn, seller.shop, at.naive_utc());
            request
                .write(move |conn| archived(conn)?.restore(conn, seller.now))
                .await?
        }
        None => 0,
    };
    flash_restored(&request.session, restored)?;
    Ok(redirect(&ListFilter::from_url(&form.back).url()))
}

/// `POST /dashboard/products/{id}/duplicate`
async fn duplicate(request: SellerRequest, id: Path<ProductId>) -> Result<HttpResponse> {
    let (seller, id) = (request.context(), *id);
    let copy = request.write(move |conn| Product::duplicate(conn, seller, id)).await?;
    Flash::ok(
        &request.session,
        "This is the copy, a draft that only you can see. It has no stock yet.",
    )?;
    Ok(redirect(&format!("/dashboard/products/{copy}/edit")))
}

fn flash_restored(session: &Session, count: usize) -> Result<()> {
    match count {
        0 => Flash::warn(
            session,
            "There was nothing to restore. It was changed or restored before.",
        ),
        1 => Flash::ok(session, "Restored."),
        _ => Flash::ok(session, format!("{} restored.", count_products(count))),
    }
}

/// `1 product`, `3 products`.
pub fn count_products(count: usize) -> String {
    format!("{count} product{}", if count == 1 { "" } else { "s" })
}
