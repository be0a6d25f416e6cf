//! A cart with its lines and shops, read in a fixed number of statements, at today's prices.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cart_item::CartItem;
use super::cart_owner::{CartOwner, UNDO_TTL};
use super::limits::max_quantity;
use super::line::{CartLine, LineProblem};
use super::personalization::{Personalization, PersonalizationAnswer};
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
    /// Grouped by shop, within a shop in the order in which they were added.
    pub lines: Vec<CartLine>,
    /// The shops of the lines, in the same order.
    pub shops: Vec<CartShop>,
    /// Lines that were removed a short time ago and can be put back.
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
    item: CartItem,
    variant: Variant,
    product: CartProduct,
}

/// The columns of a product that a cart shows.
#[derive(Queryable, Selectable)]
#[diesel(table_name = products)]
struct CartProduct {
    id: ProductId,
    title: String,
    slug: String,
    state: ProductState,
    delivery: Delivery,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    shop_id: ShopId,
}

/// What the lines need besides their rows.
struct CartContext {
    cart_owner: CartOwner,
    now: NaiveDateTime,
    shops: HashMap<ShopId, Shop>,
    fields: HashMap<ProductId, Vec<PersonalizationField>>,
    images: Vec<Image>,
    /// The quantity of each variant in each of its lines.
    quantities: HashMap<VariantId, Vec<(CartItemId, i32)>>,
}

impl Cart {
    /// At most six statements, whatever the cart holds.
    pub fn of_owner(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<Self> {
        let Some(id) = cart_owner.cart(conn)? else {
            return Ok(Self::default());
        };
        let rows: Vec<Row> = cart_items::table
            .inner_join(product_variants::table.inner_join(products::table))
            .filter(cart_items::cart_id.eq(id))
            .order(cart_items::id)
            .select((CartItem::as_select(), Variant::as_select(), CartProduct::as_select()))
            .load(conn)?;
        let (rows, removed): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.item.is_live());
        let mut cart = Self {
            removed: removed
                .into_iter()
                .filter(|row| row.item.removed_at.is_some_and(|at| at > now - UNDO_TTL))
                .map(|row| RemovedLine {
                    item: row.item.id,
                    title: row.product.title,
                    quantity: row.item.quantity,
                })
                .collect(),
            ..Self::default()
        };
        if rows.is_empty() {
            return Ok(cart);
        }
        let context = CartContext::read(conn, &rows, cart_owner, now)?;
        for row in rows {
            if !cart.shops.iter().any(|shop| shop.id == row.product.shop_id) {
                cart.shops.extend(context.shop(row.product.shop_id));
            }
            cart.lines.push(context.line(row)?);
        }
        let position = |id: ShopId| cart.shops.iter().position(|shop| shop.id == id);
        cart.lines.sort_by_key(|line| position(line.shop));
        Ok(cart)
    }

    /// Deletes the lines that were bought.
    pub fn delete_items(conn: &mut Conn, cart_owner: CartOwner, items: &[CartItemId]) -> Result<()> {
        let Some(cart) = cart_owner.cart(conn)? else {
            return Ok(());
        };
        let own: Vec<CartItemId> = cart_items::table
            .filter(cart_items::cart_id.eq(cart))
            .filter(one_of(cart_items::id, items.iter().map(|item| item.0)))
            .select(cart_items::id)
            .load(conn)?;
        CartItem::delete(conn, own)
    }

    /// How many items the cart holds.
    pub fn item_count(&self) -> i64 {
        self.lines.iter().map(|line| i64::from(line.quantity)).sum()
    }

    pub fn of_shop(&self, shop: ShopId) -> impl Iterator<Item = &CartLine> {
        self.lines.iter().filter(move |line| line.shop == shop)
    }
}

impl CartContext {
    fn read(conn: &mut Conn, rows: &[Row], cart_owner: CartOwner, now: NaiveDateTime) -> Result<Self> {
        let mut products: Vec<ProductId> = rows.iter().map(|row| row.product.id).collect();
        products.sort_unstable();
        products.dedup();
        let mut shop_ids: Vec<i64> = rows.iter().map(|row| row.product.shop_id.0).collect();
        shop_ids.sort_unstable();
        shop_ids.dedup();
        let shops: Vec<Shop> = shops::table
            .filter(one_of(shops::id, shop_ids))
            .select(Shop::as_select())
            .load(conn)?;
        let all_fields: Vec<(ProductId, PersonalizationField)> = personalization_fields::table
            .filter(one_of(
                personalization_fields::product_id,
                products.iter().map(|product| product.0),
            ))
            .order((personalization_fields::position, personalization_fields::id))
            .select((personalization_fields::product_id, PersonalizationField::as_select()))
            .load(conn)?;
        let mut fields: HashMap<ProductId, Vec<PersonalizationField>> = HashMap::new();
        for (product, field) in all_fields {
            fields.entry(product).or_default().push(field);
        }
        let mut quantities: HashMap<VariantId, Vec<(CartItemId, i32)>> = HashMap::new();
        for Row { item, variant, .. } in rows {
            quantities.entry(variant.id).or_default().push((item.id, item.quantity));
        }
        Ok(Self {
            cart_owner,
            now,
            shops: shops.into_iter().map(|shop| (shop.id, shop)).collect(),
            fields,
            images: Image::of_products(conn, &products)?,
            quantities,
        })
    }

    fn shop(&self, id: ShopId) -> Option<CartShop> {
        let shop = self.shops.get(&id)?;
        Some(CartShop {
            id,
            name: shop.name.clone(),
            url: shop.url(),
            vacation: shop.vacation(self.now),
        })
    }

    fn line(&self, row: Row) -> Result<CartLine> {
        let Row { item, variant, product } = row;
        let shop = self.shops.get(&product.shop_id).ok_or(Error::NotFound)?;
        let fields = self.fields.get(&product.id).map_or(&[][..], Vec::as_slice);
        let personalization = Personalization::read(&item.personalization).unwrap_or_default();
        let answers = personalization.answers(fields);
        let unit_price = price(variant.price, &answers)?;
        let stock = variant.quantity;
        let same_variant = self.quantities.get(&variant.id).into_iter().flatten();
        let others = same_variant.copied().filter(|(id, _)| *id != item.id);
        let max_quantity = max_quantity(item.id, item.quantity, stock, others);
        let problem = LineProblem::from_shop(product.state, shop, self.cart_owner.user(), self.now)
            .or_else(|| (!personalization.fits(fields)).then_some(LineProblem::Personalization))
            .or_else(|| (stock <= 0).then_some(LineProblem::SoldOut))
            .or_else(|| (item.quantity > max_quantity).then_some(LineProblem::OnlyLeft(max_quantity)));
        let images = self.images.iter().filter(|image| image.product_id == product.id);
        let picture = images
            .clone()
            .find(|image| Some(image.id) == variant.image_id)
            .or_else(|| images.clone().next())
            .map(Image::picture);
        Ok(CartLine {
            item: item.id,
            variant: variant.id,
            product: product.id,
            shop: product.shop_id,
            url: format!("{}/{}?variant={}", shop.url(), product.slug, variant.id),
            title: product.title,
            option: variant.label(),
            answers,
            personalization,
            unit_price,
            price_before: Some(item.unit_price).filter(|before| *before != unit_price),
            quantity: item.quantity,
            subtotal: unit_price.times(item.quantity).ok_or_else(price_out_of_range)?,
            max_quantity,
            delivery: product.delivery,
            readiness: Readiness::from_days(product.ready_from, product.ready_within),
            picture,
            problem,
        })
    }
}

fn price(variant: Money, answers: &[PersonalizationAnswer]) -> Result<Money> {
    let sum = answers.iter().try_fold(variant, |sum, answer| sum.plus(answer.price));
    sum.ok_or_else(price_out_of_range)
}

fn price_out_of_range() -> Error {
    Error::Internal(anyhow::anyhow!("a price in a cart is out of range"))
}
