//! A purchase as its pages show it: each shop's part with its way, its lines as they were sold, and what came back.

use chrono::NaiveDateTime;

use crate::catalog::Product;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, ProductId, ShopId};
use crate::images::Picture;
use crate::money::Money;
use crate::orders::{Carrier, OrderLine, OrderStatus, Purchase, ShopOrder, Stand};
use crate::payments::{Payment, Refund};
use crate::shops::Shop;
use crate::text::day;

pub struct Whole {
    pub purchase: Purchase,
    pub parcels: Vec<Parcel>,
    /// What went back to the buyer.
    pub refunded: Money,
    /// What is left of the total.
    pub kept: Money,
}

/// What one shop sends.
pub struct Parcel {
    pub shop_order: ShopOrder,
    pub stand: Stand,
    pub lines: Vec<Line>,
    pub steps: Vec<Step>,
    pub carrier: String,
    /// Where it can be followed.
    pub tracking_url: Option<String>,
    /// The shop's window, while it is open.
    pub shop_url: Option<String>,
}

pub struct Line {
    pub order: OrderLine,
    pub picture: Option<Picture>,
    /// The product's page, while it is sold.
    pub url: Option<String>,
    pub answers: Vec<(String, String)>,
    /// What its cancellation would bring back, while it can be canceled.
    pub back: Option<Money>,
    /// What its cancellation brought back.
    pub refunded: Option<Money>,
}

/// A station on the way of a parcel.
pub struct Step {
    pub label: &'static str,
    pub when: String,
    pub done: bool,
}

impl Whole {
    /// By a fixed number of statements, however much was bought.
    pub fn read(conn: &mut Conn, purchase: Purchase) -> Result<Self> {
        let shop_orders = ShopOrder::of_purchase(conn, purchase.id)?;
        let orders = OrderLine::of_purchase(conn, purchase.id)?;
        let payment = Payment::last_of(conn, purchase.id)?;
        let refunds = match &payment {
            Some(payment) => Refund::of_payment(conn, payment.id)?,
            None => Vec::new(),
        };
        let products: Vec<ProductId> = orders.iter().filter_map(|order| order.product_id).collect();
        let products = Product::urls(conn, &products)?;
        let shops: Vec<ShopId> = shop_orders.iter().filter_map(|shop_order| shop_order.shop_id).collect();
        let shops = Shop::urls(conn, &shops)?;
        // What was paid elsewhere cannot be given back here.
        let ours = payment.as_ref().is_some_and(|payment| payment.expires_at.is_some());
        let parcels = shop_orders
            .into_iter()
            .map(|shop_order| {
                let own: Vec<&OrderLine> = orders
                    .iter()
                    .filter(|order| order.shop_order_id == shop_order.id)
                    .collect();
                let lines = own
                    .iter()
                    .map(|order| Line {
                        picture: (!order.picture.is_empty()).then(|| Picture::from_url(&order.picture)),
                        url: find(&products, order.product_id),
                        answers: answers(&order.personalization),
                        back: if ours {
                            back(order, &own, shop_order.price)
                        } else {
                            None
                        },
                        refunded: refund_of(&refunds, order.id),
                        order: (*order).clone(),
                    })
                    .collect();
                Parcel::new(shop_order, Stand::of(own), lines, purchase.placed(), &shops)
            })
            .collect();
        let refunded = payment.map_or(Money(0), |payment| payment.refunded);
        Ok(Self {
            kept: Money(purchase.total.0 - refunded.0),
            refunded,
            parcels,
            purchase,
        })
    }

    pub fn line(&self, order: OrderLineId) -> Option<(&Parcel, &Line)> {
        let lines = self
            .parcels
            .iter()
            .flat_map(|parcel| parcel.lines.iter().map(move |line| (parcel, line)));
        lines.into_iter().find(|(_, line)| line.order.id == order)
    }
}

impl Parcel {
    fn new(
        shop_order: ShopOrder,
        stand: Stand,
        lines: Vec<Line>,
        placed: NaiveDateTime,
        shops: &[(ShopId, String)],
    ) -> Self {
        let carrier = Carrier::by_code(&shop_order.carrier);
        Self {
            tracking_url: carrier.as_ref().and_then(|one| one.tracking_url(&shop_order.tracking)),
            carrier: match carrier {
                Some(one) if one.code == "other" => String::new(),
                Some(one) => one.name.to_owned(),
                None => shop_order.carrier.clone(),
            },
            shop_url: find(shops, shop_order.shop_id),
            steps: steps(&shop_order, stand, placed),
            shop_order,
            stand,
            lines,
        }
    }
}

impl Line {
    pub fn is_cancelled(&self) -> bool {
        self.order.status == OrderStatus::Cancelled
    }
}

fn steps(shop_order: &ShopOrder, stand: Stand, placed: NaiveDateTime) -> Vec<Step> {
    let step = |label, when: Option<NaiveDateTime>, done| Step {
        label,
        when: when.map(day).unwrap_or_default(),
        done,
    };
    let paid = step("Paid", Some(placed), true);
    if stand.0 == OrderStatus::Cancelled {
        return vec![paid, step("Cancelled", None, true)];
    }
    let sent = if shop_order.pickup { "Ready" } else { "Sent" };
    let there = if shop_order.pickup { "Collected" } else { "Delivered" };
    let mut last = step(there, shop_order.delivered_at, stand.0 == OrderStatus::Delivered);
    if !last.done {
        last.when = match (shop_order.arrives_from, shop_order.arrives_until) {
            (Some(from), Some(until)) if from.date() != until.date() => {
                format!("Expected {} to {}", from.format("%-d %B"), until.format("%-d %B"))
            }
            (_, Some(at)) | (Some(at), None) => format!("Expected {}", at.format("%-d %B")),
            (None, None) => String::new(),
        };
    }
    vec![
        paid,
        step(sent, shop_order.shipped_at, stand.0 != OrderStatus::Pending),
        last,
    ]
}

/// What comes back when this one is canceled: its price, and the delivery when nothing else of it is left to send.
fn back(order: &OrderLine, all: &[&OrderLine], delivery: Money) -> Option<Money> {
    if order.status != OrderStatus::Pending {
        return None;
    }
    let alone = all
        .iter()
        .all(|other| other.id == order.id || other.status == OrderStatus::Cancelled);
    order.subtotal.plus(if alone { delivery } else { Money(0) })
}

fn refund_of(refunds: &[Refund], order: OrderLineId) -> Option<Money> {
    refunds
        .iter()
        .find(|refund| refund.order_line_id == order)
        .map(|refund| refund.amount)
}

fn find<Id: PartialEq>(urls: &[(Id, String)], id: Option<Id>) -> Option<String> {
    let id = id?;
    urls.iter().find(|(one, _)| *one == id).map(|(_, url)| url.clone())
}

/// `Name: Ada`, a line each.
pub fn answers(personalization: &str) -> Vec<(String, String)> {
    let pair = |line: &str| match line.split_once(": ") {
        Some((label, value)) => (label.to_owned(), value.to_owned()),
        None => ("Personalised".to_owned(), line.to_owned()),
    };
    personalization.lines().map(pair).collect()
}
