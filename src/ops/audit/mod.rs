//! `pocketshop audit`: checks rules that must always be true, row by row. It changes nothing.

mod columns;
mod orders;
mod payments;
mod provider_books;
mod refunds;
mod report;
mod rule;
mod stock;
mod totals;

use anyhow::Context;

use crate::config::Config;
use crate::db::{Location, in_snapshot, is_current};
use crate::error::Result;
use crate::payments::MockBooks;
pub use report::Report;

/// Checks every rule on the database as it is at one moment.
///
/// # Errors
/// The database or the mock provider's books cannot be read, or the database does not exist or is not up to date.
pub fn audit(config: &Config) -> anyhow::Result<Report> {
    if let Location::Sqlite(path) = &config.database {
        anyhow::ensure!(path.exists(), "there is no database at {} yet", path.display());
    }
    let mut conn = config.database.connect().context("the database cannot be reached")?;
    anyhow::ensure!(
        is_current(&mut conn)?,
        "the database is not up to date; run `pocketshop migrate` first"
    );
    let now = crate::clock::now();
    // The provider's books change both before and after our rows do, so they are read before and after our rows.
    let before = MockBooks::entries(&config.data)?;
    let (mut findings, payments) = in_snapshot(&mut conn, &|conn| {
        let mut rules = stock::rules();
        rules.extend(totals::rules());
        rules.extend(payments::rules());
        rules.extend(refunds::rules());
        rules.extend(orders::rules());
        rules.extend(columns::rules(conn)?);
        let findings = rules.iter().map(|rule| rule.check(conn)).collect::<Result<Vec<_>>>()?;
        Ok((findings, provider_books::payments(conn)?))
    })?;
    let after = MockBooks::entries(&config.data)?;
    findings.extend(provider_books::findings(&payments, &before, &after, now));
    Ok(Report(findings))
}
