//! One order of a shop: what to pack, where it goes, and marking it as shipped.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::Result;
use crate::id::{ShopId, ShopOrderId};
use crate::money::Money;
use crate::orders::pages::details::LineDetails;
use crate::orders::{Carrier, OrderLine, Purchase, ShopOrder, StatusLabel, Tracking, emails, parse_tracking_number};
use crate::text::when;
use crate::web::{Flash, Form, FormErrors, Page, SellerRequest, invalid, redirect, show as show_view, view};

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct TrackingForm {
    pub carrier: String,
    pub tracking: String,
}

impl TrackingForm {
    fn parse(&self) -> Result<Tracking, FormErrors> {
        let mut errors = FormErrors::default();
        let carrier = Carrier::by_code(&self.carrier).ok_or("Choose a carrier.");
        let carrier = errors.check("carrier", carrier);
        let number = errors.check("tracking", parse_tracking_number(&self.tracking));
        match (carrier, number) {
            (Some(carrier), Some(number)) => Ok(Tracking {
                carrier: carrier.code.to_owned(),
                number,
            }),
            _ => Err(errors),
        }
    }
}

#[derive(Template)]
#[template(path = "dashboard/orders/show.html")]
struct ShopOrderPage {
    page: Page,
    shop: String,
    shop_order: ShopOrder,
    purchase: Purchase,
    lines: Vec<LineDetails>,
    status: StatusLabel,
    placed: String,
    shipped: String,
    carrier: String,
    carriers: Vec<Carrier>,
    tracking_url: Option<String>,
    items: Money,
    total: Money,
    form: TrackingForm,
    errors: FormErrors,
}

view!(ShopOrderPage);

/// `GET /dashboard/orders/shop/{shop_order}`
pub async fn show(request: SellerRequest, id: Path<ShopOrderId>) -> Result<HttpResponse> {
    let id = *id;
    show_view(&ShopOrderPage::load(request, id, None, FormErrors::default()).await?)
}

/// `POST /dashboard/orders/shop/{shop_order}/dispatch`: marks the order as shipped.
pub async fn ship(
    request: SellerRequest,
    id: Path<ShopOrderId>,
    Form(form): Form<TrackingForm>,
) -> Result<HttpResponse> {
    let id = *id;
    let tracking = match form.parse() {
        Ok(tracking) => tracking,
        Err(errors) => return invalid(&ShopOrderPage::load(request, id, Some(form), errors).await?),
    };
    let (shop, user, now) = (request.who.shop.id, request.who.visitor.user, request.now());
    let outbox = request.services.outbox.clone();
    let shipped = request
        .write(move |conn| {
            ShopOrder::of_shop(conn, shop, id)?.ship(conn, &tracking, user, now)?;
            emails::send_shipped(conn, &outbox, id, now)?;
            Ok("Marked as shipped. We emailed the buyer.".to_owned())
        })
        .await;
    Flash::result(&request.session, shipped)?;
    Ok(redirect(&format!("/dashboard/orders/shop/{id}")))
}

/// `POST /dashboard/orders/shop/{shop_order}/tracking`: changes carrier and tracking number.
pub async fn set_tracking(
    request: SellerRequest,
    id: Path<ShopOrderId>,
    Form(form): Form<TrackingForm>,
) -> Result<HttpResponse> {
    let id = *id;
    let tracking = match form.parse() {
        Ok(tracking) => tracking,
        Err(errors) => return invalid(&ShopOrderPage::load(request, id, Some(form), errors).await?),
    };
    let (shop, now) = (request.who.shop.id, request.now());
    let changed = request
        .write_uncached(move |conn| {
            ShopOrder::of_shop(conn, shop, id)?.set_tracking(conn, &tracking, now)?;
            Ok("Tracking updated. The buyer sees it on their order page.".to_owned())
        })
        .await;
    Flash::result(&request.session, changed)?;
    Ok(redirect(&format!("/dashboard/orders/shop/{id}")))
}

impl ShopOrderPage {
    /// Loads the page. Without a form, the form shows the carrier and number that are stored.
    async fn load(
        request: SellerRequest,
        id: ShopOrderId,
        form: Option<TrackingForm>,
        errors: FormErrors,
    ) -> Result<Self> {
        let shop = request.who.shop.id;
        let (shop_order, purchase, lines) = request.read(move |conn| load_rows(conn, shop, id)).await?;
        let status = StatusLabel::from_lines(&lines);
        let counted = OrderLine::counted(lines.iter());
        let items = Money(counted.iter().map(|line| line.subtotal.0).sum());
        let carrier = Carrier::by_code(&shop_order.carrier);
        Ok(Self {
            page: request.page,
            shop: request.who.shop.name,
            lines: lines.into_iter().map(LineDetails::for_seller).collect(),
            status,
            placed: when(purchase.paid_at()),
            shipped: shop_order.shipped_at.map(when).unwrap_or_default(),
            tracking_url: carrier
                .as_ref()
                .and_then(|carrier| carrier.tracking_url(&shop_order.tracking)),
            carrier: carrier.map_or_else(|| shop_order.carrier.clone(), |carrier| carrier.name.to_owned()),
            carriers: Carrier::all().collect(),
            items,
            total: Money(items.0 + shop_order.price.0),
            form: form.unwrap_or_else(|| TrackingForm {
                carrier: shop_order.carrier.clone(),
                tracking: shop_order.tracking.clone(),
            }),
            shop_order,
            purchase,
            errors,
        })
    }
}

fn load_rows(conn: &mut Conn, shop: ShopId, id: ShopOrderId) -> Result<(ShopOrder, Purchase, Vec<OrderLine>)> {
    let shop_order = ShopOrder::of_shop(conn, shop, id)?;
    let purchase = Purchase::find_placed(conn, shop_order.purchase_id)?;
    let lines = OrderLine::of_shop_orders(conn, &[id])?;
    Ok((shop_order, purchase, lines))
}
