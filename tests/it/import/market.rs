//! A database of a test's own, on SQLite or on the server of `TEST_DATABASE_URL`.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use pocketshop::db::{Conn, Location, in_transaction, migrate};
use pocketshop::error::Result;
use pocketshop::money::Currency;
use pocketshop::ops::import::{Fixtures, Report, import};
use tempfile::TempDir;

use super::files::{FIXTURES, Files};
use super::now;

const TABLES: [&str; 14] = [
    "users", "shops", "shop_slugs", "categories", "products", "product_slugs", "product_images", "product_variants", "carts",
    "cart_items", "checkouts", "payments", "shipments", "orders",
];

/// A database of a test's own, gone when the test is.
pub struct Market {
    pub conn: Conn,
    _folder: TempDir,
    /// The server, and the database on it.
    postgres: Option<(String, String)>,
}

impl Market {
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (location, postgres) = match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => {
                let name = format!("import_{:016x}", getrandom::u64().unwrap());
                let mut admin = PgConnection::establish(&server).unwrap();
                admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
                let mut url = url::Url::parse(&server).unwrap();
                url.set_path(&name);
                (Location::Postgres(url.into()), Some((server, name)))
            }
            Err(_) => (Location::Sqlite(folder.path().join("market.db")), None),
        };
        migrate(&location).unwrap();
        Self { conn: location.connect().unwrap(), _folder: folder, postgres }
    }

    pub fn imported() -> (Self, Report) {
        let mut market = Self::empty();
        let report = market.import(Path::new(FIXTURES)).unwrap();
        (market, report)
    }

    pub fn import(&mut self, dir: &Path) -> Result<Report> {
        let fixtures = Fixtures::read(dir)?;
        let dollars = Currency::of("USD").unwrap();
        in_transaction(&mut self.conn, &|conn| import(conn, &fixtures, dollars, now()))
    }

    /// Imports the fixtures after a change to them.
    pub fn import_changed(&mut self, change: impl FnOnce(&Files)) -> Result<Report> {
        let files = Files::copy();
        change(&files);
        self.import(files.folder())
    }

    /// Every table, as text.
    pub fn dump(&mut self) -> String {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        fn lines(conn: &mut Conn, sql: &str) -> Vec<String> {
            let query = diesel::sql_query(sql);
            let lines: Vec<Line> = match conn {
                Conn::Sqlite(conn) => query.load(conn).unwrap(),
                Conn::Postgres(conn) => query.load(conn).unwrap(),
            };
            lines.into_iter().map(|line| line.line).collect()
        }
        let mut dump = String::new();
        for table in TABLES {
            let columns = match self.conn {
                Conn::Sqlite(_) => format!("SELECT name AS line FROM pragma_table_info('{table}')"),
                Conn::Postgres(_) => format!(
                    "SELECT column_name::text AS line FROM information_schema.columns WHERE table_name = '{table}'"
                ),
            };
            let columns = lines(&mut self.conn, &columns)
                .iter()
                .map(|column| format!("COALESCE(CAST({column} AS TEXT), 'none')"))
                .collect::<Vec<_>>()
                .join(" || '|' || ");
            let rows = lines(&mut self.conn, &format!("SELECT {columns} AS line FROM {table} ORDER BY 1"));
            dump.push_str(&format!("{table}\n{}\n", rows.join("\n")));
        }
        dump
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.postgres {
            let mut admin = PgConnection::establish(server).unwrap();
            admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
        }
    }
}
