//! The vacation of a shop.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use crate::error::Result;
use crate::shops::{MAX_VACATION_MESSAGE_LENGTH, Shop, Vacation, VacationPlan};
use crate::text::line;
use crate::web::{Flash, Form, FormErrors, Page, SellerRequest, get, invalid, redirect, show, view};

const VACATION: &str = "/dashboard/shop/vacation";
/// How far a day may be from today.
const MAX_MONTHS: u32 = 24;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(VACATION)
            .route(get().to(edit))
            .route(web::post().to(update)),
    )
    .service(web::resource("/dashboard/shop/vacation/end").route(web::post().to(end)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "they are named as the columns")]
struct VacationForm {
    vacation_from: String,
    vacation_until: String,
    vacation_message: String,
    /// `yes` or `no`
    vacation_selling: String,
}

#[derive(Template)]
#[template(path = "dashboard/shop/vacation.html")]
struct VacationPage {
    page: Page,
    form: VacationForm,
    errors: FormErrors,
    /// The vacation of today, as buyers read it.
    away: Option<Vacation>,
    /// Whether a vacation is planned.
    planned: bool,
}

view!(VacationPage);

impl VacationForm {
    fn from_shop(shop: &Shop) -> Self {
        let plan = shop.vacation_plan();
        let selling = plan.as_ref().is_some_and(|plan| plan.selling);
        let from = plan.as_ref().map(|plan| plan.from.to_string());
        let until = plan.as_ref().and_then(|plan| plan.until);
        Self {
            vacation_from: from.unwrap_or_default(),
            vacation_until: until.map(|day| day.to_string()).unwrap_or_default(),
            vacation_message: plan.map(|plan| plan.message).unwrap_or_default(),
            vacation_selling: if selling { "yes" } else { "no" }.to_owned(),
        }
    }

    fn parse(&self, today: NaiveDate) -> Result<VacationPlan, FormErrors> {
        let mut errors = FormErrors::default();
        let (earliest, latest) = (today - Months::new(MAX_MONTHS), today + Months::new(MAX_MONTHS));
        let from = errors.check("vacation_from", day(&self.vacation_from));
        let until = match self.vacation_until.trim() {
            "" => Some(None),
            input => errors.check("vacation_until", day(input)).map(Some),
        };
        if let (Some(from), Some(Some(until))) = (from, until) {
            if until < from {
                errors.add(
                    "vacation_until",
                    "The last day is before the first day. Choose a later day.",
                );
            } else if until < today {
                errors.add("vacation_until", "The last day is in the past. Choose today or later.");
            }
        }
        for (field, day) in [("vacation_from", from), ("vacation_until", until.flatten())] {
            if day.is_some_and(|day| day > latest) {
                errors.add(field, "This day is more than two years away. Choose an earlier day.");
            } else if day.is_some_and(|day| day < earliest) {
                errors.add(field, "This day is more than two years ago. Choose a later day.");
            }
        }
        let message = errors.check(
            "vacation_message",
            line("message", &self.vacation_message, MAX_VACATION_MESSAGE_LENGTH),
        );
        let selling = match self.vacation_selling.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                errors.add("vacation_selling", "Choose whether buyers can order.");
                None
            }
        };
        match (from, until, message, selling) {
            (Some(from), Some(until), Some(message), Some(selling)) if errors.is_empty() => Ok(VacationPlan {
                from,
                until,
                message,
                selling,
            }),
            _ => Err(errors),
        }
    }
}

fn day(input: &str) -> Result<NaiveDate, &'static str> {
    NaiveDate::parse_from_str(input.trim(), "%Y-%m-%d").map_err(|_| "Enter a date, like 2026-12-24.")
}

/// `GET /dashboard/shop/vacation`
async fn edit(request: SellerRequest) -> Result<HttpResponse> {
    let shop = request.own_shop().await?;
    let form = VacationForm::from_shop(&shop);
    show(&VacationPage::new(request.page, &shop, form, FormErrors::default()))
}

/// `POST /dashboard/shop/vacation`
async fn update(request: SellerRequest, Form(form): Form<VacationForm>) -> Result<HttpResponse> {
    let plan = match form.parse(request.now().date()) {
        Ok(plan) => plan,
        Err(errors) => {
            let shop = request.own_shop().await?;
            return invalid(&VacationPage::new(request.page, &shop, form, errors));
        }
    };
    let (id, now) = (request.who.shop.id, request.now());
    request
        .write(move |conn| Shop::set_vacation(conn, id, Some(&plan), now))
        .await?;
    Flash::ok(&request.session, "Vacation saved.")?;
    Ok(redirect(VACATION))
}

/// `POST /dashboard/shop/vacation/end`: ends a vacation, or cancels a planned one.
async fn end(request: SellerRequest) -> Result<HttpResponse> {
    let (id, now) = (request.who.shop.id, request.now());
    request
        .write(move |conn| Shop::set_vacation(conn, id, None, now))
        .await?;
    Flash::ok(&request.session, "Vacation removed.")?;
    Ok(redirect(VACATION))
}

impl VacationPage {
    fn new(page: Page, shop: &Shop, form: VacationForm, errors: FormErrors) -> Self {
        Self {
            away: shop.vacation(page.now),
            planned: shop.vacation_plan().is_some(),
            page,
            form,
            errors,
        }
    }
}
