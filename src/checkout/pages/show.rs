//! A purchase's own page: waiting for the provider, declined, or thanks.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use super::form::CheckoutForm;
use super::new::{self, Said};
use crate::carts::{self, CartOwner};
use crate::checkout::{PaymentProcessor, Purchase, PurchaseState};
use crate::error::{Error, Result};
use crate::images::Picture;
use crate::orders::{OrderLine, ShopOrder};
use crate::shipping::Arrival;
use crate::text::Country;
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, FormErrors, Page, html};

#[derive(Template)]
#[template(path = "checkout/waiting.html")]
struct WaitingPage {
    page: Page,
    checkout: Purchase,
}

#[derive(Template)]
#[template(path = "checkout/thanks.html")]
struct ThanksPage {
    page: Page,
    checkout: Purchase,
    parts: Vec<PlacedPart>,
}

struct PlacedPart {
    shop_order: ShopOrder,
    orders: Vec<PlacedOrder>,
}

struct PlacedOrder {
    order: OrderLine,
    picture: Option<Picture>,
}

impl PlacedPart {
    /// `3 to 7 December`, where the shop says.
    fn arrival(&self) -> Option<String> {
        let (from, to) = (self.shop_order.arrives_from?, self.shop_order.arrives_until?);
        let (from, to) = (from.date(), to.date());
        Some(Arrival { from, to }.words())
    }
}

impl ThanksPage {
    fn country(&self) -> &str {
        Country::by_code(&self.checkout.country).map_or("", |country| country.name)
    }

    fn first_name(&self) -> &str {
        self.checkout.name.split_whitespace().next().unwrap_or_default()
    }
}

/// `GET /checkout/{number}`
pub async fn show(
    processor: Data<PaymentProcessor>,
    session: Session,
    page: Page,
    buyer: Buyer,
    number: Path<String>,
) -> Result<HttpResponse> {
    let cart_owner = buyer.cart_owner().ok_or(Error::NotFound)?;
    let number = number.into_inner();
    let (checkout, standing, shop_orders, orders, pieces) = processor
        .db
        .read(move |conn| {
            let checkout = Purchase::of_cart_owner(conn, cart_owner, &number)?;
            let standing = checkout.standing(conn)?;
            let shop_orders = ShopOrder::of_purchase(conn, checkout.id)?;
            let orders = OrderLine::of_purchase(conn, checkout.id)?;
            let pieces = match cart_owner {
                CartOwner::Guest(cart) => Some((cart, carts::count(conn, cart)?)),
                CartOwner::User(_) => None,
            };
            Ok((checkout, standing, shop_orders, orders, pieces))
        })
        .await?;
    match standing {
        PurchaseState::Waiting => html(StatusCode::OK, WaitingPage { page, checkout }.render()),
        PurchaseState::Declined(why) => {
            let form = CheckoutForm::again(&checkout, &shop_orders);
            let said = Said {
                errors: FormErrors::one("card_number", why),
                ..Said::default()
            };
            new::show(&processor, page, Some(cart_owner), form, StatusCode::OK, said).await
        }
        PurchaseState::Placed => {
            let mut page = page;
            if let Some((cart, pieces)) = pieces.filter(|(_, pieces)| *pieces != page.in_cart) {
                remember_cart(&session, cart, pieces)?;
                page.in_cart = pieces;
            }
            let parts = parts(shop_orders, orders);
            html(StatusCode::OK, ThanksPage { page, checkout, parts }.render())
        }
    }
}

fn parts(shop_orders: Vec<ShopOrder>, mut orders: Vec<OrderLine>) -> Vec<PlacedPart> {
    let mut parts = Vec::new();
    for shop_order in shop_orders {
        let (own, others) = orders
            .into_iter()
            .partition(|order| order.shop_order_id == shop_order.id);
        orders = others;
        let own: Vec<OrderLine> = own;
        let placed = own.into_iter().map(|order| PlacedOrder {
            picture: (!order.picture.is_empty()).then(|| Picture::from_url(&order.picture)),
            order,
        });
        parts.push(PlacedPart {
            orders: placed.collect(),
            shop_order,
        });
    }
    parts
}
