//! One rule of the audit, and how it is checked.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::report::{Finding, MAX_ROWS};
use crate::db::Conn;
use crate::error::Result;

/// One thing that must be true.
pub struct Rule {
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

pub fn rule(says: &'static str, broken: &str) -> Rule {
    Rule {
        says,
        broken: broken.to_owned(),
        aside: None,
    }
}

impl Rule {
    pub fn but(self, are: &'static str, rows: &'static str) -> Self {
        let aside = Some(Aside { rows, are });
        Self { aside, ..self }
    }

    pub fn check(&self, conn: &mut Conn) -> Result<Finding> {
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

pub fn rows(conn: &mut Conn, query: &str) -> Result<Vec<String>> {
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
