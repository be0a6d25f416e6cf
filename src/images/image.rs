//! A product's picture: its row, and the address of each size.

use diesel::prelude::*;

use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{ImageId, ProductId};
use crate::schema::product_images;

/// What Cloudinary's addresses begin with; its own resizing goes between this part and the rest.
const CLOUDINARY: &str = "https://res.cloudinary.com/";
const UPLOAD: &str = "/image/upload/";
/// The widths that Cloudinary is asked for, in pixels; heights follow from 4:5.
const WIDTHS: [i32; 4] = [320, 640, 960, 1440];
/// The size of a picture whose row does not know it.
const PORTRAIT: (i32, i32) = (800, 1000);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_images)]
pub struct Image {
    pub id: ImageId,
    pub product_id: ProductId,
    pub url: String,
    pub alt: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub tint: String,
}

/// A picture as a page shows it.
#[derive(Debug, Clone)]
pub struct Picture {
    pub src: String,
    /// Addresses with widths; empty when there is one size only.
    pub srcset: String,
    /// Pixels.
    pub width: i32,
    pub height: i32,
    pub alt: String,
    /// The average colour, `#rrggbb`, or empty.
    pub tint: String,
}

impl Image {
    /// The pictures of these products, each product's in its order.
    pub fn of_products(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Self>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        Ok(product_images::table
            .filter(one_of(
                product_images::product_id,
                products.iter().map(|product| product.0),
            ))
            .order((product_images::product_id, product_images::position, product_images::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Four by five, cropped where its store can crop.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::of(&self.url);
        if picture.srcset.is_empty()
            && let (Some(width), Some(height)) = (self.width, self.height)
        {
            (picture.width, picture.height) = (width, height);
        }
        picture.alt.clone_from(&self.alt);
        picture.tint.clone_from(&self.tint);
        picture
    }
}

impl Picture {
    /// From an address alone.
    pub fn of(url: &str) -> Self {
        let mut picture = Self {
            src: url.to_owned(),
            srcset: String::new(),
            width: PORTRAIT.0,
            height: PORTRAIT.1,
            alt: String::new(),
            tint: String::new(),
        };
        if let Some((store, file)) = url.split_once(UPLOAD)
            && store.starts_with(CLOUDINARY)
        {
            let sized = |width: i32| format!("{store}{UPLOAD}c_fill,ar_4:5,w_{width},f_auto,q_auto/{file}");
            picture.src = sized(WIDTHS[1]);
            picture.srcset = WIDTHS.map(|width| format!("{} {width}w", sized(width))).join(", ");
            (picture.width, picture.height) = (WIDTHS[1], WIDTHS[1] * 5 / 4);
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloudinary_resizes_by_address() {
        let picture = Picture::of("https://res.cloudinary.com/demo/image/upload/v17/rings/moon.jpg");
        assert_eq!(
            picture.src,
            "https://res.cloudinary.com/demo/image/upload/c_fill,ar_4:5,w_640,f_auto,q_auto/v17/rings/moon.jpg"
        );
        assert!(picture.srcset.contains("w_1440,f_auto,q_auto/v17/rings/moon.jpg 1440w"));
        assert_eq!((picture.width, picture.height), (640, 800));
    }

    #[test]
    fn a_local_picture_keeps_its_address() {
        let picture = Picture::of("/media/demo/mug-1.svg");
        assert_eq!(
            (picture.src.as_str(), picture.srcset.as_str()),
            ("/media/demo/mug-1.svg", "")
        );
    }
}
