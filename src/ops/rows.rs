//! The rows that both the import and the demo market insert.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::id::{ShopId, UserId};
use crate::schema::{shops, users};
use crate::shops::{Corner, ShopState, Vividness};

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser<'a> {
    pub id: UserId,
    pub username: &'a str,
    pub email: &'a str,
    pub password: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub address: Option<String>,
    pub profile_image: &'a str,
    pub admin: bool,
    pub email_verified_at: Option<NaiveDateTime>,
    pub suspended_at: Option<NaiveDateTime>,
    pub last_login_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = shops, treat_none_as_default_value = false)]
pub struct NewShop<'a> {
    pub id: ShopId,
    pub owner_id: Option<UserId>,
    pub name: &'a str,
    pub slug: &'a str,
    pub tagline: &'a str,
    pub bio: &'a str,
    pub announcement: &'a str,
    pub location: &'a str,
    pub shop_image: &'a str,
    pub state: ShopState,
    pub vacation_from: Option<NaiveDateTime>,
    pub vacation_until: Option<NaiveDateTime>,
    pub vacation_message: &'a str,
    pub hue: i32,
    pub vividness: Vividness,
    pub corner: Corner,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}
