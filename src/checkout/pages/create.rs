//! Submitting the checkout form.

use std::time::Duration;

use actix_web::HttpResponse;

use super::form::CheckoutForm;
use super::new::{CheckoutPage, Notices};
use crate::checkout::{CheckoutRequest, PlaceOutcome, SavedAddress, place_order};
use crate::error::Result;
use crate::payments::{Card, Payment};
use crate::web::{BuyerRequest, Form, invalid, redirect, show};

/// How long the response waits for the provider. After that, the purchase's page shows that the payment is pending.
const PAYMENT_WAIT_TIMEOUT: Duration = Duration::from_secs(4);
const PAGE_OUTDATED: &str = "This page was out of date. Check it and pay again.";
const KEY_REUSED: &str =
    "You changed something after you paid. You were not charged again. Check the order, then pay again.";

/// `POST /checkout`: places the order, pays, and redirects to the purchase's page. Submitting the same form again
/// redirects to the same page.
pub async fn create(request: BuyerRequest, Form(pairs): Form<Vec<(String, String)>>) -> Result<HttpResponse> {
    let (form, card) = CheckoutForm::from_pairs(pairs);
    if form.update {
        return show(&CheckoutPage::load(request, form, Notices::default()).await?);
    }
    request.limit(|limits| &limits.checkouts)?;
    let Some(cart_owner) = request.who.cart_owner() else {
        return show_again(request, form, Notices::default()).await;
    };
    if !form.has_key() {
        return show_again(request, form, Notices::change(PAGE_OUTDATED)).await;
    }
    let (checkout_request, card) = match form.parse(&card, cart_owner, &request.page) {
        Ok(parsed) => parsed,
        Err(errors) => return show_again(request, form, errors.into()).await,
    };
    let placed = match place_and_pay(&request, checkout_request, card, form.save_address).await {
        Ok(Err(notices)) => return show_again(request, form, notices).await,
        Ok(Ok(number)) => Ok(number),
        Err(error) => Err(error),
    };
    request
        .respond_to_form(
            placed,
            |_, number| Ok(redirect(&format!("/checkout/{number}"))),
            async |request, errors| CheckoutPage::load(request, form, errors.into()).await,
        )
        .await
}

async fn show_again(request: BuyerRequest, form: CheckoutForm, notices: Notices) -> Result<HttpResponse> {
    invalid(&CheckoutPage::load(request, form, notices).await?)
}

/// Places the order and charges the card. Returns the number of the purchase, or why the page must be shown again.
async fn place_and_pay(
    request: &BuyerRequest,
    checkout_request: CheckoutRequest,
    card: Card,
    save_address: bool,
) -> Result<Result<String, Notices>> {
    let (currency, now) = (request.page.site.currency, request.now());
    let provider = request.services.processor.provider.name();
    let outcome = request
        .write(move |conn| {
            let outcome = place_order(conn, &checkout_request, currency, provider, now)?;
            let user = checkout_request.cart_owner.user();
            if let (PlaceOutcome::Started { .. }, Some(user), true) = (&outcome, user, save_address) {
                SavedAddress::save(conn, user, &checkout_request.address, now)?;
            }
            Ok(outcome)
        })
        .await?;
    Ok(match outcome {
        PlaceOutcome::Started { number, payment } => {
            pay(request, payment, card).await;
            Ok(number)
        }
        PlaceOutcome::AlreadyPlaced(number) => Ok(number),
        PlaceOutcome::KeyReused => Err(Notices::change(KEY_REUSED)),
        PlaceOutcome::QuoteChanged(changes) => Err(Notices::changes(changes)),
    })
}

/// Charges the card, and waits a few seconds for the result. The charge continues in the background if it takes longer,
/// or if the buyer leaves.
async fn pay(request: &BuyerRequest, payment: Payment, card: Card) {
    let (processor, now) = (request.services.processor.clone(), request.now());
    let paying = tokio::spawn(async move {
        if let Err(error) = processor.pay(payment, card, now).await {
            tracing::error!(%error, "the result of a payment could not be recorded; the sweep will retry it");
        }
    });
    let _ = tokio::time::timeout(PAYMENT_WAIT_TIMEOUT, paying).await;
}
