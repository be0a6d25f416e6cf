//! What every page knows about its request: the site, the visitor, the cart, the time.

use std::borrow::Borrow;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDateTime;

use super::cart_cookie::{country, guest_cart};
use super::color_scheme::ColorScheme;
use super::flash::Flash;
use super::return_to::form_page;
use super::site::Site;
use super::visitor::signed_in;
use crate::accounts::Visitor;
use crate::catalog::Category;
use crate::clock::now;
use crate::error::Error;
use crate::id::ShopId;
use crate::money::Money;
use crate::text::Country;

/// The data of the layout, and functions for templates.
pub struct Page {
    pub site: Data<Site>,
    /// The path of the request, without the query.
    pub path: String,
    /// Path and query of the page. For a refused form, of the page that it was on.
    pub here: String,
    /// Whether htmx requests a block of the page.
    pub htmx: bool,
    pub color_scheme: Option<ColorScheme>,
    /// None for a guest.
    pub visitor: Option<Arc<Visitor>>,
    pub flash: Option<Flash>,
    /// The number of items in the cart. It comes from the cookie of a guest or with the visitor, so that no page needs a
    /// query for it.
    pub in_cart: i64,
    /// The country of delivery: the visitor's choice, or the market's default.
    pub country: Country,
    /// UTC, to the microsecond.
    pub now: NaiveDateTime,
}

impl Page {
    pub fn categories(&self) -> &[Category] {
        self.site.categories.all()
    }

    /// The absolute address of a path. Absolute addresses stay as they are.
    pub fn absolute(&self, path: &str) -> String {
        self.site
            .public_url
            .join(path)
            .map_or_else(|_| path.to_owned(), String::from)
    }

    /// The visitor's own shop, if it has this slug. Only they see it while it is not open.
    pub fn own_shop(&self, slug: &str) -> Option<ShopId> {
        let shop = self.visitor.as_ref()?.shop.as_ref()?;
        (shop.slug == slug).then_some(shop.id)
    }

    pub fn money(&self, money: impl Borrow<Money>) -> String {
        self.site.currency.format(*money.borrow())
    }

    /// A plain decimal for machines: `78.00`.
    pub fn plain(&self, money: impl Borrow<Money>) -> String {
        self.site.currency.plain(*money.borrow())
    }

    pub fn currency(&self) -> &'static str {
        self.site.currency.code
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(site) = request.app_data::<Data<Site>>() else {
            return ready(Err(Error::Internal(anyhow::anyhow!("the app has no site data"))));
        };
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map(actix_web::http::header::HeaderValue::as_bytes)
        };
        let htmx = header("HX-Request") == Some(b"true") && header("HX-Request-Type") == Some(b"partial");
        let session = request.get_session();
        let shows_messages = !htmx && request.method() == Method::GET;
        let visitor = signed_in(request);
        let in_cart = match &visitor {
            Some(visitor) => visitor.in_cart.unwrap_or(0),
            None => guest_cart(&session).map_or(0, |(_, item_count)| item_count),
        };
        ready(Ok(Self {
            in_cart,
            country: country(&session).unwrap_or(site.country),
            site: site.clone(),
            path: request.path().to_owned(),
            here: here(request, site).unwrap_or_else(|| "/".to_owned()),
            htmx,
            color_scheme: ColorScheme::chosen(&session),
            visitor,
            flash: if shows_messages { Flash::take(&session) } else { None },
            now: now(),
        }))
    }
}

/// Path and query of the page, which sign-in links return to.
fn here(request: &HttpRequest, site: &Site) -> Option<String> {
    if request.method() == Method::POST {
        form_page(request.headers(), &site.public_url)
    } else {
        request.uri().path_and_query().map(ToString::to_string)
    }
}
