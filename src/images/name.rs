//! The name of a stored picture: random digits and the size, so that the address is all that a page needs.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// The path of local pictures.
const LOCAL: &str = "/media/pictures/";
/// The start of Cloudinary's addresses.
pub const CLOUDINARY: &str = "https://res.cloudinary.com/";
/// The folder of our pictures at Cloudinary.
pub const CLOUD_FOLDER: &str = "pocketshop/";
/// The widths that a picture is resized to, besides its own.
pub const WIDTHS: [i32; 4] = [320, 640, 960, 1440];
/// Random bytes in a name.
const RANDOM_BYTES: usize = 16;

/// `4f…e1-1440x1080`: 32 random hex digits, width, height.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PictureName {
    random: String,
    pub width: i32,
    pub height: i32,
}

/// Where the files of an address are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureLocation {
    /// The local folder holds only the original WebP.
    Original,
    /// The local folder holds all sizes.
    Resized,
    Cloudinary,
}

impl PictureName {
    pub fn new(width: i32, height: i32) -> Result<Self> {
        let mut random = [0_u8; RANDOM_BYTES];
        getrandom::fill(&mut random)
            .map_err(|error| Error::internal(error, "random bytes for a picture's name could not be generated"))?;
        Ok(Self {
            random: HEXLOWER.encode(&random),
            width,
            height,
        })
    }

    pub fn parse(stem: &str) -> Option<Self> {
        let (random, size) = stem.split_once('-')?;
        let (width, height) = size.split_once('x')?;
        let hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        let number = |digits: &str| {
            let valid = (1..=5).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
            digits.parse().ok().filter(|number| valid && *number > 0)
        };
        let name = Self {
            random: random.to_owned(),
            width: number(width)?,
            height: number(height)?,
        };
        (random.len() == RANDOM_BYTES * 2 && random.bytes().all(hex)).then_some(name)
    }

    /// Reads the address of a picture of ours. None for any other address.
    pub fn from_url(url: &str) -> Option<(Self, PictureLocation)> {
        if let Some(file) = url.strip_prefix(LOCAL) {
            let (stem, extension) = file.split_once('.')?;
            let location = match extension {
                "webp" => PictureLocation::Original,
                "avif" => PictureLocation::Resized,
                _ => return None,
            };
            return Some((Self::parse(stem)?, location));
        }
        let (_, file) = url.strip_prefix(CLOUDINARY)?.split_once(CLOUD_FOLDER)?;
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        Some((Self::parse(stem)?, PictureLocation::Cloudinary))
    }

    /// The address while only the original is stored.
    pub fn original_url(&self) -> String {
        format!("{LOCAL}{self}.webp")
    }

    /// The address when all sizes are stored.
    pub fn resized_url(&self) -> String {
        format!("{LOCAL}{self}.avif")
    }

    /// The address of the picture in one of its sizes.
    pub fn sized_url(&self, width: i32, extension: &str) -> String {
        format!("{LOCAL}{}", self.file(width, extension))
    }

    /// The file of this width. The picture's own width is left out.
    pub fn file(&self, width: i32, extension: &str) -> String {
        if width == self.width {
            format!("{self}.{extension}")
        } else {
            format!("{self}-{width}.{extension}")
        }
    }

    /// The widths of this picture; its own is the last.
    pub fn widths(&self) -> impl Iterator<Item = i32> + use<> {
        let own = self.width;
        WIDTHS.into_iter().filter(move |width| *width < own).chain([own])
    }

    /// The picture's id at Cloudinary.
    pub fn public_id(&self) -> String {
        format!("{CLOUD_FOLDER}{self}")
    }

    /// The SQL pattern of this picture's addresses.
    pub fn url_pattern(&self, cloud: bool) -> String {
        if cloud {
            format!("{CLOUDINARY}%/{CLOUD_FOLDER}{self}.%")
        } else {
            format!("{LOCAL}{self}.%")
        }
    }

    /// The SQL patterns of all our pictures' addresses: local ones, and those at Cloudinary.
    pub fn all_url_patterns() -> [String; 2] {
        [format!("{LOCAL}%"), format!("{CLOUDINARY}%/{CLOUD_FOLDER}%")]
    }
}

impl fmt::Display for PictureName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}x{}", self.random, self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_the_name_and_the_size() {
        let name = PictureName::new(1440, 1080).unwrap();
        assert_eq!(PictureName::parse(&name.to_string()), Some(name.clone()));
        assert_eq!(
            PictureName::from_url(&name.original_url()),
            Some((name.clone(), PictureLocation::Original))
        );
        assert_eq!(
            PictureName::from_url(&name.resized_url()),
            Some((name.clone(), PictureLocation::Resized))
        );
        let cloud = format!("{CLOUDINARY}demo/image/upload/v17/{}.webp", name.public_id());
        assert_eq!(
            PictureName::from_url(&cloud),
            Some((name.clone(), PictureLocation::Cloudinary))
        );
        assert_eq!(name.widths().collect::<Vec<_>>(), [320, 640, 960, 1440]);
        assert_eq!(PictureName::new(320, 1).unwrap().widths().collect::<Vec<_>>(), [320]);
        assert_ne!(PictureName::new(1, 1).unwrap(), PictureName::new(1, 1).unwrap());
    }

    #[test]
    fn other_addresses_have_no_name() {
        let good = "0123456789abcdef0123456789abcdef-8x9";
        assert!(PictureName::parse(good).is_some());
        for stem in [
            "",
            "mug-1",
            "0123456789abcdef0123456789abcdeg-8x9",
            "0123456789abcdef0123456789abcdef-0x9",
            "0123456789abcdef0123456789abcdef-8x-9",
            "0123456789abcdef0123456789abcdef-+8x9",
            "0123456789abcdef0123456789abcdef-8x9-320",
            "0123456789abcdef0123456789abcdef-8x999999",
            "../456789abcdef0123456789abcdef-8x9",
        ] {
            assert_eq!(PictureName::parse(stem), None, "{stem}");
        }
        for url in [
            "/media/demo/mug-1.svg".to_owned(),
            format!("/media/pictures/{good}.svg"),
            format!("/media/pictures/../{good}.webp"),
            format!("https://evil.example/pocketshop/{good}.webp"),
        ] {
            assert_eq!(PictureName::from_url(&url), None, "{url}");
        }
    }
}
