//! Each setting read on its own: what is wrong with it goes to the problems, saying what to do.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::secret::Secret;
use super::{ConfigErrors, LogFormat, PasswordCost, Payments, Settings};
use crate::db::Location;
use crate::money::Currency;
use crate::text::Country;

impl Settings {
    pub(super) fn bind(&self, errors: &mut ConfigErrors) -> Option<SocketAddr> {
        let typed = self.bind.as_deref().unwrap_or("127.0.0.1:8080");
        let parsed = typed.parse().ok();
        if parsed.is_none() {
            errors.0.push(format!(
                "--bind \"{typed}\" is not an address and port like 127.0.0.1:8080"
            ));
        }
        parsed
    }

    pub(super) fn public_url(&self, port: u16, errors: &mut ConfigErrors) -> Option<Url> {
        let given = self
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://localhost:{port}"));
        let parsed = Url::parse(&given).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        if parsed.is_none() {
            errors
                .0
                .push("PUBLIC_URL is not an address like https://market.example, without a path".into());
        }
        parsed
    }

    pub(super) fn database(&self, data: &Path, errors: &mut ConfigErrors) -> Option<Location> {
        let Some(url) = self.database_url.as_ref().map(Secret::expose) else {
            return Some(Location::Sqlite(data.join("pocketshop.db")));
        };
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            // What does not parse here would be misread further on, and complained about with parts of the password.
            let name = url.split('/').nth(2).unwrap_or("");
            if Url::parse(url).is_ok() && name.matches('@').count() <= 1 {
                return Some(Location::Postgres(url.to_owned()));
            }
            errors.0.push(
                "DATABASE_URL does not read as postgres://USER:PASSWORD@HOST/NAME; write @ as %40 and / as %2F in the password"
                    .into(),
            );
            return None;
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                Some(Location::Sqlite(path.strip_prefix("//").unwrap_or(path).into()))
            }
            _ => {
                errors
                    .0
                    .push("DATABASE_URL is neither sqlite:PATH nor postgres://USER:PASSWORD@HOST/NAME".into());
                None
            }
        }
    }

    /// Sent in a header, and as good as a password.
    pub(super) fn metrics_token(&self, errors: &mut ConfigErrors) -> Option<Secret> {
        let token = self.metrics_token.clone()?;
        let fits = token.expose().len() >= 16 && token.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            errors.0.push(
                "POCKETSHOP_METRICS_TOKEN is no token: use 16 letters or more without spaces, as `openssl rand -hex 32` makes them"
                    .into(),
            );
        }
        fits.then_some(token)
    }

    pub(super) fn currency(&self, errors: &mut ConfigErrors) -> Option<Currency> {
        let typed = self.currency.as_deref().unwrap_or("USD");
        let known = Currency::by_code(typed);
        if known.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_CURRENCY \"{typed}\" is not a currency we know; use three capitals like USD or EUR"
            ));
        }
        known
    }

    pub(super) fn country(&self, errors: &mut ConfigErrors) -> Option<Country> {
        let typed = self.country.as_deref().unwrap_or("US");
        let known = Country::by_code(typed);
        if known.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_COUNTRY \"{typed}\" is not a country code; use two capitals like US or PT"
            ));
        }
        known
    }

    pub(super) fn log_level(&self, errors: &mut ConfigErrors) -> tracing::Level {
        let typed = self.log.as_deref().unwrap_or("info");
        typed.parse().unwrap_or_else(|_| {
            errors.0.push(format!(
                "POCKETSHOP_LOG \"{typed}\" is none of error, warn, info, debug, trace"
            ));
            tracing::Level::INFO
        })
    }

    pub(super) fn log_format(&self, errors: &mut ConfigErrors) -> LogFormat {
        match self.log_format.as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(typed) => {
                errors
                    .0
                    .push(format!("POCKETSHOP_LOG_FORMAT \"{typed}\" is neither text nor json"));
                LogFormat::Text
            }
        }
    }

    pub(super) fn trusted_proxies(&self, errors: &mut ConfigErrors) -> Vec<IpNet> {
        let list = self.trusted_proxies.as_deref().unwrap_or("");
        let mut networks = Vec::new();
        for typed in list.split(',').map(str::trim).filter(|typed| !typed.is_empty()) {
            let network = typed
                .parse::<IpNet>()
                .or_else(|_| typed.parse::<IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => networks.push(network),
                Err(_) => errors.0.push(format!(
                    "POCKETSHOP_TRUSTED_PROXIES holds \"{typed}\", which is not an address or network like 10.0.0.0/8"
                )),
            }
        }
        networks
    }

    pub(super) fn workers(&self, errors: &mut ConfigErrors) -> Option<usize> {
        let typed = self.workers.as_deref()?;
        let workers = typed.parse().ok().filter(|workers| (1..=256).contains(workers));
        if workers.is_none() {
            errors
                .0
                .push(format!("POCKETSHOP_WORKERS \"{typed}\" is not a number from 1 to 256"));
        }
        workers
    }

    pub(super) fn rate_limit(&self, production: bool, errors: &mut ConfigErrors) -> bool {
        match self.rate_limit.as_deref() {
            None | Some("on") => true,
            Some("off") if !production => false,
            Some("off") => {
                errors.0.push(
                    "POCKETSHOP_RATE_LIMIT=off is for benchmarks and tests; with an https PUBLIC_URL it must be on"
                        .into(),
                );
                true
            }
            Some(typed) => {
                errors
                    .0
                    .push(format!("POCKETSHOP_RATE_LIMIT \"{typed}\" is neither on nor off"));
                true
            }
        }
    }

    pub(super) fn password_cost(&self, errors: &mut ConfigErrors) -> PasswordCost {
        let cost = self
            .password_cost
            .as_deref()
            .map_or(Ok(PasswordCost::default()), PasswordCost::parse);
        cost.unwrap_or_else(|problem| {
            errors.0.push(format!("POCKETSHOP_PASSWORD_COST {problem}"));
            PasswordCost::default()
        })
    }

    pub(super) fn payments(&self, errors: &mut ConfigErrors) -> Payments {
        match self.payments.as_deref() {
            None => Payments::MockByDefault,
            Some("mock") => Payments::Mock,
            Some(typed) => {
                errors.0.push(format!(
                    "POCKETSHOP_PAYMENTS \"{typed}\" is no provider that we know; there is mock"
                ));
                Payments::MockByDefault
            }
        }
    }

    pub(super) fn payment_timeout(&self, errors: &mut ConfigErrors) -> Duration {
        let typed = self.payment_timeout.as_deref().unwrap_or("10");
        let seconds = typed.parse().ok().filter(|seconds| (1..=60).contains(seconds));
        if seconds.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_PAYMENT_TIMEOUT \"{typed}\" is not a number of seconds from 1 to 60"
            ));
        }
        Duration::from_secs(seconds.unwrap_or(10))
    }
}
