//! A shop's theme: hue, vividness and corner, as a style sheet with one rule. The market chooses the lightness, so that
//! contrast is always sufficient.

use std::hash::{DefaultHasher, Hash, Hasher};

use diesel::prelude::*;

use crate::schema::shops;
use crate::string_enum::string_enum;

string_enum! {
    /// How strong the shop's color is.
    Vividness { Muted = "muted", Calm = "calm", Clear = "clear", Vivid = "vivid" }
}

string_enum! {
    /// How round the lower corners of a picture are.
    Corner { Square = "square", Round = "round", Pocket = "pocket" }
}

/// The theme of a shop. The values were checked before they were stored.
#[derive(Debug, Clone, Copy, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shops)]
pub struct Theme {
    /// Degrees, 0 to 359.
    pub hue: i32,
    pub vividness: Vividness,
    pub corner: Corner,
}

impl Vividness {
    pub const ALL: [Self; 4] = [Self::Muted, Self::Calm, Self::Clear, Self::Vivid];

    pub fn label(self) -> &'static str {
        match self {
            Self::Muted => "Muted",
            Self::Calm => "Calm",
            Self::Clear => "Clear",
            Self::Vivid => "Vivid",
        }
    }

    /// The value in style sheets.
    pub fn chroma(self) -> &'static str {
        match self {
            Self::Muted => ".06",
            Self::Calm => ".1",
            Self::Clear => ".14",
            Self::Vivid => ".17",
        }
    }
}

impl Corner {
    pub const ALL: [Self; 3] = [Self::Square, Self::Round, Self::Pocket];

    pub fn label(self) -> &'static str {
        match self {
            Self::Square => "Square",
            Self::Round => "Round",
            Self::Pocket => "Pocket",
        }
    }

    /// The outline, as an SVG path in a box of 40 by 44.
    pub fn outline(self) -> &'static str {
        match self {
            Self::Square => "M2 4a2 2 0 0 1 2-2h32a2 2 0 0 1 2 2v36a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2Z",
            Self::Round => "M2 4a2 2 0 0 1 2-2h32a2 2 0 0 1 2 2v30a8 8 0 0 1-8 8H10a8 8 0 0 1-8-8Z",
            Self::Pocket => "M2 4a2 2 0 0 1 2-2h32a2 2 0 0 1 2 2v22a16 16 0 0 1-16 16h-4A16 16 0 0 1 2 26Z",
        }
    }
}

impl Theme {
    /// The theme of a shop that has not chosen one: the market's own.
    pub const DEFAULT: Self = Self {
        hue: 264,
        vividness: Vividness::Vivid,
        corner: Corner::Pocket,
    };

    /// Reads the values of a form. Only valid values get into a style sheet.
    pub fn parse(hue: &str, vividness: &str, corner: &str) -> Option<Self> {
        Some(Self {
            hue: hue.parse().ok().filter(|hue| (0..360).contains(hue))?,
            vividness: Vividness::parse(vividness)?,
            corner: Corner::parse(corner)?,
        })
    }

    /// The style sheet. It sets `:root`, because other values are derived there and would not follow a change further down.
    pub fn css(self) -> String {
        let chroma = self.vividness.chroma();
        let pocket = match self.corner {
            Corner::Square => ".375rem",
            Corner::Round => "1rem",
            Corner::Pocket => "1.625rem",
        };
        format!(
            "@layer shop{{:root{{--h:{};--c:{chroma};--pocket:{pocket}}}}}\n",
            self.hue.rem_euclid(360)
        )
    }

    /// Changes with the style sheet, so that browsers can cache it forever.
    pub fn hash(self) -> String {
        let mut hasher = DefaultHasher::new();
        self.css().hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// `/shops/{slug}/theme.{hash}.css`
    pub fn url(self, slug: &str) -> String {
        format!("/shops/{slug}/theme.{}.css", self.hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_one_css_rule_with_numbers() {
        let theme = Theme {
            hue: 330,
            vividness: Vividness::Clear,
            corner: Corner::Round,
        };
        assert_eq!(theme.css(), "@layer shop{:root{--h:330;--c:.14;--pocket:1rem}}\n");
    }
}
