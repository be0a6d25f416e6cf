//! A market to import into, without a server.

use std::path::Path;

use pocketshop::db::{Conn, in_transaction, migrate};
use pocketshop::error::Result;
use pocketshop::money::Currency;
use pocketshop::ops::import::{Fixtures, Report, import};

use super::files::{FIXTURES, Files};
use super::now;
use crate::support::database::Database;
use crate::support::rows;

pub struct Market {
    pub conn: Conn,
    // Dropped last, because the connection uses it.
    _database: Database,
}

impl Market {
    pub fn empty() -> Self {
        let database = Database::fresh();
        migrate(&database.location).unwrap();
        Self {
            conn: database.connect(),
            _database: database,
        }
    }

    pub fn imported() -> (Self, Report) {
        let mut market = Self::empty();
        let report = market.import(Path::new(FIXTURES)).unwrap();
        (market, report)
    }

    pub fn import(&mut self, dir: &Path) -> Result<Report> {
        let fixtures = Fixtures::read(dir)?;
        let dollars = Currency::by_code("USD").unwrap();
        in_transaction(&mut self.conn, &|conn| import(conn, &fixtures, dollars, now()))
    }

    /// Imports the fixtures after a change to them.
    pub fn import_changed(&mut self, change: impl FnOnce(&Files)) -> Result<Report> {
        let files = Files::copy();
        change(&files);
        self.import(files.folder())
    }

    /// Every row of every table, as text.
    pub fn dump(&mut self) -> Vec<String> {
        rows::dump(&mut self.conn)
    }
}
