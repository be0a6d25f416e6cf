//! Changes many prices by a percentage or an amount, after a preview.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;

use super::bulk::parse_ids;
use super::params::ListFilter;
use crate::catalog::{BulkSelection, MAX_PERCENT, PriceChange, Repricing};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::web::{
    Flash, Form, FormErrors, Page, Query, SellerRequest, get, invalid, redirect, show as show_page, view,
};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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
    /// None: the form was not sent yet.
    amount: Option<String>,
    /// The token of the preview that is confirmed.
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
    /// Whether the new prices are shown for confirmation.
    preview: bool,
}

view!(PricesPage);

impl PricesForm {
    fn change(&self, currency: Currency) -> Result<PriceChange, FormErrors> {
        let input = self.amount.as_deref().unwrap_or_default().trim();
        let down = match self.direction.as_str() {
            "down" => true,
            "up" => false,
            _ => return Err(FormErrors::one("direction", "Choose whether prices go up or down.")),
        };
        let error = |message: String| FormErrors::one("amount", message);
        match self.by.as_str() {
            "percent" => {
                let max = if down { 100 } else { MAX_PERCENT };
                let points = parse_basis_points(input)
                    .filter(|points| (1..=max * 100).contains(points))
                    .ok_or_else(|| error(format!("Enter a percentage from 0.01 to {max}, like 10 or 12.5.")))?;
                Ok(PriceChange::Percent(if down { -points } else { points }))
            }
            "amount" => {
                let by = currency
                    .parse(input)
                    .map_err(|problem| error(format!("The amount {problem}.")))?;
                if by.0 == 0 {
                    return Err(error("Enter an amount above zero.".to_owned()));
                }
                Ok(PriceChange::Amount(Money(if down { -by.0 } else { by.0 })))
            }
            _ => Err(FormErrors::one("by", "Choose a percentage or an amount.")),
        }
    }
}

/// Reads a percentage with at most two decimals.
fn parse_basis_points(input: &str) -> Option<i64> {
    let plain = input.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: Decimal = input.parse().ok().filter(|_| plain)?;
    let points = number.checked_mul(Decimal::from(100))?.normalize();
    points.is_integer().then(|| points.to_i64()).flatten()
}

/// `GET /dashboard/products/prices`: asks for the change and shows a preview.
async fn show(request: SellerRequest, Query(form): Query<PricesForm>) -> Result<HttpResponse> {
    let change = form.amount.as_ref().map(|_| form.change(request.page.site.currency));
    let (change, errors) = match change.transpose() {
        Ok(change) => (change, FormErrors::default()),
        Err(errors) => (None, errors),
    };
    let page = PricesPage::load(request, form, change, errors).await?;
    if page.errors.is_empty() {
        show_page(&page)
    } else {
        invalid(&page)
    }
}

/// `POST /dashboard/products/prices`: changes the prices exactly as the preview showed, or not at all.
async fn update(request: SellerRequest, Form(form): Form<PricesForm>) -> Result<HttpResponse> {
    let change = match form.change(request.page.site.currency) {
        Ok(change) => change,
        Err(errors) => return invalid(&PricesPage::load(request, form, None, errors).await?),
    };
    let (seller, ids, token) = (request.context(), parse_ids(&form.id)?, form.token.clone());
    let changed = request
        .write(move |conn| {
            let repricing = BulkSelection::of_shop(conn, seller.shop, &ids)?.reprice(conn, Some(change))?;
            if repricing.token() != token || !repricing.is_possible() || !repricing.apply(conn, seller.now)? {
                return Err(Error::Refused(
                    "Something changed in the meantime, so nothing was saved. Here is an updated preview.".to_owned(),
                ));
            }
            Ok(repricing.changes())
        })
        .await;
    let list = ListFilter::from_url(&form.back).url();
    request
        .respond_to_form(
            changed,
            |request, changes| {
                let prices = if changes == 1 { "price is" } else { "prices are" };
                Flash::ok(&request.session, format!("{changes} {prices} changed."))?;
                Ok(redirect(&list))
            },
            async |request, errors| PricesPage::load(request, form, Some(change), errors).await,
        )
        .await
}

impl PricesPage {
    async fn load(
        request: SellerRequest,
        form: PricesForm,
        change: Option<PriceChange>,
        mut errors: FormErrors,
    ) -> Result<Self> {
        let (shop, ids) = (request.who.shop.id, parse_ids(&form.id)?);
        let repricing = request
            .read(move |conn| BulkSelection::of_shop(conn, shop, &ids)?.reprice(conn, change))
            .await?;
        if !repricing.is_possible() {
            errors.add(
                "amount",
                "Some prices would fall to zero or below, or rise too high. Change the amount, or go back and leave them \
                 out.",
            );
        }
        Ok(Self {
            page: request.page,
            shop: request.who.shop.name,
            back: ListFilter::from_url(&form.back).url(),
            form,
            errors,
            preview: change.is_some(),
            repricing,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_two_decimals_at_most() {
        for (input, points) in [
            ("10", Some(1_000)),
            ("12.5", Some(1_250)),
            ("0.01", Some(1)),
            ("7.50", Some(750)),
        ] {
            assert_eq!(parse_basis_points(input), points, "{input}");
        }
        for input in [
            "",
            "-5",
            "1e3",
            "12,5",
            "0.001",
            "1.2.3",
            "９",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(parse_basis_points(input), None, "{input}");
        }
    }
}
