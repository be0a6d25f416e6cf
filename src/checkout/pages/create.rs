//! Paying: the form is sent off.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::form::CheckoutForm;
use super::new::{Said, show};
use crate::accounts::random;
use crate::checkout::{Placing, SavedAddress, Till, place};
use crate::error::{Error, Result};
use crate::web::layers::{ClientIp, Policy};
use crate::web::{Buyer, Form, Page, Problems, redirect};

/// How long the answer waits for the provider's; after that, the purchase's page does.
const PATIENCE: Duration = Duration::from_secs(4);

/// `POST /checkout`: pays, and leads to the purchase's own page. A second time leads to the same.
pub async fn create(
    till: Data<Till>,
    policy: Data<Policy>,
    request: HttpRequest,
    page: Page,
    buyer: Buyer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let (mut form, typed) = CheckoutForm::read(pairs);
    let holder = buyer.holder();
    if form.update {
        return show(&till, page, holder, form, StatusCode::OK, Said::default()).await;
    }
    let address = request.extensions().get::<ClientIp>().copied();
    policy.count(|limits| &limits.checkouts, address.ok_or(Error::Forbidden)?)?;
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(whose) = holder else {
        return show(&till, page, None, form, refused, Said::default()).await;
    };
    if !form.has_key() {
        form.key = random()?;
        let changes = vec!["This page was out of date. Check it, and pay again.".to_owned()];
        let said = Said {
            changes,
            ..Said::default()
        };
        return show(&till, page, holder, form, refused, said).await;
    }
    let now = page.now;
    let parsed = form.parse(whose, &page);
    let mut problems = parsed.as_ref().err().cloned().unwrap_or_default();
    let card = typed.parse(&mut problems, now);
    let (Ok(purchase), Some(card)) = (parsed, card) else {
        let said = Said {
            problems,
            ..Said::default()
        };
        return show(&till, page, holder, form, refused, said).await;
    };
    let (currency, provider, keep) = (page.site.currency, till.gateway.name(), form.save_address);
    let placing = till
        .db
        .write(move |conn| {
            let placing = place(conn, &purchase, currency, provider, now)?;
            if let (Placing::Open { .. }, Some(user), true) = (&placing, whose.user(), keep) {
                SavedAddress::keep(conn, user, &purchase.address, now)?;
            }
            Ok(placing)
        })
        .await;
    match placing {
        Ok(Placing::Open { number, payment }) => {
            let paying = till.clone();
            // Goes on when the buyer leaves in the middle of it.
            let paying = tokio::spawn(async move {
                if let Err(error) = paying.pay(payment, card, now).await {
                    tracing::error!(%error, "what came of a payment could not be written down yet");
                }
            });
            let _ = tokio::time::timeout(PATIENCE, paying).await;
            Ok(redirect(&format!("/checkout/{number}")))
        }
        Ok(Placing::There(number)) => Ok(redirect(&format!("/checkout/{number}"))),
        Ok(Placing::Other) => {
            form.key = random()?;
            let changes = vec![
                "You changed something after you had sent this off. Nothing more was charged. Check it, and pay again."
                    .to_owned(),
            ];
            let said = Said {
                changes,
                ..Said::default()
            };
            show(&till, page, holder, form, refused, said).await
        }
        Ok(Placing::Changed(changes)) => {
            form.key = random()?;
            let said = Said {
                changes,
                ..Said::default()
            };
            show(&till, page, holder, form, refused, said).await
        }
        Err(Error::Refused(why)) => {
            let said = Said {
                problems: Problems::one("", why),
                ..Said::default()
            };
            show(&till, page, holder, form, refused, said).await
        }
        Err(error) => Err(error),
    }
}
