//! The product editor: these tests fill in and submit its form as a browser does.

mod hostile;
mod options;
mod ownership;
mod saving;
mod stock;

use std::io::Cursor;

use diesel::prelude::*;
use image::{DynamicImage, ImageFormat, RgbImage};
use pocketshop::db::Conn;
use reqwest::Response;
use reqwest::multipart::{Form, Part};
use scraper::{ElementRef, Html, Selector};

use crate::schema::{product_variants, products, shops, stock_movements, users};
use crate::support::Market;
use crate::support::roles::DEMO_PASSWORD;
use crate::support::visitor::{Visitor, location};

pub const NEW: &str = "/dashboard/products/new";

/// The fields and files of the editor form on a page, as a browser would submit them.
#[derive(Clone)]
pub struct EditorState {
    pub fields: Vec<(String, String)>,
    pub files: Vec<(String, Vec<u8>)>,
}

impl EditorState {
    pub fn from_page(page: &Html) -> Self {
        let controls = Selector::parse("#editor input, #editor textarea, #editor select").unwrap();
        let option = Selector::parse("option[selected]").unwrap();
        let first = Selector::parse("option").unwrap();
        let mut fields = Vec::new();
        for control in page.select(&controls) {
            let Some(name) = control.attr("name") else { continue };
            let text = |element: ElementRef<'_>| element.text().collect::<String>();
            let value = match (control.value().name(), control.attr("type")) {
                (_, Some("file")) => continue,
                (_, Some("radio" | "checkbox")) if control.attr("checked").is_none() => continue,
                ("textarea", _) => text(control)
                    .strip_prefix('\n')
                    .map_or_else(|| text(control), str::to_owned),
                ("select", _) => {
                    let chosen = control.select(&option).next().or_else(|| control.select(&first).next());
                    chosen.unwrap().attr("value").unwrap().to_owned()
                }
                _ => control.attr("value").unwrap_or_default().to_owned(),
            };
            fields.push((name.to_owned(), value));
        }
        assert!(fields.len() > 10, "there is no editor on the page");
        Self {
            fields,
            files: Vec::new(),
        }
    }

    /// Fills in a field, such as `variants[2][price]`.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, current)) => value.clone_into(current),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The values of a field. `variants[][price]` are the prices of all variants.
    pub fn get(&self, name: &str) -> Vec<&str> {
        let matches = |known: &str| {
            let without_index = match (known.find('['), known.find(']')) {
                (Some(open), Some(close)) => format!("{}{}", &known[..=open], &known[close..]),
                _ => known.to_owned(),
            };
            known == name || without_index == name
        };
        let found = self.fields.iter().filter(|(known, _)| matches(known));
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub fn add_file(&mut self, name: &str, bytes: Vec<u8>) -> &mut Self {
        self.files.push((name.to_owned(), bytes));
        self
    }

    /// Sets everything that a product needs before it can be published, except pictures.
    pub fn fill_required(&mut self, title: &str) -> &mut Self {
        self.set("title", title)
            .set("category", "HOME")
            .set("variants[0][price]", "12.50")
            .set("variants[0][quantity]", "4")
    }

    pub async fn submit(&self, seller: &Visitor, path: &str, action: &str) -> Response {
        let mut form = Form::new();
        for (name, value) in &self.fields {
            form = form.text(name.clone(), value.clone());
        }
        for (name, bytes) in &self.files {
            form = form.part("images", Part::bytes(bytes.clone()).file_name(name.clone()));
        }
        seller.upload(path, form.text("do", action.to_owned())).await
    }
}

/// Signs in as a seller of the demo market.
pub async fn seller(market: &Market) -> Visitor {
    sign_in_as(market, "ines").await
}

pub async fn sign_in_as(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    assert_eq!(visitor.sign_in(name, DEMO_PASSWORD).await.status(), 303);
    visitor
}

pub async fn html(response: Response, status: u16) -> Html {
    let actual = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(actual, status, "{text}");
    Html::parse_document(&text)
}

/// Asserts that the product was saved, and returns the path of its editor.
pub fn saved_path(response: &Response) -> String {
    let to = location(response).to_owned();
    assert!(
        response.status() == 303 && to.ends_with("/edit"),
        "{} {to}",
        response.status()
    );
    to
}

/// The product id in the path of an editor.
pub fn product_id(edit_path: &str) -> i64 {
    edit_path.split('/').nth(3).unwrap().parse().unwrap()
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([180, 90, 40])));
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn conn(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

/// The ids and slugs of the products that this user sells.
pub fn products_of(market: &Market, owner: &str) -> Vec<(i64, String)> {
    products::table
        .inner_join(shops::table.on(shops::id.eq(products::shop_id)))
        .inner_join(users::table.on(users::id.nullable().eq(shops::owner_id)))
        .filter(users::username.eq(owner))
        .order(products::id)
        .select((products::id, products::slug))
        .load(&mut conn(market))
        .unwrap()
}

/// The variants of a product in order: id, option values and stock.
pub fn variants(market: &Market, product: i64) -> Vec<(i64, String, i32)> {
    let rows: Vec<(i64, String, String, i32)> = product_variants::table
        .filter(product_variants::product_id.eq(product))
        .order(product_variants::position)
        .select((
            product_variants::id,
            product_variants::value1,
            product_variants::value2,
            product_variants::quantity,
        ))
        .load(&mut conn(market))
        .unwrap();
    rows.into_iter()
        .map(|(id, one, two, quantity)| (id, format!("{one}/{two}").trim_end_matches('/').to_owned(), quantity))
        .collect()
}

/// Asserts that the stock of each variant is the sum of its movements, and that of each product the sum of its
/// variants.
pub fn assert_stock_adds_up(market: &Market) {
    let mut conn = conn(market);
    let variants: Vec<(i64, i64, i32)> = product_variants::table
        .select((
            product_variants::id,
            product_variants::product_id,
            product_variants::quantity,
        ))
        .load(&mut conn)
        .unwrap();
    let movements: Vec<(i64, i32)> = stock_movements::table
        .select((stock_movements::variant_id, stock_movements::change))
        .load(&mut conn)
        .unwrap();
    for (id, _, quantity) in &variants {
        let total_change: i32 = movements
            .iter()
            .filter(|(variant, _)| variant == id)
            .map(|(_, change)| change)
            .sum();
        assert_eq!(total_change, *quantity, "variant {id}");
    }
    let totals: Vec<(i64, i32)> = products::table
        .select((products::id, products::quantity))
        .load(&mut conn)
        .unwrap();
    for (id, total) in totals {
        let variant_total: i32 = variants
            .iter()
            .filter(|(_, product, _)| *product == id)
            .map(|(.., quantity)| quantity)
            .sum();
        assert_eq!(variant_total, total, "product {id}");
    }
}
