//! An email, and its plain and HTML parts.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::user_text::{greeting, sanitize};

/// What the market is called in its emails.
const SITE: &str = "PocketShop";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    pub subject: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    /// Items with their amounts.
    #[serde(default)]
    pub rows: Vec<(String, String)>,
    /// Lines that belong together, such as an address.
    #[serde(default)]
    pub lines: Vec<String>,
    pub action: Option<Action>,
    /// The paragraphs after the link: how long it is valid, and what to do if it was not you.
    pub closing: Vec<String>,
}

/// The link of an email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub label: String,
    pub url: String,
}

#[derive(Template)]
#[template(path = "mail/email.txt")]
struct Text<'a> {
    email: &'a Email,
    site: &'a str,
    base_url: &'a str,
}

#[derive(Template)]
#[template(path = "mail/email.html")]
struct Html<'a> {
    email: &'a Email,
    site: &'a str,
    base_url: &'a str,
}

impl Email {
    /// The plain part.
    pub(super) fn text(&self, base_url: &str) -> askama::Result<String> {
        Text {
            email: self,
            site: SITE,
            base_url,
        }
        .render()
    }

    pub(super) fn html(&self, base_url: &str) -> askama::Result<String> {
        Html {
            email: self,
            site: SITE,
            base_url,
        }
        .render()
    }
}

impl Email {
    /// Greets by the first of the names that can be shown in an email.
    pub(super) fn new(subject: &str, names: &[&str], paragraphs: &[&str]) -> Self {
        Self {
            subject: subject.to_owned(),
            greeting: greeting(names),
            paragraphs: paragraphs.iter().map(|text| (*text).to_owned()).collect(),
            rows: Vec::new(),
            lines: Vec::new(),
            action: None,
            closing: Vec::new(),
        }
    }

    pub(super) fn with_action(mut self, label: &str, url: &str) -> Self {
        self.action = Some(Action {
            label: label.to_owned(),
            url: url.to_owned(),
        });
        self
    }

    pub(super) fn with_link(self, label: &str, url: Option<&str>) -> Self {
        match url {
            Some(url) => self.with_action(label, url),
            None => self,
        }
    }

    /// The names are sanitized.
    pub(super) fn with_rows(mut self, rows: &[(String, String)]) -> Self {
        let row = |(name, amount): &(String, String)| {
            let name = sanitize(name, 100).unwrap_or_else(|| "A product".to_owned());
            (name, amount.clone())
        };
        self.rows = rows.iter().map(row).collect();
        self
    }

    /// The lines are sanitized.
    pub(super) fn with_lines(mut self, lines: &[String]) -> Self {
        self.lines = lines.iter().filter_map(|line| sanitize(line, 100)).collect();
        self
    }

    pub(super) fn with_closing(mut self, paragraphs: &[&str]) -> Self {
        self.closing = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> Email {
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
    fn text_is_escaped_in_html() {
        let html = email().html("https://market.example").unwrap();
        for tag in ["<script", "<b>", "<i>", "<it>", "<img", "<u>"] {
            assert!(!html.contains(tag), "{tag}: {html}");
        }
        let text = email().text("https://market.example").unwrap();
        assert!(text.contains("One <i>paragraph</i>."), "{text}");
    }

    #[test]
    fn text_and_html_contain_the_link() {
        let mut email = email();
        email.action = Some(Action {
            label: "Choose a new password".to_owned(),
            url: "https://market.example/reset/k7q39xvd".to_owned(),
        });
        let text = email.text("https://market.example").unwrap();
        assert!(
            text.contains("Choose a new password:\nhttps://market.example/reset/k7q39xvd\n\n"),
            "{text}"
        );
        let html = email.html("https://market.example").unwrap();
        assert!(
            html.contains("<a href=\"https://market.example/reset/k7q39xvd\">Choose a new password</a>"),
            "{html}"
        );
        assert!(html.contains("<br>https://market.example/reset/k7q39xvd</p>"), "{html}");
    }

    #[test]
    fn an_email_without_an_action_has_no_link() {
        let email = Email {
            action: None,
            ..email()
        };
        let html = email.html("https://market.example").unwrap();
        assert_eq!(html.matches("<a href=").count(), 1, "the market's own address: {html}");
        assert!(!email.text("").unwrap().contains("\n\n\n"));
    }
}
