//! A letter, and its two faces: plain text and HTML.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::user_text::{greeting, tame};

/// What the market is called in its emails.
const SITE: &str = "PocketShop";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    pub subject: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    /// What things cost, a name and an amount each.
    #[serde(default)]
    pub rows: Vec<(String, String)>,
    /// A few lines that stand together, as an address.
    #[serde(default)]
    pub lines: Vec<String>,
    pub action: Option<Action>,
    /// What comes after the link: how long it holds, and what to do if it was not you.
    pub closing: Vec<String>,
}

/// The one link of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub label: String,
    pub url: String,
}

#[derive(Template)]
#[template(path = "mail/email.txt")]
struct Text<'a> {
    letter: &'a Email,
    site: &'a str,
    home: &'a str,
}

#[derive(Template)]
#[template(path = "mail/email.html")]
struct Html<'a> {
    letter: &'a Email,
    site: &'a str,
    home: &'a str,
}

impl Email {
    /// The plain part; `home` is the market's address.
    pub(super) fn text(&self, home: &str) -> askama::Result<String> {
        Text {
            letter: self,
            site: SITE,
            home,
        }
        .render()
    }

    pub(super) fn html(&self, home: &str) -> askama::Result<String> {
        Html {
            letter: self,
            site: SITE,
            home,
        }
        .render()
    }
}

pub(super) fn letter(subject: &str, names: &[&str], paragraphs: &[&str]) -> Email {
    Email {
        subject: subject.to_owned(),
        greeting: greeting(names),
        paragraphs: paragraphs.iter().map(|text| (*text).to_owned()).collect(),
        rows: Vec::new(),
        lines: Vec::new(),
        action: None,
        closing: Vec::new(),
    }
}

impl Email {
    pub(super) fn with(mut self, label: &str, url: &str) -> Self {
        self.action = Some(Action {
            label: label.to_owned(),
            url: url.to_owned(),
        });
        self
    }

    /// What was typed by people stands there tamed.
    pub(super) fn rows(mut self, rows: &[(String, String)]) -> Self {
        let tidy = |(name, amount): &(String, String)| {
            let name = tame(name, 100).unwrap_or_else(|| "A product".to_owned());
            (name, amount.clone())
        };
        self.rows = rows.iter().map(tidy).collect();
        self
    }

    pub(super) fn lines(mut self, lines: &[String]) -> Self {
        self.lines = lines.iter().filter_map(|line| tame(line, 100)).collect();
        self
    }

    pub(super) fn closing(mut self, paragraphs: &[&str]) -> Self {
        self.closing = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Email {
        Email {
            subject: "A <b>subject</b>".to_owned(),
            greeting: "Hello <script>alert(1)</script> & \"you\",".to_owned(),
            paragraphs: vec!["One <i>paragraph</i>.".to_owned()],
            rows: vec![("<b>Mug</b>".to_owned(), "<i>1</i>".to_owned())],
            lines: vec!["<u>Street</u>".to_owned()],
            action: Some(Action {
                label: "Do <it>".to_owned(),
                url: "https://market.example/do?token=abc&next=\"><img>".to_owned(),
            }),
            closing: vec!["An <u>end</u>.".to_owned()],
        }
    }

    #[test]
    fn nothing_in_a_letter_is_markup() {
        let html = letter().html("https://market.example").unwrap();
        for tag in ["<script", "<b>", "<i>", "<it>", "<img", "<u>"] {
            assert!(!html.contains(tag), "{tag}: {html}");
        }
        let text = letter().text("https://market.example").unwrap();
        assert!(text.contains("One <i>paragraph</i>."), "{text}");
    }

    #[test]
    fn both_parts_hold_the_link() {
        let mut letter = letter();
        letter.action = Some(Action {
            label: "Choose a new password".to_owned(),
            url: "https://market.example/reset/k7q39xvd".to_owned(),
        });
        let text = letter.text("https://market.example").unwrap();
        assert!(
            text.contains("Choose a new password:\nhttps://market.example/reset/k7q39xvd\n\n"),
            "{text}"
        );
        let html = letter.html("https://market.example").unwrap();
        assert!(
            html.contains("<a href=\"https://market.example/reset/k7q39xvd\">Choose a new password</a>"),
            "{html}"
        );
        assert!(html.contains("<br>https://market.example/reset/k7q39xvd</p>"), "{html}");
    }

    #[test]
    fn a_letter_without_a_link_has_none() {
        let letter = Email {
            action: None,
            ..letter()
        };
        let html = letter.html("https://market.example").unwrap();
        assert_eq!(html.matches("<a href=").count(), 1, "the market's own address: {html}");
        assert!(!letter.text("").unwrap().contains("\n\n\n"));
    }
}
