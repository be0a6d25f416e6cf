//! The address book: where one has things sent.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};
use askama::Template;

use crate::checkout::{AddressForm, MAX_ADDRESSES, SavedAddress};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::AddressId;
use crate::orders::Address;
use crate::text::Country;
use crate::web::{Flash, Form, FormErrors, Page, SignedIn, get, html, redirect};

const LIST: &str = "/account/addresses";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource(LIST).route(get().to(index)))
        .service(
            web::resource("/account/addresses/new")
                .route(get().to(new))
                .route(web::post().to(create)),
        )
        .service(
            web::resource("/account/addresses/{address}")
                .route(get().to(edit))
                .route(web::post().to(update)),
        )
        .service(web::resource("/account/addresses/{address}/removal").route(web::post().to(delete)));
}

#[derive(Template)]
#[template(path = "accounts/addresses.html")]
struct AddressesPage {
    page: Page,
    saved: Vec<SavedAddress>,
    /// No more fit.
    full: bool,
}

#[derive(Template)]
#[template(path = "accounts/address.html")]
struct AddressPage {
    page: Page,
    form: AddressForm,
    errors: FormErrors,
    /// None: a new one.
    id: Option<AddressId>,
}

fn parse_form(form: &AddressForm) -> Result<Address, FormErrors> {
    form.parse().map_err(|address_errors| {
        let mut errors = FormErrors::default();
        for (field, message) in address_errors {
            errors.add(field, message);
        }
        errors
    })
}

/// `GET /account/addresses`
async fn index(db: Data<Db>, page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    let user = visitor.user;
    let saved = db.read(move |conn| SavedAddress::of_user(conn, user)).await?;
    let full = saved.len() >= MAX_ADDRESSES;
    html(StatusCode::OK, AddressesPage { page, saved, full }.render())
}

/// `GET /account/addresses/new`
async fn new(page: Page, _visitor: SignedIn) -> Result<HttpResponse> {
    let form = AddressForm {
        country: page.country.code.to_owned(),
        ..AddressForm::default()
    };
    answer(StatusCode::OK, page, form, FormErrors::default(), None)
}

/// `POST /account/addresses/new`
async fn create(
    db: Data<Db>,
    session: Session,
    page: Page,
    visitor: SignedIn,
    Form(form): Form<AddressForm>,
) -> Result<HttpResponse> {
    let address = match parse_form(&form) {
        Ok(address) => address,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, None),
    };
    let (user, now) = (visitor.user, page.now);
    match db
        .write_uncached(move |conn| SavedAddress::add(conn, user, &address, now))
        .await
    {
        Ok(()) => said(&session, "The address is in your book."),
        Err(Error::Refused(message)) => {
            let errors = FormErrors::one("", message);
            answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, None)
        }
        Err(error) => Err(error),
    }
}

/// `GET /account/addresses/{address}`
async fn edit(db: Data<Db>, page: Page, visitor: SignedIn, address: Path<String>) -> Result<HttpResponse> {
    let (user, id) = (visitor.user, parse(&address)?);
    let saved = db.read(move |conn| SavedAddress::find(conn, user, id)).await?;
    answer(
        StatusCode::OK,
        page,
        AddressForm::from(saved.address),
        FormErrors::default(),
        Some(id),
    )
}

/// `POST /account/addresses/{address}`
async fn update(
    db: Data<Db>,
    session: Session,
    page: Page,
    visitor: SignedIn,
    address: Path<String>,
    Form(form): Form<AddressForm>,
) -> Result<HttpResponse> {
    let (user, id, now) = (visitor.user, parse(&address)?, page.now);
    let address = match parse_form(&form) {
        Ok(address) => address,
        Err(errors) => {
            db.read(move |conn| SavedAddress::find(conn, user, id)).await?;
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, Some(id));
        }
    };
    db.write_uncached(move |conn| SavedAddress::update(conn, user, id, &address, now))
        .await?;
    said(
        &session,
        "The address is up to date. Orders that were placed keep theirs.",
    )
}

/// `POST /account/addresses/{address}/removal`
async fn delete(db: Data<Db>, session: Session, visitor: SignedIn, address: Path<String>) -> Result<HttpResponse> {
    let (user, id) = (visitor.user, parse(&address)?);
    db.write_uncached(move |conn| SavedAddress::delete(conn, user, id))
        .await?;
    said(&session, "The address is removed.")
}

fn parse(address: &str) -> Result<AddressId> {
    address.parse().map(AddressId).map_err(|_| Error::NotFound)
}

fn said(session: &Session, message: &str) -> Result<HttpResponse> {
    Flash::ok(session, message)?;
    Ok(redirect(LIST))
}

fn answer(
    status: StatusCode,
    page: Page,
    form: AddressForm,
    errors: FormErrors,
    id: Option<AddressId>,
) -> Result<HttpResponse> {
    let view = AddressPage { page, form, errors, id };
    html(status, view.render())
}
