//! The account's first page: names, username, address.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::{MAX_NAME_LENGTH, Profile, User, Username};
use crate::error::Result;
use crate::text::{line, lines};
use crate::web::{Flash, Form, FormErrors, Page, UserRequest, get, invalid, redirect, show, view};

const MAX_ADDRESS_LENGTH: usize = 500;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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
pub(super) struct ProfilePage {
    page: Page,
    form: ProfileForm,
    errors: FormErrors,
    email: String,
    /// The address of the profile picture, or empty.
    profile_image: String,
    verified: bool,
    joined: String,
}

view!(ProfilePage);

impl ProfilePage {
    pub(super) fn new(page: Page, user: &User, form: ProfileForm, errors: FormErrors) -> Self {
        Self {
            page,
            form,
            errors,
            email: user.email.clone(),
            profile_image: user.profile_image.clone(),
            verified: user.email_verified_at.is_some(),
            joined: user.created_at.format("%B %-d, %Y").to_string(),
        }
    }
}

impl From<&User> for ProfileForm {
    fn from(user: &User) -> Self {
        Self {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            username: user.username.clone(),
            address: user.address.clone().unwrap_or_default(),
        }
    }
}

impl ProfileForm {
    /// The current username is always valid, since an imported one may not follow the rules of new ones.
    fn parse(&self, current_username: &str) -> Result<Profile, FormErrors> {
        let mut errors = FormErrors::default();
        let username = self.username.trim();
        let username = if username == current_username {
            Some(username.to_owned())
        } else {
            errors
                .check("username", Username::parse(username))
                .map(|name| name.as_str().to_owned())
        };
        let first_name = errors.check("first_name", line("first name", &self.first_name, MAX_NAME_LENGTH));
        let last_name = errors.check("last_name", line("last name", &self.last_name, MAX_NAME_LENGTH));
        let address = errors.check("address", lines("address", &self.address, MAX_ADDRESS_LENGTH));
        match (username, first_name, last_name, address) {
            (Some(username), Some(first_name), Some(last_name), Some(address)) => Ok(Profile {
                username,
                first_name,
                last_name,
                address: Some(address).filter(|address| !address.is_empty()),
            }),
            _ => Err(errors),
        }
    }
}

/// `GET /account`
async fn edit(request: UserRequest) -> Result<HttpResponse> {
    let id = request.who.user;
    let user = request.read(move |conn| User::find(conn, id)).await?;
    let form = ProfileForm::from(&user);
    show(&ProfilePage::new(request.page, &user, form, FormErrors::default()))
}

/// `POST /account`
async fn update(request: UserRequest, Form(form): Form<ProfileForm>) -> Result<HttpResponse> {
    let id = request.who.user;
    let user = request.read(move |conn| User::find(conn, id)).await?;
    let profile = match form.parse(&user.username) {
        Ok(profile) => profile,
        Err(errors) => return invalid(&ProfilePage::new(request.page, &user, form, errors)),
    };
    let action = request.action()?;
    let updated = request
        .write(move |conn| User::update_profile(conn, &action, id, &profile))
        .await?;
    if !updated {
        let errors = FormErrors::one("username", "This username is taken. Choose another.");
        return invalid(&ProfilePage::new(request.page, &user, form, errors));
    }
    Flash::ok(&request.session, "Profile saved.")?;
    Ok(redirect("/account"))
}
