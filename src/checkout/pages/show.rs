//! A purchase's own page: waiting for the provider, declined, or thanks.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use super::form::CheckoutForm;
use super::new::{self, Said};
use crate::carts::{self, Holder};
use crate::checkout::{Checkout, Standing, Till};
use crate::error::{Error, Result};
use crate::images::Picture;
use crate::orders::{Order, Shipment};
use crate::shipping::Arrival;
use crate::text::Country;
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, Page, Problems, html};

#[derive(Template)]
#[template(path = "checkout/waiting.html")]
struct WaitingPage {
    page: Page,
    checkout: Checkout,
}

#[derive(Template)]
#[template(path = "checkout/thanks.html")]
struct ThanksPage {
    page: Page,
    checkout: Checkout,
    parts: Vec<PlacedPart>,
}

struct PlacedPart {
    shipment: Shipment,
    orders: Vec<PlacedOrder>,
}

struct PlacedOrder {
    order: Order,
    picture: Option<Picture>,
}

impl PlacedPart {
    /// `3 to 7 December`, where the shop says.
    fn arrival(&self) -> Option<String> {
        let (from, to) = (self.shipment.arrives_from?, self.shipment.arrives_until?);
        let (from, to) = (from.date(), to.date());
        Some(Arrival { from, to }.words())
    }
}

impl ThanksPage {
    fn country(&self) -> &str {
        Country::of(&self.checkout.country).map_or("", |country| country.name)
    }

    fn first_name(&self) -> &str {
        self.checkout.name.split_whitespace().next().unwrap_or_default()
    }
}

/// `GET /checkout/{number}`
pub async fn show(
    till: Data<Till>,
    session: Session,
    page: Page,
    buyer: Buyer,
    number: Path<String>,
) -> Result<HttpResponse> {
    let holder = buyer.holder().ok_or(Error::NotFound)?;
    let number = number.into_inner();
    let (checkout, standing, shipments, orders, pieces) = till
        .db
        .read(move |conn| {
            let checkout = Checkout::of_holder(conn, holder, &number)?;
            let standing = checkout.standing(conn)?;
            let shipments = Shipment::of_checkout(conn, checkout.id)?;
            let orders = Order::of_checkout(conn, checkout.id)?;
            let pieces = match holder {
                Holder::Guest(cart) => Some((cart, carts::count(conn, cart)?)),
                Holder::User(_) => None,
            };
            Ok((checkout, standing, shipments, orders, pieces))
        })
        .await?;
    match standing {
        Standing::Waiting => html(StatusCode::OK, WaitingPage { page, checkout }.render()),
        Standing::Declined(why) => {
            let form = CheckoutForm::again(&checkout, &shipments);
            let said = Said {
                problems: Problems::one("card_number", why),
                ..Said::default()
            };
            new::show(&till, page, Some(holder), form, StatusCode::OK, said).await
        }
        Standing::Placed => {
            let mut page = page;
            if let Some((cart, pieces)) = pieces.filter(|(_, pieces)| *pieces != page.in_cart) {
                remember_cart(&session, cart, pieces)?;
                page.in_cart = pieces;
            }
            let parts = parts(shipments, orders);
            html(StatusCode::OK, ThanksPage { page, checkout, parts }.render())
        }
    }
}

fn parts(shipments: Vec<Shipment>, mut orders: Vec<Order>) -> Vec<PlacedPart> {
    let mut parts = Vec::new();
    for shipment in shipments {
        let (own, others) = orders.into_iter().partition(|order| order.shipment_id == shipment.id);
        orders = others;
        let own: Vec<Order> = own;
        let placed = own.into_iter().map(|order| PlacedOrder {
            picture: (!order.picture.is_empty()).then(|| Picture::of(&order.picture)),
            order,
        });
        parts.push(PlacedPart {
            orders: placed.collect(),
            shipment,
        });
    }
    parts
}
