//! `/dashboard/shipping`: the shop's shipping rates.

mod form;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::id::ShippingRateId;
use crate::shipping::{Direction, MAX_RATES, ShippingRate};
use crate::text::Country;
use crate::web::{Flash, Form, FormErrors, Page, Query, SellerRequest, get, invalid, redirect, show, view};
use form::{RateForm, RatePreset};

const LIST: &str = "/dashboard/shipping";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(LIST).route(get().to(index)))
        .service(
            web::resource("/dashboard/shipping/new")
                .route(get().to(new))
                .route(web::post().to(create)),
        )
        .service(
            web::resource("/dashboard/shipping/{rate}")
                .route(get().to(edit))
                .route(web::post().to(update)),
        )
        .service(web::resource("/dashboard/shipping/{rate}/removal").route(web::post().to(delete)))
        .service(web::resource("/dashboard/shipping/{rate}/shift").route(web::post().to(shift)));
}

#[derive(Template)]
#[template(path = "dashboard/shipping/index.html")]
struct RatesPage {
    page: Page,
    rates: Vec<ShippingRate>,
    /// Whether the shop has as many rates as it may have.
    full: bool,
}

view!(RatesPage);

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
struct NewRateParams {
    like: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ShiftForm {
    to: String,
}

/// `GET /dashboard/shipping`
async fn index(request: SellerRequest) -> Result<HttpResponse> {
    let shop = request.who.shop.id;
    let rates = request.read(move |conn| ShippingRate::of_shops(conn, &[shop])).await?;
    show(&RatesPage {
        page: request.page,
        full: rates.len() >= MAX_RATES,
        rates,
    })
}

/// `GET /dashboard/shipping/new`: an empty form, or one that is filled in with a preset.
async fn new(request: SellerRequest, Query(params): Query<NewRateParams>) -> Result<HttpResponse> {
    let preset = RatePreset::parse(&params.like);
    let form = preset.map_or_else(RateForm::default, |preset| preset.form(&request.page));
    show(&RatePage::new(request, form, None))
}

/// `POST /dashboard/shipping/new`
async fn create(request: SellerRequest, Form(form): Form<RateForm>) -> Result<HttpResponse> {
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
async fn edit(request: SellerRequest, rate: Path<String>) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, parse_id(&rate)?);
    let rate = request.read(move |conn| ShippingRate::of_shop(conn, shop, id)).await?;
    let form = RateForm::from_rate(&rate, &request.page);
    show(&RatePage::new(request, form, Some(id)))
}

/// `POST /dashboard/shipping/{rate}`
async fn update(request: SellerRequest, rate: Path<String>, Form(form): Form<RateForm>) -> Result<HttpResponse> {
    let (shop, id, now) = (request.who.shop.id, parse_id(&rate)?, request.now());
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

/// `POST /dashboard/shipping/{rate}/removal`
async fn delete(request: SellerRequest, rate: Path<String>) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, parse_id(&rate)?);
    let name = request.write(move |conn| ShippingRate::delete(conn, shop, id)).await?;
    redirect_to_list(
        &request.session,
        format!("Rate “{name}” removed. Buyers can no longer choose it."),
    )
}

/// `POST /dashboard/shipping/{rate}/shift`: moves the rate one position `up` or `down`.
async fn shift(request: SellerRequest, rate: Path<String>, Form(form): Form<ShiftForm>) -> Result<HttpResponse> {
    let (shop, id, now) = (request.who.shop.id, parse_id(&rate)?, request.now());
    let direction = if form.to == "up" {
        Direction::Up
    } else {
        Direction::Down
    };
    request
        .write(move |conn| ShippingRate::shift(conn, shop, id, direction, now))
        .await?;
    Ok(redirect(LIST))
}

fn parse_id(rate: &str) -> Result<ShippingRateId> {
    rate.parse().map(ShippingRateId).map_err(|_| Error::NotFound)
}

fn redirect_to_list(session: &Session, message: String) -> Result<HttpResponse> {
    Flash::ok(session, message)?;
    Ok(redirect(LIST))
}
