//! Making an account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::{Password, SignUp, SignedUp, Username};
use crate::error::Result;
use crate::text::{Email, line};
use crate::web::{Form, FormErrors, Page, Query, get, html, local, redirect, with_next};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/register")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(web::resource("/register/sent").route(get().to(sent)));
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RegisterForm {
    pub email: String,
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub next: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/register.html")]
struct RegisterPage {
    page: Page,
    form: RegisterForm,
    errors: FormErrors,
}

/// "Look into your mail": the same for everyone.
#[derive(Template)]
#[template(path = "accounts/sent.html")]
pub struct SentPage {
    pub page: Page,
    pub title: String,
    pub text: String,
    /// Letters lie as files: this market has no mail server.
    pub folder: bool,
    /// Where to go after signing in.
    pub next: String,
}

/// What is typed, parsed: everything but the hash.
struct Draft {
    email: Email,
    username: Username,
    first_name: String,
    last_name: String,
    password: Password,
}

impl RegisterForm {
    fn parse(&self) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::default();
        let email = errors.check("email", Email::parse(&self.email));
        let username = errors.check("username", Username::parse(&self.username));
        let first_name = errors.check("first_name", line("first name", &self.first_name, 60));
        let last_name = errors.check("last_name", line("last name", &self.last_name, 60));
        let own = [&self.email, &self.username, &self.first_name, &self.last_name].map(String::as_str);
        let password = errors.check("password", Password::parse(&self.password, &own));
        match (email, username, first_name, last_name, password) {
            (Some(email), Some(username), Some(first_name), Some(last_name), Some(password)) => Ok(Draft {
                email,
                username,
                first_name,
                last_name,
                password,
            }),
            _ => Err(errors),
        }
    }
}

#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

/// `GET /register`
async fn new(page: Page, Query(NextQuery { next }): Query<NextQuery>) -> Result<HttpResponse> {
    if page.visitor.is_some() {
        return Ok(redirect("/account"));
    }
    let form = RegisterForm {
        next,
        ..RegisterForm::default()
    };
    answer(StatusCode::OK, page, form, FormErrors::default())
}

/// `POST /register`: makes the account; the answer is the same when the address is known.
async fn create(desk: Desk, page: Page, Form(form): Form<RegisterForm>) -> Result<HttpResponse> {
    let draft = match form.parse() {
        Ok(draft) => draft,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors),
    };
    desk.count(|limits| &limits.sign_ups)?;
    let sign_up = SignUp {
        email: draft.email,
        username: draft.username,
        first_name: draft.first_name,
        last_name: draft.last_name,
        password: desk.hasher.hash(draft.password).await?,
    };
    let (outbox, origin, now) = (desk.outbox.clone(), desk.origin, page.now);
    let done = desk
        .db
        .write_uncached(move |conn| sign_up.run(conn, &outbox, &origin, now))
        .await?;
    match done {
        SignedUp::Sent => match local(&form.next, &page.site.public_url).as_str() {
            "/" => Ok(redirect("/register/sent")),
            next => Ok(redirect(&with_next("/register/sent", next))),
        },
        SignedUp::NameTaken => {
            let taken = "This username is taken. Choose another, perhaps with a number or a place in it.";
            let errors = FormErrors::one("username", taken);
            answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors)
        }
    }
}

/// `GET /register/sent`
async fn sent(page: Page, desk: Desk, Query(NextQuery { next }): Query<NextQuery>) -> Result<HttpResponse> {
    let next = local(&next, &page.site.public_url);
    let view = SentPage {
        page,
        title: "Look into your mail".to_owned(),
        text: "We sent a letter to the address you gave. Open the link in it to confirm your account; it works for \
               24 hours. You can sign in before that."
            .to_owned(),
        folder: desk.outbox.writes_files(),
        next,
    };
    html(StatusCode::OK, view.render())
}

fn answer(status: StatusCode, page: Page, mut form: RegisterForm, errors: FormErrors) -> Result<HttpResponse> {
    form.next = local(&form.next, &page.site.public_url);
    html(status, RegisterPage { page, form, errors }.render())
}
