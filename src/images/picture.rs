//! A picture as a page shows it.

use super::name::{CLOUDINARY, PictureLocation, PictureName, WIDTHS};

const UPLOAD: &str = "/image/upload/";
/// The size of a picture whose size is not known.
const DEFAULT_SIZE: (i32, i32) = (800, 1000);

#[derive(Debug, Clone)]
pub struct Picture {
    pub src: String,
    /// Addresses with widths. Empty if there is only one size.
    pub srcset: String,
    /// The same in AVIF. Empty if there is none.
    pub avif: String,
    /// Pixels.
    pub width: i32,
    pub height: i32,
    pub alt: String,
    /// The average color, `#rrggbb`, or empty.
    pub tint: String,
}

impl Picture {
    /// A picture from its address.
    pub fn from_url(url: &str) -> Self {
        let mut picture = Self {
            src: url.to_owned(),
            srcset: String::new(),
            avif: String::new(),
            width: DEFAULT_SIZE.0,
            height: DEFAULT_SIZE.1,
            alt: String::new(),
            tint: String::new(),
        };
        if let Some((name, location)) = PictureName::from_url(url) {
            (picture.width, picture.height) = (name.width, name.height);
            picture.set_sources(&name, location, url);
        } else if let Some((account, file)) = cloudinary(url) {
            let sized = |width: i32| format!("{account}{UPLOAD}c_fill,ar_4:5,w_{width},f_auto,q_auto/{file}");
            picture.srcset = srcset(WIDTHS, sized);
            picture.src = sized(WIDTHS[1]);
            (picture.width, picture.height) = (WIDTHS[1], WIDTHS[1] * 5 / 4);
        }
        picture
    }

    /// Sets the addresses of a picture of ours.
    fn set_sources(&mut self, name: &PictureName, location: PictureLocation, url: &str) {
        match location {
            PictureLocation::Original => {}
            PictureLocation::Resized => {
                self.src = name.original_url();
                self.srcset = srcset(name.widths(), |width| name.sized_url(width, "webp"));
                self.avif = srcset(name.widths(), |width| name.sized_url(width, "avif"));
            }
            PictureLocation::Cloudinary => {
                if let Some((account, file)) = cloudinary(url) {
                    let sized = |width: i32| format!("{account}{UPLOAD}c_limit,w_{width},f_auto,q_auto/{file}");
                    self.srcset = srcset(name.widths(), sized);
                    self.src = sized(name.width.min(WIDTHS[1]));
                }
            }
        }
    }
}

/// Splits an address at Cloudinary into the account's part and the file's.
fn cloudinary(url: &str) -> Option<(&str, &str)> {
    url.split_once(UPLOAD)
        .filter(|(account, _)| account.starts_with(CLOUDINARY))
}

/// Addresses with widths, as in `srcset`.
fn srcset(widths: impl IntoIterator<Item = i32>, address: impl Fn(i32) -> String) -> String {
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
    fn cloudinary_resizes_by_url() {
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
    fn an_upload_has_its_size_at_once_and_its_sources_when_they_are_made() {
        let stem = "/media/pictures/0123456789abcdef0123456789abcdef-700x900";
        let original = Picture::from_url(&format!("{stem}.webp"));
        assert_eq!((original.width, original.height), (700, 900));
        assert_eq!(
            (original.src, original.srcset, original.avif),
            (format!("{stem}.webp"), String::new(), String::new())
        );
        let resized = Picture::from_url(&format!("{stem}.avif"));
        assert_eq!(resized.src, format!("{stem}.webp"));
        assert_eq!(
            resized.srcset,
            format!("{stem}-320.webp 320w, {stem}-640.webp 640w, {stem}.webp 700w")
        );
        assert_eq!(
            resized.avif,
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
