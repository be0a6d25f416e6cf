//! What the command line does beside serving.

pub mod check;
pub mod demo;
pub mod import;
pub mod people;
mod rows;

use std::path::Path;

use chrono::{NaiveDateTime, SubsecRound};

use crate::config::Config;
use crate::db::{in_transaction, migrate};

/// `pocketshop import pocketshop DIR`: all of it, or nothing.
pub fn import_pocketshop(config: &Config, folder: &Path) -> anyhow::Result<import::Report> {
    let fixtures = import::Fixtures::read(folder)?;
    migrate(&config.database)?;
    let mut conn = config.database.connect()?;
    let (currency, now) = (config.currency, now());
    Ok(in_transaction(&mut conn, &|conn| {
        import::import(conn, &fixtures, currency, now)
    })?)
}

/// `pocketshop serve --demo`: fills an empty database; one that is not empty stays as it is.
pub fn fill_demo(config: &Config) -> anyhow::Result<()> {
    migrate(&config.database)?;
    let mut conn = config.database.connect()?;
    if !demo::belongs_in(&mut conn)? {
        tracing::warn!("the database is not empty, so the demo market was left out");
        return Ok(());
    }
    // Before the rows, so that no row ever names a picture that is not there.
    demo::write_pictures(&config.media())?;
    let (currency, now) = (config.currency, now());
    if in_transaction(&mut conn, &|conn| demo::fill(conn, currency, now))? {
        tracing::info!("the demo market is set up");
    }
    Ok(())
}

/// UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "where a command gets its time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
