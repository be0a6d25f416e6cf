//! A database for one test: an SQLite file, or a database on the server that `TEST_DATABASE_URL` names.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use pocketshop::db::{Conn, Location};
use tempfile::TempDir;

pub struct Database {
    pub location: Location,
    pub folder: TempDir,
    /// The PostgreSQL server, and the name of the database there.
    on_server: Option<(Location, String)>,
}

impl Database {
    /// Creates an empty database.
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let folder = TempDir::new().unwrap();
        let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
            let location = Location::Sqlite(folder.path().join("pocketshop.db"));
            return Self {
                location,
                folder,
                on_server: None,
            };
        };
        let name = format!(
            "pocketshop_test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut url = url::Url::parse(&server).unwrap();
        let server = Location::Postgres(server);
        server
            .connect()
            .unwrap()
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        url.set_path(&name);
        Self {
            location: Location::Postgres(url.into()),
            folder,
            on_server: Some((server, name)),
        }
    }

    pub fn connect(&self) -> Conn {
        self.location.connect().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.on_server {
            let result = server
                .connect()
                .map_err(|error| error.to_string())
                .and_then(|mut conn| {
                    let statement = format!("DROP DATABASE {name} WITH (FORCE)");
                    conn.batch_execute(&statement).map_err(|error| error.to_string())
                });
            if let Err(error) = result {
                eprintln!("database {name} could not be dropped: {error}");
            }
        }
    }
}
