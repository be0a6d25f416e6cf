//! Deletes a product that was never sold.

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;

use super::params::LIST;
use crate::catalog::{Product, ProductState};
use crate::error::Result;
use crate::id::ProductId;
use crate::web::{Flash, FormErrors, Page, SellerRequest, get, redirect, show as show_page, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/dashboard/products/{id}/removal")
            .route(get().to(show))
            .route(web::post().to(delete)),
    );
}

#[derive(Template)]
#[template(path = "dashboard/products/delete.html")]
struct DeletePage {
    page: Page,
    shop: String,
    id: ProductId,
    title: String,
    sold: bool,
    archived: bool,
    errors: FormErrors,
}

view!(DeletePage);

/// `GET /dashboard/products/{id}/removal`: asks for confirmation.
async fn show(request: SellerRequest, id: Path<ProductId>) -> Result<HttpResponse> {
    show_page(&DeletePage::load(request, *id, FormErrors::default()).await?)
}

/// `POST /dashboard/products/{id}/removal`
async fn delete(request: SellerRequest, id: Path<ProductId>) -> Result<HttpResponse> {
    let (seller, id) = (request.context(), *id);
    let deleted = request.write(move |conn| Product::delete(conn, seller, id)).await;
    request
        .respond_to_form(
            deleted,
            |request, ()| {
                Flash::ok(&request.session, "Product deleted.")?;
                Ok(redirect(LIST))
            },
            async |request, errors| DeletePage::load(request, id, errors).await,
        )
        .await
}

impl DeletePage {
    async fn load(request: SellerRequest, id: ProductId, errors: FormErrors) -> Result<Self> {
        let shop = request.who.shop.id;
        let (product, sold) = request
            .read(move |conn| Ok((Product::of_shop(conn, shop, id)?, Product::was_sold(conn, id)?)))
            .await?;
        Ok(Self {
            page: request.page,
            shop: request.who.shop.name,
            id,
            title: product.content.title,
            sold,
            archived: product.state == ProductState::Archived,
            errors,
        })
    }
}
