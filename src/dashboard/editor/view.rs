//! The page of the editor.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;

use super::state::EditorState;
use super::variants::{OPTION_NAME_IDS, OPTION_VALUES_IDS};
use crate::catalog::{Product, ProductState, RemovedVariants, SellerContext};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, ProductId};
use crate::images::{Image, MAX_PICTURES, PendingImage, Picture};
use crate::shops::Section;
use crate::text::{Html, slug, summary, when};
use crate::web::{FormErrors, Page, SellerRequest, invalid, show, view};

/// The whole page. Its buttons get the block `form`.
#[derive(Template)]
#[template(path = "dashboard/editor/edit.html", blocks = ["form"])]
pub struct EditorPage {
    page: Page,
    form: EditorState,
    errors: FormErrors,
    /// None: a new product.
    id: Option<ProductId>,
    heading: &'static str,
    action: String,
    /// The address of a live product.
    public_url: Option<String>,
    stock_url: Option<String>,
    live: bool,
    status: Option<ProductStatus>,
    cards: Vec<PictureCard>,
    max_pictures: usize,
    sections: Vec<Section>,
    new_section_label: &'static str,
    new_section_error: String,
    money_label: String,
    slug_hint: String,
    options: Vec<OptionControls>,
    preview: Option<Html>,
    search: SearchPreview,
    removed_variants: Option<RemovedVariants>,
    changed: bool,
    pressed: &'static str,
}

view!(EditorPage, as_form);

/// The state of a saved product.
struct ProductStatus {
    label: &'static str,
    /// The kind of badge.
    badge: &'static str,
    updated: String,
}

/// An option: its name and its values, with their errors.
struct OptionControls {
    name_id: &'static str,
    values_id: &'static str,
    name: String,
    values: String,
    name_error: String,
    values_error: String,
}

/// The product as a search engine shows it.
struct SearchPreview {
    title: String,
    url: String,
    text: String,
}

/// A picture with its description and its buttons.
pub struct PictureCard {
    pub id: String,
    pub picture: Picture,
    pub alt: String,
    pub error: String,
}

/// What the database knows about the form.
pub struct EditorContext {
    /// None: a new product.
    pub product: Option<Product>,
    pub sections: Vec<Section>,
    /// The product's pictures, and those that the seller uploaded for it.
    pub pictures: HashMap<ImageId, Picture>,
}

/// The form with its context and the messages about it.
pub struct Editor {
    pub state: EditorState,
    pub context: EditorContext,
    pub errors: FormErrors,
    /// Whether the description is shown as buyers see it.
    pub preview: bool,
    /// The seller has to agree to this before the product is saved.
    pub removed_variants: Option<RemovedVariants>,
    /// Whether the product was changed elsewhere meanwhile.
    pub changed: bool,
    /// The button that is offered again: `save` or `publish`.
    pub pressed: &'static str,
}

impl EditorContext {
    /// `uploaded` are the pictures in the form. Those that belong to someone else are left out.
    pub fn load(conn: &mut Conn, seller: SellerContext, id: Option<ProductId>, uploaded: &[ImageId]) -> Result<Self> {
        let product = id.map(|id| Product::of_shop(conn, seller.shop, id)).transpose()?;
        let mut pictures: HashMap<ImageId, Picture> = HashMap::new();
        if let Some(id) = id {
            let own = Image::of_products(conn, &[id])?;
            pictures.extend(own.iter().map(|image| (image.id, image.picture())));
        }
        let others: Vec<ImageId> = uploaded
            .iter()
            .filter(|id| !pictures.contains_key(id))
            .copied()
            .collect();
        let pending = PendingImage::of_user(conn, seller.user, &others)?;
        pictures.extend(pending.iter().map(|image| (image.id, image.picture())));
        Ok(Self {
            product,
            sections: Section::of_shop(conn, seller.shop)?,
            pictures,
        })
    }
}

pub fn edit_url(id: ProductId) -> String {
    format!("/dashboard/products/{id}/edit")
}

impl Editor {
    pub fn new(state: EditorState, context: EditorContext) -> Self {
        Self {
            state,
            context,
            errors: FormErrors::default(),
            preview: false,
            removed_variants: None,
            changed: false,
            pressed: "save",
        }
    }

    pub fn respond(self, request: SellerRequest) -> Result<HttpResponse> {
        let refused = !self.errors.is_empty() || self.removed_variants.is_some() || self.changed;
        let page = EditorPage::new(request, self);
        if refused { invalid(&page) } else { show(&page) }
    }
}

impl EditorPage {
    pub fn new(request: SellerRequest, editor: Editor) -> Self {
        let Editor {
            state, context, errors, ..
        } = editor;
        let shop_url = format!("/shops/{}", request.who.shop.slug);
        let page = request.page;
        let product = context.product.as_ref();
        let id = product.map(|product| product.id);
        let live = product.is_some_and(|product| product.state == ProductState::Active);
        let public_url = product.map(|product| format!("{shop_url}/{}", product.slug));
        let no_sections = context.sections.is_empty();
        Self {
            id,
            heading: if id.is_some() { "Edit product" } else { "New product" },
            action: id.map_or_else(|| "/dashboard/products/new".to_owned(), edit_url),
            public_url: public_url.filter(|_| live),
            stock_url: id.map(|id| format!("/dashboard/products/{id}/stock")),
            live,
            status: product.map(ProductStatus::new),
            cards: PictureCard::of_form(&state, &context, &errors),
            max_pictures: MAX_PICTURES,
            new_section_label: if no_sections {
                "New section (optional)"
            } else {
                "Or a new section"
            },
            new_section_error: if no_sections {
                errors.get("section").to_owned()
            } else {
                String::new()
            },
            money_label: format!("Price, {}", page.currency()),
            slug_hint: if product.is_some_and(Product::was_live) {
                format!("After {shop_url}/. The old address will redirect to the new one.")
            } else {
                format!("After {shop_url}/. It follows the title until the product goes live.")
            },
            options: OptionControls::of_form(&state, &errors),
            preview: editor.preview.then(|| Html::from_markdown(&state.description)),
            search: SearchPreview::new(&state, product, &page.absolute(&shop_url)),
            sections: context.sections,
            removed_variants: editor.removed_variants,
            changed: editor.changed,
            pressed: editor.pressed,
            form: state,
            errors,
            page,
        }
    }
}

impl ProductStatus {
    fn new(product: &Product) -> Self {
        let (label, badge) = match product.state {
            ProductState::Active => ("Live", "ok"),
            ProductState::Draft => ("Draft", ""),
            ProductState::Archived => ("Archived", "warn"),
        };
        Self {
            label,
            badge,
            updated: when(product.updated_at),
        }
    }
}

impl SearchPreview {
    fn new(state: &EditorState, product: Option<&Product>, shop_url: &str) -> Self {
        let or_else = |text: &str, otherwise: &str| match text.trim() {
            "" => otherwise.to_owned(),
            _ => text.to_owned(),
        };
        let slug = product.map_or_else(|| slug(&state.title, "product"), |product| product.slug.clone());
        Self {
            title: or_else(&state.title, "The title of the product"),
            url: format!("{shop_url}/{slug}"),
            text: or_else(&summary(&state.description, 155), "The beginning of the description."),
        }
    }
}

impl PictureCard {
    pub fn from_pending(image: &PendingImage) -> Self {
        Self {
            id: image.id.to_string(),
            picture: image.picture(),
            alt: String::new(),
            error: String::new(),
        }
    }

    fn of_form(state: &EditorState, context: &EditorContext, errors: &FormErrors) -> Vec<Self> {
        let cards = state.pictures.iter().filter_map(|picture| {
            Some(Self {
                id: picture.id.to_string(),
                picture: context.pictures.get(&picture.id)?.clone(),
                alt: picture.alt.clone(),
                error: errors.at("alt", picture.id).to_owned(),
            })
        });
        cards.collect()
    }
}

impl OptionControls {
    fn of_form(state: &EditorState, errors: &FormErrors) -> Vec<Self> {
        let options = state.options.iter().zip(OPTION_NAME_IDS.iter().zip(&OPTION_VALUES_IDS));
        let controls = options.map(|(option, (name_id, values_id))| Self {
            name_id,
            values_id,
            name: option.name.clone(),
            values: option.values.clone(),
            name_error: errors.get(name_id).to_owned(),
            values_error: errors.get(values_id).to_owned(),
        });
        controls.collect()
    }
}
