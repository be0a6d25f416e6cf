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
            1 => "The shop was told and gets it ready. We write again when it is on its way.".to_owned(),
            many => format!("{many} shops were told, and each sends its part. We write when one is on its way."),
        };
        let thanks = format!("Thank you. Your order {number} is paid.");
        let access = if is_guest {
            "The link opens your order without a password, so keep it to yourself. There you can also cancel what was not sent yet."
        } else {
            "There you can also cancel what was not sent yet."
        };
        self.email(&format!("Your order {number}"), &[&thanks, &shipping])
            .with_lines(address)
            .with_link("See your order", self.link.as_deref())
            .with_closing(&[access, "If you did not order this, tell the people who run PocketShop."])
    }

    /// To a shop that has something to ship.
    pub fn received(&self, buyer: &str) -> Email {
        let buyer = sanitize(buyer, MAX_NAME_LENGTH).unwrap_or_else(|| "Someone".to_owned());
        let bought = format!("{buyer} bought from your shop, and it is paid.");
        let task = "Pack it, send it, and mark it as sent, so that the buyer can follow it.";
        self.email(&format!("New order {}", self.number), &[&bought, task])
            .with_link("Open the order", self.link.as_deref())
            .with_closing(&[
                "If something about this order looks like a mistake, write to the buyer before you send it.",
            ])
    }

    /// To the buyer, when a shop shipped its part.
    pub fn shipped(&self, shop: &str, parcel: &Parcel<'_>) -> Email {
        let (shop, number) = (shop_name(shop), self.number);
        let (subject, shipped) = if parcel.pickup {
            (
                format!("Ready for you: order {number}"),
                format!("{shop} has your things ready. You can come for them."),
            )
        } else {
            (
                format!("On its way: order {number}"),
                format!("{shop} sent your things."),
            )
        };
        let carrier = match (parcel.carrier, parcel.tracking) {
            (None, "") => String::new(),
            (Some(carrier), "") => format!("They travel with {carrier}."),
            (Some(carrier), tracking) => format!("They travel with {carrier}, under the number {tracking}."),
            (None, tracking) => format!("They travel under the number {tracking}."),
        };
        let paragraphs: Vec<&str> = [shipped.as_str(), carrier.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let email = self.email(&subject, &paragraphs);
        let email = match &parcel.tracking_url {
            Some(tracking_url) => email.with_action("Follow the parcel", tracking_url),
            None => email.with_link("See your order", self.link.as_deref()),
        };
        email.with_closing(&[
            "When it is there, mark it as delivered on your order's page. If you bought as a guest, the link to it is in our first letter.",
            "If you did not order this, tell the people who run PocketShop.",
        ])
    }

    /// To the buyer, when a shop order counts as delivered.
    pub fn delivered(&self, shop: &str) -> Email {
        let delivered = format!("What {} sent is marked as delivered.", shop_name(shop));
        self.email(&format!("Delivered: order {}", self.number), &[&delivered])
            .with_link("See your order", self.link.as_deref())
            .with_closing(&["If it did not come, write to the shop, or look whether a neighbor took it in."])
    }

    /// To the buyer who canceled an order line. `refund` is the amount.
    pub fn canceled(&self, refund: &str) -> Email {
        let number = self.number;
        let refunded = format!(
            "You canceled this part of your order {number}. {refund} goes back to the card that you paid with."
        );
        let timing = "How soon it shows there depends on your bank; a few days are usual.";
        self.email(&format!("Canceled and refunded: order {number}"), &[&refunded, timing])
            .with_link("See your order", self.link.as_deref())
            .with_closing(&["If it was not you who canceled it, tell the people who run PocketShop."])
    }

    /// To the shop, when the buyer canceled an order line.
    pub fn canceled_by_buyer(&self) -> Email {
        let canceled = "The buyer canceled this before you sent it. Do not send it any more: the buyer has the money back, and the pieces are in your stock again.";
        self.email(&format!("Canceled: order {}", self.number), &[canceled])
            .with_link("Open the order", self.link.as_deref())
            .with_closing(&["If you sent it already and this looks like a mistake, write to the buyer."])
    }

    fn email(&self, subject: &str, paragraphs: &[&str]) -> Email {
        Email::new(subject, &[self.name], paragraphs).with_rows(self.rows)
    }
}

fn shop_name(shop: &str) -> String {
    sanitize(shop, MAX_NAME_LENGTH).unwrap_or_else(|| "The shop".to_owned())
}
