//! One product archived, brought back, copied; and an archiving undone.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path};
use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;

use super::params::Asked;
use crate::catalog::{BulkSelection, Product};
use crate::db::Db;
use crate::error::Result;
use crate::id::ProductId;
use crate::web::{Flash, Form, Page, Seller, Undo, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/products/restoration").route(web::post().to(undo_archive)))
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
    /// The moment of the archiving, in microseconds.
    at: String,
    back: String,
}

/// What brings back all that was archived in this moment.
pub fn undo(at: NaiveDateTime, asked: &Asked) -> Undo {
    Undo {
        action: "/dashboard/products/restoration".to_owned(),
        fields: vec![
            ("at".to_owned(), at.and_utc().timestamp_micros().to_string()),
            ("back".to_owned(), asked.here()),
        ],
    }
}

/// `POST /dashboard/products/{id}/archive`
async fn archive(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    id: Path<i64>,
    Form(form): Form<BackForm>,
) -> Result<HttpResponse> {
    let (shop, id, now, asked) = (seller.shop.id, ProductId(*id), page.now, Asked::back(&form.back));
    let done = db
        .write(move |conn| BulkSelection::of_shop(conn, shop, &[id])?.archive(conn, now))
        .await?;
    if done > 0 {
        Flash::with_undo(&session, "Archived. Nobody else sees it now.", undo(now, &asked))?;
    } else {
        Flash::ok(&session, "It was archived already.")?;
    }
    Ok(redirect(&asked.here()))
}

/// `POST /dashboard/products/{id}/restoration`
async fn restore(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    id: Path<i64>,
    Form(form): Form<BackForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (seller.shop.id, ProductId(*id), page.now);
    let done = db
        .write(move |conn| BulkSelection::of_shop(conn, shop, &[id])?.restore(conn, now))
        .await?;
    told(&session, done)?;
    Ok(redirect(&Asked::back(&form.back).here()))
}

/// `POST /dashboard/products/restoration`: what was archived in one moment is as it was.
async fn undo_archive(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    Form(form): Form<UndoForm>,
) -> Result<HttpResponse> {
    let (shop, now) = (seller.shop.id, page.now);
    let at = form
        .at
        .parse()
        .ok()
        .filter(|micros| (0..=now.and_utc().timestamp_micros()).contains(micros));
    let done = match at.and_then(DateTime::from_timestamp_micros) {
        Some(at) => {
            db.write(move |conn| BulkSelection::archived_at(conn, shop, at.naive_utc())?.restore(conn, now))
                .await?
        }
        None => 0,
    };
    told(&session, done)?;
    Ok(redirect(&Asked::back(&form.back).here()))
}

/// `POST /dashboard/products/{id}/duplicate`
async fn duplicate(db: Data<Db>, session: Session, page: Page, seller: Seller, id: Path<i64>) -> Result<HttpResponse> {
    let (shop, owner, id, now) = (seller.shop.id, seller.visitor.user, ProductId(*id), page.now);
    let copy = db
        .write(move |conn| Product::duplicate(conn, shop, owner, id, now))
        .await?;
    let told = "This is the copy, a draft that only you see. Nothing of it is in stock yet.";
    Flash::ok(&session, told)?;
    Ok(redirect(&format!("/dashboard/products/{copy}/edit")))
}

fn told(session: &Session, done: usize) -> Result<()> {
    match done {
        0 => Flash::warn(
            session,
            "There was nothing to bring back: it was changed or brought back before.",
        ),
        1 => Flash::ok(session, "It is as it was before."),
        _ => Flash::ok(session, format!("{} are as they were before.", counted(done))),
    }
}

/// `1 product`, `3 products`.
pub fn counted(count: usize) -> String {
    format!("{count} product{}", if count == 1 { "" } else { "s" })
}
