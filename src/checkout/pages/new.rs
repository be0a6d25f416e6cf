//! The checkout's one page: what is bought, where it goes, how it is paid.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use super::form::CheckoutForm;
use crate::accounts::random;
use crate::carts::{Cart, CartOwner};
use crate::checkout::{Part, PaymentProcessor, Quote, SavedAddress, quote, region_label};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AddressId, ShopId};
use crate::payments::{TEST_CARDS, TestCard};
use crate::text::Country;
use crate::web::{Buyer, FormErrors, Page, Query, html};

#[derive(Template)]
#[template(path = "checkout/new.html")]
struct CheckoutPage {
    page: Page,
    form: CheckoutForm,
    errors: FormErrors,
    quote: Quote,
    /// What is different from what was seen before.
    changes: Vec<String>,
    saved: Vec<SavedAddress>,
    region: Option<&'static str>,
    test_cards: &'static [TestCard],
}

/// What the page says beside the form.
#[derive(Default)]
pub struct Said {
    pub errors: FormErrors,
    pub changes: Vec<String>,
}

impl CheckoutPage {
    fn cost(&self, part: &Part) -> String {
        if part.shipping.0 == 0 {
            "Free".to_owned()
        } else {
            self.page.money(part.shipping)
        }
    }

    fn country(&self) -> &'static str {
        Country::by_code(&self.form.country).unwrap_or(self.page.country).name
    }

    fn is_open(&self) -> bool {
        self.quote.errors.is_empty()
    }

    fn only(&self) -> String {
        self.form.only.map_or(String::new(), |shop: ShopId| shop.to_string())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// One shop's part alone.
    shop: String,
    /// One of the addresses that were kept.
    address: String,
}

/// `GET /checkout`
pub async fn new(
    processor: Data<PaymentProcessor>,
    page: Page,
    buyer: Buyer,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    let cart_owner = buyer.cart_owner();
    let saved = match buyer {
        Buyer::User(user) => processor.db.read(move |conn| SavedAddress::of_user(conn, user)).await?,
        Buyer::Guest(_) => Vec::new(),
    };
    let wanted = asked.address.parse().ok().map(AddressId);
    let chosen = saved.iter().find(|one| Some(one.id) == wanted).or(saved.first());
    let only = asked.shop.parse().ok().map(ShopId);
    let form = CheckoutForm::fresh(&page, chosen, only)?;
    show(&processor, page, cart_owner, form, StatusCode::OK, Said::default()).await
}

/// The page with today's quote in it; nothing is charged by showing it.
pub async fn show(
    processor: &PaymentProcessor,
    page: Page,
    cart_owner: Option<CartOwner>,
    mut form: CheckoutForm,
    status: StatusCode,
    said: Said,
) -> Result<HttpResponse> {
    let (choices, now) = (form.choices(&page), page.now);
    let (quote, saved) = match cart_owner {
        None => (Quote::new(&Cart::default(), &[], &choices, now), Vec::new()),
        Some(cart_owner) => {
            let read = move |conn: &mut Conn| {
                let saved = match cart_owner.user() {
                    Some(user) => SavedAddress::of_user(conn, user)?,
                    None => Vec::new(),
                };
                Ok((quote(conn, cart_owner, &choices, now)?, saved))
            };
            processor.db.read(read).await?
        }
    };
    let mut changes = said.changes;
    let text = quote.text();
    if !form.quote.is_empty() && form.quote != text {
        // Something else is bought from here on than was sent off before.
        form.key = random()?;
        if changes.is_empty() && !form.update {
            changes = quote.changes(&form.quote, page.site.currency);
        }
    }
    form.quote = text;
    let view = CheckoutPage {
        region: region_label(form.choices(&page).country),
        test_cards: if processor.provider.is_mock() { TEST_CARDS } else { &[] },
        page,
        form,
        errors: said.errors,
        quote,
        changes,
        saved,
    };
    html(status, view.render())
}
