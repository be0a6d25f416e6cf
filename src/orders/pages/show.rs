//! The page of one purchase: its lines, the progress of each shop order, and the actions that the buyer can take.

use actix_web::HttpResponse;
use askama::Template;

use super::access::PurchaseRequest;
use super::claim_option::ClaimOption;
use super::details::PurchaseDetails;
use crate::error::Result;
use crate::text::when;
use crate::web::{FormErrors, Page, show as show_view, view};

#[derive(Template)]
#[template(path = "orders/show.html")]
pub struct OrderPage {
    page: Page,
    details: PurchaseDetails,
    base: String,
    placed: String,
    /// How a guest can move the order into an account.
    claim_option: ClaimOption,
    errors: FormErrors,
}

view!(OrderPage);

impl OrderPage {
    pub async fn load(request: PurchaseRequest, errors: FormErrors) -> Result<Self> {
        let (access, visitor) = (request.who.clone(), request.page.visitor.clone());
        let (details, claim_option) = request
            .read(move |conn| {
                let purchase = access.open(conn)?;
                let claim_option = if access.is_link() {
                    ClaimOption::of_visitor(conn, &purchase, visitor.as_deref())?
                } else {
                    ClaimOption::Claimed
                };
                Ok((PurchaseDetails::load(conn, purchase)?, claim_option))
            })
            .await?;
        Ok(Self {
            page: request.page,
            base: request.who.base(),
            placed: when(details.purchase.paid_at()),
            details,
            claim_option,
            errors,
        })
    }

    /// Whether the page is outside the dashboard, as a guest's is.
    fn is_standalone(&self) -> bool {
        self.base.starts_with("/orders/")
    }
}

/// `GET /dashboard/orders/{number}` and `GET /orders/{number}/{token}`
pub async fn show(request: PurchaseRequest) -> Result<HttpResponse> {
    let access = request.who.clone();
    let page = OrderPage::load(request, FormErrors::default()).await?;
    show_view(&page).map(|response| access.protect(response))
}
