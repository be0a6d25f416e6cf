//! What a shop says of itself, as it is typed.

use serde::Deserialize;

use crate::shops::{Shop, ShopDetails, ShopIdentity};
use crate::text::{Html, chosen_slug, line, lines};
use crate::web::FormErrors;

/// Letters of a story: what still fits into a form in any script.
const STORY: usize = 5_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShopForm {
    pub name: String,
    pub slug: String,
    pub tagline: String,
    pub bio: String,
    #[serde(rename = "place")]
    pub location: String,
    pub contact: String,
    pub announcement: String,
    /// A free address that was offered, and taken.
    pub take: String,
    /// Which button was pressed.
    #[serde(rename = "do")]
    pub act: String,
}

impl ShopForm {
    pub fn of(shop: &Shop) -> Self {
        Self {
            name: shop.name.clone(),
            slug: shop.slug.clone(),
            tagline: shop.tagline.clone(),
            bio: shop.bio.clone(),
            location: shop.location.clone(),
            contact: shop.contact.clone(),
            announcement: shop.announcement.clone(),
            ..Self::default()
        }
    }

    /// As if the offered address had been typed.
    pub fn taken_up(mut self) -> Self {
        if !self.take.is_empty() {
            self.slug = std::mem::take(&mut self.take);
        }
        self
    }

    /// Whether a button asks only to look.
    pub fn only_looks(&self) -> bool {
        matches!(self.act.as_str(), "check" | "preview")
    }

    /// The story as buyers will see it, when that was asked for.
    pub fn preview(&self) -> Option<Html> {
        (self.act == "preview").then(|| Html::from_markdown(&self.bio))
    }

    /// Without an address, one that the name makes; a shop that had one before (`now`) may keep it.
    pub fn sign(&self, now: Option<&str>, errors: &mut FormErrors) -> Option<ShopIdentity> {
        let name = errors.check("name", line("name", &self.name, 60));
        if name.as_ref().is_some_and(String::is_empty) {
            errors.add("name", "Give your shop a name.");
        }
        let typed = self.slug.trim();
        let slug = if typed.is_empty() || now == Some(typed) {
            Some(None)
        } else {
            errors.check("slug", chosen_slug(typed)).map(Some)
        };
        let tagline = errors.check("tagline", line("line", &self.tagline, 120));
        let bio = errors.check("bio", lines("story", &self.bio, STORY));
        Some(ShopIdentity {
            name: name?,
            slug: slug?,
            tagline: tagline?,
            bio: bio?,
        })
    }

    pub fn window(&self, errors: &mut FormErrors) -> Option<ShopDetails> {
        let announcement = errors.check("announcement", line("announcement", &self.announcement, 300));
        let location = errors.check("place", line("place", &self.location, 80));
        let contact = errors.check("contact", line("contact", &self.contact, 200));
        Some(ShopDetails {
            announcement: announcement?,
            location: location?,
            contact: contact?,
        })
    }
}
