//! A new password by a link in an email.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::email_links::link_expired;
use super::register::SentPage;
use crate::accounts::passwords::change::{self, ResetRequest};
use crate::accounts::{Password, Purpose, Token, User};
use crate::error::Result;
use crate::web::email_link::{self, LinkQuery, private};
use crate::web::visitor::sign_out;
use crate::web::{AnyRequest, Flash, Form, FormErrors, Page, Query, get, invalid, redirect, show, view};

const RESET: &str = "/reset";
const MAX_LOGIN_LENGTH: usize = 254;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/forgot")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(web::resource("/forgot/sent").route(get().to(sent)))
    .service(web::resource(RESET).route(get().to(edit)).route(web::post().to(update)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ForgotForm {
    login: String,
}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
struct ForgotPage {
    page: Page,
    form: ForgotForm,
    errors: FormErrors,
}

view!(ForgotPage);

#[derive(Deserialize)]
struct ResetForm {
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct ResetPage {
    page: Page,
    username: String,
    errors: FormErrors,
}

view!(ResetPage);

/// `GET /forgot`
async fn new(request: AnyRequest) -> Result<HttpResponse> {
    show(&ForgotPage {
        page: request.page,
        form: ForgotForm::default(),
        errors: FormErrors::default(),
    })
}

/// `POST /forgot`: a job looks the user up later, so that the response does not tell who has an account.
async fn create(request: AnyRequest, Form(form): Form<ForgotForm>) -> Result<HttpResponse> {
    let login = form.login.trim();
    if login.is_empty() || login.chars().count() > MAX_LOGIN_LENGTH {
        let message = "Enter the email or username of your account.";
        return invalid(&ForgotPage {
            page: request.page,
            form,
            errors: FormErrors::one("login", message),
        });
    }
    request.limit(|limits| &limits.email_links)?;
    let reset = ResetRequest::new(login, &request.origin()?);
    let (cipher, now) = (request.services.cipher.clone(), request.now());
    request
        .write_uncached(move |conn| reset.enqueue(conn, &cipher, now))
        .await?;
    Ok(redirect("/forgot/sent"))
}

/// `GET /forgot/sent`
async fn sent(request: AnyRequest) -> Result<HttpResponse> {
    show(&SentPage {
        page: request.page,
        title: "Check your email".to_owned(),
        text: "If this account exists, we sent a link for a new password to its email address. The link works for one hour. We send at most one every five minutes."
            .to_owned(),
        writes_files: request.services.outbox.writes_files(),
        next: "/".to_owned(),
    })
}

/// `GET /reset`
async fn edit(request: AnyRequest, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(redirect) = query.move_to_cookie(&request.session, RESET)? {
        return Ok(redirect);
    }
    let Some(user) = user_of_link(&request).await? else {
        return link_expired(request.page, "/forgot", "Request a new link");
    };
    show(&ResetPage {
        page: request.page,
        username: user.username,
        errors: FormErrors::default(),
    })
    .map(private)
}

/// `POST /reset`: stores the new password. It does not sign in, and leaves the second factor on.
async fn update(request: AnyRequest, Form(form): Form<ResetForm>) -> Result<HttpResponse> {
    let Some(user) = user_of_link(&request).await? else {
        return link_expired(request.page, "/forgot", "Request a new link");
    };
    let password = match Password::parse(&form.password, &user.personal_words()) {
        Ok(password) => password,
        Err(message) => {
            return invalid(&ResetPage {
                page: request.page,
                username: user.username,
                errors: FormErrors::one("password", message),
            })
            .map(private);
        }
    };
    let hash = request.services.hasher.hash(password).await?;
    let (action, token) = (request.action()?, email_link::token(&request.session, RESET));
    let is_reset = request
        .write_uncached(move |conn| change::reset_password(conn, &action, &token, &hash))
        .await?;
    if !is_reset {
        return link_expired(request.page, "/forgot", "Request a new link");
    }
    email_link::forget(&request.session, RESET);
    sign_out(&request.session);
    Flash::ok(&request.session, "Password saved. Sign in with it.")?;
    Ok(private(redirect("/login")))
}

/// The user of the link whose token is in the cookie; None when the link is not valid.
async fn user_of_link(request: &AnyRequest) -> Result<Option<User>> {
    let (token, now) = (email_link::token(&request.session, RESET), request.now());
    request
        .read(move |conn| match Token::peek(conn, Purpose::Reset, &token, now)? {
            Some(token) => User::find(conn, token.user).map(Some),
            None => Ok(None),
        })
        .await
}
