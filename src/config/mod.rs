//! The settings: one documented field per variable, read once at the start.

use std::fmt;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clap::Args;
use ipnet::IpNet;
use url::Url;

use crate::db::Location;
use crate::money::Currency;

mod parse;
pub mod secret;

use secret::{Secret, SecretKey};

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
    /// `DATABASE_URL`: `sqlite:PATH` or `postgres://…` [default: SQLite in the data folder]
    #[arg(skip)]
    pub database_url: Option<Secret>,
    /// `SECRET_KEY`: 64 bytes or more, for the cookies [default with SQLite: made once, kept in the data folder]
    #[arg(skip)]
    pub secret_key: Option<Secret>,
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
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The settings, parsed.
#[derive(Clone)]
pub struct Config {
    pub bind: SocketAddr,
    pub data: PathBuf,
    pub database: Location,
    /// Scheme, host and port; without a path.
    pub public_url: Url,
    pub currency: Currency,
    /// Two letters, ISO 3166-1.
    pub country: String,
    pub secret_key: SecretKey,
    pub log: tracing::Level,
    pub log_format: LogFormat,
    pub trusted_proxies: Vec<IpNet>,
    /// How many threads serve requests; one a core when not set.
    pub workers: Option<usize>,
    pub rate_limit: bool,
}

/// What is wrong with each setting, saying what to do.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Problems {}

impl Settings {
    /// Adds what only the environment may hold, and notes variables that nobody reads.
    pub fn with_environment(mut self, problems: &mut Problems) -> Self {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("POCKETSHOP_") && !KNOWN.contains(&name.as_ref()) {
                problems.0.push(format!(
                    "{name} is not a setting of PocketShop; `pocketshop --help` lists them"
                ));
            }
        }
        self.database_url = Secret::from_environment("DATABASE_URL", problems);
        self.secret_key = Secret::from_environment("SECRET_KEY", problems);
        self
    }

    /// The settings parsed, or every problem with them.
    pub fn parse(&self, mut problems: Problems, missing: Missing) -> Result<Config, Problems> {
        let bind = self.bind(&mut problems);
        let public_url = self.public_url(bind.map_or(8080, |bind| bind.port()), &mut problems);
        let data = PathBuf::from(self.data.as_deref().unwrap_or("data"));
        let database = self.database(&data, &mut problems);
        let currency = self.currency(&mut problems);
        let country = self.country(&mut problems);
        let log = self.log_level(&mut problems);
        let log_format = self.log_format(&mut problems);
        let trusted_proxies = self.trusted_proxies(&mut problems);
        let workers = self.workers(&mut problems);
        let production = public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        let rate_limit = self.rate_limit(production, &mut problems);
        let tried = match missing {
            Missing::Make => make(&data).and_then(|()| try_writing(&data)),
            Missing::Leave if data.exists() => try_writing(&data),
            Missing::Leave => Ok(()),
        };
        if let Err(error) = tried {
            problems.0.push(format!(
                "the data folder {} cannot be written ({error}); choose another with --data, or mend its permissions",
                data.display()
            ));
        }
        let kept = matches!(database, Some(Location::Sqlite(_))) && problems.0.is_empty();
        let kept = kept.then(|| (data.join("secret.key"), missing));
        let secret_key = SecretKey::read(self.secret_key.as_ref(), kept, &mut problems);
        match (bind, public_url, database, currency, secret_key) {
            (Some(bind), Some(public_url), Some(database), Some(currency), Some(secret_key))
                if problems.0.is_empty() =>
            {
                Ok(Config {
                    bind,
                    data,
                    database,
                    public_url,
                    currency,
                    country,
                    secret_key,
                    log,
                    log_format,
                    trusted_proxies,
                    workers,
                    rate_limit,
                })
            }
            _ => Err(problems),
        }
    }
}

/// Whether reading the settings may make what is missing: the data folder, and the key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Make,
    Leave,
}

/// Makes the folder, ours alone, when it is missing.
fn make(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Proves that a file can be written in the folder, by writing one that nobody else writes.
pub fn try_writing(folder: &Path) -> std::io::Result<()> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let probe = folder.join(format!(".probe-{}-{number}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(probe)
}

impl Config {
    pub fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// Production means that people reach it by https.
    pub fn production(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(try_writing(folder.path()).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(try_writing(&folder.path().join("missing")).is_err());
    }
}
