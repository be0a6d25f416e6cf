//! The list of the shop's rates: their order, and removing one.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use crate::direction::Direction;
use crate::error::Result;
use crate::id::ShippingRateId;
use crate::shipping::{MAX_RATES, ShippingRate};
use crate::web::{Flash, Form, Page, SellerRequest, redirect, show, view};

pub const LIST: &str = "/dashboard/shipping";

#[derive(Template)]
#[template(path = "dashboard/shipping/index.html")]
struct RatesPage {
    page: Page,
    rates: Vec<ShippingRate>,
    /// Whether the shop has as many rates as it may have.
    full: bool,
}

view!(RatesPage);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShiftForm {
    to: String,
}

/// `GET /dashboard/shipping`
pub async fn index(request: SellerRequest) -> Result<HttpResponse> {
    let shop = request.who.shop.id;
    let rates = request.read(move |conn| ShippingRate::of_shops(conn, &[shop])).await?;
    show(&RatesPage {
        page: request.page,
        full: rates.len() >= MAX_RATES,
        rates,
    })
}

/// `POST /dashboard/shipping/{rate}/removal`
pub async fn delete(request: SellerRequest, rate: Path<ShippingRateId>) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, *rate);
    let name = request.write(move |conn| ShippingRate::delete(conn, shop, id)).await?;
    redirect_to_list(
        &request.session,
        format!("Rate “{name}” removed. Buyers can no longer choose it."),
    )
}

/// `POST /dashboard/shipping/{rate}/shift`: moves the rate one position `up` or `down`.
pub async fn shift(
    request: SellerRequest,
    rate: Path<ShippingRateId>,
    Form(form): Form<ShiftForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (request.who.shop.id, *rate, request.now());
    let direction = Direction::parse(&form.to);
    request
        .write(move |conn| ShippingRate::shift(conn, shop, id, direction, now))
        .await?;
    Ok(redirect(LIST))
}

pub fn redirect_to_list(session: &Session, message: String) -> Result<HttpResponse> {
    Flash::ok(session, message)?;
    Ok(redirect(LIST))
}
