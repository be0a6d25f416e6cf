//! When the shop is away.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use chrono::{Months, NaiveDate};
use serde::Deserialize;

use super::own_shop::own;
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Shop, Vacation, VacationPlan};
use crate::text::line;
use crate::web::{Flash, Form, FormErrors, Page, Seller, get, html, redirect};

const VACATION: &str = "/dashboard/shop/vacation";
/// Nobody plans further ahead, in months.
const FURTHEST: u32 = 24;

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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
    /// Away today, as buyers read it.
    away: Option<Vacation>,
    /// Whether an absence is written down at all.
    planned: bool,
}

impl VacationForm {
    fn of(shop: &Shop) -> Self {
        let absence = shop.vacation_plan();
        let selling = absence.as_ref().is_some_and(|absence| absence.selling);
        let from = absence.as_ref().map(|absence| absence.from.to_string());
        let until = absence.as_ref().and_then(|absence| absence.until);
        Self {
            vacation_from: from.unwrap_or_default(),
            vacation_until: until.map(|day| day.to_string()).unwrap_or_default(),
            vacation_message: absence.map(|absence| absence.message).unwrap_or_default(),
            vacation_selling: if selling { "yes" } else { "no" }.to_owned(),
        }
    }

    fn parse(&self, today: NaiveDate) -> Result<VacationPlan, FormErrors> {
        let mut errors = FormErrors::default();
        let furthest = today + Months::new(FURTHEST);
        let from = errors.check("vacation_from", day(&self.vacation_from));
        let until = match self.vacation_until.trim() {
            "" => Some(None),
            typed => errors.check("vacation_until", day(typed)).map(Some),
        };
        if let (Some(from), Some(Some(until))) = (from, until) {
            if until < from {
                errors.add(
                    "vacation_until",
                    "The last day is before the first. Choose a later one.",
                );
            } else if until < today {
                errors.add("vacation_until", "The last day is over already. Choose today or later.");
            }
        }
        for (field, day) in [("vacation_from", from), ("vacation_until", until.flatten())] {
            if day.is_some_and(|day| day > furthest || day < today - Months::new(FURTHEST)) {
                errors.add(field, "This day is more than two years away. Choose a nearer one.");
            }
        }
        let message = errors.check("vacation_message", line("message", &self.vacation_message, 300));
        let selling = match self.vacation_selling.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                errors.add("vacation_selling", "Say whether buyers can go on buying.");
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

fn day(typed: &str) -> Result<NaiveDate, &'static str> {
    NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").map_err(|_| "Choose a day, like 2026-12-24.")
}

/// `GET /dashboard/shop/vacation`
async fn edit(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let shop = own(&db, &seller).await?;
    let form = VacationForm::of(&shop);
    answer(StatusCode::OK, page, &shop, form, FormErrors::default())
}

/// `POST /dashboard/shop/vacation`
async fn update(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    Form(form): Form<VacationForm>,
) -> Result<HttpResponse> {
    let absence = match form.parse(page.now.date()) {
        Ok(absence) => absence,
        Err(errors) => {
            let shop = own(&db, &seller).await?;
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, &shop, form, errors);
        }
    };
    let (id, now) = (seller.shop.id, page.now);
    db.write(move |conn| Shop::set_vacation(conn, id, Some(&absence), now))
        .await?;
    Flash::ok(&session, "Your holiday is written down. Have a good one.")?;
    Ok(redirect(VACATION))
}

/// `POST /dashboard/shop/vacation/end`: back, or not going after all.
async fn end(db: Data<Db>, page: Page, session: Session, seller: Seller) -> Result<HttpResponse> {
    let (id, now) = (seller.shop.id, page.now);
    db.write(move |conn| Shop::set_vacation(conn, id, None, now)).await?;
    Flash::ok(&session, "No holiday is planned any more.")?;
    Ok(redirect(VACATION))
}

fn answer(status: StatusCode, page: Page, shop: &Shop, form: VacationForm, errors: FormErrors) -> Result<HttpResponse> {
    let view = VacationPage {
        away: shop.vacation(page.now),
        planned: shop.vacation_plan().is_some(),
        page,
        form,
        errors,
    };
    html(status, view.render())
}
