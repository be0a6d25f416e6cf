//! The checkout page: the lines, the address, the delivery and the payment.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::form::CheckoutForm;
use crate::accounts::random;
use crate::carts::Cart;
use crate::checkout::{Quote, SavedAddress, ShopQuote, current_quote, region_label};
use crate::error::Result;
use crate::id::{AddressId, ShopId};
use crate::payments::{TEST_CARDS, TestCard};
use crate::text::Country;
use crate::web::{Buyer, BuyerRequest, FormErrors, Page, Query, show, view};

#[derive(Template)]
#[template(path = "checkout/new.html")]
pub struct CheckoutPage {
    page: Page,
    form: CheckoutForm,
    errors: FormErrors,
    quote: Quote,
    /// Sentences about what changed since the buyer last saw the page.
    changes: Vec<String>,
    saved: Vec<SavedAddress>,
    region: Option<&'static str>,
    test_cards: &'static [TestCard],
}

view!(CheckoutPage);

/// The reasons why the page is shown again.
#[derive(Default)]
pub struct Notices {
    errors: FormErrors,
    changes: Vec<String>,
}

impl Notices {
    /// Sentences about what changed. The page then gets a new idempotency key.
    pub fn changes(changes: Vec<String>) -> Self {
        let errors = FormErrors::default();
        Self { errors, changes }
    }

    pub fn change(sentence: &str) -> Self {
        Self::changes(vec![sentence.to_owned()])
    }
}

impl From<FormErrors> for Notices {
    fn from(errors: FormErrors) -> Self {
        let changes = Vec::new();
        Self { errors, changes }
    }
}

impl CheckoutPage {
    /// Loads the page with the current quote. Showing it charges nothing.
    pub async fn load(request: BuyerRequest, mut form: CheckoutForm, notices: Notices) -> Result<Self> {
        let (choices, now) = (form.choices(&request.page), request.now());
        let (quote, saved) = match request.who.cart_owner() {
            None => (Quote::new(&Cart::default(), &[], &choices, now), Vec::new()),
            Some(cart_owner) => {
                request
                    .read(move |conn| {
                        let saved = match cart_owner.user() {
                            Some(user) => SavedAddress::of_user(conn, user)?,
                            None => Vec::new(),
                        };
                        Ok((current_quote(conn, cart_owner, &choices, now)?, saved))
                    })
                    .await?
            }
        };
        let page = request.page;
        let mut changes = notices.changes;
        let text = quote.text();
        let is_outdated = !form.quote.is_empty() && form.quote != text;
        if is_outdated || !changes.is_empty() {
            // The form is for a different purchase from now on, so it needs a new key.
            form.key = random()?;
        }
        if is_outdated && changes.is_empty() && !form.update {
            changes = quote.changes(&form.quote, page.site.currency);
        }
        form.quote = text;
        let is_mock = request.services.processor.provider.is_mock();
        Ok(Self {
            region: region_label(form.choices(&page).country),
            test_cards: if is_mock { TEST_CARDS } else { &[] },
            page,
            form,
            errors: notices.errors,
            quote,
            changes,
            saved,
        })
    }

    fn delivery_price(&self, shop: &ShopQuote) -> String {
        if shop.shipping.0 == 0 {
            "Free".to_owned()
        } else {
            self.page.money(shop.shipping)
        }
    }

    fn country(&self) -> &'static str {
        Country::by_code(&self.form.address.country)
            .unwrap_or(self.page.country)
            .name
    }

    fn is_open(&self) -> bool {
        self.quote.errors.is_empty()
    }

    fn only_shop(&self) -> String {
        self.form.only_shop.map_or(String::new(), |shop| shop.to_string())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CheckoutParams {
    /// The only shop to pay for.
    shop: String,
    /// The saved address to fill in.
    address: String,
}

/// `GET /checkout`
pub async fn new(request: BuyerRequest, Query(params): Query<CheckoutParams>) -> Result<HttpResponse> {
    let saved = match request.who {
        Buyer::User(user) => request.read(move |conn| SavedAddress::of_user(conn, user)).await?,
        Buyer::Guest(_) => Vec::new(),
    };
    let id = params.address.parse().ok().map(AddressId);
    let chosen = saved.iter().find(|saved| Some(saved.id) == id).or(saved.first());
    let only_shop = params.shop.parse().ok().map(ShopId);
    let form = CheckoutForm::new(&request.page, chosen, only_shop)?;
    show(&CheckoutPage::load(request, form, Notices::default()).await?)
}
