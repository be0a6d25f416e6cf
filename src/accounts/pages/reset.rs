//! A new password by letter.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use super::email_links::gone;
use super::register::SentPage;
use crate::accounts::Password;
use crate::accounts::passwords::change;
use crate::accounts::{Purpose, Token, User};
use crate::error::Result;
use crate::web::email_link;
use crate::web::email_link::{LinkQuery, private};
use crate::web::visitor::sign_out;
use crate::web::{Flash, Form, FormErrors, Page, Query, get, html, redirect};

const RESET: &str = "/reset";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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

/// `GET /forgot`
async fn new(page: Page) -> Result<HttpResponse> {
    let (form, errors) = (ForgotForm::default(), FormErrors::default());
    html(StatusCode::OK, ForgotPage { page, form, errors }.render())
}

/// `POST /forgot`: whether there is such a person is found out later, so that nobody can tell it from here.
async fn create(desk: Desk, page: Page, Form(form): Form<ForgotForm>) -> Result<HttpResponse> {
    let login = form.login.trim();
    if login.is_empty() || login.chars().count() > 254 {
        let errors = FormErrors::one("login", "Type the email address or the username of your account.");
        let view = ForgotPage { page, form, errors };
        return html(StatusCode::UNPROCESSABLE_ENTITY, view.render());
    }
    desk.count(|limits| &limits.email_links)?;
    let asked = change::Asked::new(login, &desk.origin);
    let (cipher, now) = (desk.cipher, page.now);
    desk.db
        .write_uncached(move |conn| asked.enqueue(conn, &cipher, now))
        .await?;
    Ok(redirect("/forgot/sent"))
}

/// `GET /forgot/sent`
async fn sent(page: Page, desk: Desk) -> Result<HttpResponse> {
    let view = SentPage {
        page,
        title: "Look into your mail".to_owned(),
        text: "If there is such an account, a letter with a link for a new password is on its way to its address. \
               The link works for an hour. Letters go out once in five minutes at most."
            .to_owned(),
        folder: desk.outbox.writes_files(),
        next: "/".to_owned(),
    };
    html(StatusCode::OK, view.render())
}

/// `GET /reset`
async fn edit(desk: Desk, page: Page, session: Session, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(on) = query.keep(&session, RESET)? {
        return Ok(on);
    }
    match whose(&desk, &page, &session).await? {
        Some(user) => answer(StatusCode::OK, page, user, FormErrors::default()),
        None => gone(page, "/forgot", "Ask for a new link"),
    }
}

/// `POST /reset`: stores the new password. Signs nobody in, and leaves the second factor on.
async fn update(desk: Desk, page: Page, session: Session, Form(form): Form<ResetForm>) -> Result<HttpResponse> {
    let Some(user) = whose(&desk, &page, &session).await? else {
        return gone(page, "/forgot", "Ask for a new link");
    };
    let own = [&user.email, &user.username, &user.first_name, &user.last_name].map(String::as_str);
    let password = match Password::parse(&form.password, &own) {
        Ok(password) => password,
        Err(problem) => {
            let errors = FormErrors::one("password", problem);
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, user, errors);
        }
    };
    let hash = desk.hasher.hash(password).await?;
    let (token, outbox, origin, now) = (email_link::token(&session, RESET), desk.outbox, desk.origin, page.now);
    let done = desk
        .db
        .write_uncached(move |conn| change::reset(conn, &outbox, &token, &hash, &origin, now))
        .await?;
    if !done {
        return gone(page, "/forgot", "Ask for a new link");
    }
    email_link::forget(&session, RESET);
    sign_out(&session);
    Flash::ok(&session, "Your new password is set. Sign in with it.")?;
    Ok(private(redirect("/login")))
}

async fn whose(desk: &Desk, page: &Page, session: &Session) -> Result<Option<User>> {
    let (token, now) = (email_link::token(session, RESET), page.now);
    desk.db
        .read(move |conn| match Token::peek(conn, Purpose::Reset, &token, now)? {
            Some(token) => User::find(conn, token.user).map(Some),
            None => Ok(None),
        })
        .await
}

fn answer(status: StatusCode, page: Page, user: User, errors: FormErrors) -> Result<HttpResponse> {
    let username = user.username;
    let view = ResetPage { page, username, errors };
    html(status, view.render()).map(private)
}
