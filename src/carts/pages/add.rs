//! Adding to the cart, from a product's page.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::forms::quantity;
use crate::carts::{self, AddOutcome, Added, NewItem};
use crate::catalog::pages::{Typed, show_again};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, Flash, Form, FormErrors, Page, html, redirect};

/// For htmx: the header's new number, and what happened.
#[derive(Template)]
#[template(path = "carts/added.html")]
struct AddedBlock {
    page: Page,
    message: String,
    limited: bool,
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
    let mut errors = FormErrors::default();
    if form.variant.is_none() {
        errors.add("options", "Choose which one you want.");
    }
    let pieces = errors.check("quantity", quantity(&form.quantity, 1));
    let (Some(variant), Some(pieces)) = (form.variant, pieces) else {
        return refused(&db, page, form, errors).await;
    };
    let wanted = NewItem {
        variant,
        quantity: pieces,
        answers: form.answers.clone(),
    };
    let (cart_owner, now) = (buyer.cart_owner(), page.now);
    let adding = db
        .write_uncached(move |conn| carts::add(conn, cart_owner, &wanted, now))
        .await;
    match adding {
        Ok(AddOutcome::Added(added)) => done(&session, page, buyer, added),
        Ok(AddOutcome::Wrong(wrong)) => {
            for (field, message) in wrong {
                errors.add(format!("personalization-{field}"), message);
            }
            refused(&db, page, form, errors).await
        }
        Err(Error::Refused(message)) => refused(&db, page, form, FormErrors::one("", message)).await,
        Err(error) => Err(error),
    }
}

fn done(session: &Session, mut page: Page, buyer: Buyer, added: Added) -> Result<HttpResponse> {
    if let Buyer::Guest(_) = buyer {
        remember_cart(session, added.cart, added.pieces)?;
    }
    if !page.htmx {
        if added.limited {
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
        limited: added.limited,
    };
    html(StatusCode::OK, block.render())
}

/// The product's page again, with what was typed; without a product to show, the message alone.
async fn refused(db: &Data<Db>, page: Page, mut form: Typed, errors: FormErrors) -> Result<HttpResponse> {
    let first = errors.iter().next().map(|(_, message)| message.clone());
    let first = Error::Refused(first.unwrap_or_default());
    form.errors = errors;
    match show_again(db, page, form).await {
        Err(Error::NotFound) => Err(first),
        answer => answer,
    }
}
