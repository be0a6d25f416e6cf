//! One shipment of a shop: what to pack, where it goes, and marking it as sent.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ShipmentId, ShopId};
use crate::images::Picture;
use crate::mail::Outbox;
use crate::money::Money;
use crate::orders::pages::view::{Line, answers};
use crate::orders::{Carrier, Order, OrderStatus, Receipt, Shipment, Stand, emails, tracking_number};
use crate::text::when;
use crate::web::{Flash, Form, Page, Problems, Seller, html, redirect};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ParcelForm {
    pub carrier: String,
    pub tracking: String,
}

impl ParcelForm {
    fn parse(&self) -> Result<(&'static str, String), Problems> {
        let mut problems = Problems::default();
        let carrier = Carrier::of(&self.carrier).ok_or("Choose who carries it, or another carrier.");
        let carrier = problems.keep("carrier", carrier);
        let tracking = problems.keep("tracking", tracking_number(&self.tracking));
        match (carrier, tracking) {
            (Some(carrier), Some(tracking)) => Ok((carrier.code, tracking)),
            _ => Err(problems),
        }
    }
}

#[derive(Template)]
#[template(path = "dashboard/orders/show.html")]
struct ShipmentPage {
    page: Page,
    shop: String,
    shipment: Shipment,
    receipt: Receipt,
    lines: Vec<Line>,
    stand: Stand,
    placed: String,
    sent: String,
    carrier: String,
    carriers: Vec<Carrier>,
    follow: Option<String>,
    items: Money,
    total: Money,
    form: ParcelForm,
    problems: Problems,
}

/// `GET /dashboard/orders/shop/{shipment}`
pub async fn show(db: Data<Db>, page: Page, seller: Seller, path: Path<String>) -> Result<HttpResponse> {
    let id = parse(&path)?;
    answer(&db, StatusCode::OK, page, seller, id, None, Problems::default()).await
}

/// `POST /dashboard/orders/shop/{shipment}/dispatch`: it is sent.
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
        Err(problems) => return refused(&db, page, seller, id, form, problems).await,
    };
    let sent = db
        .write(move |conn| {
            Shipment::ship(conn, shop, id, (carrier, &tracking), user, now)?;
            emails::shipped(conn, &outbox, id, now)
        })
        .await;
    said(&session, id, sent, "Marked as sent. The buyer has a letter about it.")
}

/// `POST /dashboard/orders/shop/{shipment}/tracking`: another carrier or number.
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
        Err(problems) => return refused(&db, page, seller, id, form, problems).await,
    };
    let changed = db
        .note(move |conn| Shipment::retrack(conn, shop, id, (carrier, &tracking), now))
        .await;
    said(&session, id, changed, "The buyer's order page shows the new number.")
}

fn said(session: &Session, id: ShipmentId, done: Result<()>, message: &str) -> Result<HttpResponse> {
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
    id: ShipmentId,
    form: ParcelForm,
    problems: Problems,
) -> Result<HttpResponse> {
    answer(
        db,
        StatusCode::UNPROCESSABLE_ENTITY,
        page,
        seller,
        id,
        Some(form),
        problems,
    )
    .await
}

async fn answer(
    db: &Db,
    status: StatusCode,
    page: Page,
    seller: Seller,
    id: ShipmentId,
    form: Option<ParcelForm>,
    problems: Problems,
) -> Result<HttpResponse> {
    let shop = seller.shop.id;
    let (shipment, receipt, orders) = db.read(move |conn| read(conn, shop, id)).await?;
    let stand = Stand::of(&orders);
    let held = orders.iter().filter(|order| order.status != OrderStatus::Cancelled);
    let items = Money(held.map(|order| order.subtotal.0).sum());
    let lines = orders.into_iter().map(|order| Line {
        picture: (!order.picture.is_empty()).then(|| Picture::of(&order.picture)),
        url: order.product_id.map(|id| format!("/dashboard/products/{id}/orders")),
        answers: answers(&order.personalisation),
        back: None,
        refunded: None,
        order,
    });
    let carrier = Carrier::of(&shipment.carrier);
    let view = ShipmentPage {
        carriers: Carrier::all().collect(),
        shop: seller.shop.name,
        placed: when(receipt.placed()),
        sent: shipment.shipped_at.map(when).unwrap_or_default(),
        follow: carrier.as_ref().and_then(|one| one.follow(&shipment.tracking)),
        carrier: carrier.map_or_else(|| shipment.carrier.clone(), |one| one.name.to_owned()),
        total: Money(
            items.0
                + if stand.0 == OrderStatus::Cancelled {
                    0
                } else {
                    shipment.price.0
                },
        ),
        items,
        form: form.unwrap_or_else(|| ParcelForm {
            carrier: shipment.carrier.clone(),
            tracking: shipment.tracking.clone(),
        }),
        lines: lines.collect(),
        page,
        shipment,
        receipt,
        stand,
        problems,
    };
    html(status, view.render())
}

fn read(conn: &mut Conn, shop: ShopId, id: ShipmentId) -> Result<(Shipment, Receipt, Vec<Order>)> {
    let shipment = Shipment::of_shop(conn, shop, id)?;
    let receipt = Receipt::find(conn, shipment.checkout_id)?;
    let orders = Order::of_shipments(conn, &[id])?;
    Ok((shipment, receipt, orders))
}

fn parse(shipment: &str) -> Result<ShipmentId> {
    shipment.parse().map(ShipmentId).map_err(|_| Error::NotFound)
}
