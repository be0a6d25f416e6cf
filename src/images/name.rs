//! What a stored picture is called: random, and with its size in it, so that the address tells everything.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// Where our own pictures are served from.
const LOCAL: &str = "/media/pictures/";
/// What Cloudinary's addresses begin with.
pub const CLOUDINARY: &str = "https://res.cloudinary.com/";
/// The folder that our pictures have at Cloudinary.
pub const CLOUD_FOLDER: &str = "pocketshop/";
/// The widths that a picture is made in, besides its own.
pub const WIDTHS: [i32; 4] = [320, 640, 960, 1440];
/// Bytes of chance in a name.
const CHANCE: usize = 16;

/// `4f…e1-1440x1080`: 32 hex digits that nobody guesses, width, height.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    random: String,
    pub width: i32,
    pub height: i32,
}

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Our data folder, with the first WebP alone.
    Quick,
    /// Our data folder, with all sizes.
    Finished,
    Cloudinary,
}

impl Name {
    /// A new one.
    pub fn new(width: i32, height: i32) -> Result<Self> {
        let mut random = [0_u8; CHANCE];
        getrandom::fill(&mut random).map_err(|error| Error::internal(error, "there is no chance to be had"))?;
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
            let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
            digits.parse().ok().filter(|number| plain && *number > 0)
        };
        let name = Self {
            random: random.to_owned(),
            width: number(width)?,
            height: number(height)?,
        };
        (random.len() == CHANCE * 2 && random.bytes().all(hex)).then_some(name)
    }

    /// The name in an address of ours, and where it leads.
    pub fn of(url: &str) -> Option<(Self, Place)> {
        if let Some(file) = url.strip_prefix(LOCAL) {
            let (stem, ending) = file.split_once('.')?;
            let place = match ending {
                "webp" => Place::Quick,
                "avif" => Place::Finished,
                _ => return None,
            };
            return Some((Self::parse(stem)?, place));
        }
        let (_, file) = url.strip_prefix(CLOUDINARY)?.split_once(CLOUD_FOLDER)?;
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        Some((Self::parse(stem)?, Place::Cloudinary))
    }

    /// The address of the picture as it is first kept.
    pub fn quick(&self) -> String {
        format!("{LOCAL}{self}.webp")
    }

    /// The address when all sizes lie beside it.
    pub fn finished(&self) -> String {
        format!("{LOCAL}{self}.avif")
    }

    /// The address of a smaller one.
    pub fn sized(&self, width: i32, ending: &str) -> String {
        format!("{LOCAL}{}", self.file(width, ending))
    }

    /// The file of this width; its own width goes without saying.
    pub fn file(&self, width: i32, ending: &str) -> String {
        if width == self.width {
            format!("{self}.{ending}")
        } else {
            format!("{self}-{width}.{ending}")
        }
    }

    /// The widths that this picture has, its own the last.
    pub fn widths(&self) -> impl Iterator<Item = i32> + use<> {
        let own = self.width;
        WIDTHS.into_iter().filter(move |width| *width < own).chain([own])
    }

    /// What Cloudinary knows it by.
    pub fn public_id(&self) -> String {
        format!("{CLOUD_FOLDER}{self}")
    }

    /// What the addresses of this picture look like, for LIKE.
    pub fn like(&self, cloud: bool) -> String {
        if cloud {
            format!("{CLOUDINARY}%/{CLOUD_FOLDER}{self}.%")
        } else {
            format!("{LOCAL}{self}.%")
        }
    }

    /// What the addresses of all our pictures look like, for LIKE.
    pub fn any() -> [String; 2] {
        [format!("{LOCAL}%"), format!("{CLOUDINARY}%/{CLOUD_FOLDER}%")]
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}x{}", self.random, self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_the_name_and_the_size() {
        let name = Name::new(1440, 1080).unwrap();
        assert_eq!(Name::parse(&name.to_string()), Some(name.clone()));
        assert_eq!(Name::of(&name.quick()), Some((name.clone(), Place::Quick)));
        assert_eq!(Name::of(&name.finished()), Some((name.clone(), Place::Finished)));
        let cloud = format!("{CLOUDINARY}demo/image/upload/v17/{}.webp", name.public_id());
        assert_eq!(Name::of(&cloud), Some((name.clone(), Place::Cloudinary)));
        assert_eq!(name.widths().collect::<Vec<_>>(), [320, 640, 960, 1440]);
        assert_eq!(Name::new(320, 1).unwrap().widths().collect::<Vec<_>>(), [320]);
        assert_ne!(Name::new(1, 1).unwrap(), Name::new(1, 1).unwrap());
    }

    #[test]
    fn what_is_not_ours_has_no_name() {
        let good = "0123456789abcdef0123456789abcdef-8x9";
        assert!(Name::parse(good).is_some());
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
            assert_eq!(Name::parse(stem), None, "{stem}");
        }
        for url in [
            "/media/demo/mug-1.svg".to_owned(),
            format!("/media/pictures/{good}.svg"),
            format!("/media/pictures/../{good}.webp"),
            format!("https://evil.example/pocketshop/{good}.webp"),
        ] {
            assert_eq!(Name::of(&url), None, "{url}");
        }
    }
}
