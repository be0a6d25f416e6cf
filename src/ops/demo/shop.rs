//! The shops of the demo market, with their sections and shipping rates.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::market;
use super::values::{add_days, parse_price, parse_value, picture_url};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId, UserId};
use crate::money::Currency;
use crate::ops::rows::NewShop;
use crate::schema::{sections, shops};
use crate::shipping::{Countries, ShippingRate, ShippingRateDraft};
use crate::shops::{Corner, ShopState, Vividness};
use crate::text::Country;

pub(super) fn add_shop(
    conn: &mut Conn,
    shop: &market::Shop,
    owner: UserId,
    opened: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<ShopId> {
    let shop_image = shop.image.as_deref().map(picture_url).unwrap_or_default();
    let vacation = shop.vacation.as_ref();
    let row = NewShop {
        id: ShopId::new(),
        owner_id: Some(owner),
        name: &shop.name,
        slug: &shop.slug,
        tagline: &shop.tagline,
        bio: &shop.bio,
        announcement: &shop.announcement,
        location: &shop.location,
        shop_image: &shop_image,
        state: ShopState::Open,
        vacation_from: vacation.map(|vacation| add_days(now, vacation.from_days)),
        vacation_until: vacation.map(|vacation| add_days(now, vacation.until_days)),
        vacation_message: vacation.map(|vacation| vacation.message.as_str()).unwrap_or_default(),
        hue: shop.hue,
        vividness: parse_value("vividness", &shop.vividness, Vividness::parse)?,
        corner: parse_value("corner", &shop.corner, Corner::parse)?,
        created_at: opened,
        updated_at: opened,
    };
    let other_columns = (
        shops::contact.eq(&shop.contact),
        shops::returns.eq(&shop.returns),
        shops::care.eq(&shop.care),
        shops::vacation_selling.eq(vacation.is_some_and(|vacation| vacation.selling)),
    );
    diesel::insert_into(shops::table)
        .values((&row, other_columns))
        .execute(conn)?;
    for (position, name) in (1..).zip(&shop.sections) {
        diesel::insert_into(sections::table)
            .values((
                sections::id.eq(SectionId::new()),
                sections::shop_id.eq(row.id),
                sections::name.eq(name),
                sections::position.eq(position),
                sections::created_at.eq(opened),
                sections::updated_at.eq(opened),
            ))
            .execute(conn)?;
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
