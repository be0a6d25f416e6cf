//! What the cookie keeps for buyers: a guest's cart, and the country things are sent to.

use actix_session::Session;

use crate::error::{Error, Result};
use crate::id::CartId;
use crate::text::Country;

/// The number of a guest's cart, and the pieces it held when it last changed: the header shows them without a query.
const CART: &str = "cart";
const COUNTRY: &str = "country";

/// A guest's cart and its pieces, as the cookie knows them.
pub fn guest_cart(session: &Session) -> Option<(CartId, i64)> {
    let (cart, pieces) = session.get::<(i64, i64)>(CART).ok().flatten()?;
    Some((CartId(cart), pieces))
}

/// # Errors
/// The cookie cannot be written.
pub fn remember_cart(session: &Session, cart: CartId, pieces: i64) -> Result<()> {
    session
        .insert(CART, (cart.0, pieces))
        .map_err(|error| Error::internal(error, "a guest's cart could not be kept"))
}

/// The cart is gone, or is a user's by now.
pub fn forget_cart(session: &Session) {
    session.remove(CART);
}

/// Where the visitor has things sent, if they said so.
pub fn country(session: &Session) -> Option<Country> {
    let code: String = session.get(COUNTRY).ok().flatten()?;
    Country::by_code(&code)
}

/// # Errors
/// The cookie cannot be written.
pub fn remember_country(session: &Session, country: Country) -> Result<()> {
    session
        .insert(COUNTRY, country.code)
        .map_err(|error| Error::internal(error, "a country could not be kept"))
}
