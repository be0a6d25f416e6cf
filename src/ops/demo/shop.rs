//! The shops of the demo market, with their sections and shipping rates.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::market;
use super::values::{add_days, parse_price, parse_value, picture_url};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::money::Currency;
use crate::schema::shops;
use crate::shipping::{Countries, ShippingRate, ShippingRateDraft};
use crate::shops::{Corner, Section, Shop, ShopState, Theme, Vividness};
use crate::text::Country;

pub(super) fn add_shop(
    conn: &mut Conn,
    shop: &market::Shop,
    owner: UserId,
    opened: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<ShopId> {
    let vacation = shop.vacation.as_ref();
    let row = Shop {
        id: ShopId::new(),
        owner_id: Some(owner),
        name: shop.name.clone(),
        slug: shop.slug.clone(),
        tagline: shop.tagline.clone(),
        bio: shop.bio.clone(),
        announcement: shop.announcement.clone(),
        location: shop.location.clone(),
        shop_image: shop.image.as_deref().map(picture_url).unwrap_or_default(),
        state: ShopState::Open,
        vacation_from: vacation.map(|vacation| add_days(now, vacation.from_days)),
        vacation_until: vacation.map(|vacation| add_days(now, vacation.until_days)),
        vacation_message: vacation.map(|vacation| vacation.message.clone()).unwrap_or_default(),
        theme: Theme {
            hue: shop.hue,
            vividness: parse_value("vividness", &shop.vividness, Vividness::parse)?,
            corner: parse_value("corner", &shop.corner, Corner::parse)?,
        },
        created_at: opened,
        updated_at: opened,
        logo: String::new(),
        contact: shop.contact.clone(),
        returns: shop.returns.clone(),
        care: shop.care.clone(),
        vacation_selling: vacation.is_some_and(|vacation| vacation.selling),
    };
    diesel::insert_into(shops::table).values(&row).execute(conn)?;
    for name in &shop.sections {
        Section::append(conn, row.id, name, opened)?;
    }
    Ok(row.id)
}

/// Adds the shop's shipping rates, in the order of `market.json`.
pub(super) fn add_rates(
    conn: &mut Conn,
    shop: &market::Shop,
    id: ShopId,
    currency: Currency,
    at: NaiveDateTime,
) -> Result<()> {
    for rate in &shop.rates {
        let country = |code: &String| {
            Country::by_code(code)
                .ok_or_else(|| Error::Internal(anyhow::anyhow!("the country {code:?} in market.json is unknown")))
        };
        let countries = rate.countries.iter().map(country).collect::<Result<Vec<_>>>()?;
        let draft = ShippingRateDraft {
            name: rate.name.clone(),
            countries: if countries.is_empty() {
                Countries::everywhere()
            } else {
                Countries::only(&countries)
            },
            first_price: parse_price(currency, &rate.first)?,
            further_price: parse_price(currency, &rate.further)?,
            free_over: rate
                .free_over
                .as_deref()
                .map(|over| parse_price(currency, over))
                .transpose()?,
            days_from: rate.days[0],
            days_to: rate.days[1],
            pickup: rate.pickup,
        };
        ShippingRate::create(conn, id, &draft, at)?;
    }
    Ok(())
}
