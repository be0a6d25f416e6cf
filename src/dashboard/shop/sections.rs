//! The sections of a shop, which group its products.

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;
use serde::Deserialize;

use crate::direction::Direction;
use crate::error::{Error, Result};
use crate::id::SectionId;
use crate::shops::{MAX_SECTION_NAME_LENGTH, Section};
use crate::text::line;
use crate::web::{Flash, Form, FormErrors, Page, SellerRequest, get, redirect, show, view};

const SECTIONS: &str = "/dashboard/shop/sections";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(SECTIONS)
            .route(get().to(index))
            .route(web::post().to(create)),
    )
    .service(web::resource("/dashboard/shop/sections/{section}").route(web::post().to(update)))
    .service(web::resource("/dashboard/shop/sections/{section}/place").route(web::post().to(shift)))
    .service(web::resource("/dashboard/shop/sections/{section}/removal").route(web::post().to(delete)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SectionForm {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DirectionForm {
    /// `up` or `down`
    #[serde(rename = "way")]
    direction: String,
}

struct SectionRow {
    id: SectionId,
    /// The id of its control.
    field: String,
    /// The saved name, or the name that was typed.
    name: String,
    products: i64,
}

#[derive(Template)]
#[template(path = "dashboard/shop/sections.html")]
struct SectionsPage {
    page: Page,
    rows: Vec<SectionRow>,
    /// A new section.
    form: SectionForm,
    errors: FormErrors,
}

view!(SectionsPage);

/// `GET /dashboard/shop/sections`
async fn index(request: SellerRequest) -> Result<HttpResponse> {
    show(&SectionsPage::load(request, FormErrors::default()).await?)
}

/// `POST /dashboard/shop/sections`
async fn create(request: SellerRequest, Form(form): Form<SectionForm>) -> Result<HttpResponse> {
    let (shop, now) = (request.who.shop.id, request.now());
    let created = match form.parse() {
        Ok(name) => request.write(move |conn| Section::add(conn, shop, &name, now)).await,
        Err(message) => Err(Error::Refused(message)),
    };
    request
        .respond_to_form(
            created,
            |request, ()| {
                let message = "Section added. Assign products to it in the product editor.";
                Flash::ok(&request.session, message)?;
                Ok(redirect(SECTIONS))
            },
            async |request, errors| {
                let errors = FormErrors::one("name", errors.get(""));
                let page = SectionsPage::load(request, errors).await?;
                Ok(SectionsPage { form, ..page })
            },
        )
        .await
}

/// `POST /dashboard/shop/sections/{section}`: renames a section.
async fn update(
    request: SellerRequest,
    section: Path<SectionId>,
    Form(form): Form<SectionForm>,
) -> Result<HttpResponse> {
    let (id, shop, now) = (*section, request.who.shop.id, request.now());
    let parsed = form.parse();
    let renamed = request
        .write(move |conn| {
            // A section of another shop is not found, whatever the name is.
            if !Section::of_shop(conn, shop)?.iter().any(|section| section.id == id) {
                return Err(Error::NotFound);
            }
            let name = parsed.as_ref().map_err(|message| Error::Refused(message.clone()))?;
            Section::rename(conn, shop, id, name, now)
        })
        .await;
    request
        .respond_to_form(
            renamed,
            |request, ()| {
                Flash::ok(&request.session, "Section renamed.")?;
                Ok(redirect(SECTIONS))
            },
            async |request, errors| {
                let errors = FormErrors::one(format!("name-{id}"), errors.get(""));
                let mut page = SectionsPage::load(request, errors).await?;
                for row in page.rows.iter_mut().filter(|row| row.id == id) {
                    row.name.clone_from(&form.name);
                }
                Ok(page)
            },
        )
        .await
}

/// `POST /dashboard/shop/sections/{section}/place`: moves a section up or down.
async fn shift(
    request: SellerRequest,
    section: Path<SectionId>,
    Form(form): Form<DirectionForm>,
) -> Result<HttpResponse> {
    let (id, shop, now) = (*section, request.who.shop.id, request.now());
    let direction = Direction::parse(&form.direction);
    request
        .write(move |conn| Section::shift(conn, shop, id, direction, now))
        .await?;
    Ok(redirect(SECTIONS))
}

/// `POST /dashboard/shop/sections/{section}/removal`
async fn delete(request: SellerRequest, section: Path<SectionId>) -> Result<HttpResponse> {
    let (id, shop) = (*section, request.who.shop.id);
    request.write(move |conn| Section::delete(conn, shop, id)).await?;
    let message = "Section removed. Its products now have no section.";
    Flash::ok(&request.session, message)?;
    Ok(redirect(SECTIONS))
}

impl SectionForm {
    fn parse(&self) -> Result<String, String> {
        match line("name", &self.name, MAX_SECTION_NAME_LENGTH)? {
            name if name.is_empty() => Err("Enter a name for the section.".to_owned()),
            name => Ok(name),
        }
    }
}

impl SectionsPage {
    async fn load(request: SellerRequest, errors: FormErrors) -> Result<Self> {
        let shop = request.who.shop.id;
        let sections = request.read(move |conn| Section::with_counts(conn, shop)).await?;
        let row = |(section, products): (Section, i64)| SectionRow {
            field: format!("name-{}", section.id),
            id: section.id,
            name: section.name,
            products,
        };
        Ok(Self {
            page: request.page,
            rows: sections.into_iter().map(row).collect(),
            form: SectionForm::default(),
            errors,
        })
    }
}
