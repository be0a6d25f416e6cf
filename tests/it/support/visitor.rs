//! HTTP clients that act as visitors: each has its own cookie, and signs up and in with the forms.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use reqwest::header::{HOST, HeaderValue};
use reqwest::{Client, Response};
use scraper::Html;

use diesel::prelude::*;

use super::Market;
use super::mail::{Email, emails_to, links};
use crate::schema::users;

/// The password of users that tests sign up.
pub const PASSWORD: &str = "quiet harbour lamp 7";

/// An HTTP client that stores one cookie, follows no redirects, and posts forms as our own pages do.
pub struct Visitor {
    url: String,
    client: Client,
    cookie: RefCell<Option<String>>,
}

impl Visitor {
    pub fn new(market: &Market) -> Self {
        Self::with_cookie(market, None)
    }

    /// A visitor who already has this cookie, `name=value`.
    pub fn with_cookie(market: &Market, cookie: Option<String>) -> Self {
        // In production, the market serves only the host of its public URL.
        let host = market
            .config
            .public_url
            .host_str()
            .filter(|_| market.config.production());
        Self::at_url(&market.url, host.unwrap_or_default(), cookie)
    }

    /// A visitor of the market at this URL. `host` is the `Host` header; if empty, the URL's own host is sent.
    pub fn at_url(url: &str, host: &str, cookie: Option<String>) -> Self {
        let host_header = (!host.is_empty()).then(|| (HOST, HeaderValue::from_str(host).unwrap()));
        let client = Client::builder()
            .default_headers(host_header.into_iter().collect())
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

    /// Posts a form with files.
    pub async fn upload(&self, path: &str, form: reqwest::multipart::Form) -> Response {
        let request = self.client.post(format!("{}{path}", self.url)).multipart(form);
        self.send(request.header("Sec-Fetch-Site", "same-origin")).await
    }

    /// Loads and parses a page. Fails unless its status is 200.
    pub async fn page(&self, path: &str) -> Html {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        Html::parse_document(&response.text().await.unwrap())
    }

    pub async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status() == 200
    }

    /// Submits the sign-in form.
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
            let deleted = pair.ends_with('=') || set.contains("Max-Age=0");
            *self.cookie.borrow_mut() = (!deleted).then(|| pair.to_owned());
        }
        response
    }
}

/// The `Location` header, or an empty string.
pub fn location(response: &Response) -> &str {
    response.headers().get("location").map_or("", |to| to.to_str().unwrap())
}

impl Market {
    /// Signs a user up as NAME@example.org and in, with a verified email.
    pub async fn sign_up(&self, name: &str) -> Visitor {
        let visitor = self.sign_up_unverified(name).await;
        self.set_email_verified(name, true);
        visitor
    }

    /// Marks a user's email as verified, or not.
    pub fn set_email_verified(&self, name: &str, verified: bool) {
        let mut conn = self.config.database.connect().unwrap();
        let at = verified.then_some(chrono::DateTime::UNIX_EPOCH.naive_utc());
        diesel::update(users::table.filter(users::username.eq(name)))
            .set(users::email_verified_at.eq(at))
            .execute(&mut conn)
            .unwrap();
    }

    /// Signs a user up and in, without verifying the email.
    pub async fn sign_up_unverified(&self, name: &str) -> Visitor {
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

    /// Waits until there are `count` emails to an address, and returns them, oldest first.
    pub async fn emails(&self, address: &str, count: usize) -> Vec<Email> {
        let start = Instant::now();
        loop {
            let emails = emails_to(&self.config.data, address);
            if emails.len() >= count || start.elapsed() > Duration::from_secs(10) {
                assert_eq!(emails.len(), count, "emails to {address}");
                return emails;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for `count` emails, and returns the path and query of the first link in the last one.
    pub async fn link(&self, address: &str, count: usize) -> String {
        let emails = self.emails(address, count).await;
        let link = links(emails.last().unwrap()).first().unwrap().clone();
        let origin = self.config.public_url.as_str().trim_end_matches('/');
        link.strip_prefix(origin).unwrap().to_owned()
    }
}
