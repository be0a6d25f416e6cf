//! Sections: how the shop groups its products.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId};
use crate::shops::{Direction, Section};
use crate::text::line;
use crate::web::{Flash, Form, FormErrors, Page, Seller, get, html, redirect};

const SECTIONS: &str = "/dashboard/shop/sections";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource(SECTIONS)
            .route(get().to(index))
            .route(web::post().to(create)),
    )
    .service(web::resource("/dashboard/shop/sections/{section}").route(web::post().to(update)))
    .service(web::resource("/dashboard/shop/sections/{section}/place").route(web::post().to(shift)))
    .service(web::resource("/dashboard/shop/sections/{section}/removal").route(web::post().to(remove)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SectionForm {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PlaceForm {
    way: String,
}

struct Row {
    id: SectionId,
    /// The id of its field.
    field: String,
    /// As it is, or as it was typed.
    name: String,
    products: i64,
}

#[derive(Template)]
#[template(path = "dashboard/shop/sections.html")]
struct SectionsPage {
    page: Page,
    rows: Vec<Row>,
    /// The name of a new one.
    form: SectionForm,
    errors: FormErrors,
}

/// `GET /dashboard/shop/sections`
async fn index(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let form = SectionForm::default();
    answer(&db, page, seller.shop.id, form, None, FormErrors::default()).await
}

/// `POST /dashboard/shop/sections`
async fn create(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    Form(form): Form<SectionForm>,
) -> Result<HttpResponse> {
    let (shop, now) = (seller.shop.id, page.now);
    let added = match form.parse() {
        Ok(name) => db.write(move |conn| Section::add(conn, shop, &name, now)).await,
        Err(why) => Err(Error::Refused(why)),
    };
    match added {
        Ok(()) => {
            Flash::ok(
                &session,
                "The section is there. Put products into it in their own settings.",
            )?;
            Ok(redirect(SECTIONS))
        }
        Err(Error::Refused(why)) => answer(&db, page, shop, form, None, FormErrors::one("name", why)).await,
        Err(error) => Err(error),
    }
}

/// `POST /dashboard/shop/sections/{section}`: another name.
async fn update(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    section: Path<String>,
    Form(form): Form<SectionForm>,
) -> Result<HttpResponse> {
    let (id, shop, now) = (number(&section)?, seller.shop.id, page.now);
    let parsed = form.parse();
    let renamed = db
        .write(move |conn| {
            // Whose it is comes before what is wrong with the name.
            if !Section::of_shop(conn, shop)?.iter().any(|one| one.id == id) {
                return Err(Error::NotFound);
            }
            let name = parsed.as_ref().map_err(|why| Error::Refused(why.clone()))?;
            Section::rename(conn, shop, id, name, now)
        })
        .await;
    match renamed {
        Ok(()) => {
            Flash::ok(&session, "The section has its new name.")?;
            Ok(redirect(SECTIONS))
        }
        Err(Error::Refused(why)) => {
            let errors = FormErrors::one(format!("name-{id}"), why);
            let typed = Some((id, form.name));
            answer(&db, page, shop, SectionForm::default(), typed, errors).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /dashboard/shop/sections/{section}/place`: one up or down.
async fn shift(
    db: Data<Db>,
    page: Page,
    seller: Seller,
    section: Path<String>,
    Form(form): Form<PlaceForm>,
) -> Result<HttpResponse> {
    let (id, shop, now) = (number(&section)?, seller.shop.id, page.now);
    let way = if form.way == "up" {
        Direction::Up
    } else {
        Direction::Down
    };
    db.write(move |conn| Section::shift(conn, shop, id, way, now)).await?;
    Ok(redirect(SECTIONS))
}

/// `POST /dashboard/shop/sections/{section}/removal`
async fn remove(db: Data<Db>, session: Session, seller: Seller, section: Path<String>) -> Result<HttpResponse> {
    let (id, shop) = (number(&section)?, seller.shop.id);
    db.write(move |conn| Section::remove(conn, shop, id)).await?;
    Flash::ok(
        &session,
        "The section is gone. Its products are still there, in no section.",
    )?;
    Ok(redirect(SECTIONS))
}

impl SectionForm {
    fn parse(&self) -> Result<String, String> {
        match line("name", &self.name, 60)? {
            name if name.is_empty() => Err("Give the section a name.".to_owned()),
            name => Ok(name),
        }
    }
}

fn number(typed: &str) -> Result<SectionId> {
    typed.parse().map(SectionId).map_err(|_| Error::NotFound)
}

async fn answer(
    db: &Db,
    page: Page,
    shop: ShopId,
    form: SectionForm,
    typed: Option<(SectionId, String)>,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let found = db.read(move |conn| Section::with_counts(conn, shop)).await?;
    let row = |(section, products): (Section, i64)| Row {
        name: match &typed {
            Some((id, typed)) if *id == section.id => typed.clone(),
            _ => section.name,
        },
        id: section.id,
        field: format!("name-{}", section.id),
        products,
    };
    let rows = found.into_iter().map(row).collect();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = SectionsPage {
        page,
        rows,
        form,
        errors,
    };
    html(status, view.render())
}
