//! A purchase with everything that its page shows: its shop orders with their progress and lines, and its refunds.

use chrono::NaiveDateTime;

use crate::catalog::Product;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, ProductId, ShopId};
use crate::images::Picture;
use crate::money::Money;
use crate::orders::{Carrier, OrderLine, OrderStatus, Purchase, ShopOrder, StatusLabel};
use crate::payments::{Payment, Refund};
use crate::shipping::Arrival;
use crate::shops::Shop;
use crate::text::day;

pub struct PurchaseDetails {
    pub purchase: Purchase,
    pub shop_orders: Vec<ShopOrderDetails>,
    /// The sum of all refunds.
    pub refunded: Money,
    /// The total minus the refunds.
    pub remaining: Money,
}

pub struct ShopOrderDetails {
    pub shop_order: ShopOrder,
    pub status: StatusLabel,
    pub lines: Vec<LineDetails>,
    pub steps: Vec<ProgressStep>,
    /// The name of the carrier; empty if it is not known.
    pub carrier: String,
    pub tracking_url: Option<String>,
    /// The shop's page, if the shop is open.
    pub shop_url: Option<String>,
}

pub struct LineDetails {
    pub order_line: OrderLine,
    pub picture: Option<Picture>,
    /// The product's page, if the product is still sold.
    pub url: Option<String>,
    /// Label and value of each personalization field.
    pub answers: Vec<(String, String)>,
    /// The refund if the line is canceled now. None if it cannot be canceled.
    pub refundable: Option<Money>,
    /// The amount that was refunded for the line.
    pub refunded: Option<Money>,
}

/// A step in the progress of a shop order.
pub struct ProgressStep {
    pub label: &'static str,
    pub when: String,
    pub done: bool,
}

/// The data that all lines of the purchase share.
struct Lookup {
    /// Whether the payment can be refunded here.
    is_refundable: bool,
    refunds: Vec<Refund>,
    product_urls: Vec<(ProductId, String)>,
    shop_urls: Vec<(ShopId, String)>,
}

impl PurchaseDetails {
    /// Loads the details. The number of statements does not depend on the number of lines.
    pub fn load(conn: &mut Conn, purchase: Purchase) -> Result<Self> {
        let shop_orders = ShopOrder::of_purchase(conn, purchase.id)?;
        let lines = OrderLine::of_purchase(conn, purchase.id)?;
        let payment = Payment::latest_of_purchase(conn, purchase.id)?;
        let refunds = match &payment {
            Some(payment) => Refund::of_payment(conn, payment.id)?,
            None => Vec::new(),
        };
        let products: Vec<ProductId> = lines.iter().filter_map(|line| line.product_id).collect();
        let product_urls = Product::urls(conn, &products)?;
        let shops: Vec<ShopId> = shop_orders.iter().filter_map(|shop_order| shop_order.shop_id).collect();
        let lookup = Lookup {
            // An imported payment was made elsewhere, so it cannot be refunded here.
            is_refundable: payment.as_ref().is_some_and(|payment| payment.expires_at.is_some()),
            refunds,
            product_urls,
            shop_urls: Shop::urls(conn, &shops)?,
        };
        let details = shop_orders.into_iter().map(|shop_order| {
            let own: Vec<&OrderLine> = lines
                .iter()
                .filter(|line| line.shop_order_id == shop_order.id)
                .collect();
            ShopOrderDetails::new(shop_order, &own, purchase.paid_at(), &lookup)
        });
        let refunded = payment.map_or(Money(0), |payment| payment.refunded);
        Ok(Self {
            shop_orders: details.collect(),
            remaining: Money(purchase.total.0 - refunded.0),
            refunded,
            purchase,
        })
    }

    pub fn line(&self, id: OrderLineId) -> Option<(&ShopOrderDetails, &LineDetails)> {
        self.shop_orders
            .iter()
            .flat_map(|entry| entry.lines.iter().map(move |line| (entry, line)))
            .find(|(_, line)| line.order_line.id == id)
    }
}

impl ShopOrderDetails {
    fn new(shop_order: ShopOrder, lines: &[&OrderLine], paid_at: NaiveDateTime, lookup: &Lookup) -> Self {
        let status = StatusLabel::from_lines(lines.iter().copied());
        let carrier = Carrier::by_code(&shop_order.carrier);
        Self {
            status,
            lines: lines
                .iter()
                .map(|line| LineDetails::new(line, lines, shop_order.price, lookup))
                .collect(),
            steps: progress(&shop_order, status, paid_at),
            tracking_url: carrier
                .as_ref()
                .and_then(|carrier| carrier.tracking_url(&shop_order.tracking)),
            carrier: match carrier {
                Some(carrier) if carrier.code == "other" => String::new(),
                Some(carrier) => carrier.name.to_owned(),
                None => shop_order.carrier.clone(),
            },
            shop_url: find_url(&lookup.shop_urls, shop_order.shop_id),
            shop_order,
        }
    }
}

impl LineDetails {
    fn new(line: &OrderLine, siblings: &[&OrderLine], delivery: Money, lookup: &Lookup) -> Self {
        let refund = lookup.refunds.iter().find(|refund| refund.order_line_id == line.id);
        Self {
            picture: line.thumbnail(),
            url: find_url(&lookup.product_urls, line.product_id),
            answers: line.personalization_answers(),
            refundable: if lookup.is_refundable {
                refundable(line, siblings, delivery)
            } else {
                None
            },
            refunded: refund.map(|refund| refund.amount),
            order_line: line.clone(),
        }
    }

    /// A line as the seller sees it.
    pub fn for_seller(line: OrderLine) -> Self {
        Self {
            picture: line.thumbnail(),
            url: line.product_id.map(|id| format!("/dashboard/products/{id}/orders")),
            answers: line.personalization_answers(),
            refundable: None,
            refunded: None,
            order_line: line,
        }
    }
}

fn progress(shop_order: &ShopOrder, status: StatusLabel, paid_at: NaiveDateTime) -> Vec<ProgressStep> {
    let step = |label, when: Option<NaiveDateTime>, done| ProgressStep {
        label,
        when: when.map(day).unwrap_or_default(),
        done,
    };
    let paid = step("Paid", Some(paid_at), true);
    if status.is_canceled() {
        return vec![paid, step("Canceled", None, true)];
    }
    let (shipped, delivered) = if shop_order.pickup {
        ("Ready", "Collected")
    } else {
        ("Shipped", "Delivered")
    };
    let shipped = step(shipped, shop_order.shipped_at, !status.is_pending());
    let is_delivered = status.0 == OrderStatus::Delivered;
    let mut delivered = step(delivered, shop_order.delivered_at, is_delivered);
    if !is_delivered {
        delivered.when = expected_arrival(shop_order);
    }
    vec![paid, shipped, delivered]
}

/// `Expected December 3 to 7`; empty if the shop gives no estimate.
fn expected_arrival(shop_order: &ShopOrder) -> String {
    let last = shop_order.arrives_until.or(shop_order.arrives_from);
    let days = shop_order.arrives_from.or(last).zip(last);
    days.map_or_else(String::new, |(from, to)| {
        let arrival = Arrival {
            from: from.date(),
            to: to.date(),
        };
        format!("Expected {}", arrival.words())
    })
}

/// The refund if this line is canceled now: its subtotal, plus the delivery if all other lines are canceled already.
/// None if the line cannot be canceled.
fn refundable(line: &OrderLine, siblings: &[&OrderLine], delivery: Money) -> Option<Money> {
    if line.status != OrderStatus::Pending {
        return None;
    }
    let is_last = siblings
        .iter()
        .all(|sibling| sibling.id == line.id || sibling.is_canceled());
    line.subtotal.plus(if is_last { delivery } else { Money(0) })
}

fn find_url<Id: PartialEq>(urls: &[(Id, String)], id: Option<Id>) -> Option<String> {
    let id = id?;
    urls.iter().find(|(known, _)| *known == id).map(|(_, url)| url.clone())
}
