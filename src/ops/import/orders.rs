//! Payments, and the orders of each gathered into one checkout and its shop orders.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::Verdict;
use super::row::Row;
use crate::error::Result;
use crate::id::{OrderLineId, PaymentId, ProductId, PurchaseId, ShopId, ShopOrderId, UserId, VariantId};
use crate::money::Money;
use crate::orders::{OrderAction, OrderEvent, OrderStatus, number};
use crate::schema::{orders, payments, product_images, products, purchases, shop_orders, shops, users};

/// The original's words, and whether such an order has left the shop.
const STATUSES: [(&str, bool); 4] = [
    ("Pending", false),
    ("Shipped", true),
    ("Delivered", true),
    ("Cancelled", false),
];
const PAYMENT_STATUSES: [&str; 3] = ["PENDING", "SUCCEEDED", "FAILED"];

/// An order of the file, with what it copies from its product.
struct Sold<'a> {
    row: &'a Row,
    buyer: UserId,
    product: ProductId,
    variant: VariantId,
    shop: ShopId,
    title: String,
    picture: String,
    status: &'a str,
    sent: bool,
    unit_price: Money,
    quantity: i32,
    subtotal: Money,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl<'a> Import<'a> {
    pub(super) fn payment(&mut self, row: &Row) -> Result<Verdict> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        let currency = row.text("currency")?;
        if currency != self.currency.code {
            return Err(row.refuse(format!(
                "the currency {currency:?} is not this market's, {}",
                self.currency.code
            )));
        }
        let status = row.text("status")?;
        if !PAYMENT_STATUSES.contains(&status) {
            return Err(row.refuse(format!(
                "there is no status {status:?}; there are {}",
                PAYMENT_STATUSES.join(", ")
            )));
        }
        let sold = self.sold_for(row)?;
        let amount = sold
            .iter()
            .try_fold(Money(0), |sum, sold| sum.plus(sold.subtotal))
            .ok_or_else(|| row.refuse("the sum of its orders is too large"))?;
        let checkout = self.checkout(row, owner, amount)?;
        let created_at = row.time("created_at")?;
        let payment = (
            payments::id.eq(PaymentId(row.pk)),
            payments::owner_id.eq(owner),
            payments::purchase_id.eq(checkout),
            payments::amount.eq(amount),
            payments::refunded.eq(Money(0)),
            payments::currency.eq(currency),
            payments::status.eq(status),
            payments::provider.eq(row.text("provider")?),
            payments::payment_intent_id.eq(self.intent(row)?),
            payments::created_at.eq(created_at),
            payments::updated_at.eq(row.maybe_time("updated_at")?.unwrap_or(created_at)),
        );
        row.stored(diesel::insert_into(payments::table).values(payment).execute(self.conn))?;
        let mut parcels: BTreeMap<(ShopId, bool), Vec<Sold<'_>>> = BTreeMap::new();
        for sold in sold {
            parcels.entry((sold.shop, sold.sent)).or_default().push(sold);
        }
        for ((shop, sent), sold) in parcels {
            let shop_order = self.shop_order(row, checkout, shop, sent, &sold)?;
            for sold in sold {
                self.sell(&sold, checkout, shop_order, PaymentId(row.pk))?;
                self.fresh.insert((Model::Order, sold.row.pk));
            }
        }
        Ok(Verdict::Imported)
    }

    /// An order that did not come along with its payment.
    pub(super) fn order(&mut self, row: &Row) -> Result<Verdict> {
        if self.is_part_of_new(row, "payment", Model::Payment)? {
            return Ok(Verdict::Skipped("the quantity is 0"));
        }
        Ok(Verdict::Skipped("the payment was here before, and is left as it is"))
    }

    /// The orders of a payment that can be taken over.
    fn sold_for(&mut self, payment: &Row) -> Result<Vec<Sold<'a>>> {
        let rows = self.sold.remove(&payment.pk).unwrap_or_default();
        let mut sold = Vec::with_capacity(rows.len());
        for row in rows {
            if row.quantity()? > 0 && !self.has(Model::Order, row.pk)? {
                sold.push(self.look_up(row)?);
            }
        }
        Ok(sold)
    }

    fn look_up<'r>(&mut self, row: &'r Row) -> Result<Sold<'r>> {
        let buyer = UserId(self.reference(row, "buyer", Model::User)?);
        let product = ProductId(self.reference(row, "product", Model::Product)?);
        let typed = row.text("status")?;
        let Some((status, sent)) = STATUSES.into_iter().find(|(status, _)| *status == typed) else {
            let words = STATUSES.map(|(status, _)| status).join(", ");
            return Err(row.refuse(format!("there is no status {typed:?}; there are {words}")));
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
        // What was paid for one is only known when it divides; the subtotal is kept as it was either way.
        let divides = subtotal.0 % i64::from(quantity) == 0;
        Ok(Sold {
            row,
            buyer,
            product,
            variant,
            shop,
            title,
            picture: picture.unwrap_or_default(),
            status,
            sent,
            unit_price: if divides {
                Money(subtotal.0 / i64::from(quantity))
            } else {
                price
            },
            quantity,
            subtotal,
            created_at,
            updated_at: row.maybe_time("updated_at")?.unwrap_or(created_at),
        })
    }

    fn checkout(&mut self, payment: &Row, buyer: UserId, total: Money) -> Result<PurchaseId> {
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
        let checkout = (
            purchases::id.eq(id),
            purchases::number.eq(number::generate(self.conn)?),
            purchases::buyer_id.eq(buyer),
            purchases::email.eq(email),
            purchases::name.eq(name),
            purchases::street.eq(address.unwrap_or_default()),
            purchases::line2.eq(""),
            purchases::postal_code.eq(""),
            purchases::town.eq(""),
            purchases::region.eq(""),
            purchases::country.eq(""),
            purchases::currency.eq(self.currency.code),
            purchases::items_total.eq(total),
            purchases::shipping_total.eq(Money(0)),
            purchases::total.eq(total),
            purchases::placed_at.eq(created_at),
            purchases::created_at.eq(created_at),
            purchases::updated_at.eq(payment.maybe_time("updated_at")?.unwrap_or(created_at)),
        );
        payment.stored(
            diesel::insert_into(purchases::table)
                .values(checkout)
                .execute(self.conn),
        )?;
        Ok(id)
    }

    fn shop_order(
        &mut self,
        payment: &Row,
        checkout: PurchaseId,
        shop: ShopId,
        sent: bool,
        sold: &[Sold<'_>],
    ) -> Result<ShopOrderId> {
        let shop_name: String = shops::table.find(shop).select(shops::name).first(self.conn)?;
        let id = ShopOrderId::new();
        let created_at = payment.time("created_at")?;
        let first = sold.iter().map(|sold| sold.updated_at).min().unwrap_or(created_at);
        let last = sold.iter().map(|sold| sold.updated_at).max().unwrap_or(created_at);
        let delivered = sold.iter().all(|sold| sold.status == "Delivered");
        let shop_order = (
            shop_orders::id.eq(id),
            shop_orders::purchase_id.eq(checkout),
            shop_orders::shop_id.eq(shop),
            shop_orders::shop_name.eq(shop_name),
            shop_orders::price.eq(Money(0)),
            shop_orders::carrier.eq(""),
            shop_orders::tracking.eq(""),
            // The original kept only when an order last changed.
            shop_orders::shipped_at.eq(sent.then_some(first)),
            shop_orders::delivered_at.eq(delivered.then_some(last)),
            shop_orders::created_at.eq(created_at),
            shop_orders::updated_at.eq(last),
        );
        payment.stored(
            diesel::insert_into(shop_orders::table)
                .values(shop_order)
                .execute(self.conn),
        )?;
        Ok(id)
    }

    fn sell(
        &mut self,
        sold: &Sold<'_>,
        checkout: PurchaseId,
        shop_order: ShopOrderId,
        payment: PaymentId,
    ) -> Result<()> {
        let order = (
            orders::id.eq(OrderLineId(sold.row.pk)),
            orders::buyer_id.eq(sold.buyer),
            orders::product_id.eq(sold.product),
            orders::variant_id.eq(sold.variant),
            orders::purchase_id.eq(checkout),
            orders::shop_order_id.eq(shop_order),
            orders::payment_id.eq(payment),
            orders::status.eq(sold.status),
            orders::title.eq(&sold.title),
            orders::options.eq(""),
            orders::personalization.eq(""),
            orders::picture.eq(&sold.picture),
            orders::unit_price.eq(sold.unit_price),
            orders::quantity.eq(sold.quantity),
            orders::subtotal.eq(sold.subtotal),
            orders::created_at.eq(sold.created_at),
            orders::updated_at.eq(sold.updated_at),
        );
        sold.row
            .stored(diesel::insert_into(orders::table).values(order).execute(self.conn))?;
        if let Some(status) = OrderStatus::parse(sold.status) {
            let action = OrderAction::by_market(sold.updated_at);
            OrderEvent::record(self.conn, OrderLineId(sold.row.pk), None, status, action)?;
        }
        Ok(())
    }

    /// The provider's own id of the payment, which no two payments may share.
    fn intent(&mut self, row: &Row) -> Result<String> {
        let intent = row.maybe("payment_intent_id")?;
        if intent.is_empty() {
            return Ok(format!("imported-{}", row.pk));
        }
        let provider = row.text("provider")?;
        let twin = payments::table
            .filter(
                payments::provider
                    .eq(provider)
                    .and(payments::payment_intent_id.eq(intent)),
            )
            .filter(payments::id.ne(PaymentId(row.pk)));
        if diesel::select(exists(twin)).get_result(self.conn)? {
            return Err(row.refuse(format!("another payment has the payment_intent_id {intent:?} already")));
        }
        Ok(intent.to_owned())
    }
}
