//! A product deleted for good, if it was never sold.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};
use askama::Template;

use super::params::LIST;
use crate::catalog::{Product, ProductState, StoredProduct};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::web::{Flash, FormErrors, Page, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/dashboard/products/{id}/removal")
            .route(get().to(show))
            .route(web::post().to(remove)),
    );
}

#[derive(Template)]
#[template(path = "dashboard/products/delete.html")]
struct RemovalPage {
    page: Page,
    shop: String,
    id: ProductId,
    title: String,
    sold: bool,
    archived: bool,
    errors: FormErrors,
}

/// `GET /dashboard/products/{id}/removal`: what would happen.
async fn show(db: Data<Db>, page: Page, seller: Seller, id: Path<i64>) -> Result<HttpResponse> {
    answer(&db, page, &seller, ProductId(*id), FormErrors::default()).await
}

/// `POST /dashboard/products/{id}/removal`
async fn remove(db: Data<Db>, session: Session, page: Page, seller: Seller, id: Path<i64>) -> Result<HttpResponse> {
    let (shop, id, now) = (seller.shop.id, ProductId(*id), page.now);
    match db.write(move |conn| Product::remove(conn, shop, id, now)).await {
        Ok(()) => {
            Flash::ok(&session, "The product is deleted.")?;
            Ok(redirect(LIST))
        }
        Err(Error::Refused(why)) => answer(&db, page, &seller, id, FormErrors::one("", why)).await,
        Err(error) => Err(error),
    }
}

async fn answer(db: &Db, page: Page, seller: &Seller, id: ProductId, errors: FormErrors) -> Result<HttpResponse> {
    let shop = seller.shop.id;
    let (product, sold) = db
        .read(move |conn| Ok((StoredProduct::of_shop(conn, shop, id)?, Product::was_sold(conn, id)?)))
        .await?;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = RemovalPage {
        page,
        shop: seller.shop.name.clone(),
        id,
        title: product.title,
        sold,
        archived: product.state == ProductState::Archived,
        errors,
    };
    html(status, view.render())
}
