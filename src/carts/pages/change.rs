//! Changes of the cart: how many, all of it, back again, and where it goes.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::forms::{CountryForm, QuantityForm};
use super::show::{Said, answer};
use crate::carts::{self, Cart, QuantityChange};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::CartItemId;
use crate::text::Country;
use crate::web::cart_cookie::remember_country;
use crate::web::{Buyer, Flash, Form, Page, redirect};

/// `POST /cart/items/{item}`: sets how many of a line the cart holds; 0 takes it out, to be put back if one likes.
pub async fn update(
    db: Data<Db>,
    session: Session,
    page: Page,
    buyer: Buyer,
    item: Path<String>,
    Form(form): Form<QuantityForm>,
) -> Result<HttpResponse> {
    let item = CartItemId(item.parse().map_err(|_| Error::NotFound)?);
    let cart_owner = buyer.cart_owner().ok_or(Error::NotFound)?;
    let now = page.now;
    let changed = match form.quantity() {
        Ok(quantity) => {
            db.write_uncached(move |conn| carts::set(conn, cart_owner, item, quantity, now))
                .await
        }
        Err(message) => {
            let cart = db.read(move |conn| Cart::of_owner(conn, cart_owner, now)).await?;
            if !cart.lines.iter().any(|line| line.item == item) {
                return Err(Error::NotFound);
            }
            Err(Error::Refused(message))
        }
    };
    let said = match changed {
        Ok(QuantityChange::Set | QuantityChange::Removed(_)) => None,
        Ok(QuantityChange::HeldBack(message)) => Some((StatusCode::OK, message)),
        Err(Error::Refused(message)) => Some((StatusCode::UNPROCESSABLE_ENTITY, message)),
        Err(error) => return Err(error),
    };
    let (status, said) = match said {
        Some((status, message)) => {
            let said = Said {
                item: Some(item),
                message,
                wrong: status != StatusCode::OK,
            };
            (status, Some(said))
        }
        None => (StatusCode::OK, None),
    };
    if page.htmx || status != StatusCode::OK {
        return answer(status, &db, &session, page, buyer, said).await;
    }
    if let Some(said) = said {
        Flash::warn(&session, said.message)?;
    }
    Ok(redirect("/cart"))
}

/// `POST /cart/clear`: takes out everything, to be put back if one likes.
pub async fn clear(db: Data<Db>, session: Session, page: Page, buyer: Buyer) -> Result<HttpResponse> {
    if let Some(cart_owner) = buyer.cart_owner() {
        let now = page.now;
        db.write_uncached(move |conn| carts::clear(conn, cart_owner, now))
            .await?;
    }
    shown(&db, &session, page, buyer).await
}

/// `POST /cart/restoration`: puts back what was taken out just now.
pub async fn restore(db: Data<Db>, session: Session, page: Page, buyer: Buyer) -> Result<HttpResponse> {
    if let Some(cart_owner) = buyer.cart_owner() {
        let now = page.now;
        db.write_uncached(move |conn| carts::restore(conn, cart_owner, now))
            .await?;
    }
    shown(&db, &session, page, buyer).await
}

/// `POST /cart/country`: where things are sent, for the prices of delivery.
pub async fn country(
    db: Data<Db>,
    session: Session,
    mut page: Page,
    buyer: Buyer,
    Form(form): Form<CountryForm>,
) -> Result<HttpResponse> {
    let Some(country) = Country::by_code(&form.country) else {
        let said = Said {
            item: None,
            message: "Choose a country of the list.".to_owned(),
            wrong: true,
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return answer(status, &db, &session, page, buyer, Some(said)).await;
    };
    remember_country(&session, country)?;
    page.country = country;
    shown(&db, &session, page, buyer).await
}

async fn shown(db: &Data<Db>, session: &Session, page: Page, buyer: Buyer) -> Result<HttpResponse> {
    if page.htmx {
        answer(StatusCode::OK, db, session, page, buyer, None).await
    } else {
        Ok(redirect("/cart"))
    }
}
