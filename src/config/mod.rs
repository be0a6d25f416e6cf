//! The settings, read once at start.

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use crate::db::{Location, PoolSettings};
use crate::money::Currency;
use crate::text::Country;

mod capacity;
mod config_errors;
mod cost;
mod keys;
mod limits;
mod mail;
mod parse;
mod pictures;
pub mod secret;
mod settings;

pub use capacity::{CapacitySettings, ThreadCounts};
pub use config_errors::ConfigErrors;
pub use cost::PasswordCost;
pub use keys::SecretKeys;
pub use limits::{Limit, LimitSettings, Limits};
pub use mail::SmtpUrl;
pub use pictures::CloudinaryAccount;
use secret::Secret;
pub use settings::{Missing, SECRETS, Settings, default_text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The payment provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payments {
    /// The mock, because the setting says so. It takes test cards and moves no money.
    Mock,
    /// The mock, because the setting is missing.
    MockByDefault,
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
    /// The country that carts and the checkout start with.
    pub country: Country,
    pub secret_keys: SecretKeys,
    pub log: tracing::Level,
    pub log_format: LogFormat,
    pub trusted_proxies: Vec<IpNet>,
    /// How many threads serve requests. None: one per core.
    pub workers: Option<usize>,
    /// Whether `limits` apply.
    pub rate_limit: bool,
    pub limits: Limits,
    pub pools: PoolSettings,
    pub threads: ThreadCounts,
    /// The mail server. None: emails are written to files in the data folder.
    pub smtp: Option<SmtpUrl>,
    /// The sender of emails.
    pub mail_from: Mailbox,
    pub password_cost: PasswordCost,
    /// Where pictures are stored. None: in the data folder.
    pub cloudinary: Option<CloudinaryAccount>,
    pub payments: Payments,
    /// The longest wait for the payment provider.
    pub payment_timeout: Duration,
    /// The token for `/metrics`. None: the page does not exist.
    pub metrics_token: Option<Secret>,
}

impl Settings {
    /// Parses the settings.
    ///
    /// # Errors
    /// All errors in the settings.
    pub fn parse(&self, mut errors: ConfigErrors, missing: Missing) -> Result<Config, ConfigErrors> {
        let bind = self.bind(&mut errors);
        let public_url = self.public_url(bind.map_or(8080, |bind| bind.port()), &mut errors);
        let data = PathBuf::from(self.data.as_deref().unwrap_or("data"));
        let database = self.database(&data, &mut errors);
        let currency = self.currency(&mut errors);
        let country = self.country(&mut errors);
        let log = self.log_level(&mut errors);
        let log_format = self.log_format(&mut errors);
        let trusted_proxies = self.trusted_proxies(&mut errors);
        let workers = self.workers(&mut errors);
        let production = public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        let rate_limit = self.rate_limit(production, &mut errors);
        let limits = self.limits.parse(&mut errors);
        let pools = self.capacity.pools(&mut errors);
        let threads = self.capacity.threads(&mut errors);
        let smtp = self.smtp(&mut errors);
        let mail_from = self.mail_from(public_url.as_ref(), &mut errors);
        let password_cost = self.password_cost(&mut errors);
        let cloudinary = self.cloudinary(production, &mut errors);
        let payments = self.payments(&mut errors);
        let payment_timeout = self.payment_timeout(&mut errors);
        let metrics_token = self.metrics_token(&mut errors);
        let writable = match missing {
            Missing::Create => create(&data).and_then(|()| try_writing(&data)),
            Missing::Ignore if data.exists() => try_writing(&data),
            Missing::Ignore => Ok(()),
        };
        if let Err(error) = writable {
            errors.0.push(format!(
                "the data folder {} cannot be written ({error}); choose another with --data, or fix its permissions",
                data.display()
            ));
        }
        let uses_key_file = matches!(database, Some(Location::Sqlite(_))) && errors.0.is_empty();
        let key_file = uses_key_file.then(|| (data.join("secret.key"), missing));
        let secret_keys = SecretKeys::read(self.secret_key.as_ref(), key_file, &mut errors);
        match (bind, public_url, database, currency, country, secret_keys, mail_from) {
            (
                Some(bind),
                Some(public_url),
                Some(database),
                Some(currency),
                Some(country),
                Some(secret_keys),
                Some(mail_from),
            ) if errors.0.is_empty() => Ok(Config {
                bind,
                data,
                database,
                public_url,
                currency,
                country,
                secret_keys,
                log,
                log_format,
                trusted_proxies,
                workers,
                rate_limit,
                limits,
                pools,
                threads,
                smtp,
                mail_from,
                password_cost,
                cloudinary,
                payments,
                payment_timeout,
                metrics_token,
            }),
            _ => Err(errors),
        }
    }
}

/// Creates a missing folder, accessible to this user only.
fn create(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Checks that a file can be written in the folder, by writing one with a unique name.
pub fn try_writing(folder: &Path) -> std::io::Result<()> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let probe = folder.join(format!(".probe-{}-{number}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(probe)
}

impl Config {
    /// The folder of the pictures.
    pub fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// Whether this is a market in production: its public address is https.
    pub fn production(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Warnings about settings that are allowed but probably a mistake.
    pub fn warnings(&self) -> Vec<&'static str> {
        let mut warnings = Vec::new();
        if self.production() && self.smtp.is_none() {
            warnings.push(
                "SMTP_URL is not set, so emails are only written to files in the data folder and nobody gets them; set it to your mail server",
            );
        }
        if self.production() && self.payments == Payments::MockByDefault {
            warnings.push(
                "POCKETSHOP_PAYMENTS is not set, so the mock provider takes test cards and NO MONEY MOVES; set it to mock if you want that",
            );
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(try_writing(folder.path()).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(try_writing(&folder.path().join("missing")).is_err());
    }
}
