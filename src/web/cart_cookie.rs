//! What the session cookie stores for buyers: a guest's cart, and the country of delivery.

use actix_session::Session;

use crate::error::{Error, Result};
use crate::id::CartId;
use crate::text::Country;

/// The id of a guest's cart, and its number of items, which the header shows without a query.
const CART: &str = "cart";
const COUNTRY: &str = "country";

/// A guest's cart and its number of items, from the cookie.
pub fn guest_cart(session: &Session) -> Option<(CartId, i64)> {
    let (cart, items) = session.get::<(i64, i64)>(CART).ok().flatten()?;
    Some((CartId(cart), items))
}

/// # Errors
/// The cookie cannot be written.
pub fn remember_cart(session: &Session, cart: CartId, items: i64) -> Result<()> {
    session
        .insert(CART, (cart.0, items))
        .map_err(|error| Error::internal(error, "a guest's cart could not be stored in the cookie"))
}

/// Removes the cart from the cookie, because it was deleted or belongs to a user now.
pub fn forget_cart(session: &Session) {
    session.remove(CART);
}

/// The country of delivery, if the visitor chose one.
pub fn country(session: &Session) -> Option<Country> {
    let code: String = session.get(COUNTRY).ok().flatten()?;
    Country::by_code(&code)
}

/// # Errors
/// The cookie cannot be written.
pub fn remember_country(session: &Session, country: Country) -> Result<()> {
    session
        .insert(COUNTRY, country.code)
        .map_err(|error| Error::internal(error, "the country could not be stored in the cookie"))
}
