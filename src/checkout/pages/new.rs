//! Opening the checkout.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::checkout_page::{CheckoutPage, Notices};
use super::form::CheckoutForm;
use crate::checkout::SavedAddress;
use crate::error::Result;
use crate::id::{AddressId, ShopId};
use crate::web::{Buyer, BuyerRequest, Query, show};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CheckoutParams {
    /// Pay for this shop's part only.
    shop: String,
    /// The saved address to fill in.
    address: String,
}

/// `GET /checkout`
pub async fn new(request: BuyerRequest, Query(params): Query<CheckoutParams>) -> Result<HttpResponse> {
    let saved = match request.who {
        Buyer::User(user) => request.read(move |conn| SavedAddress::of_user(conn, user)).await?,
        Buyer::Guest(_) => Vec::new(),
    };
    let id = params.address.parse().ok().map(AddressId);
    let chosen = saved.iter().find(|saved| Some(saved.id) == id).or(saved.first());
    let only_shop = params.shop.parse().ok().map(ShopId);
    let form = CheckoutForm::new(&request.page, chosen, only_shop)?;
    show(&CheckoutPage::load(request, form, Notices::default()).await?)
}
