//! The form of a shop's profile. The first step of onboarding uses it too.

use serde::Deserialize;

use crate::shops::{
    MAX_ANNOUNCEMENT_LENGTH, MAX_CONTACT_LENGTH, MAX_LOCATION_LENGTH, MAX_SHOP_NAME_LENGTH, MAX_STORY_LENGTH,
    MAX_TAGLINE_LENGTH, Shop, ShopDetails, ShopIdentity,
};
use crate::text::{Html, chosen_slug, line, lines};
use crate::web::FormErrors;

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
    /// An address that was offered and chosen.
    #[serde(rename = "take")]
    pub offered: String,
    /// The button that was pressed.
    #[serde(rename = "do")]
    pub action: String,
}

impl ShopForm {
    pub fn from_shop(shop: &Shop) -> Self {
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

    /// Uses the offered address as if it was typed.
    pub fn with_offered_address(mut self) -> Self {
        if !self.offered.is_empty() {
            self.slug = std::mem::take(&mut self.offered);
        }
        self
    }

    /// Whether the button checks the address or shows a preview.
    pub fn saves_nothing(&self) -> bool {
        matches!(self.action.as_str(), "check" | "preview")
    }

    /// The story as buyers will see it. None if another button was pressed.
    pub fn preview(&self) -> Option<Html> {
        (self.action == "preview").then(|| Html::from_markdown(&self.bio))
    }

    /// `current` is the address of a saved shop, which it may keep. Without an address, one is made from the name.
    pub fn identity(&self, current: Option<&str>, errors: &mut FormErrors) -> Option<ShopIdentity> {
        let name = errors.check("name", line("name", &self.name, MAX_SHOP_NAME_LENGTH));
        if name.as_ref().is_some_and(String::is_empty) {
            errors.add("name", "Enter a name for your shop.");
        }
        let slug = self.slug.trim();
        let slug = if slug.is_empty() || current == Some(slug) {
            Some(None)
        } else {
            errors.check("slug", chosen_slug(slug)).map(Some)
        };
        let tagline = errors.check("tagline", line("tagline", &self.tagline, MAX_TAGLINE_LENGTH));
        let bio = errors.check("bio", lines("story", &self.bio, MAX_STORY_LENGTH));
        Some(ShopIdentity {
            name: name?,
            slug: slug?,
            tagline: tagline?,
            bio: bio?,
        })
    }

    pub fn details(&self, errors: &mut FormErrors) -> Option<ShopDetails> {
        let announcement = errors.check(
            "announcement",
            line("announcement", &self.announcement, MAX_ANNOUNCEMENT_LENGTH),
        );
        let location = errors.check("place", line("location", &self.location, MAX_LOCATION_LENGTH));
        let contact = errors.check("contact", line("contact", &self.contact, MAX_CONTACT_LENGTH));
        Some(ShopDetails {
            announcement: announcement?,
            location: location?,
            contact: contact?,
        })
    }
}
