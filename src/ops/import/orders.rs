//! Imports payments. The orders of a payment become one purchase with its shop orders.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::RowResult;
use super::row::Row;
use crate::error::Result;
use crate::id::{OrderLineId, PaymentId, ProductId, PurchaseId, ShopId, ShopOrderId, UserId, VariantId};
use crate::money::Money;
use crate::orders::{Address, OrderAction, OrderEvent, OrderLine, OrderStatus, Purchase, ShopOrder, number};
use crate::payments::{Payment, PaymentStatus};
use crate::schema::{orders, payments, product_images, products, purchases, shop_orders, shops, users};

/// An order of the fixtures, with the values that are copied from its product.
struct ImportedOrder<'a> {
    row: &'a Row,
    buyer: UserId,
    product: ProductId,
    variant: VariantId,
    shop: ShopId,
    title: String,
    picture: String,
    status: OrderStatus,
    shipped: bool,
    unit_price: Money,
    quantity: i32,
    subtotal: Money,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl<'a> Import<'a> {
    pub(super) fn import_payment(&mut self, row: &Row) -> Result<RowResult> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        let currency = row.text("currency")?;
        if currency != self.currency.code {
            return Err(row.refuse(format!(
                "the currency {currency:?} is not this market's, {}",
                self.currency.code
            )));
        }
        let status = row.text("status")?;
        let Some(status) = PaymentStatus::parse(status) else {
            let known = PaymentStatus::WORDS.join(", ");
            return Err(row.refuse(format!("there is no status {status:?}; there are {known}")));
        };
        let orders = self.orders_of(row)?;
        let amount = orders
            .iter()
            .try_fold(Money(0), |sum, order| sum.plus(order.subtotal))
            .ok_or_else(|| row.refuse("the sum of its orders is too large"))?;
        let purchase = self.insert_purchase(row, owner, amount)?;
        let created_at = row.time("created_at")?;
        let payment = Payment {
            id: PaymentId(row.pk),
            owner_id: Some(owner),
            purchase_id: purchase,
            amount,
            refunded: Money(0),
            currency: currency.to_owned(),
            status,
            provider: row.text("provider")?.to_owned(),
            payment_intent_id: self.provider_id(row)?,
            attempt: 1,
            expires_at: None,
            error: String::new(),
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        };
        row.map_error(diesel::insert_into(payments::table).values(&payment).execute(self.conn))?;
        let mut by_shop_order: BTreeMap<(ShopId, bool), Vec<ImportedOrder<'_>>> = BTreeMap::new();
        for order in orders {
            by_shop_order
                .entry((order.shop, order.shipped))
                .or_default()
                .push(order);
        }
        for ((shop, _), orders) in by_shop_order {
            let shop_order = self.insert_shop_order(row, purchase, shop, &orders)?;
            for order in orders {
                self.insert_order_line(&order, purchase, shop_order, payment.id)?;
                self.imported.insert((Model::Order, order.row.pk));
            }
        }
        Ok(RowResult::Imported)
    }

    /// Skips an order that was not imported together with its payment, and says why.
    pub(super) fn skip_order(&mut self, row: &Row) -> Result<RowResult> {
        if self.is_part_of_imported(row, "payment", Model::Payment)? {
            return Ok(RowResult::Skipped("the quantity is 0"));
        }
        Ok(RowResult::Skipped("the payment already existed and was not changed"))
    }

    /// The orders of a payment that can be imported.
    fn orders_of(&mut self, payment: &Row) -> Result<Vec<ImportedOrder<'a>>> {
        let rows = self.orders_by_payment.remove(&payment.pk).unwrap_or_default();
        let mut orders = Vec::with_capacity(rows.len());
        for row in rows {
            if row.quantity()? > 0 && !self.exists(Model::Order, row.pk)? {
                orders.push(self.read_order(row)?);
            }
        }
        Ok(orders)
    }

    fn read_order<'r>(&mut self, row: &'r Row) -> Result<ImportedOrder<'r>> {
        let buyer = UserId(self.reference(row, "buyer", Model::User)?);
        let product = ProductId(self.reference(row, "product", Model::Product)?);
        let input = row.text("status")?;
        let Some(status) = OrderStatus::parse(input) else {
            let known = OrderStatus::WORDS.join(", ");
            return Err(row.refuse(format!("there is no status {input:?}; there are {known}")));
        };
        let subtotal = row.price("subtotal", self.currency)?;
        let quantity = row.quantity()?;
        let (shop, title, price): (ShopId, String, Money) = products::table
            .find(product)
            .select((products::shop_id, products::title, products::price))
            .first(self.conn)?;
        let picture: Option<String> = product_images::table
            .filter(product_images::product_id.eq(product))
            .order((product_images::position, product_images::id))
            .select(product_images::url)
            .first(self.conn)
            .optional()?;
        let (variant, _) = self.first_variant(product)?;
        let created_at = row.time("created_at")?;
        // The unit price is known only if the subtotal is divisible by the quantity. The subtotal stays as it is.
        let divides = subtotal.0 % i64::from(quantity) == 0;
        Ok(ImportedOrder {
            row,
            buyer,
            product,
            variant,
            shop,
            title,
            picture: picture.unwrap_or_default(),
            status,
            shipped: matches!(status, OrderStatus::Shipped | OrderStatus::Delivered),
            unit_price: if divides {
                Money(subtotal.0 / i64::from(quantity))
            } else {
                price
            },
            quantity,
            subtotal,
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        })
    }

    fn insert_purchase(&mut self, payment: &Row, buyer: UserId, total: Money) -> Result<PurchaseId> {
        let (username, first, last, email, address): (String, String, String, String, Option<String>) = users::table
            .find(buyer)
            .select((
                users::username,
                users::first_name,
                users::last_name,
                users::email,
                users::address,
            ))
            .first(self.conn)?;
        let full_name = format!("{first} {last}");
        let name = Some(full_name.trim())
            .filter(|name| !name.is_empty())
            .unwrap_or(&username);
        let id = PurchaseId::new();
        let created_at = payment.time("created_at")?;
        let purchase = Purchase {
            id,
            number: number::generate(self.conn)?,
            buyer_id: Some(buyer),
            cart_id: None,
            idempotency_key: None,
            email,
            address: Address {
                name: name.to_owned(),
                street: address.unwrap_or_default(),
                ..Address::default()
            },
            currency: self.currency.code.to_owned(),
            items_total: total,
            shipping_total: Money(0),
            total,
            only_shop_id: None,
            body_hash: String::new(),
            quote: String::new(),
            created_at,
            placed_at: Some(created_at),
        };
        let updated_at = payment.optional_time("updated_at")?.unwrap_or(created_at);
        payment.map_error(
            diesel::insert_into(purchases::table)
                .values((&purchase, purchases::updated_at.eq(updated_at)))
                .execute(self.conn),
        )?;
        Ok(id)
    }

    fn insert_shop_order(
        &mut self,
        payment: &Row,
        purchase: PurchaseId,
        shop: ShopId,
        orders: &[ImportedOrder<'_>],
    ) -> Result<ShopOrderId> {
        let shop_name: String = shops::table.find(shop).select(shops::name).first(self.conn)?;
        let id = ShopOrderId::new();
        let created_at = payment.time("created_at")?;
        let first = orders.iter().map(|order| order.updated_at).min().unwrap_or(created_at);
        let last = orders.iter().map(|order| order.updated_at).max().unwrap_or(created_at);
        let shipped = orders.iter().any(|order| order.shipped);
        let delivered = orders.iter().all(|order| order.status == OrderStatus::Delivered);
        let shop_order = ShopOrder {
            id,
            purchase_id: purchase,
            shop_id: Some(shop),
            shop_name,
            price: Money(0),
            carrier: String::new(),
            tracking: String::new(),
            // The original stored only the time of the last change of an order.
            shipped_at: shipped.then_some(first),
            delivered_at: delivered.then_some(last),
            created_at,
            rate_id: None,
            rate: String::new(),
            pickup: false,
            arrives_from: None,
            arrives_until: None,
            note: String::new(),
        };
        payment.map_error(
            diesel::insert_into(shop_orders::table)
                .values((&shop_order, shop_orders::updated_at.eq(last)))
                .execute(self.conn),
        )?;
        Ok(id)
    }

    fn insert_order_line(
        &mut self,
        order: &ImportedOrder<'_>,
        purchase: PurchaseId,
        shop_order: ShopOrderId,
        payment: PaymentId,
    ) -> Result<()> {
        let line = OrderLine {
            id: OrderLineId(order.row.pk),
            buyer_id: Some(order.buyer),
            product_id: Some(order.product),
            variant_id: Some(order.variant),
            purchase_id: purchase,
            shop_order_id: shop_order,
            payment_id: payment,
            status: order.status,
            title: order.title.clone(),
            options: String::new(),
            personalization: String::new(),
            picture: order.picture.clone(),
            unit_price: order.unit_price,
            quantity: order.quantity,
            subtotal: order.subtotal,
            created_at: order.created_at,
            cart_item_id: None,
        };
        order.row.map_error(
            diesel::insert_into(orders::table)
                .values((&line, orders::updated_at.eq(order.updated_at)))
                .execute(self.conn),
        )?;
        let action = OrderAction::by_market(order.updated_at);
        OrderEvent::record(self.conn, line.id, None, line.status, action)
    }

    /// The provider's id of the payment, which must be unique for each provider.
    fn provider_id(&mut self, row: &Row) -> Result<String> {
        let id = row.optional_text("payment_intent_id")?;
        if id.is_empty() {
            return Ok(format!("imported-{}", row.pk));
        }
        let provider = row.text("provider")?;
        let other = payments::table
            .filter(payments::provider.eq(provider).and(payments::payment_intent_id.eq(id)))
            .filter(payments::id.ne(PaymentId(row.pk)));
        if diesel::select(exists(other)).get_result(self.conn)? {
            return Err(row.refuse(format!("another payment has the payment_intent_id {id:?}")));
        }
        Ok(id.to_owned())
    }
}
