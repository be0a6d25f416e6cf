//! Emails about orders, to the buyer and to the shops. Amounts are formatted.

use crate::mail::Email;
use crate::mail::user_text::sanitize;

const MAX_NAME_LENGTH: usize = 60;

/// What the emails about an order share.
#[derive(Debug, Clone)]
pub struct OrderEmail<'a> {
    /// The recipient's name.
    pub name: &'a str,
    /// The public number of the order.
    pub number: &'a str,
    /// The items and what they cost.
    pub rows: &'a [(String, String)],
    /// The page of the order. A guest's link opens it without a password.
    pub link: Option<String>,
}

/// How a shop order is shipped.
#[derive(Debug, Clone)]
pub struct Parcel<'a> {
    pub carrier: Option<&'a str>,
    pub tracking: &'a str,
    pub tracking_url: Option<String>,
    /// The buyer picks it up.
    pub pickup: bool,
}

impl OrderEmail<'_> {
    /// To the buyer, after the payment succeeded.
    pub fn placed(&self, shop_count: usize, address: &[String], is_guest: bool) -> Email {
        let number = self.number;
        let shipping = match shop_count {
            1 => "The shop has your order and is preparing it. We'll email you when it ships.".to_owned(),
            many => {
                format!("{many} shops have your order, and each ships its part. We'll email you when a part ships.")
            }
        };
        let thanks = format!("Thank you. Your order {number} is paid.");
        let access = if is_guest {
            "The link opens your order without a password, so keep it private. You can also cancel items there that haven't shipped yet."
        } else {
            "You can also cancel items there that haven't shipped yet."
        };
        self.email(&format!("Your order {number}"), &[&thanks, &shipping])
            .with_lines(address)
            .with_link("See your order", self.link.as_deref())
            .with_closing(&[access, "If you didn't order this, contact the admin of PocketShop."])
    }

    /// To a shop that has something to ship.
    pub fn received(&self, buyer: &str) -> Email {
        let buyer = sanitize(buyer, MAX_NAME_LENGTH).unwrap_or_else(|| "Someone".to_owned());
        let bought = format!("{buyer} bought from your shop, and the order is paid.");
        let task = "Pack it, ship it, and mark it as shipped so that the buyer can track it.";
        self.email(&format!("New order {}", self.number), &[&bought, task])
            .with_link("Open the order", self.link.as_deref())
            .with_closing(&["If something about this order looks wrong, contact the buyer before you ship it."])
    }

    /// To the buyer, when a shop shipped its part.
    pub fn shipped(&self, shop: &str, parcel: &Parcel<'_>) -> Email {
        let (shop, number) = (shop_name(shop), self.number);
        let (subject, shipped) = if parcel.pickup {
            (
                format!("Ready for pickup: order {number}"),
                format!("{shop} has your order ready for pickup."),
            )
        } else {
            (
                format!("Shipped: order {number}"),
                format!("{shop} shipped your order."),
            )
        };
        let carrier = match (parcel.carrier, parcel.tracking) {
            (None, "") => String::new(),
            (Some(carrier), "") => format!("Carrier: {carrier}."),
            (Some(carrier), tracking) => format!("Carrier: {carrier}. Tracking number: {tracking}."),
            (None, tracking) => format!("Tracking number: {tracking}."),
        };
        let paragraphs: Vec<&str> = [shipped.as_str(), carrier.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let email = self.email(&subject, &paragraphs);
        let email = match &parcel.tracking_url {
            Some(tracking_url) => email.with_action("Track the package", tracking_url),
            None => email.with_link("See your order", self.link.as_deref()),
        };
        email.with_closing(&[
            "When it arrives, mark it as delivered on your order page. If you bought as a guest, the link is in our first email.",
            "If you didn't order this, contact the admin of PocketShop.",
        ])
    }

    /// To the buyer, when a shop order counts as delivered.
    pub fn delivered(&self, shop: &str) -> Email {
        let delivered = format!("Your order from {} is marked as delivered.", shop_name(shop));
        self.email(&format!("Delivered: order {}", self.number), &[&delivered])
            .with_link("See your order", self.link.as_deref())
            .with_closing(&["If it hasn't arrived, check with your neighbors, or contact the shop."])
    }

    /// To the buyer who canceled an order line. `refund` is the amount.
    pub fn canceled(&self, refund: &str) -> Email {
        let number = self.number;
        let refunded = format!(
            "You canceled this part of your order {number}. We are refunding {refund} to the card you paid with."
        );
        let timing = "It usually takes a few days to appear, depending on your bank.";
        self.email(&format!("Canceled and refunded: order {number}"), &[&refunded, timing])
            .with_link("See your order", self.link.as_deref())
            .with_closing(&["If you didn't cancel it, contact the admin of PocketShop."])
    }

    /// To the shop, when the buyer canceled an order line.
    pub fn canceled_by_buyer(&self) -> Email {
        let canceled = "The buyer canceled this before you shipped it. Don't ship it: the buyer gets a refund, and the items are back in your stock.";
        self.email(&format!("Canceled: order {}", self.number), &[canceled])
            .with_link("Open the order", self.link.as_deref())
            .with_closing(&["If you have already shipped it, contact the buyer."])
    }

    fn email(&self, subject: &str, paragraphs: &[&str]) -> Email {
        Email::new(subject, &[self.name], paragraphs).with_rows(self.rows)
    }
}

fn shop_name(shop: &str) -> String {
    sanitize(shop, MAX_NAME_LENGTH).unwrap_or_else(|| "The shop".to_owned())
}
