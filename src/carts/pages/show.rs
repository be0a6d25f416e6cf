//! The cart: its lines by shop, with delivery and the totals.

use actix_web::HttpResponse;
use askama::Template;
use chrono::NaiveDateTime;

use crate::carts::{Cart, CartLine, CartShop, RemovedLine};
use crate::catalog::{ProductCard, ProductFilter, ProductQuery};
use crate::error::Result;
use crate::id::{CartItemId, ShopId};
use crate::money::Money;
use crate::shipping::{DeliveryItem, DeliveryOption, DeliveryQuote, ShippingRate};
use crate::shops::Vacation;
use crate::text::Country;
use crate::web::cart_cookie::{forget_cart, remember_cart};
use crate::web::{self, Buyer, BuyerRequest, FormErrors, Page, view};

/// How many products an empty cart shows.
const MAX_RECENT: i64 = 3;

/// The page of the cart. htmx gets the block `cart` after every change.
#[derive(Template)]
#[template(path = "carts/show.html", blocks = ["cart"])]
pub struct CartPage {
    page: Page,
    shops: Vec<ShopGroup>,
    removed: Vec<RemovedLine>,
    notice: Option<CartNotice>,
    totals: CartTotals,
    /// The newest products, if the cart is empty.
    recent: Vec<ProductCard>,
}

view!(CartPage, as_cart);

/// A message about the last change.
pub struct CartNotice {
    /// The line that the message is about.
    pub item: Option<CartItemId>,
    pub message: String,
    /// Nothing was changed.
    pub refused: bool,
}

/// A shop's lines, and how they are delivered.
struct ShopGroup {
    id: ShopId,
    name: String,
    url: String,
    vacation: Option<Vacation>,
    lines: Vec<LineView>,
    /// The cheapest delivery option. None if nothing has to be shipped, or the shop does not ship to the country.
    delivery_option: Option<DeliveryOption>,
    other_delivery_options: Vec<DeliveryOption>,
    /// The shop does not ship to the country.
    unavailable: bool,
    subtotal: Money,
    /// Every line can be bought.
    ready: bool,
}

struct LineView {
    line: CartLine,
    /// How the price changed since the line was added. Empty if it did not.
    price_note: String,
}

/// The totals of all lines that can be bought.
#[derive(Default)]
struct CartTotals {
    item_count: i64,
    items: Money,
    delivery: Money,
    total: Money,
    /// How many lines cannot be bought now.
    blocked_lines: usize,
    /// A shop does not ship to the country.
    unavailable: bool,
}

/// `GET /cart`
pub async fn show(request: BuyerRequest) -> Result<HttpResponse> {
    web::show(&CartPage::load(request, None).await?)
}

impl CartNotice {
    pub fn refused(item: Option<CartItemId>, errors: &FormErrors) -> Self {
        Self {
            item,
            message: errors.get("").to_owned(),
            refused: true,
        }
    }
}

impl CartPage {
    /// The visitor's cart as it is now. Updates the number of items in the header, and in a guest's cookie.
    pub async fn load(mut request: BuyerRequest, notice: Option<CartNotice>) -> Result<Self> {
        let now = request.now();
        let (cart, rates) = match request.who.cart_owner() {
            Some(cart_owner) => {
                request
                    .read(move |conn| {
                        let cart = Cart::of_owner(conn, cart_owner, now)?;
                        let shops: Vec<ShopId> = cart.shops.iter().map(|shop| shop.id).collect();
                        let rates = ShippingRate::of_shops(conn, &shops)?;
                        Ok((cart, rates))
                    })
                    .await?
            }
            None => (Cart::default(), Vec::new()),
        };
        request.page.in_cart = cart.item_count();
        if let Buyer::Guest(Some(id)) = request.who {
            if cart.lines.is_empty() && cart.removed.is_empty() {
                forget_cart(&request.session);
            } else {
                remember_cart(&request.session, id, cart.item_count())?;
            }
        }
        let recent = if cart.lines.is_empty() {
            recent_products(&request).await?
        } else {
            Vec::new()
        };
        let page = request.page;
        let group = |shop| ShopGroup::new(shop, &cart, &rates, &page);
        let shops: Vec<ShopGroup> = cart.shops.iter().map(group).collect();
        Ok(Self {
            totals: CartTotals::new(&cart, &shops),
            page,
            shops,
            removed: cart.removed,
            notice,
            recent,
        })
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "it is called by a template")]
    fn has_notice_at(&self, item: &CartItemId) -> bool {
        self.notice
            .as_ref()
            .is_some_and(|notice| notice.item == Some(*item) && self.has_line(*item))
    }

    /// The notice is about no line on the page.
    fn has_notice_above(&self) -> bool {
        self.notice
            .as_ref()
            .is_some_and(|notice| !notice.item.is_some_and(|item| self.has_line(item)))
    }

    fn has_line(&self, item: CartItemId) -> bool {
        self.shops
            .iter()
            .any(|shop| shop.lines.iter().any(|view| view.line.item == item))
    }

    fn is_refused(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.refused)
    }
}

async fn recent_products(request: &BuyerRequest) -> Result<Vec<ProductCard>> {
    let now = request.now();
    let in_stock = ProductFilter {
        in_stock: true,
        ..ProductFilter::default()
    };
    let db = &request.services.db;
    db.read_cached("cart recent".to_owned(), move |conn| {
        ProductCard::list(conn, &ProductQuery::newest(&in_stock, MAX_RECENT), now)
    })
    .await
}

impl ShopGroup {
    fn new(shop: &CartShop, cart: &Cart, rates: &[ShippingRate], page: &Page) -> Self {
        let lines: Vec<&CartLine> = cart.of_shop(shop.id).collect();
        let ready_lines: Vec<&CartLine> = lines.iter().copied().filter(|line| line.problem.is_none()).collect();
        let rates: Vec<ShippingRate> = rates.iter().filter(|rate| rate.shop_id == shop.id).cloned().collect();
        let delivery_quote = delivery_quote(&rates, page.country, &ready_lines, page.now);
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
            subtotal: sum(ready_lines.iter().map(|line| line.subtotal)),
            ready: ready_lines.len() == lines.len() && !unavailable,
            delivery_option,
            other_delivery_options,
            unavailable,
            lines: lines
                .into_iter()
                .map(|line| LineView::new(line.clone(), page))
                .collect(),
        }
    }
}

fn delivery_quote(rates: &[ShippingRate], country: Country, lines: &[&CartLine], now: NaiveDateTime) -> DeliveryQuote {
    let items: Vec<DeliveryItem> = lines
        .iter()
        .map(|line| DeliveryItem {
            quantity: line.quantity,
            subtotal: line.subtotal,
            delivery: line.delivery,
            readiness: line.readiness,
        })
        .collect();
    DeliveryQuote::new(rates, country, &items, now)
}

impl LineView {
    fn new(line: CartLine, page: &Page) -> Self {
        let price_note = match line.price_before {
            Some(before) if before < line.unit_price => {
                format!("The price has gone up from {} since you added it.", page.money(before))
            }
            Some(before) => format!(
                "The price has gone down from {} since you added it.",
                page.money(before)
            ),
            None => String::new(),
        };
        Self { line, price_note }
    }
}

impl CartTotals {
    fn new(cart: &Cart, shops: &[ShopGroup]) -> Self {
        let items = sum(shops.iter().map(|shop| shop.subtotal));
        let delivery = sum(shops
            .iter()
            .filter_map(|shop| shop.delivery_option.as_ref())
            .map(|delivery_option| delivery_option.price));
        Self {
            item_count: cart.item_count(),
            total: sum([items, delivery]),
            items,
            delivery,
            blocked_lines: cart.lines.iter().filter(|line| line.problem.is_some()).count(),
            unavailable: shops.iter().any(|shop| shop.unavailable),
        }
    }
}

/// The sum. Prices and quantities are limited far below what a `Money` holds.
fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    let add = |sum: Money, amount| sum.plus(amount).unwrap_or(Money(i64::MAX));
    amounts.into_iter().fold(Money(0), add)
}
