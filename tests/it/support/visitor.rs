//! People: visitors with a cookie of their own, who sign up and in through the forms.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use reqwest::header::{HOST, HeaderValue};
use reqwest::{Client, Response};
use scraper::Html;

use diesel::prelude::*;

use super::Market;
use super::mail::{Mail, emails_to, links};
use crate::schema::users;

/// What everyone's password is.
pub const PASSWORD: &str = "quiet harbour lamp 7";

/// A browser: it keeps one cookie, follows no redirect, and posts as our own pages do.
pub struct Visitor {
    url: String,
    client: Client,
    cookie: RefCell<Option<String>>,
}

impl Visitor {
    pub fn new(market: &Market) -> Self {
        Self::holding(market, None)
    }

    /// One that came by this cookie, `name=value`.
    pub fn holding(market: &Market, cookie: Option<String>) -> Self {
        // In production a market answers to its own name only.
        let host = market
            .config
            .public_url
            .host_str()
            .filter(|_| market.config.production());
        Self::at(&market.url, host.unwrap_or_default(), cookie)
    }

    /// One of a market at this address, which may go by the name of another host.
    pub fn at(url: &str, host: &str, cookie: Option<String>) -> Self {
        let named = (!host.is_empty()).then(|| (HOST, HeaderValue::from_str(host).unwrap()));
        let client = Client::builder()
            .default_headers(named.into_iter().collect())
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .build()
            .unwrap();
        Self {
            url: url.to_owned(),
            client,
            cookie: RefCell::new(cookie),
        }
    }

    /// The cookie as it is now.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.borrow().clone()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.url)).form(form);
        self.send(request.header("Sec-Fetch-Site", "same-origin")).await
    }

    /// As our page sends a form with files.
    pub async fn upload(&self, path: &str, form: reqwest::multipart::Form) -> Response {
        let request = self.client.post(format!("{}{path}", self.url)).multipart(form);
        self.send(request.header("Sec-Fetch-Site", "same-origin")).await
    }

    /// A page that must be there, parsed.
    pub async fn page(&self, path: &str) -> Html {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        Html::parse_document(&response.text().await.unwrap())
    }

    /// Whether the account's page opens.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status() == 200
    }

    /// Signs in through the form; tells where it led.
    pub async fn sign_in(&self, login: &str, password: &str) -> Response {
        self.post("/login", &[("login", login), ("password", password)]).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Response {
        let cookie = self.cookie();
        let request = match &cookie {
            Some(cookie) => request.header("Cookie", cookie),
            None => request,
        };
        let response = request.send().await.unwrap();
        for set in response.headers().get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let pair = set.split(';').next().unwrap();
            let gone = pair.ends_with('=') || set.contains("Max-Age=0");
            *self.cookie.borrow_mut() = (!gone).then(|| pair.to_owned());
        }
        response
    }
}

/// Where a redirect leads.
pub fn location(response: &Response) -> &str {
    response.headers().get("location").map_or("", |to| to.to_str().unwrap())
}

impl Market {
    /// Signs someone up as NAME@example.org, and in; the address counts as theirs.
    pub async fn join(&self, name: &str) -> Visitor {
        let visitor = self.join_unproved(name).await;
        self.prove(name, true);
        visitor
    }

    /// Whether someone's address counts as theirs, from now on.
    pub fn prove(&self, name: &str, proved: bool) {
        let mut conn = self.config.database.connect().unwrap();
        let at = proved.then_some(chrono::DateTime::UNIX_EPOCH.naive_utc());
        diesel::update(users::table.filter(users::username.eq(name)))
            .set(users::email_verified_at.eq(at))
            .execute(&mut conn)
            .unwrap();
    }

    /// As `join`, before the letter's link is used.
    pub async fn join_unproved(&self, name: &str) -> Visitor {
        let visitor = Visitor::new(self);
        let email = format!("{name}@example.org");
        let form = [
            ("email", email.as_str()),
            ("username", name),
            ("first_name", "Robin"),
            ("last_name", "Tester"),
            ("password", PASSWORD),
        ];
        let sent = visitor.post("/register", &form).await;
        assert_eq!((sent.status().as_u16(), location(&sent)), (303, "/register/sent"));
        let signed_in = visitor.sign_in(name, PASSWORD).await;
        assert_eq!((signed_in.status().as_u16(), location(&signed_in)), (303, "/account"));
        visitor
    }

    /// The emails to an address, oldest first, once there are this many.
    pub async fn emails(&self, address: &str, count: usize) -> Vec<Mail> {
        let begun = Instant::now();
        loop {
            let emails = emails_to(&self.config.data, address);
            if emails.len() >= count || begun.elapsed() > Duration::from_secs(10) {
                assert_eq!(emails.len(), count, "emails to {address}");
                return emails;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The path and query of the first link of ours in the last of this many emails.
    pub async fn link(&self, address: &str, count: usize) -> String {
        let emails = self.emails(address, count).await;
        let link = links(emails.last().unwrap()).first().unwrap().clone();
        let site = self.config.public_url.as_str().trim_end_matches('/');
        link.strip_prefix(site).unwrap().to_owned()
    }
}
