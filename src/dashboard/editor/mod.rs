//! The product editor: one form for a new product or one that there is. Its buttons that save nothing come back with the
//! same page, everything typed kept.

mod actions;
mod form;
mod parse;
mod pictures;
mod state;
pub mod stock;
mod table;
mod view;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path};
use chrono::DateTime;

use crate::catalog::{Basis, Draft, Product, ProductState, Saved, Stored, StoredProduct};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId};
use crate::images::Pictures;
use crate::shops::{Section, Shop, ShopState};
use crate::web::{Flash, FormErrors, Page, Seller, Upload, get, redirect};
use form::{Act, EditorForm};
use parse::Rules;
use state::EditorState;
use view::{Known, View};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/dashboard/products/new")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(
        web::resource("/dashboard/products/{id}/edit")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
    pictures::routes(to);
}

/// `GET /dashboard/products/new`
async fn new(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let who = (seller.shop.id, seller.visitor.user);
    let known = db.read(move |conn| Known::read(conn, who, None, &[])).await?;
    View::new(EditorState::blank(), known).answer(page, &seller)
}

/// `GET /dashboard/products/{id}/edit`
async fn edit(db: Data<Db>, page: Page, seller: Seller, id: Path<String>) -> Result<HttpResponse> {
    let id = product(&id)?;
    let shop = seller.shop.id;
    let (stored, sections) = db
        .read(move |conn| {
            let stored = Stored::of_shop(conn, shop, id)?;
            Ok((stored, Section::of_shop(conn, shop)?))
        })
        .await?;
    let sheet = EditorState::from_stored(&stored, page.site.currency);
    let pictures = stored.images.iter().map(|image| (image.id, image.picture()));
    let known = Known {
        sections,
        pictures: pictures.collect(),
        product: Some(stored.product),
    };
    View::new(sheet, known).answer(page, &seller)
}

/// `POST /dashboard/products/new`
async fn create(
    db: Data<Db>,
    pictures: Data<Pictures>,
    session: Session,
    page: Page,
    seller: Seller,
    upload: Upload<EditorForm>,
) -> Result<HttpResponse> {
    let act = Act::parse(&upload.form.act);
    let (mut view, errors) = sent(&db, &pictures, &page, &seller, None, upload).await?;
    let Some(draft) = ready(&mut view, errors, act, &page) else {
        return view.answer(page, &seller);
    };
    let (shop, owner, now) = (seller.shop.id, seller.visitor.user, page.now);
    let (title, state) = (draft.title.clone(), draft.state);
    let done = db
        .write(move |conn| {
            let id = Product::create(conn, shop, owner, &draft, now)?;
            Ok((id, Shop::state(conn, shop)?))
        })
        .await;
    match done {
        Ok((id, shop)) => {
            Flash::ok(&session, told(&title, state, shop))?;
            Ok(redirect(&format!("/dashboard/products/{id}/edit")))
        }
        Err(Error::Refused(why)) => {
            view.errors.add("", why);
            view.answer(page, &seller)
        }
        Err(error) => Err(error),
    }
}

/// `POST /dashboard/products/{id}/edit`
async fn update(
    db: Data<Db>,
    pictures: Data<Pictures>,
    session: Session,
    page: Page,
    seller: Seller,
    id: Path<String>,
    upload: Upload<EditorForm>,
) -> Result<HttpResponse> {
    let id = product(&id)?;
    let act = Act::parse(&upload.form.act);
    let micros = upload.form.updated_at.parse().ok();
    let basis = Basis {
        updated_at: (micros.and_then(DateTime::from_timestamp_micros))
            .unwrap_or_default()
            .naive_utc(),
        agreed: upload.form.agreed.clone(),
    };
    let (mut view, errors) = sent(&db, &pictures, &page, &seller, Some(id), upload).await?;
    let Some(draft) = ready(&mut view, errors, act, &page) else {
        return view.answer(page, &seller);
    };
    let (shop, user, now) = (seller.shop.id, seller.visitor.user, page.now);
    let (title, state, options) = (draft.title.clone(), draft.state, draft.options.clone());
    let done = db
        .write(move |conn| {
            let saved = Product::update(conn, shop, user, id, &draft, &basis, now)?;
            Ok((saved, Shop::state(conn, shop)?))
        })
        .await;
    match done {
        Ok((Saved::Done, shop)) => {
            Flash::ok(&session, told(&title, state, shop))?;
            return Ok(redirect(&format!("/dashboard/products/{id}/edit")));
        }
        Ok((Saved::Asks(removed_variants), _)) => view.removed_variants = Some(removed_variants),
        Ok((Saved::Changed, _)) => {
            let stored = db.read(move |conn| Stored::of_shop(conn, shop, id)).await?;
            view.sheet.rebase(&stored, &options);
            view.changed = true;
        }
        Err(Error::Refused(why)) => {
            let stored = db.read(move |conn| Stored::of_shop(conn, shop, id)).await?;
            view.sheet.rebase(&stored, &options);
            view.errors.add("", why);
        }
        Err(error) => return Err(error),
    }
    view.answer(page, &seller)
}

/// The product that an address names; anything else is nowhere.
fn product(id: &str) -> Result<ProductId> {
    id.parse().map(ProductId).map_err(|_| Error::NotFound)
}

/// What was sent, its pictures kept: in the sheet are only those that this person may use.
async fn sent(
    db: &Data<Db>,
    pictures: &Data<Pictures>,
    page: &Page,
    seller: &Seller,
    id: Option<ProductId>,
    upload: Upload<EditorForm>,
) -> Result<(View, FormErrors)> {
    let who = (seller.shop.id, seller.visitor.user);
    if let Some(id) = id {
        // Nothing is kept for what is not theirs.
        db.read(move |conn| StoredProduct::of_shop(conn, who.0, id)).await?;
    }
    let mut errors = FormErrors::default();
    let mut sheet = EditorState::sent(upload.form);
    let room = sheet.room();
    let received = pictures::receive(db, pictures, who.1, upload.files, room, page.now).await?;
    sheet.add_pictures(received.ids);
    for why in received.refused {
        errors.add("images", why);
    }
    let wanted: Vec<ImageId> = sheet.pictures.iter().map(|picture| picture.id).collect();
    let known = db.read(move |conn| Known::read(conn, who, id, &wanted)).await?;
    let before = sheet.pictures.len();
    sheet
        .pictures
        .retain(|picture| known.pictures.contains_key(&picture.id));
    if sheet.pictures.len() < before {
        errors.add("images", "A picture is not here any more. Choose it again.");
    }
    let section = sheet.section.as_str();
    if !section.is_empty() && known.sections.iter().all(|known| known.id.to_string() != section) {
        errors.add("section", "Choose one of the sections in the list.");
        sheet.section.clear();
    }
    Ok((View::new(sheet, known), errors))
}

/// The draft to be saved; none where the page is the answer, because it is asked for or because something is wrong.
fn ready(view: &mut View, errors: FormErrors, act: Act, page: &Page) -> Option<Draft> {
    view.errors = errors;
    view.again = if act == Act::Publish { "publish" } else { "save" };
    if !act.writes() {
        view.preview = act == Act::Preview;
        view.sheet.act(act);
        let remakes = matches!(act, Act::Table | Act::RemoveOption(_));
        match view.sheet.parse_options() {
            Ok(options) if remakes => {
                view.sheet.make_table(&options);
            }
            Err(wrong) if act == Act::Table => view.errors.append(wrong),
            _ => {}
        }
        return None;
    }
    let before = view.known.product.as_ref().map(|product| product.state);
    let state = match act {
        Act::Publish => ProductState::Active,
        _ => ProductState::parse(&view.sheet.state)
            .or(before)
            .unwrap_or(ProductState::Draft),
    };
    let rules = Rules {
        currency: page.site.currency,
        categories: &page.site.categories,
        state,
        live: before == Some(ProductState::Active),
    };
    match view.sheet.parse(rules) {
        Ok(draft) if view.errors.is_empty() => Some(draft),
        Ok(_) => None,
        Err(wrong) => {
            view.errors.append(wrong);
            None
        }
    }
}

fn told(title: &str, state: ProductState, shop: ShopState) -> String {
    match (state, shop) {
        (ProductState::Draft, _) => format!("“{title}” is saved as a draft. Only you see it."),
        (ProductState::Archived, _) => format!("“{title}” is archived. Nobody sees it any more."),
        (ProductState::Active, ShopState::Open) => format!("“{title}” is live. Everyone can see it now."),
        (ProductState::Active, _) => format!("“{title}” is ready. Everyone will see it once your shop is open."),
    }
}
