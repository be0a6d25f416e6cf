//! A whole cart, read in a fixed number of statements, at today's prices.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::availability::MAX_QUANTITY;
use super::cart_owner::{CartOwner, UNDO_TTL, delete_items};
use super::line::{CartLine, LineProblem};
use super::{Personalization, PersonalizationAnswer};
use crate::catalog::{Delivery, PersonalizationField, ProductState, Readiness, Variant};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CartItemId, ProductId, ShopId, VariantId};
use crate::images::Image;
use crate::money::Money;
use crate::schema::{cart_items, personalization_fields, product_variants, products, shops};
use crate::shops::{Shop, Vacation};

#[derive(Debug, Clone, Default)]
pub struct Cart {
    /// Shop by shop, each in the order in which they were added.
    pub lines: Vec<CartLine>,
    /// Those of the lines, in the same order.
    pub shops: Vec<CartShop>,
    /// What was taken out just now, and can be put back.
    pub removed: Vec<RemovedLine>,
}

#[derive(Debug, Clone)]
pub struct CartShop {
    pub id: ShopId,
    pub name: String,
    pub url: String,
    pub vacation: Option<Vacation>,
}

#[derive(Debug, Clone)]
pub struct RemovedLine {
    pub item: CartItemId,
    pub title: String,
    pub quantity: i32,
}

#[derive(Queryable)]
struct Row {
    item: CartItemId,
    quantity: i32,
    unit_price: Money,
    personalization: String,
    removed_at: Option<NaiveDateTime>,
    variant: Variant,
    product: ProductId,
    title: String,
    slug: String,
    state: ProductState,
    delivery: Delivery,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    shop: ShopId,
}

/// What the rows need beside themselves.
struct CartContext {
    shops: HashMap<ShopId, Shop>,
    fields: HashMap<ProductId, Vec<PersonalizationField>>,
    images: Vec<Image>,
    /// Pieces of each variant over all lines so far.
    held: HashMap<VariantId, i32>,
}

impl Cart {
    /// Six statements at most, whatever it holds.
    pub fn of_owner(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<Self> {
        let Some(cart) = cart_owner.cart(conn)? else {
            return Ok(Self::default());
        };
        let rows: Vec<Row> = cart_items::table
            .inner_join(product_variants::table.inner_join(products::table))
            .filter(cart_items::cart_id.eq(cart))
            .order(cart_items::id)
            .select((
                cart_items::id,
                cart_items::quantity,
                cart_items::unit_price,
                cart_items::personalization,
                cart_items::removed_at,
                Variant::as_select(),
                products::id,
                products::title,
                products::slug,
                products::state,
                products::delivery,
                products::ready_from,
                products::ready_within,
                products::shop_id,
            ))
            .load(conn)?;
        let (rows, removed): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.removed_at.is_none());
        let mut whole = Self {
            removed: removed
                .into_iter()
                .filter(|row| row.removed_at.is_some_and(|at| at > now - UNDO_TTL))
                .map(|row| RemovedLine {
                    item: row.item,
                    title: row.title,
                    quantity: row.quantity,
                })
                .collect(),
            ..Self::default()
        };
        if rows.is_empty() {
            return Ok(whole);
        }
        let mut around = CartContext::read(conn, &rows)?;
        for row in rows {
            if !whole.shops.iter().any(|shop| shop.id == row.shop) {
                whole.shops.extend(around.shop(row.shop, now));
            }
            whole.lines.push(around.line(row, cart_owner, now)?);
        }
        let place = |shop: ShopId| whole.shops.iter().position(|one| one.id == shop);
        whole.lines.sort_by_key(|line| place(line.shop));
        Ok(whole)
    }

    /// What was bought leaves the cart for good.
    pub fn remove_bought(conn: &mut Conn, cart_owner: CartOwner, items: &[CartItemId]) -> Result<()> {
        let Some(cart) = cart_owner.cart(conn)? else {
            return Ok(());
        };
        let own: Vec<CartItemId> = cart_items::table
            .filter(cart_items::cart_id.eq(cart))
            .filter(one_of(cart_items::id, items.iter().map(|item| item.0)))
            .select(cart_items::id)
            .load(conn)?;
        delete_items(conn, own)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity)).sum()
    }

    pub fn of_shop(&self, shop: ShopId) -> impl Iterator<Item = &CartLine> {
        self.lines.iter().filter(move |line| line.shop == shop)
    }
}

impl CartContext {
    fn read(conn: &mut Conn, rows: &[Row]) -> Result<Self> {
        let mut products: Vec<ProductId> = rows.iter().map(|row| row.product).collect();
        products.sort_unstable();
        products.dedup();
        let mut shop_ids: Vec<i64> = rows.iter().map(|row| row.shop.0).collect();
        shop_ids.sort_unstable();
        shop_ids.dedup();
        let shops: Vec<Shop> = shops::table
            .filter(one_of(shops::id, shop_ids))
            .select(Shop::as_select())
            .load(conn)?;
        let asked: Vec<(ProductId, PersonalizationField)> = personalization_fields::table
            .filter(one_of(
                personalization_fields::product_id,
                products.iter().map(|product| product.0),
            ))
            .order((personalization_fields::position, personalization_fields::id))
            .select((personalization_fields::product_id, PersonalizationField::as_select()))
            .load(conn)?;
        let mut fields: HashMap<ProductId, Vec<PersonalizationField>> = HashMap::new();
        for (product, field) in asked {
            fields.entry(product).or_default().push(field);
        }
        let mut held = HashMap::new();
        for row in rows {
            *held.entry(row.variant.id).or_default() += row.quantity;
        }
        Ok(Self {
            shops: shops.into_iter().map(|shop| (shop.id, shop)).collect(),
            fields,
            images: Image::of_products(conn, &products)?,
            held,
        })
    }

    fn shop(&self, id: ShopId, now: NaiveDateTime) -> Option<CartShop> {
        let shop = self.shops.get(&id)?;
        Some(CartShop {
            id,
            name: shop.name.clone(),
            url: shop.url(),
            vacation: shop.vacation(now),
        })
    }

    fn line(&mut self, row: Row, cart_owner: CartOwner, now: NaiveDateTime) -> Result<CartLine> {
        let shop = self.shops.get(&row.shop).ok_or(Error::NotFound)?;
        let no_fields = Vec::new();
        let fields = self.fields.get(&row.product).unwrap_or(&no_fields);
        let personalization = Personalization::read(&row.personalization).unwrap_or_default();
        let answers = personalization.shown(fields);
        let unit_price = price(row.variant.price, &answers)?;
        let subtotal = unit_price.times(row.quantity).ok_or_else(too_much)?;
        let stock = row.variant.quantity;
        let others = self.held.get(&row.variant.id).copied().unwrap_or(0) - row.quantity;
        let most = (stock - others).clamp(0, MAX_QUANTITY);
        let away = shop.vacation(now).filter(|away| !away.selling);
        let problem = LineProblem::of_shop(row.state, shop.state, shop.owner_id, cart_owner.user(), away.as_ref())
            .or_else(|| (!personalization.fit(fields)).then_some(LineProblem::Personalization))
            .or_else(|| (stock <= 0).then_some(LineProblem::SoldOut))
            .or_else(|| (row.quantity > most).then_some(LineProblem::Fewer(most)));
        let images = self.images.iter().filter(|image| image.product_id == row.product);
        let picture = images
            .clone()
            .find(|image| Some(image.id) == row.variant.image_id)
            .or_else(|| images.clone().next())
            .map(Image::picture);
        Ok(CartLine {
            item: row.item,
            variant: row.variant.id,
            product: row.product,
            shop: row.shop,
            url: format!("{}/{}?variant={}", shop.url(), row.slug, row.variant.id),
            title: row.title,
            option: row.variant.label(),
            answers,
            personalization,
            unit_price,
            price_before: Some(row.unit_price).filter(|before| *before != unit_price),
            quantity: row.quantity,
            subtotal,
            stock,
            most,
            delivery: row.delivery,
            readiness: Readiness::from_days(row.ready_from, row.ready_within),
            picture,
            problem,
        })
    }
}

fn price(variant: Money, answers: &[PersonalizationAnswer]) -> Result<Money> {
    let sum = answers.iter().try_fold(variant, |sum, answer| sum.plus(answer.price));
    sum.ok_or_else(too_much)
}

fn too_much() -> Error {
    Error::Internal(anyhow::anyhow!("a price in a cart does not fit"))
}
