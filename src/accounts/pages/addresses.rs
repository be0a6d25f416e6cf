//! The address book: delivery addresses that the user saved.

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;

use crate::checkout::{AddressForm, MAX_ADDRESSES, SavedAddress};
use crate::error::Result;
use crate::id::AddressId;
use crate::orders::Address;
use crate::text::Country;
use crate::web::{Flash, Form, FormErrors, Page, UserRequest, get, invalid, redirect, show, view};

const LIST: &str = "/account/addresses";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(LIST).route(get().to(index)))
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
    addresses: Vec<SavedAddress>,
    /// Whether there are as many addresses as allowed.
    full: bool,
}

view!(AddressesPage);

#[derive(Template)]
#[template(path = "accounts/address.html")]
struct AddressPage {
    page: Page,
    form: AddressForm,
    errors: FormErrors,
    /// None for a new address.
    id: Option<AddressId>,
}

view!(AddressPage);

impl AddressPage {
    fn new(page: Page, form: AddressForm, errors: FormErrors) -> Self {
        Self {
            page,
            form,
            errors,
            id: None,
        }
    }

    fn edit(page: Page, id: AddressId, form: AddressForm, errors: FormErrors) -> Self {
        Self {
            id: Some(id),
            ..Self::new(page, form, errors)
        }
    }
}

fn parse_form(form: &AddressForm) -> Result<Address, FormErrors> {
    form.parse().map_err(|messages| {
        let mut errors = FormErrors::default();
        for (field, message) in messages {
            errors.add(field, message);
        }
        errors
    })
}

/// `GET /account/addresses`
async fn index(request: UserRequest) -> Result<HttpResponse> {
    let user = request.who.user;
    let addresses = request.read(move |conn| SavedAddress::of_user(conn, user)).await?;
    show(&AddressesPage {
        full: addresses.len() >= MAX_ADDRESSES,
        page: request.page,
        addresses,
    })
}

/// `GET /account/addresses/new`
async fn new(request: UserRequest) -> Result<HttpResponse> {
    let form = AddressForm {
        country: request.page.country.code.to_owned(),
        ..AddressForm::default()
    };
    show(&AddressPage::new(request.page, form, FormErrors::default()))
}

/// `POST /account/addresses/new`
async fn create(request: UserRequest, Form(form): Form<AddressForm>) -> Result<HttpResponse> {
    let address = match parse_form(&form) {
        Ok(address) => address,
        Err(errors) => return invalid(&AddressPage::new(request.page, form, errors)),
    };
    let (user, now) = (request.who.user, request.now());
    let added = request
        .write_uncached(move |conn| SavedAddress::add(conn, user, &address, now))
        .await;
    request
        .respond_to_form(
            added,
            |request, ()| redirect_to_list(request, "Address saved."),
            async |request, errors| Ok(AddressPage::new(request.page, form, errors)),
        )
        .await
}

/// `GET /account/addresses/{address}`
async fn edit(request: UserRequest, id: Path<AddressId>) -> Result<HttpResponse> {
    let (user, id) = (request.who.user, *id);
    let saved = request.read(move |conn| SavedAddress::find(conn, user, id)).await?;
    let form = AddressForm::from(saved.address);
    show(&AddressPage::edit(request.page, id, form, FormErrors::default()))
}

/// `POST /account/addresses/{address}`
async fn update(request: UserRequest, id: Path<AddressId>, Form(form): Form<AddressForm>) -> Result<HttpResponse> {
    let (user, id, now) = (request.who.user, *id, request.now());
    let address = match parse_form(&form) {
        Ok(address) => address,
        Err(errors) => {
            // The address of another user is a 404, also when the form is invalid.
            request.read(move |conn| SavedAddress::find(conn, user, id)).await?;
            return invalid(&AddressPage::edit(request.page, id, form, errors));
        }
    };
    request
        .write_uncached(move |conn| SavedAddress::update(conn, user, id, &address, now))
        .await?;
    redirect_to_list(
        &request,
        "Address saved. Orders you already placed keep the old address.",
    )
}

/// `POST /account/addresses/{address}/removal`
async fn delete(request: UserRequest, id: Path<AddressId>) -> Result<HttpResponse> {
    let (user, id) = (request.who.user, *id);
    request
        .write_uncached(move |conn| SavedAddress::delete(conn, user, id))
        .await?;
    redirect_to_list(&request, "Address removed.")
}

fn redirect_to_list(request: &UserRequest, message: &str) -> Result<HttpResponse> {
    Flash::ok(&request.session, message)?;
    Ok(redirect(LIST))
}
