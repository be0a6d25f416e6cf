//! Adding to the cart from a product's page.

use actix_web::HttpResponse;
use askama::Template;

use super::forms::parse_quantity;
use crate::carts::{self, AddOutcome, Added, NewItem};
use crate::catalog::pages::{AddToCartForm, show_again};
use crate::error::{Error, Result};
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, BuyerRequest, Flash, Form, FormErrors, Page, redirect, view};

/// For htmx: the number in the header, and what was added.
#[derive(Template)]
#[template(path = "carts/added.html")]
struct AddedBlock {
    page: Page,
    message: String,
    limited: bool,
}

view!(AddedBlock);

/// `POST /cart/items`: adds a variant to the cart.
pub async fn create(request: BuyerRequest, Form(pairs): Form<Vec<(String, String)>>) -> Result<HttpResponse> {
    let form = AddToCartForm::from_pairs(pairs);
    let mut errors = FormErrors::default();
    if form.variant.is_none() {
        errors.add("options", "Choose an option.");
    }
    let quantity = errors.check("quantity", parse_quantity(&form.quantity, 1));
    let (Some(variant), Some(quantity)) = (form.variant, quantity) else {
        return refuse(request, form, errors).await;
    };
    let new_item = NewItem {
        variant,
        quantity,
        answers: form.answers.clone(),
    };
    let (cart_owner, now) = (request.who.cart_owner(), request.now());
    let outcome = request
        .write_uncached(move |conn| carts::add(conn, cart_owner, &new_item, now))
        .await;
    let errors = match outcome {
        Ok(AddOutcome::Added(added)) => return respond_added(request, added).await,
        Ok(AddOutcome::InvalidAnswers(answers)) => {
            for (field, message) in answers {
                errors.add(format!("personalization-{field}"), message);
            }
            errors
        }
        Err(Error::Refused(message)) => FormErrors::one("", message),
        Err(error) => return Err(error),
    };
    refuse(request, form, errors).await
}

async fn respond_added(mut request: BuyerRequest, added: Added) -> Result<HttpResponse> {
    if let Buyer::Guest(_) = request.who {
        remember_cart(&request.session, added.cart, added.item_count)?;
    }
    request.page.in_cart = added.item_count;
    let Added { message, limited, .. } = added;
    let flash = message.clone();
    let to_cart = |request: &BuyerRequest| {
        if limited {
            Flash::warn(&request.session, flash)?;
        } else {
            Flash::ok(&request.session, flash)?;
        }
        Ok(redirect("/cart"))
    };
    let block = async |request: BuyerRequest| {
        Ok(AddedBlock {
            page: request.page,
            message,
            limited,
        })
    };
    request.respond_with_block(to_cart, block).await
}

/// The product's page again, with what was entered. The message alone if there is no product to show.
async fn refuse(request: BuyerRequest, form: AddToCartForm, errors: FormErrors) -> Result<HttpResponse> {
    let first = errors.iter().next().map(|(_, message)| message.clone());
    match show_again(request, form, errors).await {
        Err(Error::NotFound) => Err(Error::Refused(first.unwrap_or_default())),
        response => response,
    }
}
