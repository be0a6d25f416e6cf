//! The cart itself: shop by shop, with delivery and everything it comes to.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use chrono::NaiveDateTime;

use crate::carts::{Cart, CartLine, RemovedLine};
use crate::catalog::{Filter, ProductCard, Sort};
use crate::db::Db;
use crate::error::Result;
use crate::id::{CartItemId, ShopId};
use crate::money::Money;
use crate::shipping::{DeliveryItem, DeliveryOption, DeliveryQuote, ShippingRate};
use crate::shops::Vacation;
use crate::text::Country;
use crate::web::cart_cookie::{forget_cart, remember_cart};
use crate::web::{Buyer, Page, html};

/// How many products an empty cart shows.
const RECENT: i64 = 3;

/// The whole page; its block `cart` is what htmx gets back after every change.
#[derive(Template)]
#[template(path = "carts/show.html", blocks = ["cart"])]
struct CartPage {
    page: Page,
    shops: Vec<ShopPart>,
    removed: Vec<RemovedLine>,
    said: Option<Said>,
    sum: Sum,
    /// For who has nothing in it yet.
    recent: Vec<ProductCard>,
}

/// What there is to say about the last change.
pub struct Said {
    /// The line it is about.
    pub item: Option<CartItemId>,
    pub message: String,
    /// It was refused, so that nothing changed.
    pub wrong: bool,
}

struct ShopPart {
    id: ShopId,
    name: String,
    url: String,
    vacation: Option<Vacation>,
    lines: Vec<LinePart>,
    /// What travels, travels like this; none when nothing does.
    delivery_option: Option<DeliveryOption>,
    other_delivery_options: Vec<DeliveryOption>,
    unavailable: bool,
    subtotal: Money,
    /// All of it can be bought as it stands.
    ready: bool,
}

struct LinePart {
    line: CartLine,
    /// What became of its price.
    price_note: String,
}

/// What everything comes to, without what cannot be bought as it stands.
#[derive(Default)]
struct Sum {
    pieces: i64,
    items: Money,
    delivery: Money,
    total: Money,
    /// Lines that need another look.
    held_up: usize,
    /// A shop that does not send to the country.
    unavailable: bool,
}

impl CartPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "it is called by a template")]
    fn is_said_of(&self, item: &CartItemId) -> bool {
        self.said
            .as_ref()
            .is_some_and(|said| said.item == Some(*item) && self.has(*item))
    }

    /// What was said is about no line that is there.
    fn is_said_above(&self) -> bool {
        self.said
            .as_ref()
            .is_some_and(|said| !said.item.is_some_and(|item| self.has(item)))
    }

    fn has(&self, item: CartItemId) -> bool {
        self.shops
            .iter()
            .any(|shop| shop.lines.iter().any(|part| part.line.item == item))
    }

    fn is_wrong(&self) -> bool {
        self.said.as_ref().is_some_and(|said| said.wrong)
    }
}

impl ShopPart {
    fn of(shop: &crate::carts::CartShop, cart: &Cart, rates: &[ShippingRate], page: &Page) -> Self {
        let lines: Vec<&CartLine> = cart.of_shop(shop.id).collect();
        let good: Vec<&CartLine> = lines.iter().copied().filter(|line| line.problem.is_none()).collect();
        let rates: Vec<ShippingRate> = rates.iter().filter(|rate| rate.shop_id == shop.id).cloned().collect();
        let delivery_quote = delivery_quote(&rates, page.country, &good, page.now);
        let delivery_option = delivery_quote.chosen(None).cloned();
        let other_delivery_options = match &delivery_quote {
            DeliveryQuote::Options(delivery_options) => delivery_options.iter().skip(1).cloned().collect(),
            DeliveryQuote::Nothing | DeliveryQuote::Unavailable => Vec::new(),
        };
        let unavailable = delivery_quote == DeliveryQuote::Unavailable;
        Self {
            id: shop.id,
            name: shop.name.clone(),
            url: shop.url.clone(),
            vacation: shop.vacation.clone(),
            subtotal: sum(good.iter().map(|line| line.subtotal)),
            ready: good.len() == lines.len() && !unavailable,
            delivery_option,
            other_delivery_options,
            unavailable,
            lines: lines.into_iter().map(|line| LinePart::of(line.clone(), page)).collect(),
        }
    }
}

fn delivery_quote(rates: &[ShippingRate], country: Country, lines: &[&CartLine], now: NaiveDateTime) -> DeliveryQuote {
    let packed: Vec<DeliveryItem> = lines
        .iter()
        .map(|line| DeliveryItem {
            quantity: line.quantity,
            subtotal: line.subtotal,
            delivery: line.delivery,
            readiness: line.readiness,
        })
        .collect();
    DeliveryQuote::new(rates, country, &packed, now)
}

impl LinePart {
    fn of(line: CartLine, page: &Page) -> Self {
        let price_note = match line.price_before {
            Some(before) if before < line.unit_price => {
                format!("The price went up since you chose it, from {}.", page.money(before))
            }
            Some(before) => format!("The price went down since you chose it, from {}.", page.money(before)),
            None => String::new(),
        };
        Self { line, price_note }
    }
}

impl Sum {
    fn of(cart: &Cart, shops: &[ShopPart]) -> Self {
        let items = sum(shops.iter().map(|shop| shop.subtotal));
        let delivery = sum(shops
            .iter()
            .filter_map(|shop| shop.delivery_option.as_ref())
            .map(|delivery_option| delivery_option.price));
        Self {
            pieces: cart.pieces(),
            total: sum([items, delivery]),
            items,
            delivery,
            held_up: cart.lines.iter().filter(|line| line.problem.is_some()).count(),
            unavailable: shops.iter().any(|shop| shop.unavailable),
        }
    }
}

/// Amounts that are held to far below what fits.
fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    let add = |sum: Money, amount| sum.plus(amount).unwrap_or(Money(i64::MAX));
    amounts.into_iter().fold(Money(0), add)
}

/// `GET /cart`
pub async fn show(db: Data<Db>, session: Session, page: Page, buyer: Buyer) -> Result<HttpResponse> {
    answer(StatusCode::OK, &db, &session, page, buyer, None).await
}

/// The cart as it is now: the block for htmx, the page for everyone else. The header's number follows.
pub async fn answer(
    status: StatusCode,
    db: &Data<Db>,
    session: &Session,
    mut page: Page,
    buyer: Buyer,
    said: Option<Said>,
) -> Result<HttpResponse> {
    let now = page.now;
    let (cart, rates) = match buyer.cart_owner() {
        Some(cart_owner) => {
            db.read(move |conn| {
                let cart = Cart::of_owner(conn, cart_owner, now)?;
                let shops: Vec<ShopId> = cart.shops.iter().map(|shop| shop.id).collect();
                let rates = ShippingRate::of_shops(conn, &shops)?;
                Ok((cart, rates))
            })
            .await?
        }
        None => (Cart::default(), Vec::new()),
    };
    page.in_cart = cart.pieces();
    if let Buyer::Guest(Some(id)) = buyer {
        if cart.lines.is_empty() && cart.removed.is_empty() {
            forget_cart(session);
        } else {
            remember_cart(session, id, cart.pieces())?;
        }
    }
    let recent = if cart.lines.is_empty() {
        let filter = Filter {
            in_stock: true,
            ..Filter::default()
        };
        db.read_cached("cart recent".to_owned(), move |conn| {
            ProductCard::list(conn, &filter, Sort::Newest, None, RECENT, now)
        })
        .await?
    } else {
        Vec::new()
    };
    let shops: Vec<ShopPart> = cart
        .shops
        .iter()
        .map(|shop| ShopPart::of(shop, &cart, &rates, &page))
        .collect();
    let block_only = page.htmx;
    let view = CartPage {
        sum: Sum::of(&cart, &shops),
        page,
        shops,
        removed: cart.removed,
        said,
        recent,
    };
    html(
        status,
        if block_only {
            view.as_cart().render()
        } else {
            view.render()
        },
    )
}
