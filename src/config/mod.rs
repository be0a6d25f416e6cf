//! The settings: one documented field per variable, read once at the start.

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

pub use capacity::{CapacitySettings, Threads};
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

/// Who moves the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payments {
    /// Nobody: test cards, asked for by name.
    Mock,
    /// The same, because nothing else was said.
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
    /// Where most buyers are.
    pub country: Country,
    pub secret_keys: SecretKeys,
    pub log: tracing::Level,
    pub log_format: LogFormat,
    pub trusted_proxies: Vec<IpNet>,
    /// How many threads serve requests; one a core when not set.
    pub workers: Option<usize>,
    /// Whether `limits` apply.
    pub rate_limit: bool,
    pub limits: Limits,
    pub pools: PoolSettings,
    pub threads: Threads,
    /// Where letters are handed over; files in the data folder when not set.
    pub smtp: Option<SmtpUrl>,
    /// Who letters come from.
    pub mail_from: Mailbox,
    pub password_cost: PasswordCost,
    /// Where pictures lie; in the data folder when not set.
    pub cloudinary: Option<CloudinaryAccount>,
    pub payments: Payments,
    /// How long the payment provider is waited for.
    pub payment_timeout: Duration,
    /// What opens `/metrics`; nothing does when not set.
    pub metrics_token: Option<Secret>,
}

impl Settings {
    /// The settings parsed, or every problem with them.
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
        let tried = match missing {
            Missing::Make => make(&data).and_then(|()| try_writing(&data)),
            Missing::Leave if data.exists() => try_writing(&data),
            Missing::Leave => Ok(()),
        };
        if let Err(error) = tried {
            errors.0.push(format!(
                "the data folder {} cannot be written ({error}); choose another with --data, or mend its permissions",
                data.display()
            ));
        }
        let kept = matches!(database, Some(Location::Sqlite(_))) && errors.0.is_empty();
        let kept = kept.then(|| (data.join("secret.key"), missing));
        let secret_keys = SecretKeys::read(self.secret_key.as_ref(), kept, &mut errors);
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

    /// What is allowed but hardly meant, in sentences.
    pub fn warnings(&self) -> Vec<&'static str> {
        let mut warnings = Vec::new();
        if self.production() && self.smtp.is_none() {
            warnings.push(
                "SMTP_URL is not set, so letters only go to files in the data folder and nobody gets them; set it to your mail server",
            );
        }
        if self.production() && self.payments == Payments::MockByDefault {
            warnings.push(
                "POCKETSHOP_PAYMENTS is not set, so the mock provider takes test cards and NO MONEY MOVES; set it to mock if that is meant",
            );
        }
        warnings
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
