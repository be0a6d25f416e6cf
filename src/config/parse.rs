//! Parses each setting on its own, and adds an error that says what to do if it is wrong.

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
        let input = self.bind.as_deref().unwrap_or("127.0.0.1:8080");
        let parsed = input.parse().ok();
        if parsed.is_none() {
            errors.0.push(format!(
                "--bind \"{input}\" is not an address and port like 127.0.0.1:8080"
            ));
        }
        parsed
    }

    pub(super) fn public_url(&self, port: u16, errors: &mut ConfigErrors) -> Option<Url> {
        let input = self
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://localhost:{port}"));
        let parsed = Url::parse(&input).ok().filter(|url| {
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
            // libpq would misread such an address, and its error would contain parts of the password.
            let name = url.split('/').nth(2).unwrap_or("");
            if Url::parse(url).is_ok() && name.matches('@').count() <= 1 {
                return Some(Location::Postgres(url.to_owned()));
            }
            errors.0.push(
                "DATABASE_URL is not like postgres://USER:PASSWORD@HOST/NAME; write @ as %40 and / as %2F in the password"
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

    /// The token is sent in a header and must be hard to guess.
    pub(super) fn metrics_token(&self, errors: &mut ConfigErrors) -> Option<Secret> {
        let token = self.metrics_token.clone()?;
        let is_valid = token.expose().len() >= 16 && token.expose().bytes().all(|byte| byte.is_ascii_graphic());
        if !is_valid {
            errors.0.push(
                "POCKETSHOP_METRICS_TOKEN must have 16 characters or more and no spaces; create one with `openssl rand -hex 32`"
                    .into(),
            );
        }
        is_valid.then_some(token)
    }

    pub(super) fn currency(&self, errors: &mut ConfigErrors) -> Option<Currency> {
        let input = self.currency.as_deref().unwrap_or("USD");
        let currency = Currency::by_code(input);
        if currency.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_CURRENCY \"{input}\" is not a supported currency; use three capital letters like USD or EUR"
            ));
        }
        currency
    }

    pub(super) fn country(&self, errors: &mut ConfigErrors) -> Option<Country> {
        let input = self.country.as_deref().unwrap_or("US");
        let country = Country::by_code(input);
        if country.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_COUNTRY \"{input}\" is not a country code; use two capital letters like US or PT"
            ));
        }
        country
    }

    pub(super) fn log_level(&self, errors: &mut ConfigErrors) -> tracing::Level {
        let input = self.log.as_deref().unwrap_or("info");
        input.parse().unwrap_or_else(|_| {
            errors.0.push(format!(
                "POCKETSHOP_LOG \"{input}\" is not one of error, warn, info, debug, trace"
            ));
            tracing::Level::INFO
        })
    }

    pub(super) fn log_format(&self, errors: &mut ConfigErrors) -> LogFormat {
        match self.log_format.as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(input) => {
                errors
                    .0
                    .push(format!("POCKETSHOP_LOG_FORMAT \"{input}\" is neither text nor json"));
                LogFormat::Text
            }
        }
    }

    pub(super) fn trusted_proxies(&self, errors: &mut ConfigErrors) -> Vec<IpNet> {
        let list = self.trusted_proxies.as_deref().unwrap_or("");
        let mut networks = Vec::new();
        for input in list.split(',').map(str::trim).filter(|input| !input.is_empty()) {
            let network = input
                .parse::<IpNet>()
                .or_else(|_| input.parse::<IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => networks.push(network),
                Err(_) => errors.0.push(format!(
                    "POCKETSHOP_TRUSTED_PROXIES contains \"{input}\", which is not an address or network like 10.0.0.0/8"
                )),
            }
        }
        networks
    }

    pub(super) fn workers(&self, errors: &mut ConfigErrors) -> Option<usize> {
        let input = self.workers.as_deref()?;
        let workers = input.parse().ok().filter(|workers| (1..=256).contains(workers));
        if workers.is_none() {
            errors
                .0
                .push(format!("POCKETSHOP_WORKERS \"{input}\" is not a number from 1 to 256"));
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
            Some(input) => {
                errors
                    .0
                    .push(format!("POCKETSHOP_RATE_LIMIT \"{input}\" is neither on nor off"));
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
            Some(input) => {
                errors.0.push(format!(
                    "POCKETSHOP_PAYMENTS \"{input}\" is not a supported provider; use mock"
                ));
                Payments::MockByDefault
            }
        }
    }

    pub(super) fn payment_timeout(&self, errors: &mut ConfigErrors) -> Duration {
        let input = self.payment_timeout.as_deref().unwrap_or("10");
        let seconds = input.parse().ok().filter(|seconds| (1..=60).contains(seconds));
        if seconds.is_none() {
            errors.0.push(format!(
                "POCKETSHOP_PAYMENT_TIMEOUT \"{input}\" is not a number of seconds from 1 to 60"
            ));
        }
        Duration::from_secs(seconds.unwrap_or(10))
    }
}
