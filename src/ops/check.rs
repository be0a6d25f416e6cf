//! `pocketshop check`: the settings as they are read, secrets only as set or unset, and what is wrong with them.

use std::fmt::Write;

use chrono::NaiveDateTime;
use clap::ArgMatches;

use crate::config::{Config, ConfigErrors, Missing, SECRETS, Settings, default_text};
use crate::crypto::OldKeys;
use crate::db::{Conn, Location, is_current};
use crate::error::Result;
use crate::jobs;

/// The settings in words, a line each, and whether everything is well. `given` is the command line.
pub fn report(settings: &Settings, given: &ArgMatches, errors: ConfigErrors) -> (String, bool) {
    let mut out = String::new();
    for (name, value) in values(settings, given) {
        let _ = writeln!(out, "{name:<31} {value}");
    }
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

/// The name of every setting with its value; of a secret only whether it is set.
fn values(settings: &Settings, given: &ArgMatches) -> Vec<(String, String)> {
    let flags = Settings::flags().into_iter().filter_map(|flag| {
        let name = flag.get_env()?.to_string_lossy().into_owned();
        let value = given.get_one::<String>(flag.get_id().as_str()).cloned();
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
    let dead = jobs::count_dead(&mut conn)?;
    if dead > 0 {
        let were = if dead == 1 { "was" } else { "were" };
        let _ = write!(said, "\n{} {were} given up; see /admin.", several(dead, "job"));
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
                several(needed.emails, "email"),
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
