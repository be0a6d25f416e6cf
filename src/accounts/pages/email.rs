//! The account's email address.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::{Token, email_change};
use crate::error::Result;
use crate::text::EmailAddress;
use crate::web::{Flash, Form, FormErrors, Page, RecentRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/account/email")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EmailForm {
    email: String,
}

impl EmailForm {
    fn parse(&self, current: &str) -> Result<EmailAddress, FormErrors> {
        match EmailAddress::parse(&self.email) {
            Ok(email) if email.as_str() == current => Err(FormErrors::one(
                "email",
                "This is already your address. Enter a new one.",
            )),
            Ok(email) => Ok(email),
            Err(message) => Err(FormErrors::one("email", message)),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/email.html")]
struct EmailPage {
    page: Page,
    form: EmailForm,
    errors: FormErrors,
    current: String,
    verified: bool,
    /// The new address of a change that is not confirmed yet.
    pending: Option<String>,
}

view!(EmailPage);

impl EmailPage {
    async fn load(request: RecentRequest, form: EmailForm, errors: FormErrors) -> Result<Self> {
        let (user, now) = (request.who.user, request.now());
        let pending = request.read(move |conn| Token::pending_change(conn, user, now)).await?;
        Ok(Self {
            page: request.page,
            form,
            errors,
            current: request.who.email.clone(),
            verified: request.who.verified(),
            pending,
        })
    }
}

/// `GET /account/email`
async fn edit(request: RecentRequest) -> Result<HttpResponse> {
    show(&EmailPage::load(request, EmailForm::default(), FormErrors::default()).await?)
}

/// `POST /account/email`: sends a link to the new address. The address changes when the link is used.
async fn update(request: RecentRequest, Form(form): Form<EmailForm>) -> Result<HttpResponse> {
    let email = match form.parse(&request.who.email) {
        Ok(email) => email,
        Err(errors) => return invalid(&EmailPage::load(request, form, errors).await?),
    };
    request.limit(|limits| &limits.email_links)?;
    let (action, user) = (request.action()?, request.who.user);
    request
        .write_uncached(move |conn| email_change::request(conn, &action, user, &email))
        .await?;
    Flash::ok(
        &request.session,
        "We sent a link to the new address. Your address changes when you open it.",
    )?;
    Ok(redirect("/account/email"))
}
