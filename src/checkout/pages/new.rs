//! A first look at the checkout.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;

use super::form::CheckoutForm;
use super::view::{Said, show};
use crate::checkout::{SavedAddress, Till};
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
pub async fn new(till: Data<Till>, page: Page, buyer: Buyer, Query(asked): Query<Asked>) -> Result<HttpResponse> {
    let holder = buyer.holder();
    let saved = match buyer {
        Buyer::User(user) => till.db.read(move |conn| SavedAddress::of(conn, user)).await?,
        Buyer::Guest(_) => Vec::new(),
    };
    let wanted = asked.address.parse().ok().map(AddressId);
    let chosen = saved.iter().find(|one| Some(one.id) == wanted).or(saved.first());
    let only = asked.shop.parse().ok().map(ShopId);
    let form = CheckoutForm::fresh(&page, chosen, only)?;
    show(&till, page, holder, form, StatusCode::OK, Said::default()).await
}
