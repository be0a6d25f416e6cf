//! Deleting the account, and canceling the deletion.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::{Visitor, deletion};
use crate::error::{Error, Result, Step};
use crate::text::EmailAddress;
use crate::web::{Flash, Form, FormErrors, Page, RecentRequest, UserRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/account/deletion")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(web::resource("/account/deletion/undo").route(web::post().to(undo)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DeletionForm {
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/deletion.html")]
struct DeletionPage {
    page: Page,
    form: DeletionForm,
    /// Shows the email to enter.
    hint: String,
    errors: FormErrors,
    /// The date of a scheduled deletion.
    planned: Option<String>,
    has_shop: bool,
}

view!(DeletionPage);

impl DeletionPage {
    fn new(page: Page, visitor: &Visitor, form: DeletionForm, errors: FormErrors) -> Self {
        Self {
            page,
            form,
            hint: format!("Your email is {}.", visitor.email),
            errors,
            planned: visitor.delete_at.map(|at| at.format("%B %-d, %Y").to_string()),
            has_shop: visitor.shop.is_some(),
        }
    }
}

/// `GET /account/deletion`
async fn new(request: UserRequest) -> Result<HttpResponse> {
    // The password is asked for before the form is shown, so that no input is lost.
    if request.who.delete_at.is_none() && !request.who.recently_authenticated(request.now()) {
        return Err(Error::StepRequired(Step::Confirm));
    }
    let form = DeletionForm::default();
    show(&DeletionPage::new(
        request.page,
        &request.who,
        form,
        FormErrors::default(),
    ))
}

/// `POST /account/deletion`: schedules it in two weeks.
async fn create(request: RecentRequest, Form(form): Form<DeletionForm>) -> Result<HttpResponse> {
    let normalized = EmailAddress::parse(&form.email).map(|email| email.as_str().to_owned());
    if normalized.as_ref() != Ok(&request.who.email) && form.email.trim() != request.who.email {
        let message = "This is not the email of your account. Enter it exactly as shown here.";
        let errors = FormErrors::one("email", message);
        return invalid(&DeletionPage::new(request.page, &request.who, form, errors));
    }
    let (action, user) = (request.action()?, request.who.user);
    request
        .write_uncached(move |conn| deletion::schedule(conn, &action, user))
        .await?;
    Flash::ok(&request.session, "We emailed you a confirmation.")?;
    Ok(redirect("/account/deletion"))
}

/// `POST /account/deletion/undo`
async fn undo(request: UserRequest) -> Result<HttpResponse> {
    let (action, user) = (request.action()?, request.who.user);
    let canceled = request
        .write_uncached(move |conn| deletion::cancel(conn, &action, user))
        .await?;
    if canceled {
        Flash::ok(&request.session, "Welcome back! Your account won't be deleted.")?;
    }
    Ok(redirect("/account/deletion"))
}
