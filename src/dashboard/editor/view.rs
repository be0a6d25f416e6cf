//! What the editor's page is made of.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::catalog::{ProductState, RemovedVariants, StoredProduct};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, ProductId, ShopId, UserId};
use crate::images::{Image, MAX_PICTURES, PendingImage, Picture};
use crate::shops::Section;
use crate::text::{Html, slug, summary, when};
use crate::web::{FormErrors, Page, Seller, html};

use super::state::EditorState;
use super::table::{NAMES, VALUES};

/// The whole page; its block `form` is what a button of it gets back.
#[derive(Template)]
#[template(path = "dashboard/editor/edit.html", blocks = ["form"])]
struct EditorPage {
    page: Page,
    sheet: EditorState,
    errors: FormErrors,
    /// None: a new one.
    id: Option<ProductId>,
    heading: &'static str,
    action: String,
    /// Where everyone sees it.
    seen_at: Option<String>,
    stock_url: Option<String>,
    live: bool,
    facts: Option<Facts>,
    shots: Vec<Shot>,
    most_pictures: usize,
    sections: Vec<(String, String)>,
    new_section_label: &'static str,
    new_section_problem: String,
    money_label: String,
    slug_hint: String,
    options: Vec<OptionFields>,
    preview: Option<Html>,
    found_title: String,
    found_url: String,
    found_text: String,
    /// What is to be agreed to before it is saved.
    removed_variants: Option<RemovedVariants>,
    /// Someone else saved it meanwhile.
    changed: bool,
    /// Which button was pressed, to be pressed again.
    again: &'static str,
}

struct Facts {
    state: &'static str,
    /// The kind of badge.
    mark: &'static str,
    changed: String,
}

/// An option: its name and its values, with what is wrong with them.
struct OptionFields {
    name_id: &'static str,
    values_id: &'static str,
    name: String,
    values: String,
    name_error: String,
    values_error: String,
}

/// A picture as a card.
pub struct Shot {
    pub id: String,
    pub picture: Picture,
    pub alt: String,
    pub error: String,
}

/// What the database knows of what the page shows.
pub struct Known {
    pub product: Option<StoredProduct>,
    pub sections: Vec<Section>,
    pub pictures: HashMap<ImageId, Picture>,
}

impl Known {
    /// The shop's product, its sections, and those of the pictures that are the product's or wait for this person.
    pub fn read(
        conn: &mut Conn,
        (shop, owner): (ShopId, UserId),
        id: Option<ProductId>,
        wanted: &[ImageId],
    ) -> Result<Self> {
        let product = id.map(|id| StoredProduct::of_shop(conn, shop, id)).transpose()?;
        let mut pictures: HashMap<ImageId, Picture> = HashMap::new();
        if let Some(id) = id {
            let own = Image::of_products(conn, &[id])?;
            pictures.extend(own.iter().map(|image| (image.id, image.picture())));
        }
        let others: Vec<ImageId> = wanted.iter().filter(|id| !pictures.contains_key(id)).copied().collect();
        let pending = PendingImage::of_user(conn, owner, &others)?;
        pictures.extend(pending.iter().map(|image| (image.id, image.picture())));
        Ok(Self {
            product,
            sections: Section::of_shop(conn, shop)?,
            pictures,
        })
    }
}

/// An answer in the making.
pub struct View {
    pub sheet: EditorState,
    pub errors: FormErrors,
    pub known: Known,
    pub preview: bool,
    pub removed_variants: Option<RemovedVariants>,
    pub changed: bool,
    pub again: &'static str,
}

impl View {
    pub fn new(sheet: EditorState, known: Known) -> Self {
        Self {
            sheet,
            known,
            errors: FormErrors::default(),
            preview: false,
            removed_variants: None,
            changed: false,
            again: "save",
        }
    }

    pub fn answer(self, page: Page, seller: &Seller) -> Result<HttpResponse> {
        let Self {
            sheet,
            errors,
            known,
            preview,
            removed_variants,
            changed,
            again,
        } = self;
        let unhappy = !errors.is_empty() || removed_variants.is_some() || changed;
        let status = if unhappy {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let product = known.product.as_ref();
        let id = product.map(|product| product.id);
        let live = product.is_some_and(|product| product.state == ProductState::Active);
        let shots = sheet.pictures.iter().filter_map(|picture| {
            Some(Shot {
                id: picture.id.to_string(),
                picture: known.pictures.get(&picture.id)?.clone(),
                alt: picture.alt.clone(),
                error: errors.get(&format!("alt-{}", picture.id)).to_owned(),
            })
        });
        let shop_url = format!("/shops/{}", seller.shop.slug);
        let slug = product.map_or_else(|| slug(&sheet.title, "product"), |product| product.slug.clone());
        let named = product.map(|product| format!("{shop_url}/{}", product.slug));
        let no_sections = known.sections.is_empty();
        let or_else = |text: &str, otherwise: &str| {
            if text.trim().is_empty() {
                otherwise.to_owned()
            } else {
                text.to_owned()
            }
        };
        let view = EditorPage {
            id,
            heading: if id.is_some() { "Edit product" } else { "New product" },
            action: id.map_or_else(
                || "/dashboard/products/new".to_owned(),
                |id| format!("/dashboard/products/{id}/edit"),
            ),
            seen_at: named.filter(|_| live),
            stock_url: id.map(|id| format!("/dashboard/products/{id}/stock")),
            live,
            facts: product.map(Facts::of),
            shots: shots.collect(),
            most_pictures: MAX_PICTURES,
            new_section_label: if no_sections {
                "New section (optional)"
            } else {
                "Or a new section"
            },
            new_section_problem: if no_sections {
                errors.get("section").to_owned()
            } else {
                String::new()
            },
            sections: (known.sections.into_iter())
                .map(|section| (section.id.to_string(), section.name))
                .collect(),
            money_label: format!("Price, {}", page.currency()),
            slug_hint: if product.is_some_and(StoredProduct::was_live) {
                format!("After {shop_url}/. The old address will lead to the new one.")
            } else {
                format!("After {shop_url}/. It follows the title until the product goes live.")
            },
            options: OptionFields::of(&sheet, &errors),
            preview: preview.then(|| Html::from_markdown(&sheet.description)),
            found_title: or_else(&sheet.title, "The title of the product"),
            found_url: page.absolute(&format!("{shop_url}/{slug}")),
            found_text: or_else(&summary(&sheet.description, 155), "The first words of the description."),
            removed_variants,
            changed,
            again,
            sheet,
            errors,
            page,
        };
        let block_only = view.page.htmx;
        html(
            status,
            if block_only {
                view.as_form().render()
            } else {
                view.render()
            },
        )
    }
}

impl Facts {
    fn of(product: &StoredProduct) -> Self {
        Self {
            state: state_label(product.state),
            mark: match product.state {
                ProductState::Active => "ok",
                ProductState::Draft => "",
                ProductState::Archived => "warn",
            },
            changed: when(product.updated_at),
        }
    }
}

impl OptionFields {
    fn of(sheet: &EditorState, errors: &FormErrors) -> Vec<Self> {
        let fields = sheet.options.iter().enumerate().map(|(place, option)| Self {
            name_id: NAMES[place],
            values_id: VALUES[place],
            name: option.name.clone(),
            values: option.values.clone(),
            name_error: errors.get(NAMES[place]).to_owned(),
            values_error: errors.get(VALUES[place]).to_owned(),
        });
        fields.collect()
    }
}

fn state_label(state: ProductState) -> &'static str {
    match state {
        ProductState::Draft => "Draft",
        ProductState::Active => "Live",
        ProductState::Archived => "Archived",
    }
}
