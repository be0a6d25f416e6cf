//! `pocketshop audit`: what must be true of the market at any time, checked row by row; nothing is changed.

mod columns;
mod ledger;
mod orders;
mod payments;
mod refunds;
mod report;
mod stock;
mod totals;

use anyhow::Context;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use crate::config::Config;
use crate::db::{Conn, Location, in_snapshot, is_current};
use crate::error::Result;
use crate::payments::MockBooks;
pub use report::Report;
use report::{Finding, MAX_ROWS};

/// One thing that must be true.
struct Rule {
    says: &'static str,
    /// A query for the rows that break it, each in words, as `what`.
    broken: String,
    aside: Option<Aside>,
}

/// Rows that a rule lets be, and counts: a query for them, as `what`, and what they are.
#[derive(Clone, Copy)]
struct Aside {
    rows: &'static str,
    are: &'static str,
}

fn rule(says: &'static str, broken: &str) -> Rule {
    Rule {
        says,
        broken: broken.to_owned(),
        aside: None,
    }
}

impl Rule {
    fn but(self, are: &'static str, rows: &'static str) -> Self {
        let aside = Some(Aside { rows, are });
        Self { aside, ..self }
    }

    fn check(&self, conn: &mut Conn) -> Result<Finding> {
        let broken = count(conn, &self.broken)?;
        let rows = if broken == 0 {
            Vec::new()
        } else {
            rows(conn, &format!("{} LIMIT {MAX_ROWS}", self.broken))?
        };
        let aside = match self.aside {
            Some(Aside { rows, are }) => Some((count(conn, rows)?, are)),
            None => None,
        };
        Ok(Finding {
            says: self.says,
            broken,
            rows,
            aside,
        })
    }
}

/// Checks every rule on the database as it is at one moment.
///
/// # Errors
/// The database or the mock provider's ledger cannot be read, or the database is not there or not up to date.
pub fn audit(config: &Config) -> anyhow::Result<Report> {
    if let Location::Sqlite(path) = &config.database {
        anyhow::ensure!(path.exists(), "there is no database at {} yet", path.display());
    }
    let mut conn = config.database.connect().context("the database cannot be reached")?;
    anyhow::ensure!(
        is_current(&mut conn)?,
        "the database is not up to date; run `pocketshop migrate` first"
    );
    let now = super::now();
    // Its entries come before and after our own rows, so it is read on both sides of them.
    let before = MockBooks::entries(&config.data)?;
    let (mut findings, paid) = in_snapshot(&mut conn, &|conn| {
        let mut rules = stock::rules();
        rules.extend(totals::rules());
        rules.extend(payments::rules());
        rules.extend(refunds::rules());
        rules.extend(orders::rules());
        rules.extend(columns::rules(conn)?);
        let findings = rules.iter().map(|rule| rule.check(conn)).collect::<Result<Vec<_>>>()?;
        Ok((findings, ledger::paid(conn)?))
    })?;
    let after = MockBooks::entries(&config.data)?;
    findings.extend(ledger::findings(&paid, &before, &after, now));
    Ok(Report(findings))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    what: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn rows(conn: &mut Conn, query: &str) -> Result<Vec<String>> {
    let found: Vec<Found> = sql_query(query).load(conn)?;
    Ok(found.into_iter().map(|found| found.what).collect())
}

fn count(conn: &mut Conn, query: &str) -> Result<i64> {
    let counted: Count = sql_query(format!(
        "SELECT CAST(COUNT(*) AS BIGINT) AS rows FROM ({query}) AS found"
    ))
    .get_result(conn)?;
    Ok(counted.rows)
}
