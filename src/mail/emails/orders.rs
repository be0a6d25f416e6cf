//! About what was bought: to the buyer, and to the shops that send it. Amounts come written for people.

use crate::mail::Email;
use crate::mail::email::letter;
use crate::mail::user_text::tame;

type Rows<'a> = &'a [(String, String)];

/// How a shop order travels.
#[derive(Debug, Clone)]
pub struct Parcel<'a> {
    pub carrier: Option<&'a str>,
    pub tracking: &'a str,
    /// Where it can be followed.
    pub tracking_url: Option<String>,
    /// The buyer comes for it.
    pub pickup: bool,
}

/// To the buyer, when the payment went through. The link opens the order's page; a guest's does so without a password.
pub fn order_placed(
    name: &str,
    (number, shops): (&str, usize),
    rows: Rows<'_>,
    address: &[String],
    (link, guest): (&str, bool),
) -> Email {
    let sends = match shops {
        1 => "The shop was told and gets it ready. We write again when it is on its way.".to_owned(),
        many => format!("{many} shops were told, and each sends its part. We write when one is on its way."),
    };
    let thanks = format!("Thank you. Your order {number} is paid.");
    letter(&format!("Your order {number}"), &[name], &[&thanks, &sends])
        .rows(rows)
        .lines(address)
        .with("See your order", link)
        .closing(&[
            if guest {
                "The link opens your order without a password, so keep it to yourself. There you can also cancel what was not sent yet."
            } else {
                "There you can also cancel what was not sent yet."
            },
            "If you did not order this, tell the people who run PocketShop.",
        ])
}

/// To a shop that has something to send.
pub fn order_received(name: &str, number: &str, buyer: &str, rows: Rows<'_>, link: &str) -> Email {
    let buyer = tame(buyer, 60).unwrap_or_else(|| "Someone".to_owned());
    let bought = format!("{buyer} bought from your shop, and it is paid.");
    letter(
        &format!("New order {number}"),
        &[name],
        &[
            &bought,
            "Pack it, send it, and mark it as sent, so that the buyer can follow it.",
        ],
    )
    .rows(rows)
    .with("Open the order", link)
    .closing(&["If something about this order looks like a mistake, write to the buyer before you send it."])
}

/// To the buyer, when a shop sent its part.
pub fn order_shipped(
    name: &str,
    (number, shop): (&str, &str),
    rows: Rows<'_>,
    parcel: &Parcel<'_>,
    link: Option<String>,
) -> Email {
    let shop = called(shop);
    let (subject, sent) = if parcel.pickup {
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
    let how = match (parcel.carrier, parcel.tracking) {
        (None, "") => String::new(),
        (Some(carrier), "") => format!("They travel with {carrier}."),
        (Some(carrier), tracking) => format!("They travel with {carrier}, under the number {tracking}."),
        (None, tracking) => format!("They travel under the number {tracking}."),
    };
    let paragraphs: Vec<&str> = [sent.as_str(), how.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let letter = letter(&subject, &[name], &paragraphs).rows(rows);
    let letter = match (&parcel.tracking_url, link) {
        (Some(tracking_url), _) => letter.with("Follow the parcel", tracking_url),
        (None, Some(link)) => letter.with("See your order", &link),
        (None, None) => letter,
    };
    letter.closing(&[
        "When it is there, mark it as delivered on your order's page. If you bought as a guest, the link to it is in our first letter.",
        "If you did not order this, tell the people who run PocketShop.",
    ])
}

/// To the buyer, when it counts as there.
pub fn order_delivered(name: &str, number: &str, shop: &str, rows: Rows<'_>, link: Option<String>) -> Email {
    let there = format!("What {} sent is marked as delivered.", called(shop));
    let letter = letter(&format!("Delivered: order {number}"), &[name], &[&there]).rows(rows);
    seen(letter, link).closing(&["If it did not come, write to the shop, or look whether a neighbour took it in."])
}

/// To the buyer, with what goes back to them.
pub fn order_cancelled(name: &str, number: &str, rows: Rows<'_>, back: &str, link: Option<String>) -> Email {
    let refunded =
        format!("You cancelled this part of your order {number}. {back} goes back to the card that you paid with.");
    let letter = letter(
        &format!("Cancelled and refunded: order {number}"),
        &[name],
        &[
            &refunded,
            "How soon it shows there depends on your bank; a few days are usual.",
        ],
    )
    .rows(rows);
    seen(letter, link).closing(&["If it was not you who cancelled it, tell the people who run PocketShop."])
}

/// To the shop, so that it is not sent.
pub fn order_taken_back(name: &str, number: &str, rows: Rows<'_>, link: &str) -> Email {
    letter(
        &format!("Cancelled: order {number}"),
        &[name],
        &["The buyer cancelled this before you sent it. Do not send it any more: the buyer has the money back, and the pieces are in your stock again."],
    )
    .rows(rows)
    .with("Open the order", link)
    .closing(&["If you sent it already and this looks like a mistake, write to the buyer."])
}

fn called(shop: &str) -> String {
    tame(shop, 60).unwrap_or_else(|| "The shop".to_owned())
}

fn seen(letter: Email, link: Option<String>) -> Email {
    match link {
        Some(link) => letter.with("See your order", &link),
        None => letter,
    }
}
