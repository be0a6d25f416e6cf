//! Buying again: what can still be bought goes into the cart, and what cannot is said.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Data;

use super::access::Key;
use super::view::answers;
use crate::carts::{self, AddOutcome, CartOwner, MAX_QUANTITY, NewItem};
use crate::catalog::PersonalizationField;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{CartId, PersonalizationFieldId};
use crate::orders::OrderLine;
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
    let (asked, cart_owner, now) = (key.clone(), buyer.cart_owner(), page.now);
    let again = db
        .write_uncached(move |conn| {
            let purchase = asked.open(conn)?;
            let mut again = Again::default();
            let mut cart_owner = cart_owner;
            for order in OrderLine::of_purchase(conn, purchase.id)? {
                match add(conn, &order, cart_owner, now) {
                    Ok(added) => {
                        // A guest without a cart has one by now.
                        cart_owner = cart_owner.or(Some(CartOwner::Guest(added.cart)));
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

/// As much of one order as there is, personalized as before.
fn add(
    conn: &mut Conn,
    order: &OrderLine,
    cart_owner: Option<CartOwner>,
    now: chrono::NaiveDateTime,
) -> Result<carts::Added> {
    let (Some(variant), Some(product)) = (order.variant_id, order.product_id) else {
        return Err(Error::NotFound);
    };
    let fields = PersonalizationField::of_product(conn, product)?;
    let answered = answers(&order.personalization);
    let mut given: Vec<(PersonalizationFieldId, String)> = Vec::new();
    for (label, value) in answered {
        let field = fields.iter().find(|field| field.label == label);
        given.extend(field.map(|field| (field.id, value)));
    }
    let wanted = NewItem {
        variant,
        quantity: order.quantity.min(MAX_QUANTITY),
        answers: given,
    };
    match carts::add(conn, cart_owner, &wanted, now)? {
        AddOutcome::Added(added) => Ok(added),
        AddOutcome::InvalidAnswers(_) => Err(Error::Refused(format!(
            "{} asks for other details by now, so add it from its own page.",
            order.title
        ))),
    }
}
