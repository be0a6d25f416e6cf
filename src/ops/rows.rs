//! The rows that the import and the demo both write.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::catalog::ProductState;
use crate::id::{ImageId, ProductId, ShopId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{product_images, product_variants, products, shops, users};
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

#[derive(Insertable)]
#[diesel(table_name = products, treat_none_as_default_value = false)]
pub struct NewProduct<'a> {
    pub id: ProductId,
    pub owner_id: Option<UserId>,
    pub shop_id: ShopId,
    pub category: &'a str,
    pub title: &'a str,
    pub slug: &'a str,
    pub description: &'a str,
    pub price: Money,
    pub quantity: i32,
    pub option1: &'a str,
    pub option2: &'a str,
    pub option3: &'a str,
    pub state: ProductState,
    pub published_at: NaiveDateTime,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = product_variants, treat_none_as_default_value = false)]
pub struct NewVariant<'a> {
    pub id: VariantId,
    pub product_id: ProductId,
    pub image_id: Option<ImageId>,
    pub position: i32,
    pub value1: &'a str,
    pub value2: &'a str,
    pub value3: &'a str,
    pub sku: &'a str,
    pub price: Money,
    pub quantity: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = product_images, treat_none_as_default_value = false)]
pub struct NewImage<'a> {
    pub id: ImageId,
    pub product_id: ProductId,
    pub public_id: &'a str,
    pub url: &'a str,
    pub position: i32,
    pub alt: &'a str,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub tint: &'a str,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}
