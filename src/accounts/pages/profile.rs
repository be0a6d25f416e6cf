//! The account's first page: names, username, address.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::Username;
use crate::accounts::{Event, EventKind, Profile, User};
use crate::error::Result;
use crate::text::{line, lines};
use crate::web::{Flash, Form, FormErrors, Page, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/account")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProfileForm {
    first_name: String,
    last_name: String,
    username: String,
    address: String,
}

#[derive(Template)]
#[template(path = "accounts/profile.html")]
struct ProfilePage {
    page: Page,
    form: ProfileForm,
    errors: FormErrors,
    email: String,
    face: String,
    verified: bool,
    joined: String,
}

impl ProfileForm {
    /// As it is now.
    pub(super) fn of(user: &User) -> Self {
        Self {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            username: user.username.clone(),
            address: user.address.clone().unwrap_or_default(),
        }
    }

    /// An imported username that is kept as it is need not follow the rules of new ones.
    fn parse(&self, username_now: &str) -> Result<Profile, FormErrors> {
        let mut errors = FormErrors::default();
        let typed = self.username.trim();
        let username = if typed == username_now {
            Some(typed.to_owned())
        } else {
            errors
                .check("username", Username::parse(typed))
                .map(|name| name.as_str().to_owned())
        };
        let first_name = errors.check("first_name", line("first name", &self.first_name, 60));
        let last_name = errors.check("last_name", line("last name", &self.last_name, 60));
        let address = errors.check("address", lines("address", &self.address, 500));
        match (username, first_name, last_name, address) {
            (Some(username), Some(first_name), Some(last_name), Some(address)) => Ok(Profile {
                username,
                first_name,
                last_name,
                address,
            }),
            _ => Err(errors),
        }
    }
}

/// `GET /account`
async fn edit(desk: Desk, page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    let id = visitor.user;
    let user = desk.db.read(move |conn| User::find(conn, id)).await?;
    answer(
        StatusCode::OK,
        page,
        &user,
        ProfileForm::of(&user),
        FormErrors::default(),
    )
}

/// `POST /account`
async fn update(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: SignedIn,
    Form(form): Form<ProfileForm>,
) -> Result<HttpResponse> {
    let id = visitor.user;
    let user = desk.db.read(move |conn| User::find(conn, id)).await?;
    let profile = match form.parse(&user.username) {
        Ok(profile) => profile,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, page, &user, form, errors),
    };
    let (origin, now) = (desk.origin, page.now);
    let done = desk
        .db
        .write(move |conn| {
            let cart_owner = User::by_username(conn, &profile.username)?;
            if cart_owner.is_some_and(|cart_owner| cart_owner.id != id) {
                return Ok(false);
            }
            User::set_profile(conn, id, &profile, now)?;
            Event::record(conn, id, EventKind::ProfileChanged, "", &origin, now)?;
            Ok(true)
        })
        .await?;
    if !done {
        let errors = FormErrors::one("username", "This username is taken. Choose another.");
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, &user, form, errors);
    }
    Flash::ok(&session, "Your profile is up to date.")?;
    Ok(redirect("/account"))
}

pub(super) fn answer(
    status: StatusCode,
    page: Page,
    user: &User,
    form: ProfileForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let view = ProfilePage {
        page,
        form,
        errors,
        email: user.email.clone(),
        face: user.profile_image.clone(),
        verified: user.email_verified_at.is_some(),
        joined: user.created_at.format("%-d %B %Y").to_string(),
    };
    html(status, view.render())
}
