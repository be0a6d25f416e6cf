//! The settings as they were given: flags and variables, not read yet.

use clap::Args;

use super::ConfigErrors;
use super::secret::Secret;

/// The settings as they were given. Flags win over the environment; secrets come only from the environment, or from
/// the file that `…_FILE` names.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_BIND",
        value_name = "ADDRESS:PORT",
        hide_env_values = true
    )]
    pub bind: Option<String>,
    /// Folder for the database, the pictures and the generated key [default: ./data]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_DATA",
        value_name = "FOLDER",
        hide_env_values = true
    )]
    pub data: Option<String>,
    /// The address that people type; https makes it production [default: localhost, and the port of --bind]
    #[arg(long, global = true, env = "PUBLIC_URL", value_name = "URL", hide_env_values = true)]
    pub public_url: Option<String>,
    /// The market's one currency, as three letters [default: USD]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_CURRENCY",
        value_name = "CODE",
        hide_env_values = true
    )]
    pub currency: Option<String>,
    /// The market's home country, as two letters [default: US]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_COUNTRY",
        value_name = "CODE",
        hide_env_values = true
    )]
    pub country: Option<String>,
    /// How much to log: error, warn, info, debug or trace [default: info]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_LOG",
        value_name = "LEVEL",
        hide_env_values = true
    )]
    pub log: Option<String>,
    /// How to log: text for people, json for machines [default: text]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_LOG_FORMAT",
        value_name = "FORMAT",
        hide_env_values = true
    )]
    pub log_format: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated [default: none]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_TRUSTED_PROXIES",
        value_name = "LIST",
        hide_env_values = true
    )]
    pub trusted_proxies: Option<String>,
    /// Threads that serve requests [default: one a core]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_WORKERS",
        value_name = "NUMBER",
        hide_env_values = true
    )]
    pub workers: Option<String>,
    /// on, or off for benchmarks and tests; refused in production [default: on]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_RATE_LIMIT",
        value_name = "ON|OFF",
        hide_env_values = true
    )]
    pub rate_limit: Option<String>,
    /// Who letters come from: a name and an address in angle brackets [default: no-reply at the public host]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_MAIL_FROM",
        value_name = "NAME <ADDRESS>",
        hide_env_values = true
    )]
    pub mail_from: Option<String>,
    /// What hashing a password costs, as memory in KiB, passes, lanes; that or more [default: m=19456,t=2,p=1]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_PASSWORD_COST",
        value_name = "COST",
        hide_env_values = true
    )]
    pub password_cost: Option<String>,
    /// Where Cloudinary's calls go; for tests [default: `https://api.cloudinary.com`]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_CLOUDINARY_API",
        value_name = "URL",
        hide_env_values = true
    )]
    pub cloudinary_api: Option<String>,
    /// Who moves the money: mock, a provider that takes test cards and moves none [default: mock]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_PAYMENTS",
        value_name = "PROVIDER",
        hide_env_values = true
    )]
    pub payments: Option<String>,
    /// How long the payment provider is waited for, in seconds [default: 10]
    #[arg(
        long,
        global = true,
        env = "POCKETSHOP_PAYMENT_TIMEOUT",
        value_name = "SECONDS",
        hide_env_values = true
    )]
    pub payment_timeout: Option<String>,
    /// `DATABASE_URL`: `sqlite:PATH` or `postgres://…` [default: SQLite in the data folder]
    #[arg(skip)]
    pub database_url: Option<Secret>,
    /// `SECRET_KEY`: 64 bytes or more; several are comma-separated, newest first [default with SQLite: made once, kept in
    /// the data folder]
    #[arg(skip)]
    pub secret_key: Option<Secret>,
    /// `SMTP_URL`: `smtp://…` or `smtps://…` [default: letters go to files]
    #[arg(skip)]
    pub smtp_url: Option<Secret>,
    /// `CLOUDINARY_URL`: `cloudinary://KEY:SECRET@CLOUD` [default: pictures lie in the data folder]
    #[arg(skip)]
    pub cloudinary_url: Option<Secret>,
    /// `POCKETSHOP_METRICS_TOKEN`: what opens `/metrics` [default: nothing does]
    #[arg(skip)]
    pub metrics_token: Option<Secret>,
}

/// Every `POCKETSHOP_…` variable there is; any other is a mistake.
const KNOWN: &[&str] = &[
    "POCKETSHOP_BIND",
    "POCKETSHOP_DATA",
    "POCKETSHOP_CURRENCY",
    "POCKETSHOP_COUNTRY",
    "POCKETSHOP_LOG",
    "POCKETSHOP_LOG_FORMAT",
    "POCKETSHOP_TRUSTED_PROXIES",
    "POCKETSHOP_WORKERS",
    "POCKETSHOP_RATE_LIMIT",
    "POCKETSHOP_MAIL_FROM",
    "POCKETSHOP_PASSWORD_COST",
    "POCKETSHOP_CLOUDINARY_API",
    "POCKETSHOP_PAYMENTS",
    "POCKETSHOP_PAYMENT_TIMEOUT",
    "POCKETSHOP_METRICS_TOKEN",
    "POCKETSHOP_METRICS_TOKEN_FILE",
];

impl Settings {
    /// Adds what only the environment may hold, and notes variables that nobody reads.
    pub fn with_environment(mut self, errors: &mut ConfigErrors) -> Self {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("POCKETSHOP_") && !KNOWN.contains(&name.as_ref()) {
                errors.0.push(format!(
                    "{name} is not a setting of PocketShop; `pocketshop --help` lists them"
                ));
            }
        }
        self.database_url = Secret::from_environment("DATABASE_URL", errors);
        self.secret_key = Secret::from_environment("SECRET_KEY", errors);
        self.smtp_url = Secret::from_environment("SMTP_URL", errors);
        self.cloudinary_url = Secret::from_environment("CLOUDINARY_URL", errors);
        self.metrics_token = Secret::from_environment("POCKETSHOP_METRICS_TOKEN", errors);
        self
    }
}

/// Whether reading the settings may make what is missing: the data folder, and the key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Make,
    Leave,
}
