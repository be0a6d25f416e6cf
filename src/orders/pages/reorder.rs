//! Buying again: what can still be bought goes into the cart, and what cannot is said.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Data;

use super::access::Key;
use super::view::answers;
use crate::carts::{self, Adding, Holder, MOST_EACH, Wanted};
use crate::catalog::Field;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{CartId, FieldId};
use crate::orders::Order;
use crate::web::cart_cookie::remember_cart;
use crate::web::{Buyer, Flash, Page, redirect};

/// What came of it.
#[derive(Debug, Default)]
struct Again {
    added: Vec<String>,
    /// Why each of the others is not in the cart.
    left: Vec<String>,
    /// The cart it went to, and the pieces in it.
    cart: Option<(CartId, i64)>,
}

/// `POST …/again`
pub async fn create(db: Data<Db>, session: Session, page: Page, key: Key, buyer: Buyer) -> Result<HttpResponse> {
    let (asked, holder, now) = (key.clone(), buyer.holder(), page.now);
    let again = db
        .note(move |conn| {
            let receipt = asked.open(conn)?;
            let mut again = Again::default();
            let mut holder = holder;
            for order in Order::of_checkout(conn, receipt.id)? {
                match add(conn, &order, holder, now) {
                    Ok(added) => {
                        // A guest without a cart has one by now.
                        holder = holder.or(Some(Holder::Guest(added.cart)));
                        again.cart = Some((added.cart, added.pieces));
                        again.added.push(order.title);
                    }
                    Err(Error::Refused(why)) => again.left.push(why),
                    Err(Error::NotFound) => again.left.push(format!("{} is no longer sold.", order.title)),
                    Err(error) => return Err(error),
                }
            }
            Ok(again)
        })
        .await?;
    if let (Buyer::Guest(_), Some((cart, pieces))) = (buyer, again.cart) {
        remember_cart(&session, cart, pieces)?;
    }
    let added = match again.added.as_slice() {
        [] => String::new(),
        [one] => format!("In your cart: {one}."),
        many => format!("In your cart: {} products of this order.", many.len()),
    };
    let said = [added].into_iter().chain(again.left.iter().take(3).cloned());
    let said = said.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    if again.left.is_empty() {
        Flash::ok(&session, said)?;
    } else {
        Flash::warn(&session, said)?;
    }
    let to = if again.cart.is_some() {
        "/cart".to_owned()
    } else {
        key.base()
    };
    Ok(key.seal(redirect(&to)))
}

/// As much of one order as there is, personalised as before.
fn add(conn: &mut Conn, order: &Order, holder: Option<Holder>, now: chrono::NaiveDateTime) -> Result<carts::Added> {
    let (Some(variant), Some(product)) = (order.variant_id, order.product_id) else {
        return Err(Error::NotFound);
    };
    let fields = Field::of(conn, product)?;
    let answered = answers(&order.personalisation);
    let mut given: Vec<(FieldId, String)> = Vec::new();
    for (label, value) in answered {
        let field = fields.iter().find(|field| field.label == label);
        given.extend(field.map(|field| (field.id, value)));
    }
    let wanted = Wanted {
        variant,
        quantity: order.quantity.min(MOST_EACH),
        answers: given,
    };
    match carts::add(conn, holder, &wanted, now)? {
        Adding::Added(added) => Ok(added),
        Adding::Wrong(_) => Err(Error::Refused(format!(
            "{} asks for other details by now, so add it from its own page.",
            order.title
        ))),
    }
}
