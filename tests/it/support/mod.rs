//! Opens a market of a test's own: a fresh database, a port, and a client for it.

pub mod cloudinary;
pub mod codes;
pub mod database;
pub mod files;
pub mod mail;
pub mod roles;
pub mod routes;
pub mod rows;
pub mod served;
pub mod smtp;
pub mod sources;
pub mod visitor;

use std::path::Path;
use std::time::Duration;

use pocketshop::config::secret::Secret;
use pocketshop::config::{Config, Limits, LogFormat, PasswordCost, Payments, SecretKeys, Threads};
use pocketshop::db::{Db, PoolSettings};
use pocketshop::jobs::Worker;
use pocketshop::money::Currency;
use pocketshop::text::Country;
use pocketshop::{app, ops};
use reqwest::{Client, RequestBuilder, Response};
use scraper::{Html, Selector};

use database::Database;

/// Runs a test on an event loop of its own.
pub fn run(test: impl Future<Output = ()>) {
    actix_web::rt::System::new().block_on(test);
}

/// A running market.
pub struct Market {
    pub url: String,
    pub db: Db,
    pub config: Config,
    client: Client,
    _worker: Worker,
    // Dropped last: the folder and the database that the server uses.
    _database: Database,
}

impl Market {
    /// With nothing in it.
    pub fn empty() -> Self {
        Self::open(false, |_| {})
    }

    /// With the demo market in it.
    pub fn demo() -> Self {
        Self::open(true, |_| {})
    }

    /// With the demo market in it, and what was bought there.
    pub fn sold() -> Self {
        let database = Database::fresh();
        ops::fill_demo(&config(database.folder.path(), &database), ops::Demo::WithPurchases).unwrap();
        Self::on(database, false, |_| {})
    }

    /// With settings of the test's choice.
    pub fn open(demo: bool, change: impl FnOnce(&mut Config)) -> Self {
        Self::on(Database::fresh(), demo, change)
    }

    /// On a database that the test has prepared.
    pub fn on(database: Database, demo: bool, change: impl FnOnce(&mut Config)) -> Self {
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

    /// As a browser posts a form of our own page.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request("POST", path).header("Sec-Fetch-Site", "same-origin")
    }

    /// A page that must be there, parsed.
    pub async fn page(&self, path: &str) -> Html {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        Html::parse_document(&response.text().await.unwrap())
    }

    /// The block that htmx asks for.
    pub async fn block(&self, path: &str) -> String {
        let request = self
            .request("GET", path)
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial");
        request.send().await.unwrap().text().await.unwrap()
    }
}

/// Settings for tests: any free port, no limit on requests.
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
        threads: Threads::default(),
        smtp: None,
        mail_from: "PocketShop <no-reply@localhost>".parse().unwrap(),
        password_cost: PasswordCost::default(),
        cloudinary: None,
        payments: Payments::MockByDefault,
        payment_timeout: Duration::from_millis(300),
        metrics_token: None,
    }
}

/// The text of everything that the selector finds, tidied.
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

/// An attribute of everything that the selector finds.
pub fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector)
        .filter_map(|element| element.attr(name))
        .map(str::to_owned)
        .collect()
}
