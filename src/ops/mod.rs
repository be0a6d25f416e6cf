//! The commands of the command line, except `serve`, `migrate` and `sweep`.

pub mod audit;
pub mod check;
pub mod demo;
pub mod import;
pub mod users;

pub use demo::Demo;

use std::path::Path;

use crate::accounts::{Hasher, NO_PASSWORD, Password};
use crate::clock::now;
use crate::config::Config;
use crate::db::{in_transaction, migrate};
use crate::payments::MockBooks;

/// `pocketshop import pocketshop DIR`: imports everything, or nothing if there is an error.
pub fn import_pocketshop(config: &Config, folder: &Path) -> anyhow::Result<import::Report> {
    let fixtures = import::Fixtures::read(folder)?;
    migrate(&config.database)?;
    let mut conn = config.database.connect()?;
    let (currency, now) = (config.currency, now());
    Ok(in_transaction(&mut conn, &|conn| {
        import::import(conn, &fixtures, currency, now)
    })?)
}

/// The password of every user of the demo market. In production they get no password.
const DEMO_PASSWORD: &str = "twelve small pockets";

/// `pocketshop serve --demo`: fills an empty database with the demo market. Returns a line that says how to sign in;
/// None in production and if the database has other data.
pub fn fill_demo(config: &Config, demo: Demo) -> anyhow::Result<Option<String>> {
    migrate(&config.database)?;
    let mut conn = config.database.connect()?;
    if !demo::may_fill(&mut conn)? {
        tracing::warn!("the database is not empty, so the demo market was not added");
        return Ok(None);
    }
    // Before the rows are inserted, so that every picture that a row names exists.
    demo::write_pictures(&config.media())?;
    let (currency, now) = (config.currency, now());
    let password = if config.production() || !demo::is_empty(&mut conn)? {
        NO_PASSWORD.to_owned()
    } else {
        Hasher::new(config.password_cost, 1).hash_now(&Password::from_input(DEMO_PASSWORD))?
    };
    let filled = in_transaction(&mut conn, &|conn| demo::fill(conn, &password, currency, demo, now))?;
    if let Some(entries) = filled {
        // After the commit, so that the provider's books never have a payment that was rolled back here.
        demo::write_books(&MockBooks::open(&config.data)?, entries)?;
        tracing::info!("the demo market was added");
    }
    Ok((!config.production()).then(|| {
        format!(
            "Sign in to the demo market as ines (a seller) or bruno (a buyer); the password is \"{DEMO_PASSWORD}\"."
        )
    }))
}
