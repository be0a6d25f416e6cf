//! A first look at the checkout.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use super::form::CheckoutForm;
use super::view::{Said, show};
use crate::checkout::{PaymentProcessor, SavedAddress};
use crate::error::Result;
use crate::id::{AddressId, ShopId};
use crate::web::{Buyer, Page, Query};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// One shop's part alone.
    shop: String,
    /// One of the addresses that were kept.
    address: String,
}

/// `GET /checkout`
pub async fn new(
    processor: Data<PaymentProcessor>,
    page: Page,
    buyer: Buyer,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let cart_owner = buyer.cart_owner();
    let saved = match buyer {
        Buyer::User(user) => processor.db.read(move |conn| SavedAddress::of_user(conn, user)).await?,
        Buyer::Guest(_) => Vec::new(),
    };
    let wanted = asked.address.parse().ok().map(AddressId);
    let chosen = saved.iter().find(|one| Some(one.id) == wanted).or(saved.first());
    let only = asked.shop.parse().ok().map(ShopId);
    let form = CheckoutForm::fresh(&page, chosen, only)?;
    show(&processor, page, cart_owner, form, StatusCode::OK, Said::default()).await
}
