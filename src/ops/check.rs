//! `pocketshop check`: the settings as they are read, secrets only as set or unset, and what is wrong with them.

use std::fmt::Write;

use crate::config::{Config, Missing, Problems, Settings};
use crate::db::{Location, is_current};

/// The settings in words, a line each, and whether everything is well.
pub fn report(settings: &Settings, problems: Problems) -> (String, bool) {
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
    line("DATABASE_URL", secret(settings.database_url.is_some()));
    line("SECRET_KEY", secret(settings.secret_key.is_some()));
    out.push('\n');
    match settings.parse(problems, Missing::Leave).map(|config| state(&config)) {
        Ok(Ok(state)) => {
            out.push_str(&state);
            out.push('\n');
            (out, true)
        }
        Ok(Err(problem)) => {
            let _ = writeln!(out, "wrong: {problem:#}");
            (out, false)
        }
        Err(problems) => {
            for problem in problems.0 {
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
    Ok(if is_current(&mut conn)? {
        format!("The settings are fine. The {kind} database is up to date.")
    } else {
        format!(
            "The settings are fine. The {kind} database is not up to date yet; `pocketshop migrate` or a start does it."
        )
    })
}
