//! A line of a cart at today's prices and stock.

use chrono::NaiveDateTime;

use super::personalization::{Personalization, PersonalizationAnswer};
use crate::catalog::{Delivery, ProductState, Readiness};
use crate::id::{CartItemId, ProductId, ShopId, UserId, VariantId};
use crate::images::Picture;
use crate::money::Money;
use crate::shops::{Shop, ShopState};

#[derive(Debug, Clone)]
pub struct CartLine {
    pub item: CartItemId,
    pub variant: VariantId,
    pub product: ProductId,
    pub shop: ShopId,
    pub title: String,
    /// The product's page, at this variant.
    pub url: String,
    /// `Large / Blue`, or empty.
    pub option: String,
    pub answers: Vec<PersonalizationAnswer>,
    pub personalization: Personalization,
    /// Today's price of one item with its personalization.
    pub unit_price: Money,
    /// The price of one item when it was added, if that was different.
    pub price_before: Option<Money>,
    pub quantity: i32,
    /// Today's price of the whole quantity.
    pub subtotal: Money,
    /// The largest quantity of this line, given the cart's other lines of the variant.
    pub max_quantity: i32,
    pub delivery: Delivery,
    pub readiness: Readiness,
    pub picture: Option<Picture>,
    /// Why the line cannot be bought now.
    pub problem: Option<LineProblem>,
}

/// Why a line cannot be bought now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineProblem {
    /// The product is not active, or its shop is not open.
    NotSold,
    /// The shop is on vacation and does not sell until it is back. Holds the last day, if it is known.
    OnVacation(Option<String>),
    /// It is the buyer's own shop.
    OwnShop,
    SoldOut,
    /// Only this many are left for the line.
    OnlyLeft(i32),
    /// The product's personalization fields have changed.
    Personalization,
}

impl LineProblem {
    /// The problem that comes from the state of the product or its shop.
    pub(super) fn from_shop(
        product: ProductState,
        shop: &Shop,
        buyer: Option<UserId>,
        now: NaiveDateTime,
    ) -> Option<Self> {
        if product != ProductState::Active || shop.state != ShopState::Open {
            Some(Self::NotSold)
        } else if buyer.is_some() && shop.owner_id == buyer {
            Some(Self::OwnShop)
        } else {
            let vacation = shop.vacation(now).filter(|vacation| !vacation.selling)?;
            Some(Self::OnVacation(vacation.until))
        }
    }

    /// For the buyer of a line: what is wrong, and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::NotSold => "No longer available. Remove it to continue.".to_owned(),
            Self::OnVacation(Some(until)) => {
                format!("The shop is on vacation until {until} and doesn't ship before then.")
            }
            Self::OnVacation(None) => "The shop is on vacation and doesn't ship for now.".to_owned(),
            Self::OwnShop => "You can't buy from your own shop.".to_owned(),
            Self::SoldOut => "Sold out. Remove it to continue.".to_owned(),
            Self::OnlyLeft(0) => "All that is left is already in your cart. Remove this line to continue.".to_owned(),
            Self::OnlyLeft(1) => "Only one is left. Choose 1 to continue.".to_owned(),
            Self::OnlyLeft(left) => format!("Only {left} left. Choose {left} or fewer."),
            Self::Personalization => {
                "The shop changed its personalization. Remove this item and add it again from its page.".to_owned()
            }
        }
    }

    /// For a buyer who wants to add it to the cart.
    pub fn refusal(&self, title: &str) -> String {
        match self {
            Self::NotSold => format!("{title} is not available right now."),
            Self::SoldOut => format!("{title} is sold out."),
            Self::OwnShop => format!("{title} is from your own shop, so you can't buy it."),
            other => other.message(),
        }
    }
}
