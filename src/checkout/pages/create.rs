//! Paying: the form is sent off.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::form::CheckoutForm;
use super::new::{Said, show};
use crate::accounts::random;
use crate::checkout::{PaymentProcessor, PlaceOutcome, SavedAddress, place};
use crate::error::{Error, Result};
use crate::web::layers::{ClientIp, Policy};
use crate::web::{Buyer, Form, FormErrors, Page, redirect};

/// How long the answer waits for the provider's; after that, the purchase's page does.
const PAYMENT_WAIT_TIMEOUT: Duration = Duration::from_secs(4);

/// `POST /checkout`: pays, and leads to the purchase's own page. A second time leads to the same.
pub async fn create(
    processor: Data<PaymentProcessor>,
    policy: Data<Policy>,
    request: HttpRequest,
    page: Page,
    buyer: Buyer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let (mut form, typed) = CheckoutForm::read(pairs);
    let cart_owner = buyer.cart_owner();
    if form.update {
        return show(&processor, page, cart_owner, form, StatusCode::OK, Said::default()).await;
    }
    let address = request.extensions().get::<ClientIp>().copied();
    policy.count(|limits| &limits.checkouts, address.ok_or(Error::Forbidden)?)?;
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(whose) = cart_owner else {
        return show(&processor, page, None, form, refused, Said::default()).await;
    };
    if !form.has_key() {
        form.key = random()?;
        let changes = vec!["This page was out of date. Check it, and pay again.".to_owned()];
        let said = Said {
            changes,
            ..Said::default()
        };
        return show(&processor, page, cart_owner, form, refused, said).await;
    }
    let now = page.now;
    let parsed = form.parse(whose, &page);
    let mut errors = parsed.as_ref().err().cloned().unwrap_or_default();
    let card = typed.parse(&mut errors, now);
    let (Ok(purchase), Some(card)) = (parsed, card) else {
        let said = Said {
            errors,
            ..Said::default()
        };
        return show(&processor, page, cart_owner, form, refused, said).await;
    };
    let (currency, provider, keep) = (page.site.currency, processor.provider.name(), form.save_address);
    let placing = processor
        .db
        .write(move |conn| {
            let placing = place(conn, &purchase, currency, provider, now)?;
            if let (PlaceOutcome::Open { .. }, Some(user), true) = (&placing, whose.user(), keep) {
                SavedAddress::keep(conn, user, &purchase.address, now)?;
            }
            Ok(placing)
        })
        .await;
    match placing {
        Ok(PlaceOutcome::Open { number, payment }) => {
            let paying = processor.clone();
            // Goes on when the buyer leaves in the middle of it.
            let paying = tokio::spawn(async move {
                if let Err(error) = paying.pay(payment, card, now).await {
                    tracing::error!(%error, "what came of a payment could not be written down yet");
                }
            });
            let _ = tokio::time::timeout(PAYMENT_WAIT_TIMEOUT, paying).await;
            Ok(redirect(&format!("/checkout/{number}")))
        }
        Ok(PlaceOutcome::There(number)) => Ok(redirect(&format!("/checkout/{number}"))),
        Ok(PlaceOutcome::Other) => {
            form.key = random()?;
            let changes = vec![
                "You changed something after you had sent this off. Nothing more was charged. Check it, and pay again."
                    .to_owned(),
            ];
            let said = Said {
                changes,
                ..Said::default()
            };
            show(&processor, page, cart_owner, form, refused, said).await
        }
        Ok(PlaceOutcome::Changed(changes)) => {
            form.key = random()?;
            let said = Said {
                changes,
                ..Said::default()
            };
            show(&processor, page, cart_owner, form, refused, said).await
        }
        Err(Error::Refused(why)) => {
            let said = Said {
                errors: FormErrors::one("", why),
                ..Said::default()
            };
            show(&processor, page, cart_owner, form, refused, said).await
        }
        Err(error) => Err(error),
    }
}
