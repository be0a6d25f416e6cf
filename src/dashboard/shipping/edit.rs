//! The form of a new rate or of a saved one.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::form::{RateForm, RatePreset};
use super::index::redirect_to_list;
use crate::error::Result;
use crate::id::ShippingRateId;
use crate::shipping::ShippingRate;
use crate::text::Country;
use crate::web::{Form, FormErrors, Page, Query, SellerRequest, invalid, show, view};

#[derive(Template)]
#[template(path = "dashboard/shipping/edit.html")]
struct RatePage {
    page: Page,
    form: RateForm,
    errors: FormErrors,
    /// None for a new rate.
    rate: Option<ShippingRateId>,
}

view!(RatePage);

impl RatePage {
    fn new(request: SellerRequest, form: RateForm, rate: Option<ShippingRateId>) -> Self {
        Self {
            page: request.page,
            form,
            errors: FormErrors::default(),
            rate,
        }
    }

    fn with_errors(self, errors: FormErrors) -> Self {
        Self { errors, ..self }
    }

    /// The label of a field that takes an amount.
    fn amount_label(&self, label: &str) -> String {
        format!("{label}, in {}", self.page.currency())
    }

    /// All countries. The home country and those that are ticked come first, where they are seen.
    fn countries(&self) -> Vec<(Country, bool)> {
        let home = self.page.site.country;
        let is_ticked = |country: &Country| self.form.countries.iter().any(|code| code == country.code);
        let (mut first, rest): (Vec<_>, Vec<_>) = Country::all()
            .iter()
            .map(|country| (*country, is_ticked(country)))
            .partition(|(country, ticked)| *ticked || *country == home);
        first.extend(rest);
        first
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewRateParams {
    like: String,
}

/// `GET /dashboard/shipping/new`: an empty form, or one that is filled in with a preset.
pub async fn new(request: SellerRequest, Query(params): Query<NewRateParams>) -> Result<HttpResponse> {
    let preset = RatePreset::parse(&params.like);
    let form = preset.map_or_else(RateForm::default, |preset| preset.form(&request.page));
    show(&RatePage::new(request, form, None))
}

/// `POST /dashboard/shipping/new`
pub async fn create(request: SellerRequest, Form(form): Form<RateForm>) -> Result<HttpResponse> {
    let draft = match form.parse(&request.page) {
        Ok(draft) => draft,
        Err(errors) => return invalid(&RatePage::new(request, form, None).with_errors(errors)),
    };
    let (shop, now, name) = (request.who.shop.id, request.now(), draft.name.clone());
    let created = request
        .write(move |conn| ShippingRate::create(conn, shop, &draft, now))
        .await;
    request
        .respond_to_form(
            created,
            |request, _| redirect_to_list(&request.session, format!("Rate “{name}” added.")),
            async |request, errors| Ok(RatePage::new(request, form, None).with_errors(errors)),
        )
        .await
}

/// `GET /dashboard/shipping/{rate}`
pub async fn edit(request: SellerRequest, rate: Path<ShippingRateId>) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, *rate);
    let rate = request.read(move |conn| ShippingRate::of_shop(conn, shop, id)).await?;
    let form = RateForm::from_rate(&rate, &request.page);
    show(&RatePage::new(request, form, Some(id)))
}

/// `POST /dashboard/shipping/{rate}`
pub async fn update(
    request: SellerRequest,
    rate: Path<ShippingRateId>,
    Form(form): Form<RateForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (request.who.shop.id, *rate, request.now());
    let draft = match form.parse(&request.page) {
        Ok(draft) => draft,
        Err(errors) => {
            // Someone else's rate is not found, whatever the form says.
            request.read(move |conn| ShippingRate::of_shop(conn, shop, id)).await?;
            return invalid(&RatePage::new(request, form, Some(id)).with_errors(errors));
        }
    };
    let name = draft.name.clone();
    request
        .write(move |conn| ShippingRate::update(conn, shop, id, &draft, now))
        .await?;
    redirect_to_list(&request.session, format!("Rate “{name}” saved."))
}
