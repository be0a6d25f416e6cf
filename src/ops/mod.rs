//! What the command line does beside serving.

pub mod audit;
pub mod check;
pub mod demo;
pub mod import;
mod rows;
pub mod users;

pub use demo::Demo;

use std::path::Path;

use chrono::{NaiveDateTime, SubsecRound};

use crate::accounts::{Hasher, NO_PASSWORD, Password};
use crate::config::Config;
use crate::db::{in_transaction, migrate};
use crate::payments::MockBooks;

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

/// The password of everyone in the demo market; nobody can sign in with it where people come from outside.
const DEMO_PASSWORD: &str = "twelve small pockets";

/// `pocketshop serve --demo`: fills an empty database; one that is not empty stays as it is. Tells how to sign in.
pub fn fill_demo(config: &Config, demo: Demo) -> anyhow::Result<Option<String>> {
    migrate(&config.database)?;
    let mut conn = config.database.connect()?;
    if !demo::belongs_in(&mut conn)? {
        tracing::warn!("the database is not empty, so the demo market was left out");
        return Ok(None);
    }
    // Before the rows, so that no row ever names a picture that is not there.
    demo::write_pictures(&config.media())?;
    let (currency, now) = (config.currency, now());
    let password = if config.production() || !demo::is_empty(&mut conn)? {
        NO_PASSWORD.to_owned()
    } else {
        Hasher::new(config.password_cost, 1).hash_now(&Password::typed(DEMO_PASSWORD))?
    };
    let filled = in_transaction(&mut conn, &|conn| demo::fill(conn, &password, currency, demo, now))?;
    if let Some(booked) = filled {
        // Only now, so that the provider never has a payment that was undone here.
        demo::book(&MockBooks::open(&config.data)?, booked)?;
        tracing::info!("the demo market is set up");
    }
    Ok((!config.production()).then(|| {
        format!(
            "Sign in to the demo market as ines (a seller) or bruno (a buyer); the password is \"{DEMO_PASSWORD}\"."
        )
    }))
}

/// UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "where a command gets its time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
