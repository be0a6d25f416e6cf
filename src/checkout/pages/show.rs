//! The page of a purchase after the checkout: waits for the provider, shows the checkout form again, or thanks the
//! buyer.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::form::CheckoutForm;
use super::new::CheckoutPage;
use crate::carts::{self, CartOwner};
use crate::checkout::PurchaseState;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::CartId;
use crate::images::Picture;
use crate::orders::{OrderLine, Purchase, ShopOrder};
use crate::shipping::Arrival;
use crate::web::cart_cookie::remember_cart;
use crate::web::{BuyerRequest, FormErrors, Page, show as show_view, view};

#[derive(Template)]
#[template(path = "checkout/waiting.html")]
struct WaitingPage {
    page: Page,
    purchase: Purchase,
}

view!(WaitingPage);

#[derive(Template)]
#[template(path = "checkout/thanks.html")]
struct ThanksPage {
    page: Page,
    purchase: Purchase,
    shop_orders: Vec<PlacedShopOrder>,
}

view!(ThanksPage);

struct PlacedShopOrder {
    shop_order: ShopOrder,
    lines: Vec<PlacedLine>,
}

struct PlacedLine {
    order_line: OrderLine,
    picture: Option<Picture>,
}

impl PlacedShopOrder {
    /// `December 3 to 7`. None if the shop gives no estimate.
    fn arrival(&self) -> Option<String> {
        let (from, to) = (self.shop_order.arrives_from?, self.shop_order.arrives_until?);
        let (from, to) = (from.date(), to.date());
        Some(Arrival { from, to }.words())
    }
}

impl ThanksPage {
    fn first_name(&self) -> &str {
        self.purchase.address.name.split_whitespace().next().unwrap_or_default()
    }
}

struct PurchaseContents {
    purchase: Purchase,
    state: PurchaseState,
    shop_orders: Vec<ShopOrder>,
    lines: Vec<OrderLine>,
    /// A guest's cart, and the current number of items in it.
    guest_cart: Option<(CartId, i64)>,
}

impl PurchaseContents {
    fn load(conn: &mut Conn, cart_owner: CartOwner, number: &str) -> Result<Self> {
        let purchase = Purchase::of_cart_owner(conn, cart_owner, number)?;
        Ok(Self {
            state: PurchaseState::of_purchase(conn, &purchase)?,
            shop_orders: ShopOrder::of_purchase(conn, purchase.id)?,
            lines: OrderLine::of_purchase(conn, purchase.id)?,
            guest_cart: match cart_owner {
                CartOwner::Guest(cart) => Some((cart, carts::count(conn, cart)?)),
                CartOwner::User(_) => None,
            },
            purchase,
        })
    }
}

/// `GET /checkout/{number}`
pub async fn show(mut request: BuyerRequest, number: Path<String>) -> Result<HttpResponse> {
    let cart_owner = request.who.cart_owner().ok_or(Error::NotFound)?;
    let contents = request
        .read(move |conn| PurchaseContents::load(conn, cart_owner, &number))
        .await?;
    let purchase = contents.purchase;
    match contents.state {
        PurchaseState::Waiting => {
            let page = request.page;
            show_view(&WaitingPage { page, purchase })
        }
        PurchaseState::Declined(message) => {
            let form = CheckoutForm::from_purchase(purchase, contents.shop_orders);
            let errors = FormErrors::one("card_number", message);
            show_view(&CheckoutPage::load(request, form, errors.into()).await?)
        }
        PurchaseState::Placed => {
            let in_cart = request.page.in_cart;
            if let Some((cart, item_count)) = contents.guest_cart.filter(|(_, count)| *count != in_cart) {
                remember_cart(&request.session, cart, item_count)?;
                request.page.in_cart = item_count;
            }
            show_view(&ThanksPage {
                page: request.page,
                purchase,
                shop_orders: placed_shop_orders(contents.shop_orders, contents.lines),
            })
        }
    }
}

fn placed_shop_orders(shop_orders: Vec<ShopOrder>, mut lines: Vec<OrderLine>) -> Vec<PlacedShopOrder> {
    shop_orders
        .into_iter()
        .map(|shop_order| {
            let own = lines.extract_if(.., |line| line.shop_order_id == shop_order.id);
            let own = own.map(|order_line| PlacedLine {
                picture: order_line.thumbnail(),
                order_line,
            });
            PlacedShopOrder {
                lines: own.collect(),
                shop_order,
            }
        })
        .collect()
}
