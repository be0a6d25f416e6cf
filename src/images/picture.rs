//! A picture as a page shows it.

use super::name::{CLOUDINARY, Name, Place, WIDTHS};

const UPLOAD: &str = "/image/upload/";
/// The size of a picture that nobody knows.
const PORTRAIT: (i32, i32) = (800, 1000);

#[derive(Debug, Clone)]
pub struct Picture {
    pub src: String,
    /// Addresses with widths; empty when there is one size only.
    pub srcset: String,
    /// The same as AVIF; empty when there is none.
    pub avif: String,
    /// Pixels.
    pub width: i32,
    pub height: i32,
    pub alt: String,
    /// The average color, `#rrggbb`, or empty.
    pub tint: String,
}

impl Picture {
    /// From an address alone.
    pub fn from_url(url: &str) -> Self {
        let mut picture = Self {
            src: url.to_owned(),
            srcset: String::new(),
            avif: String::new(),
            width: PORTRAIT.0,
            height: PORTRAIT.1,
            alt: String::new(),
            tint: String::new(),
        };
        if let Some((name, place)) = Name::of(url) {
            (picture.width, picture.height) = (name.width, name.height);
            picture.find(&name, place, url);
        } else if let Some((store, file)) = cloudinary(url) {
            let sized = |width: i32| format!("{store}{UPLOAD}c_fill,ar_4:5,w_{width},f_auto,q_auto/{file}");
            picture.srcset = list(WIDTHS, sized);
            picture.src = sized(WIDTHS[1]);
            (picture.width, picture.height) = (WIDTHS[1], WIDTHS[1] * 5 / 4);
        }
        picture
    }

    /// The addresses of a picture of ours.
    fn find(&mut self, name: &Name, place: Place, url: &str) {
        match place {
            Place::Quick => {}
            Place::Finished => {
                self.src = name.quick();
                self.srcset = list(name.widths(), |width| name.sized(width, "webp"));
                self.avif = list(name.widths(), |width| name.sized(width, "avif"));
            }
            Place::Cloudinary => {
                if let Some((store, file)) = cloudinary(url) {
                    let sized = |width: i32| format!("{store}{UPLOAD}c_limit,w_{width},f_auto,q_auto/{file}");
                    self.srcset = list(name.widths(), sized);
                    self.src = sized(name.width.min(WIDTHS[1]));
                }
            }
        }
    }
}

/// The store's part of an address at Cloudinary, and the file's.
fn cloudinary(url: &str) -> Option<(&str, &str)> {
    url.split_once(UPLOAD)
        .filter(|(store, _)| store.starts_with(CLOUDINARY))
}

fn list(widths: impl IntoIterator<Item = i32>, address: impl Fn(i32) -> String) -> String {
    let sizes: Vec<String> = widths
        .into_iter()
        .map(|width| format!("{} {width}w", address(width)))
        .collect();
    sizes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloudinary_resizes_by_address() {
        let picture = Picture::from_url("https://res.cloudinary.com/demo/image/upload/v17/rings/moon.jpg");
        assert_eq!(
            picture.src,
            "https://res.cloudinary.com/demo/image/upload/c_fill,ar_4:5,w_640,f_auto,q_auto/v17/rings/moon.jpg"
        );
        assert!(picture.srcset.contains("w_1440,f_auto,q_auto/v17/rings/moon.jpg 1440w"));
        assert_eq!((picture.width, picture.height), (640, 800));
    }

    #[test]
    fn a_local_picture_keeps_its_address() {
        let picture = Picture::from_url("/media/demo/mug-1.svg");
        assert_eq!(
            (picture.src.as_str(), picture.srcset.as_str(), picture.avif.as_str()),
            ("/media/demo/mug-1.svg", "", "")
        );
    }

    #[test]
    fn an_upload_tells_its_size_at_once_and_its_sizes_when_they_are_made() {
        let stem = "/media/pictures/0123456789abcdef0123456789abcdef-700x900";
        let quick = Picture::from_url(&format!("{stem}.webp"));
        assert_eq!((quick.width, quick.height), (700, 900));
        assert_eq!(
            (quick.src, quick.srcset, quick.avif),
            (format!("{stem}.webp"), String::new(), String::new())
        );
        let finished = Picture::from_url(&format!("{stem}.avif"));
        assert_eq!(finished.src, format!("{stem}.webp"));
        assert_eq!(
            finished.srcset,
            format!("{stem}-320.webp 320w, {stem}-640.webp 640w, {stem}.webp 700w")
        );
        assert_eq!(
            finished.avif,
            format!("{stem}-320.avif 320w, {stem}-640.avif 640w, {stem}.avif 700w")
        );
    }

    #[test]
    fn an_upload_at_cloudinary_is_never_cropped_nor_upscaled() {
        let url =
            "https://res.cloudinary.com/demo/image/upload/v1/pocketshop/0123456789abcdef0123456789abcdef-700x900.webp";
        let picture = Picture::from_url(url);
        assert_eq!((picture.width, picture.height), (700, 900));
        assert!(
            picture.src.contains("/c_limit,w_640,f_auto,q_auto/v1/pocketshop/"),
            "{}",
            picture.src
        );
        assert!(picture.srcset.ends_with("700x900.webp 700w"), "{}", picture.srcset);
        assert!(!picture.srcset.contains("w_960"), "{}", picture.srcset);
    }
}
