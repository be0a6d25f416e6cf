//! Many prices changed by a percentage or an amount: typed, looked at, confirmed.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::bulk::ids;
use super::params::Asked;
use crate::catalog::{BulkSelection, MAX_PERCENT, PriceChange, Repricing};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::web::{Flash, Form, FormErrors, Page, Query, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/dashboard/products/prices")
            .route(get().to(show))
            .route(web::post().to(update)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PricesForm {
    id: Vec<String>,
    /// `up` or `down`.
    direction: String,
    /// `percent` or `amount`.
    by: String,
    /// None: nothing was typed yet.
    amount: Option<String>,
    /// Short for the preview that is confirmed.
    token: String,
    back: String,
}

#[derive(Template)]
#[template(path = "dashboard/products/prices.html")]
struct PricesPage {
    page: Page,
    shop: String,
    form: PricesForm,
    back: String,
    errors: FormErrors,
    repricing: Repricing,
    /// Whether the new prices are shown, to be confirmed.
    preview: bool,
}

impl PricesForm {
    fn change(&self, currency: Currency) -> Result<PriceChange, FormErrors> {
        let typed = self.amount.as_deref().unwrap_or_default().trim();
        let down = match self.direction.as_str() {
            "down" => true,
            "up" => false,
            _ => return Err(FormErrors::one("direction", "Choose whether prices go up or down.")),
        };
        let wrong = |message: String| FormErrors::one("amount", message);
        match self.by.as_str() {
            "percent" => {
                let most = if down { 100 } else { MAX_PERCENT };
                let points = hundredths(typed)
                    .filter(|points| (1..=most * 100).contains(points))
                    .ok_or_else(|| wrong(format!("Type a percentage from 0.01 to {most}, like 10 or 12.5.")))?;
                Ok(PriceChange::Percent(if down { -points } else { points }))
            }
            "amount" => {
                let by = currency
                    .parse(typed)
                    .map_err(|problem| wrong(format!("The amount {problem}.")))?;
                if by.0 == 0 {
                    return Err(wrong("Type an amount above zero.".to_owned()));
                }
                Ok(PriceChange::Amount(Money(if down { -by.0 } else { by.0 })))
            }
            _ => Err(FormErrors::one("by", "Choose a percentage or an amount.")),
        }
    }
}

/// A percentage of at most two decimals, in hundredths.
fn hundredths(typed: &str) -> Option<i64> {
    let plain = typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: Decimal = typed.parse().ok().filter(|_| plain)?;
    let hundredths = number.checked_mul(Decimal::from(100))?.normalize();
    hundredths.is_integer().then(|| hundredths.to_i64()).flatten()
}

/// `GET /dashboard/products/prices`: what is done to the prices, and what that would come to.
async fn show(db: Data<Db>, page: Page, seller: Seller, Query(form): Query<PricesForm>) -> Result<HttpResponse> {
    let (change, errors) = match form.amount.as_ref().map(|_| form.change(page.site.currency)) {
        None => (None, FormErrors::default()),
        Some(Ok(change)) => (Some(change), FormErrors::default()),
        Some(Err(errors)) => (None, errors),
    };
    answer(&db, page, &seller, form, change, errors).await
}

/// `POST /dashboard/products/prices`: exactly what the preview showed, or nothing.
async fn update(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    Form(form): Form<PricesForm>,
) -> Result<HttpResponse> {
    let change = match form.change(page.site.currency) {
        Ok(change) => change,
        Err(errors) => return answer(&db, page, &seller, form, None, errors).await,
    };
    let (shop, ids, now, token) = (seller.shop.id, ids(&form.id)?, page.now, form.token.clone());
    let done = db
        .write(move |conn| {
            let repricing = BulkSelection::of_shop(conn, shop, &ids)?.reprice(conn, Some(change))?;
            if repricing.token() != token || !repricing.possible() || !repricing.apply(conn, now)? {
                return Err(Error::Refused(
                    "Something changed since you looked, so nothing was done. Here is what it would come to now."
                        .to_owned(),
                ));
            }
            Ok(repricing.changes())
        })
        .await;
    match done {
        Ok(changes) => {
            let several = if changes == 1 { "price is" } else { "prices are" };
            Flash::ok(&session, format!("{changes} {several} changed."))?;
            Ok(redirect(&Asked::back(&form.back).here()))
        }
        Err(Error::Refused(why)) => answer(&db, page, &seller, form, Some(change), FormErrors::one("", why)).await,
        Err(error) => Err(error),
    }
}

async fn answer(
    db: &Db,
    page: Page,
    seller: &Seller,
    form: PricesForm,
    change: Option<PriceChange>,
    mut errors: FormErrors,
) -> Result<HttpResponse> {
    let (shop, ids) = (seller.shop.id, ids(&form.id)?);
    let repricing = db
        .read(move |conn| BulkSelection::of_shop(conn, shop, &ids)?.reprice(conn, change))
        .await?;
    if !repricing.possible() {
        errors.add(
            "amount",
            "Some prices would fall to zero or below, or rise too high. Change the amount, or go back and leave them out.",
        );
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = PricesPage {
        page,
        shop: seller.shop.name.clone(),
        back: Asked::back(&form.back).here(),
        form,
        errors,
        preview: change.is_some(),
        repricing,
    };
    html(status, view.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_two_decimals_at_most() {
        for (typed, read) in [
            ("10", Some(1_000)),
            ("12.5", Some(1_250)),
            ("0.01", Some(1)),
            ("7.50", Some(750)),
        ] {
            assert_eq!(hundredths(typed), read, "{typed}");
        }
        for typed in [
            "",
            "-5",
            "1e3",
            "12,5",
            "0.001",
            "1.2.3",
            "９",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(hundredths(typed), None, "{typed}");
        }
    }
}
