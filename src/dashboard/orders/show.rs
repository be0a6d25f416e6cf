//! One shop order of a shop: what to pack, where it goes, and marking it as sent.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ShopId, ShopOrderId};
use crate::images::Picture;
use crate::mail::Outbox;
use crate::money::Money;
use crate::orders::pages::view::{Line, answers};
use crate::orders::{Carrier, OrderLine, OrderStatus, Purchase, ShopOrder, Stand, emails, tracking_number};
use crate::text::when;
use crate::web::{Flash, Form, FormErrors, Page, Seller, html, redirect};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ParcelForm {
    pub carrier: String,
    pub tracking: String,
}

impl ParcelForm {
    fn parse(&self) -> Result<(&'static str, String), FormErrors> {
        let mut errors = FormErrors::default();
        let carrier = Carrier::by_code(&self.carrier).ok_or("Choose who carries it, or another carrier.");
        let carrier = errors.check("carrier", carrier);
        let tracking = errors.check("tracking", tracking_number(&self.tracking));
        match (carrier, tracking) {
            (Some(carrier), Some(tracking)) => Ok((carrier.code, tracking)),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "dashboard/orders/show.html")]
struct ShipmentPage {
    page: Page,
    shop: String,
    shop_order: ShopOrder,
    purchase: Purchase,
    lines: Vec<Line>,
    stand: Stand,
    placed: String,
    sent: String,
    carrier: String,
    carriers: Vec<Carrier>,
    tracking_url: Option<String>,
    items: Money,
    total: Money,
    form: ParcelForm,
    errors: FormErrors,
}

/// `GET /dashboard/orders/shop/{shop order}`
pub async fn show(db: Data<Db>, page: Page, seller: Seller, path: Path<String>) -> Result<HttpResponse> {
    let id = parse(&path)?;
    answer(&db, StatusCode::OK, page, seller, id, None, FormErrors::default()).await
}

/// `POST /dashboard/orders/shop/{shop order}/dispatch`: it is sent.
pub async fn dispatch(
    db: Data<Db>,
    outbox: Data<Outbox>,
    session: Session,
    page: Page,
    seller: Seller,
    path: Path<String>,
    Form(form): Form<ParcelForm>,
) -> Result<HttpResponse> {
    let (id, shop, user, now) = (parse(&path)?, seller.shop.id, seller.visitor.user, page.now);
    let (carrier, tracking) = match form.parse() {
        Ok(parcel) => parcel,
        Err(errors) => return refused(&db, page, seller, id, form, errors).await,
    };
    let sent = db
        .write(move |conn| {
            ShopOrder::ship(conn, shop, id, (carrier, &tracking), user, now)?;
            emails::shipped(conn, &outbox, id, now)
        })
        .await;
    said(&session, id, sent, "Marked as sent. The buyer has a letter about it.")
}

/// `POST /dashboard/orders/shop/{shop order}/tracking`: another carrier or number.
pub async fn retrack(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    path: Path<String>,
    Form(form): Form<ParcelForm>,
) -> Result<HttpResponse> {
    let (id, shop, now) = (parse(&path)?, seller.shop.id, page.now);
    let (carrier, tracking) = match form.parse() {
        Ok(parcel) => parcel,
        Err(errors) => return refused(&db, page, seller, id, form, errors).await,
    };
    let changed = db
        .write_uncached(move |conn| ShopOrder::retrack(conn, shop, id, (carrier, &tracking), now))
        .await;
    said(&session, id, changed, "The buyer's order page shows the new number.")
}

fn said(session: &Session, id: ShopOrderId, done: Result<()>, message: &str) -> Result<HttpResponse> {
    match done {
        Ok(()) => Flash::ok(session, message)?,
        Err(Error::Refused(why)) => Flash::warn(session, why)?,
        Err(error) => return Err(error),
    }
    Ok(redirect(&format!("/dashboard/orders/shop/{id}")))
}

async fn refused(
    db: &Db,
    page: Page,
    seller: Seller,
    id: ShopOrderId,
    form: ParcelForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    answer(
        db,
        StatusCode::UNPROCESSABLE_ENTITY,
        page,
        seller,
        id,
        Some(form),
        errors,
    )
    .await
}

async fn answer(
    db: &Db,
    status: StatusCode,
    page: Page,
    seller: Seller,
    id: ShopOrderId,
    form: Option<ParcelForm>,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let shop = seller.shop.id;
    let (shop_order, purchase, orders) = db.read(move |conn| read(conn, shop, id)).await?;
    let stand = Stand::of(&orders);
    let held = orders.iter().filter(|order| order.status != OrderStatus::Cancelled);
    let items = Money(held.map(|order| order.subtotal.0).sum());
    let lines = orders.into_iter().map(|order| Line {
        picture: (!order.picture.is_empty()).then(|| Picture::from_url(&order.picture)),
        url: order.product_id.map(|id| format!("/dashboard/products/{id}/orders")),
        answers: answers(&order.personalization),
        back: None,
        refunded: None,
        order,
    });
    let carrier = Carrier::by_code(&shop_order.carrier);
    let view = ShipmentPage {
        carriers: Carrier::all().collect(),
        shop: seller.shop.name,
        placed: when(purchase.placed()),
        sent: shop_order.shipped_at.map(when).unwrap_or_default(),
        tracking_url: carrier.as_ref().and_then(|one| one.tracking_url(&shop_order.tracking)),
        carrier: carrier.map_or_else(|| shop_order.carrier.clone(), |one| one.name.to_owned()),
        total: Money(
            items.0
                + if stand.0 == OrderStatus::Cancelled {
                    0
                } else {
                    shop_order.price.0
                },
        ),
        items,
        form: form.unwrap_or_else(|| ParcelForm {
            carrier: shop_order.carrier.clone(),
            tracking: shop_order.tracking.clone(),
        }),
        lines: lines.collect(),
        page,
        shop_order,
        purchase,
        stand,
        errors,
    };
    html(status, view.render())
}

fn read(conn: &mut Conn, shop: ShopId, id: ShopOrderId) -> Result<(ShopOrder, Purchase, Vec<OrderLine>)> {
    let shop_order = ShopOrder::of_shop(conn, shop, id)?;
    let purchase = Purchase::find(conn, shop_order.purchase_id)?;
    let orders = OrderLine::of_shop_orders(conn, &[id])?;
    Ok((shop_order, purchase, orders))
}

fn parse(shop_order: &str) -> Result<ShopOrderId> {
    shop_order.parse().map(ShopOrderId).map_err(|_| Error::NotFound)
}
