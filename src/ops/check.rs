//! `pocketshop check`: the settings as they are read, secrets only as set or unset, and what is wrong with them.

use std::fmt::Write;

use chrono::NaiveDateTime;

use crate::config::{Config, ConfigErrors, Missing, Settings};
use crate::crypto::OldKeys;
use crate::db::{Conn, Location, is_current};
use crate::error::Result;
use crate::jobs;

/// The settings in words, a line each, and whether everything is well.
pub fn report(settings: &Settings, errors: ConfigErrors) -> (String, bool) {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:<28} {value}");
    };
    let given = |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| format!("{default} (default)"));
    let secret = |is_set: bool| if is_set { "set" } else { "unset" };
    line("POCKETSHOP_BIND", &given(&settings.bind, "127.0.0.1:8080"));
    line("POCKETSHOP_DATA", &given(&settings.data, "./data"));
    line(
        "PUBLIC_URL",
        &given(&settings.public_url, "http://localhost, port of POCKETSHOP_BIND"),
    );
    line("POCKETSHOP_CURRENCY", &given(&settings.currency, "USD"));
    line("POCKETSHOP_COUNTRY", &given(&settings.country, "US"));
    line("POCKETSHOP_LOG", &given(&settings.log, "info"));
    line("POCKETSHOP_LOG_FORMAT", &given(&settings.log_format, "text"));
    line("POCKETSHOP_TRUSTED_PROXIES", &given(&settings.trusted_proxies, "none"));
    line("POCKETSHOP_WORKERS", &given(&settings.workers, "one a core"));
    line("POCKETSHOP_RATE_LIMIT", &given(&settings.rate_limit, "on"));
    line(
        "POCKETSHOP_MAIL_FROM",
        &given(&settings.mail_from, "PocketShop <no-reply@HOST>, host of PUBLIC_URL"),
    );
    line(
        "POCKETSHOP_PASSWORD_COST",
        &given(&settings.password_cost, "m=19456,t=2,p=1"),
    );
    line(
        "POCKETSHOP_CLOUDINARY_API",
        &given(&settings.cloudinary_api, "https://api.cloudinary.com"),
    );
    line("POCKETSHOP_PAYMENTS", &given(&settings.payments, "mock"));
    line("POCKETSHOP_PAYMENT_TIMEOUT", &given(&settings.payment_timeout, "10"));
    line("DATABASE_URL", secret(settings.database_url.is_some()));
    line("SECRET_KEY", secret(settings.secret_key.is_some()));
    line("SMTP_URL", secret(settings.smtp_url.is_some()));
    line("CLOUDINARY_URL", secret(settings.cloudinary_url.is_some()));
    line("POCKETSHOP_METRICS_TOKEN", secret(settings.metrics_token.is_some()));
    out.push('\n');
    let parsed = settings.parse(errors, Missing::Leave);
    match parsed.map(|config| (state(&config), config.warnings())) {
        Ok((Ok(state), warnings)) => {
            let _ = writeln!(out, "{state}");
            for warning in warnings {
                let _ = writeln!(out, "warning: {warning}");
            }
            (out, true)
        }
        Ok((Err(problem), _)) => {
            let _ = writeln!(out, "wrong: {problem:#}");
            (out, false)
        }
        Err(errors) => {
            for problem in errors.0 {
                let _ = writeln!(out, "wrong: {problem}");
            }
            (out, false)
        }
    }
}

/// What there is to say of the database; nothing of the market's is changed.
fn state(config: &Config) -> anyhow::Result<String> {
    let kind = match &config.database {
        Location::Sqlite(path) if !path.exists() => {
            return Ok("The settings are fine. The database will be made at the first start.".into());
        }
        Location::Sqlite(_) => "SQLite",
        Location::Postgres(_) => "PostgreSQL",
    };
    let mut conn = config
        .database
        .connect()
        .map_err(|error| anyhow::anyhow!("the database cannot be reached: {error}"))?;
    if !is_current(&mut conn)? {
        return Ok(format!(
            "The settings are fine. The {kind} database is not up to date yet; `pocketshop migrate` or a start does it."
        ));
    }
    let mut said = format!("The settings are fine. The {kind} database is up to date.");
    if config.secret_keys.rotating() {
        let _ = write!(said, "\n{}", rotation(&mut conn, config, super::now())?);
    }
    let dead = jobs::dead_count(&mut conn)?;
    if dead > 0 {
        let were = if dead == 1 { "was" } else { "were" };
        let _ = write!(said, "\n{} {were} given up; look at /admin.", several(dead, "job"));
    }
    Ok(said)
}

/// Whether the keys after the first may be taken out of `SECRET_KEY`.
pub fn rotation(conn: &mut Conn, config: &Config, now: NaiveDateTime) -> Result<String> {
    Ok(match OldKeys::needed(conn, &config.secret_keys, now)? {
        None => "Keep the old SECRET_KEY: no start has used the new one yet.".into(),
        Some(needed) if needed.none() => "The old SECRET_KEY may go.".into(),
        Some(needed) => {
            let mut said = format!(
                "Keep the old SECRET_KEY: {}, {}, {} still need it",
                several(needed.sign_ins, "sign-in"),
                several(needed.factors, "second factor"),
                several(needed.emails, "letter"),
            );
            if now < needed.until {
                let _ = write!(said, "; the sign-ins will be over by {}", needed.until.date());
            }
            said + "."
        }
    })
}

fn several(count: i64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
