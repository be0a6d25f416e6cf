//! Creating an account.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::{Hasher, MAX_NAME_LENGTH, Password, SignUp, SignUpOutcome, Username};
use crate::error::Result;
use crate::text::{EmailAddress, line};
use crate::web::{
    AnyRequest, Form, FormErrors, NextParams, Page, Query, get, invalid, local, redirect, show, view, with_next,
};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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

view!(RegisterPage);

impl RegisterPage {
    fn new(page: Page, mut form: RegisterForm, errors: FormErrors) -> Self {
        form.next = local(&form.next, &page.site.public_url);
        Self { page, form, errors }
    }
}

/// "Check your email". It looks the same whether or not an email was sent.
#[derive(Template)]
#[template(path = "accounts/sent.html")]
pub struct SentPage {
    pub page: Page,
    pub title: String,
    pub text: String,
    /// Whether emails are written to files, because no mail server is set.
    pub writes_files: bool,
    /// The page to open after signing in.
    pub next: String,
}

view!(SentPage);

/// The parsed form, before the password is hashed.
struct ParsedSignUp {
    email: EmailAddress,
    username: Username,
    first_name: String,
    last_name: String,
    password: Password,
}

impl RegisterForm {
    fn parse(&self) -> Result<ParsedSignUp, FormErrors> {
        let mut errors = FormErrors::default();
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let username = errors.check("username", Username::parse(&self.username));
        let first_name = errors.check("first_name", line("first name", &self.first_name, MAX_NAME_LENGTH));
        let last_name = errors.check("last_name", line("last name", &self.last_name, MAX_NAME_LENGTH));
        let personal_words = [&self.email, &self.username, &self.first_name, &self.last_name].map(String::as_str);
        let password = errors.check("password", Password::parse(&self.password, &personal_words));
        match (email, username, first_name, last_name, password) {
            (Some(email), Some(username), Some(first_name), Some(last_name), Some(password)) => Ok(ParsedSignUp {
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

impl ParsedSignUp {
    async fn hash_password(self, hasher: &Hasher) -> Result<SignUp> {
        Ok(SignUp {
            email: self.email,
            username: self.username,
            first_name: self.first_name,
            last_name: self.last_name,
            password: hasher.hash(self.password).await?,
        })
    }
}

/// `GET /register`
async fn new(request: AnyRequest, Query(params): Query<NextParams>) -> Result<HttpResponse> {
    if request.page.visitor.is_some() {
        return Ok(redirect("/account"));
    }
    let form = RegisterForm {
        next: params.next,
        ..RegisterForm::default()
    };
    show(&RegisterPage::new(request.page, form, FormErrors::default()))
}

/// `POST /register`: creates the account. The response is the same when the address is known.
async fn create(request: AnyRequest, Form(form): Form<RegisterForm>) -> Result<HttpResponse> {
    let parsed = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return invalid(&RegisterPage::new(request.page, form, errors)),
    };
    request.limit(|limits| &limits.sign_ups)?;
    let sign_up = parsed.hash_password(&request.services.hasher).await?;
    let action = request.action()?;
    let outcome = request
        .write_uncached(move |conn| sign_up.register(conn, &action))
        .await?;
    match outcome {
        SignUpOutcome::EmailSent => match local(&form.next, &request.page.site.public_url).as_str() {
            "/" => Ok(redirect("/register/sent")),
            next => Ok(redirect(&with_next("/register/sent", next))),
        },
        SignUpOutcome::UsernameTaken => {
            let taken = "This username is taken. Try adding a number or a place.";
            let errors = FormErrors::one("username", taken);
            invalid(&RegisterPage::new(request.page, form, errors))
        }
    }
}

/// `GET /register/sent`
async fn sent(request: AnyRequest, Query(params): Query<NextParams>) -> Result<HttpResponse> {
    let next = local(&params.next, &request.page.site.public_url);
    show(&SentPage {
        page: request.page,
        title: "Check your email".to_owned(),
        text: "We sent you an email. Open the link in it within 24 hours to confirm your account. You can sign in before that."
            .to_owned(),
        writes_files: request.services.outbox.writes_files(),
        next,
    })
}
