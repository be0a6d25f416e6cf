//! Changes of the cart: quantities, clearing, putting back, and the country of delivery.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::forms::{CountryForm, QuantityForm};
use super::show::{CartNotice, CartPage};
use crate::carts::{self, CartItem, QuantityChange};
use crate::error::{Error, Result};
use crate::id::CartItemId;
use crate::text::Country;
use crate::web::cart_cookie::remember_country;
use crate::web::{BuyerRequest, Flash, Form, invalid, redirect};

/// `POST /cart/items/{item}`: sets the quantity of a line. 0 removes the line; it can be put back for a while.
pub async fn update(
    request: BuyerRequest,
    item: Path<CartItemId>,
    Form(form): Form<QuantityForm>,
) -> Result<HttpResponse> {
    let item = item.into_inner();
    let cart_owner = request.who.cart_owner().ok_or(Error::NotFound)?;
    let now = request.now();
    let outcome = match form.quantity() {
        Ok(quantity) => {
            let set = request.write_uncached(move |conn| carts::set_quantity(conn, cart_owner, item, quantity, now));
            set.await
        }
        Err(message) => {
            // A line of another cart is not found, whatever was entered.
            request.read(move |conn| CartItem::find(conn, cart_owner, item)).await?;
            Err(Error::Refused(message))
        }
    };
    match outcome {
        Ok(QuantityChange::Set | QuantityChange::Removed) => respond(request, None).await,
        Ok(QuantityChange::Limited(message)) => {
            let notice = CartNotice {
                item: Some(item),
                message,
                refused: false,
            };
            respond(request, Some(notice)).await
        }
        Err(error) => {
            let again = async |request, errors| {
                let notice = CartNotice::refused(Some(item), &errors);
                CartPage::load(request, Some(notice)).await
            };
            request.respond_to_error(error, again).await
        }
    }
}

/// `POST /cart/clear`: removes every line. They can be put back for a while.
pub async fn clear(request: BuyerRequest) -> Result<HttpResponse> {
    if let Some(cart_owner) = request.who.cart_owner() {
        let now = request.now();
        request
            .write_uncached(move |conn| carts::clear(conn, cart_owner, now))
            .await?;
    }
    respond(request, None).await
}

/// `POST /cart/restoration`: puts back the lines that were removed a short time ago.
pub async fn restore(request: BuyerRequest) -> Result<HttpResponse> {
    if let Some(cart_owner) = request.who.cart_owner() {
        let now = request.now();
        request
            .write_uncached(move |conn| carts::restore(conn, cart_owner, now))
            .await?;
    }
    respond(request, None).await
}

/// `POST /cart/country`: the country of delivery, for the delivery prices.
pub async fn country(mut request: BuyerRequest, Form(form): Form<CountryForm>) -> Result<HttpResponse> {
    let Some(country) = Country::by_code(&form.country) else {
        let notice = CartNotice {
            item: None,
            message: "Choose a country from the list.".to_owned(),
            refused: true,
        };
        return invalid(&CartPage::load(request, Some(notice)).await?);
    };
    remember_country(&request.session, country)?;
    request.page.country = country;
    respond(request, None).await
}

/// After a change: htmx gets the cart's block, everyone else is sent to the cart.
async fn respond(request: BuyerRequest, notice: Option<CartNotice>) -> Result<HttpResponse> {
    let flash = notice.as_ref().map(|notice| notice.message.clone());
    let to_cart = |request: &BuyerRequest| {
        if let Some(message) = flash {
            Flash::warn(&request.session, message)?;
        }
        Ok(redirect("/cart"))
    };
    let block = async |request| CartPage::load(request, notice).await;
    request.respond_with_block(to_cart, block).await
}
