//! One purchase's page: what was bought, where it is, and what can still be done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::access::Key;
use super::claim_option::Keeping;
use super::view::Whole;
use crate::db::Db;
use crate::error::Result;
use crate::text::when;
use crate::web::{FormErrors, Page, html};

#[derive(Template)]
#[template(path = "orders/show.html")]
pub struct OrderPage {
    page: Page,
    whole: Whole,
    base: String,
    placed: String,
    /// What a guest can do to have it among their own orders.
    keeping: Keeping,
    errors: FormErrors,
}

impl OrderPage {
    /// A guest's page stands alone; a buyer's stands in the dashboard.
    fn alone(&self) -> bool {
        self.base.starts_with("/orders/")
    }
}

/// `GET /dashboard/orders/{number}` and `GET /orders/{number}/{token}`
pub async fn show(db: Data<Db>, page: Page, key: Key) -> Result<HttpResponse> {
    answer(&db, StatusCode::OK, page, &key, FormErrors::default()).await
}

/// The page, perhaps with what was wrong with a form of it.
pub async fn answer(db: &Db, status: StatusCode, page: Page, key: &Key, errors: FormErrors) -> Result<HttpResponse> {
    let (asked, visitor) = (key.clone(), page.visitor.clone());
    let (whole, keeping) = db
        .read(move |conn| {
            let purchase = asked.open(conn)?;
            let keeping = if asked.is_link() {
                Keeping::of(conn, &purchase, visitor.as_deref())?
            } else {
                Keeping::Kept
            };
            Ok((Whole::read(conn, purchase)?, keeping))
        })
        .await?;
    let view = OrderPage {
        page,
        base: key.base(),
        placed: when(whole.purchase.placed()),
        whole,
        keeping,
        errors,
    };
    html(status, view.render()).map(|answer| key.seal(answer))
}
