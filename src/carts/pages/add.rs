//! Adding to the cart, from a product's page.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::forms::quantity;
use crate::carts::{self, Added, Adding, Wanted};
use crate::catalog::pages::{Typed, show_again};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, Flash, Form, Page, Problems, html, redirect};

/// For htmx: the header's new number, and what happened.
#[derive(Template)]
#[template(path = "carts/added.html")]
struct AddedBlock {
    page: Page,
    message: String,
    held_back: bool,
}

/// `POST /cart/items`: puts pieces of a variant into the cart.
pub async fn create(
    db: Data<Db>,
    session: Session,
    page: Page,
    buyer: Buyer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let form = Typed::read(pairs);
    let mut problems = Problems::default();
    if form.variant.is_none() {
        problems.add("options", "Choose which one you want.");
    }
    let pieces = problems.keep("quantity", quantity(&form.quantity, 1));
    let (Some(variant), Some(pieces)) = (form.variant, pieces) else {
        return refused(&db, page, form, problems).await;
    };
    let wanted = Wanted {
        variant,
        quantity: pieces,
        answers: form.answers.clone(),
    };
    let (holder, now) = (buyer.holder(), page.now);
    let adding = db.note(move |conn| carts::add(conn, holder, &wanted, now)).await;
    match adding {
        Ok(Adding::Added(added)) => done(&session, page, buyer, added),
        Ok(Adding::Wrong(wrong)) => {
            for (field, message) in wrong {
                problems.add(format!("personalisation-{field}"), message);
            }
            refused(&db, page, form, problems).await
        }
        Err(Error::Refused(message)) => refused(&db, page, form, Problems::one("", message)).await,
        Err(error) => Err(error),
    }
}

fn done(session: &Session, mut page: Page, buyer: Buyer, added: Added) -> Result<HttpResponse> {
    if let Buyer::Guest(_) = buyer {
        remember_cart(session, added.cart, added.pieces)?;
    }
    if !page.htmx {
        if added.held_back {
            Flash::warn(session, added.message)?;
        } else {
            Flash::ok(session, added.message)?;
        }
        return Ok(redirect("/cart"));
    }
    page.in_cart = added.pieces;
    let block = AddedBlock {
        page,
        message: added.message,
        held_back: added.held_back,
    };
    html(StatusCode::OK, block.render())
}

/// The product's page again, with what was typed; without a product to show, the message alone.
async fn refused(db: &Data<Db>, page: Page, mut form: Typed, problems: Problems) -> Result<HttpResponse> {
    let first = problems.iter().next().map(|(_, message)| message.clone());
    let first = Error::Refused(first.unwrap_or_default());
    form.problems = problems;
    match show_again(db, page, form).await {
        Err(Error::NotFound) => Err(first),
        answer => answer,
    }
}
