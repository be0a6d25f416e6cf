//! A line of a cart as it stands today.

use crate::catalog::{Delivery, ProductState, Readiness};
use crate::id::{CartItemId, ProductId, ShopId, UserId, VariantId};
use crate::images::Picture;
use crate::money::Money;
use crate::shops::{ShopState, Vacation};

use super::{Personalization, PersonalizationAnswer};

#[derive(Debug, Clone)]
pub struct CartLine {
    pub item: CartItemId,
    pub variant: VariantId,
    pub product: ProductId,
    pub shop: ShopId,
    pub title: String,
    /// The product's page, at this variant.
    pub url: String,
    /// `Large / Blue`, or nothing.
    pub option: String,
    pub answers: Vec<PersonalizationAnswer>,
    pub personalization: Personalization,
    /// Of one piece today, with its personalization.
    pub unit_price: Money,
    /// Of one piece when it was put here, where that was something else.
    pub price_before: Option<Money>,
    pub quantity: i32,
    /// Of all pieces today.
    pub subtotal: Money,
    /// How many the shop has, for all lines of this variant.
    pub stock: i32,
    /// The most that this line can hold, next to the cart's other lines of the variant.
    pub most: i32,
    pub delivery: Delivery,
    pub readiness: Readiness,
    pub picture: Option<Picture>,
    /// Why it cannot be bought as it stands.
    pub problem: Option<LineProblem>,
}

/// Why a line cannot be bought as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// The product, or its shop, is not on show.
    Gone,
    /// The shop is on holiday and does not sell meanwhile; until when, if it says.
    Away(Option<String>),
    /// It is the buyer's own shop.
    Own,
    SoldOut,
    /// Only so many are left for this line.
    Fewer(i32),
    /// The shop asks for something else by now.
    Personalization,
}

impl LineProblem {
    pub(super) fn of_shop(
        product: ProductState,
        shop: ShopState,
        owner: Option<UserId>,
        buyer: Option<UserId>,
        away: Option<&Vacation>,
    ) -> Option<Self> {
        if product != ProductState::Active || shop != ShopState::Open {
            Some(Self::Gone)
        } else if buyer.is_some() && owner == buyer {
            Some(Self::Own)
        } else {
            away.map(|away| Self::Away(away.until.clone()))
        }
    }

    /// For the buyer: what is the matter, and what to do.
    pub fn words(&self) -> String {
        match self {
            Self::Gone => "This is no longer sold. Take it out to go on.".to_owned(),
            Self::Away(Some(until)) => format!("The shop is on holiday until {until} and sends nothing before."),
            Self::Away(None) => "The shop is on holiday and sends nothing for now.".to_owned(),
            Self::Own => "This is from your own shop, so you cannot buy it.".to_owned(),
            Self::SoldOut => "Sold out since you chose it. Take it out to go on.".to_owned(),
            Self::Fewer(1) => "Only one is left. Take one to go on.".to_owned(),
            Self::Fewer(left) => format!("Only {left} are left. Take {left} or fewer to go on."),
            Self::Personalization => {
                "The shop asks for other details by now. Take it out, and add it again from its page.".to_owned()
            }
        }
    }

    /// For who wants to put it into the cart.
    pub fn refusal(&self, title: &str) -> String {
        match self {
            Self::Gone => format!("{title} is not sold at the moment, so it cannot go into your cart."),
            Self::SoldOut => format!("{title} is sold out, so it cannot go into your cart."),
            Self::Own => format!("{title} is from your own shop, so you cannot buy it."),
            other => other.words(),
        }
    }
}
