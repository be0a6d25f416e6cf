//! Test markets: each test starts its own server, with its own database, port and client.

pub mod binary;
pub mod cloudinary;
pub mod database;
pub mod image_files;
pub mod jobs;
pub mod mail;
pub mod roles;
pub mod routes;
pub mod rows;
pub mod smtp;
pub mod sources;
pub mod totp;
pub mod visitor;

use std::path::Path;
use std::time::Duration;

use pocketshop::config::secret::Secret;
use pocketshop::config::{Config, Limits, LogFormat, PasswordCost, Payments, SecretKeys, ThreadCounts};
use pocketshop::db::{Db, PoolSettings};
use pocketshop::jobs::Worker;
use pocketshop::money::Currency;
use pocketshop::text::Country;
use pocketshop::{app, ops};
use reqwest::{Client, RequestBuilder, Response};
use scraper::{Html, Selector};

use database::Database;

/// Runs a test on its own event loop.
pub fn run(test: impl Future<Output = ()>) {
    actix_web::rt::System::new().block_on(test);
}

/// A running market, in the process of the test.
pub struct Market {
    pub url: String,
    pub db: Db,
    pub config: Config,
    client: Client,
    _worker: Worker,
    // The server uses its folder and database, so it is dropped last.
    _database: Database,
}

impl Market {
    pub fn empty() -> Self {
        Self::open(false, |_| {})
    }

    /// Starts the demo market, without purchases.
    pub fn demo() -> Self {
        Self::open(true, |_| {})
    }

    /// Starts the demo market with its purchases.
    pub fn demo_with_purchases() -> Self {
        let database = Database::fresh();
        ops::fill_demo(&config(database.folder.path(), &database), ops::Demo::WithPurchases).unwrap();
        Self::with_database(database, false, |_| {})
    }

    /// Starts a market whose settings the test changes.
    pub fn open(demo: bool, change: impl FnOnce(&mut Config)) -> Self {
        Self::with_database(Database::fresh(), demo, change)
    }

    /// Starts a market on a database that the test has prepared.
    pub fn with_database(database: Database, demo: bool, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(database.folder.path(), &database);
        change(&mut config);
        if demo {
            ops::fill_demo(&config, ops::Demo::WithoutPurchases).unwrap();
        }
        let market = app::open(&config, app::listen(&config).unwrap()).unwrap();
        actix_web::rt::spawn(market.server);
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .build()
            .unwrap();
        Self {
            url: format!("http://{}", market.address),
            db: market.db,
            config,
            client,
            _worker: market.worker,
            _database: database,
        }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request("GET", path).send().await.unwrap()
    }

    /// A `POST` with the header that a browser sends with forms of our own pages.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request("POST", path).header("Sec-Fetch-Site", "same-origin")
    }

    /// Loads and parses a page. Fails unless its status is 200.
    pub async fn page(&self, path: &str) -> Html {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        Html::parse_document(&response.text().await.unwrap())
    }

    /// Loads the block of a page that htmx swaps.
    pub async fn block(&self, path: &str) -> String {
        let request = self
            .request("GET", path)
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial");
        request.send().await.unwrap().text().await.unwrap()
    }
}

/// Settings for tests: a free port, no rate limits.
pub fn config(folder: &Path, database: &Database) -> Config {
    Config {
        bind: "127.0.0.1:0".parse().unwrap(),
        data: folder.to_owned(),
        database: database.location.clone(),
        public_url: "http://localhost".parse().unwrap(),
        currency: Currency::by_code("USD").unwrap(),
        country: Country::by_code("US").unwrap(),
        secret_keys: SecretKeys::new(vec![Secret::new("0123456789abcdef".repeat(8))]),
        log: tracing::Level::WARN,
        log_format: LogFormat::Text,
        trusted_proxies: Vec::new(),
        workers: Some(1),
        rate_limit: false,
        limits: Limits::default(),
        pools: PoolSettings::default(),
        threads: ThreadCounts::default(),
        smtp: None,
        mail_from: "PocketShop <no-reply@localhost>".parse().unwrap(),
        password_cost: PasswordCost::default(),
        cloudinary: None,
        payments: Payments::MockByDefault,
        payment_timeout: Duration::from_millis(300),
        metrics_token: None,
    }
}

/// The text of each element that matches the selector, with each run of whitespace as one space.
pub fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let text = |element: scraper::ElementRef<'_>| {
        element
            .text()
            .collect::<String>()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    page.select(&selector).map(text).collect()
}

/// The values of an attribute of all elements that match the selector.
pub fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector)
        .filter_map(|element| element.attr(name))
        .map(str::to_owned)
        .collect()
}
