//! `pocketshop check`: prints the settings (secrets only as set or unset), their errors, and the state of the database.

use std::fmt::Write;

use chrono::NaiveDateTime;
use clap::ArgMatches;

use crate::config::{Config, ConfigErrors, Missing, SECRETS, Settings, default_text};
use crate::crypto::OldKeys;
use crate::db::{Conn, Location, is_current};
use crate::error::Result;
use crate::jobs;

/// The report, and whether everything is fine.
pub fn report(settings: &Settings, arguments: &ArgMatches, errors: ConfigErrors) -> (String, bool) {
    let mut out = String::new();
    for (name, value) in values(settings, arguments) {
        let _ = writeln!(out, "{name:<31} {value}");
    }
    out.push('\n');
    let parsed = settings.parse(errors, Missing::Ignore);
    match parsed.map(|config| (state(&config), config.warnings())) {
        Ok((Ok(state), warnings)) => {
            let _ = writeln!(out, "{state}");
            for warning in warnings {
                let _ = writeln!(out, "warning: {warning}");
            }
            (out, true)
        }
        Ok((Err(error), _)) => {
            let _ = writeln!(out, "error: {error:#}");
            (out, false)
        }
        Err(errors) => {
            for error in errors.0 {
                let _ = writeln!(out, "error: {error}");
            }
            (out, false)
        }
    }
}

/// The name and value of every setting. For a secret, only whether it is set.
fn values(settings: &Settings, arguments: &ArgMatches) -> Vec<(String, String)> {
    let flags = Settings::flags().into_iter().filter_map(|flag| {
        let name = flag.get_env()?.to_string_lossy().into_owned();
        let value = arguments.get_one::<String>(flag.get_id().as_str()).cloned();
        Some((
            name,
            value.unwrap_or_else(|| format!("{} (default)", default_text(&flag))),
        ))
    });
    let mut settings = settings.clone();
    let secrets = SECRETS.map(|(name, field)| {
        let is_set = field(&mut settings).is_some();
        (name.to_owned(), if is_set { "set" } else { "unset" }.to_owned())
    });
    flags.chain(secrets).collect()
}

/// The state of the database. Changes nothing.
fn state(config: &Config) -> anyhow::Result<String> {
    let kind = match &config.database {
        Location::Sqlite(path) if !path.exists() => {
            return Ok("The settings are fine. The database will be created on the first start.".into());
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
            "The settings are fine. The {kind} database is not up to date yet; `pocketshop migrate` or the next start updates it."
        ));
    }
    let mut text = format!("The settings are fine. The {kind} database is up to date.");
    if config.secret_keys.is_rotating() {
        let _ = write!(text, "\n{}", rotation(&mut conn, config, crate::clock::now())?);
    }
    let dead = jobs::count_dead(&mut conn)?;
    if dead > 0 {
        let have = if dead == 1 { "has" } else { "have" };
        let _ = write!(text, "\n{} {have} failed; see /admin.", plural(dead, "job"));
    }
    Ok(text)
}

/// Whether the old keys can be removed from `SECRET_KEY`.
pub fn rotation(conn: &mut Conn, config: &Config, now: NaiveDateTime) -> Result<String> {
    Ok(match OldKeys::count(conn, &config.secret_keys, now)? {
        None => "Keep the old SECRET_KEY: PocketShop has not started with the new one yet.".into(),
        Some(needed) if needed.is_empty() => "The old SECRET_KEY can be removed.".into(),
        Some(needed) => {
            let mut text = format!(
                "Keep the old SECRET_KEY: {}, {}, {} still need it",
                plural(needed.sessions, "sign-in"),
                plural(needed.second_factors, "second factor"),
                plural(needed.emails, "email"),
            );
            if now < needed.until {
                let _ = write!(text, "; the last of these sign-ins ends by {}", needed.until.date());
            }
            text + "."
        }
    })
}

fn plural(count: i64, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}
