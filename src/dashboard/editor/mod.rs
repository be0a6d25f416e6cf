//! The product editor: one form for a new product or a saved one. Buttons that save nothing show the same page again and
//! keep everything that was typed.

mod action;
mod fields;
pub mod input;
mod lists;
mod parse;
pub mod pictures;
mod state;
pub mod stock;
mod submission;
mod variants;
mod view;

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use chrono::DateTime;

use crate::catalog::{BaseVersion, Product, ProductState, SavedProduct, UpdateOutcome};
use crate::error::Result;
use crate::id::ProductId;
use crate::shops::{Section, Shop, ShopState};
use crate::web::{Flash, SellerRequest, Upload, get, redirect};
use state::EditorState;
use submission::Submission;
use view::{Editor, EditorContext, EditorPage, edit_url};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/dashboard/products/new")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(
        web::resource("/dashboard/products/{id}/edit")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
    pictures::routes(cfg);
}

/// `GET /dashboard/products/new`
async fn new(request: SellerRequest) -> Result<HttpResponse> {
    let seller = request.context();
    let context = request
        .read(move |conn| EditorContext::load(conn, seller, None, &[]))
        .await?;
    Editor::new(EditorState::blank(), context).respond(request)
}

/// `GET /dashboard/products/{id}/edit`
async fn edit(request: SellerRequest, id: Path<ProductId>) -> Result<HttpResponse> {
    let shop = request.who.shop.id;
    let (saved, sections) = request
        .read(move |conn| Ok((SavedProduct::of_shop(conn, shop, *id)?, Section::of_shop(conn, shop)?)))
        .await?;
    let state = EditorState::from_saved(&saved, request.page.site.currency);
    let pictures = saved.images.iter().map(|image| (image.id, image.picture()));
    let context = EditorContext {
        sections,
        pictures: pictures.collect(),
        product: Some(saved.product),
    };
    Editor::new(state, context).respond(request)
}

/// `POST /dashboard/products/new`
async fn create(request: SellerRequest, upload: Upload<EditorState>) -> Result<HttpResponse> {
    let (mut editor, draft) = match Submission::receive(&request, None, upload).await? {
        Submission::Show(editor) => return editor.respond(request),
        Submission::Save(editor, draft) => (editor, draft),
    };
    let (title, state, seller) = (draft.content.title.clone(), draft.state, request.context());
    let created = request
        .write(move |conn| {
            let id = Product::create(conn, seller, &draft)?;
            Ok((id, Shop::state(conn, seller.shop)?))
        })
        .await;
    request
        .respond_to_form(
            created,
            |request, (id, shop)| {
                Flash::ok(&request.session, saved_message(&title, state, shop))?;
                Ok(redirect(&edit_url(id)))
            },
            async |request, errors| {
                editor.errors.append(errors);
                Ok(EditorPage::new(request, editor))
            },
        )
        .await
}

/// `POST /dashboard/products/{id}/edit`
async fn update(request: SellerRequest, id: Path<ProductId>, upload: Upload<EditorState>) -> Result<HttpResponse> {
    let id = *id;
    let base = base_version(&upload.form);
    let (mut editor, draft) = match Submission::receive(&request, Some(id), upload).await? {
        Submission::Show(editor) => return editor.respond(request),
        Submission::Save(editor, draft) => (editor, draft),
    };
    let (title, state, options) = (draft.content.title.clone(), draft.state, draft.options.clone());
    let seller = request.context();
    let updated = request
        .write(move |conn| {
            let outcome = Product::update(conn, seller, id, &draft, &base)?;
            Ok((outcome, Shop::state(conn, seller.shop)?))
        })
        .await;
    match updated {
        Ok((UpdateOutcome::NeedsAgreement(removed_variants), _)) => {
            editor.removed_variants = Some(removed_variants);
            return editor.respond(request);
        }
        Ok((UpdateOutcome::Outdated, _)) => {
            let saved = load_saved(&request, id).await?;
            editor.state.merge_saved_version(&saved, &options);
            editor.changed = true;
            return editor.respond(request);
        }
        _ => {}
    }
    request
        .respond_to_form(
            updated,
            |request, (_, shop)| {
                Flash::ok(&request.session, saved_message(&title, state, shop))?;
                Ok(redirect(&edit_url(id)))
            },
            async |request, errors| {
                let saved = load_saved(&request, id).await?;
                editor.state.merge_saved_version(&saved, &options);
                editor.errors.append(errors);
                Ok(EditorPage::new(request, editor))
            },
        )
        .await
}

async fn load_saved(request: &SellerRequest, id: ProductId) -> Result<SavedProduct> {
    let shop = request.who.shop.id;
    request.read(move |conn| SavedProduct::of_shop(conn, shop, id)).await
}

fn base_version(form: &EditorState) -> BaseVersion {
    let micros = form.updated_at.parse().ok();
    let updated_at = micros.and_then(DateTime::from_timestamp_micros);
    BaseVersion {
        updated_at: updated_at.unwrap_or_default().naive_utc(),
        agreed: form.agreed.clone(),
    }
}

fn saved_message(title: &str, state: ProductState, shop: ShopState) -> String {
    match (state, shop) {
        (ProductState::Draft, _) => format!("“{title}” saved as a draft. Only you can see it."),
        (ProductState::Archived, _) => format!("“{title}” archived. Buyers no longer see it."),
        (ProductState::Active, ShopState::Open) => format!("“{title}” is live. Everyone can see it now."),
        (ProductState::Active, _) => format!("“{title}” saved. Everyone will see it once your shop is open."),
    }
}
