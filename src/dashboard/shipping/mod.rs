//! `/dashboard/shipping`: a seller says how the shop sends, where to and for how much.

mod form;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ShippingRateId;
use crate::shipping::{Direction, MAX_RATES, ShippingRate, ShippingRateDraft};
use crate::text::Country;
use crate::web::{Flash, Form, FormErrors, Page, Query, Seller, get, html, redirect};
use form::{Like, RateForm};

const LIST: &str = "/dashboard/shipping";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource(LIST).route(get().to(index)))
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
    /// No more fit.
    full: bool,
}

#[derive(Template)]
#[template(path = "dashboard/shipping/edit.html")]
struct RatePage {
    page: Page,
    form: RateForm,
    errors: FormErrors,
    /// None: a new one.
    rate: Option<ShippingRateId>,
}

impl RatePage {
    /// The name of a field that takes an amount.
    fn priced(&self, what: &str) -> String {
        format!("{what}, in {}", self.page.currency())
    }

    /// Those that are ticked and the home country come first, where they are seen.
    fn countries(&self) -> Vec<(Country, bool)> {
        let home = self.page.site.country;
        let ticked = |country: &Country| self.form.countries.iter().any(|code| code == country.code);
        let all = Country::all().iter();
        let (mut first, rest): (Vec<_>, Vec<_>) = all
            .map(|country| (*country, ticked(country)))
            .partition(|(country, ticked)| *ticked || *country == home);
        first.extend(rest);
        first
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct LikeQuery {
    like: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ShiftForm {
    to: String,
}

/// `GET /dashboard/shipping`
async fn index(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let shop = seller.shop.id;
    let rates = db.read(move |conn| ShippingRate::of_shops(conn, &[shop])).await?;
    let full = rates.len() >= MAX_RATES;
    html(StatusCode::OK, RatesPage { page, rates, full }.render())
}

/// `GET /dashboard/shipping/new`: an empty form, or one filled in like a usual rate.
async fn new(page: Page, _seller: Seller, Query(query): Query<LikeQuery>) -> Result<HttpResponse> {
    let form = Like::parse(&query.like).map_or_else(RateForm::default, |like| like.form(&page));
    answer(StatusCode::OK, page, form, FormErrors::default(), None)
}

/// `POST /dashboard/shipping/new`
async fn create(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    Form(form): Form<RateForm>,
) -> Result<HttpResponse> {
    let draft = match form.parse(&page) {
        Ok(draft) => draft,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, None),
    };
    let (shop, now, name) = (seller.shop.id, page.now, draft.name.clone());
    match db
        .write(move |conn| ShippingRate::create(conn, shop, &draft, now))
        .await
    {
        Ok(_) => said(&session, format!("“{name}” is among your rates.")),
        Err(Error::Refused(message)) => {
            let errors = FormErrors::one("", message);
            answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, None)
        }
        Err(error) => Err(error),
    }
}

/// `GET /dashboard/shipping/{rate}`
async fn edit(db: Data<Db>, page: Page, seller: Seller, rate: Path<String>) -> Result<HttpResponse> {
    let (shop, id) = (seller.shop.id, parse(&rate)?);
    let rate = db.read(move |conn| ShippingRate::of_shop(conn, shop, id)).await?;
    let form = RateForm::of(&rate, &page);
    answer(StatusCode::OK, page, form, FormErrors::default(), Some(id))
}

/// `POST /dashboard/shipping/{rate}`
async fn update(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    rate: Path<String>,
    Form(form): Form<RateForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (seller.shop.id, parse(&rate)?, page.now);
    let draft: ShippingRateDraft = match form.parse(&page) {
        Ok(draft) => draft,
        Err(errors) => {
            db.read(move |conn| ShippingRate::of_shop(conn, shop, id)).await?;
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, Some(id));
        }
    };
    let name = draft.name.clone();
    db.write(move |conn| ShippingRate::update(conn, shop, id, &draft, now))
        .await?;
    said(&session, format!("“{name}” is up to date."))
}

/// `POST /dashboard/shipping/{rate}/removal`
async fn delete(db: Data<Db>, session: Session, seller: Seller, rate: Path<String>) -> Result<HttpResponse> {
    let (shop, id) = (seller.shop.id, parse(&rate)?);
    let name = db.write(move |conn| ShippingRate::delete(conn, shop, id)).await?;
    said(
        &session,
        format!("“{name}” is removed. Buyers can no longer choose it."),
    )
}

/// `POST /dashboard/shipping/{rate}/shift`: one place `up` or `down`.
async fn shift(
    db: Data<Db>,
    page: Page,
    seller: Seller,
    rate: Path<String>,
    Form(form): Form<ShiftForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (seller.shop.id, parse(&rate)?, page.now);
    let shift = if form.to == "up" {
        Direction::Up
    } else {
        Direction::Down
    };
    db.write(move |conn| ShippingRate::shift(conn, shop, id, shift, now))
        .await?;
    Ok(redirect(LIST))
}

fn parse(rate: &str) -> Result<ShippingRateId> {
    rate.parse().map(ShippingRateId).map_err(|_| Error::NotFound)
}

fn said(session: &Session, message: String) -> Result<HttpResponse> {
    Flash::ok(session, message)?;
    Ok(redirect(LIST))
}

fn answer(
    status: StatusCode,
    page: Page,
    form: RateForm,
    errors: FormErrors,
    rate: Option<ShippingRateId>,
) -> Result<HttpResponse> {
    let view = RatePage {
        page,
        form,
        errors,
        rate,
    };
    html(status, view.render())
}
