//! Reordering: adds the lines of an order that are still sold to the cart.

use actix_web::HttpResponse;
use chrono::NaiveDateTime;

use super::access::PurchaseRequest;
use crate::carts::{self, AddOutcome, Added, CartOwner, MAX_QUANTITY, NewItem};
use crate::catalog::PersonalizationField;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CartId, PersonalizationFieldId};
use crate::orders::{OrderLine, Purchase};
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, Flash};

#[derive(Debug, Default)]
struct ReorderReport {
    /// The titles of what was added.
    added: Vec<String>,
    /// The reasons why the other lines were not added.
    refusals: Vec<String>,
    /// The cart and the number of items in it. None if nothing was added.
    cart: Option<(CartId, i64)>,
}

/// `POST …/again`: adds the lines to the cart, and redirects there if any was added.
pub async fn create(request: PurchaseRequest, buyer: Buyer) -> Result<HttpResponse> {
    let (access, cart_owner, now) = (request.who.clone(), buyer.cart_owner(), request.now());
    let report = request
        .write_uncached(move |conn| {
            let purchase = access.open(conn)?;
            ReorderReport::add_lines(conn, &purchase, cart_owner, now)
        })
        .await?;
    if let (Buyer::Guest(_), Some((cart, item_count))) = (buyer, report.cart) {
        remember_cart(&request.session, cart, item_count)?;
    }
    if report.refusals.is_empty() {
        Flash::ok(&request.session, report.message())?;
    } else {
        Flash::warn(&request.session, report.message())?;
    }
    let access = &request.who;
    Ok(if report.cart.is_some() {
        access.redirect("/cart")
    } else {
        access.redirect(&access.base())
    })
}

impl ReorderReport {
    fn add_lines(
        conn: &mut Conn,
        purchase: &Purchase,
        mut cart_owner: Option<CartOwner>,
        now: NaiveDateTime,
    ) -> Result<Self> {
        let mut report = Self::default();
        for line in OrderLine::of_purchase(conn, purchase.id)? {
            match add_line(conn, &line, cart_owner, now) {
                Ok(added) => {
                    // A guest without a cart has one from now on.
                    cart_owner = cart_owner.or(Some(CartOwner::Guest(added.cart)));
                    report.cart = Some((added.cart, added.item_count));
                    report.added.push(line.title);
                }
                Err(Error::Refused(message)) => report.refuse(message),
                Err(Error::NotFound) => report.refuse(format!("{} is no longer sold.", line.title)),
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    /// Several lines can have the same reason.
    fn refuse(&mut self, reason: String) {
        if !self.refusals.contains(&reason) {
            self.refusals.push(reason);
        }
    }

    /// The flash message: what was added, and up to three reasons why a line was not.
    fn message(&self) -> String {
        let added = match self.added.as_slice() {
            [] => None,
            [title] => Some(format!("Added to your cart: {title}.")),
            titles => Some(format!(
                "Added to your cart: {} products from this order.",
                titles.len()
            )),
        };
        let sentences: Vec<String> = added
            .into_iter()
            .chain(self.refusals.iter().take(3).cloned())
            .filter(|sentence| !sentence.is_empty())
            .collect();
        sentences.join(" ")
    }
}

/// Adds as much of a line as is in stock, with the same personalization.
fn add_line(conn: &mut Conn, line: &OrderLine, cart_owner: Option<CartOwner>, now: NaiveDateTime) -> Result<Added> {
    let (Some(variant), Some(product)) = (line.variant_id, line.product_id) else {
        return Err(Error::NotFound);
    };
    let fields = PersonalizationField::of_product(conn, product)?;
    let changed = || {
        Error::Refused(format!(
            "The personalization of {} has changed. Add it from its product page.",
            line.title
        ))
    };
    let answers = line.personalization.lines().map(|answer| parse_answer(answer, &fields));
    let answers = answers.collect::<Option<_>>().ok_or_else(changed)?;
    let item = NewItem {
        variant,
        quantity: line.quantity.min(MAX_QUANTITY),
        answers,
    };
    match carts::add(conn, cart_owner, &item, now)? {
        AddOutcome::Added(added) => Ok(added),
        AddOutcome::InvalidAnswers(_) => Err(changed()),
    }
}

/// The field and the value of an answer in an order, `Label: value`. The label itself may contain a colon. None if the product
/// has no such field.
fn parse_answer(answer: &str, fields: &[PersonalizationField]) -> Option<(PersonalizationFieldId, String)> {
    fields
        .iter()
        .filter_map(|field| {
            let value = answer.strip_prefix(&field.label)?.strip_prefix(": ")?;
            Some((field.id, value.to_owned()))
        })
        .min_by_key(|(_, value)| value.len())
}
