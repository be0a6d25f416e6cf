//! A rule of the audit, as a query for the rows that break it.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};

use super::report::{Finding, MAX_ROWS};
use crate::db::Conn;
use crate::error::Result;

/// Something that must always be true.
pub struct Rule {
    name: &'static str,
    /// A query for the rows that break it. Its column `what` describes a row.
    broken: String,
    exceptions: Option<Exceptions>,
}

/// Rows to which a rule does not apply, such as imported ones. They are only counted.
#[derive(Clone, Copy)]
struct Exceptions {
    query: &'static str,
    description: &'static str,
}

pub fn rule(name: &'static str, broken: &str) -> Rule {
    Rule {
        name,
        broken: broken.to_owned(),
        exceptions: None,
    }
}

impl Rule {
    /// Adds exceptions: the rows that this query finds.
    pub fn except(self, description: &'static str, query: &'static str) -> Self {
        let exceptions = Some(Exceptions { query, description });
        Self { exceptions, ..self }
    }

    pub fn check(&self, conn: &mut Conn) -> Result<Finding> {
        let broken = count(conn, &self.broken)?;
        let rows = if broken == 0 {
            Vec::new()
        } else {
            rows(conn, &format!("{} LIMIT {MAX_ROWS}", self.broken))?
        };
        let exceptions = match self.exceptions {
            Some(Exceptions { query, description }) => Some((count(conn, query)?, description)),
            None => None,
        };
        Ok(Finding {
            rule: self.name,
            broken,
            rows,
            exceptions,
        })
    }
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Text)]
    what: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The column `what` of all rows that a query finds.
pub fn rows(conn: &mut Conn, query: &str) -> Result<Vec<String>> {
    let found: Vec<FoundRow> = sql_query(query).load(conn)?;
    Ok(found.into_iter().map(|found| found.what).collect())
}

fn count(conn: &mut Conn, query: &str) -> Result<i64> {
    let counted: Count = sql_query(format!(
        "SELECT CAST(COUNT(*) AS BIGINT) AS rows FROM ({query}) AS found"
    ))
    .get_result(conn)?;
    Ok(counted.rows)
}
