//! All rows of all tables as text, to compare a database before and after.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use pocketshop::db::Conn;

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

pub fn tables(conn: &mut Conn) -> Vec<String> {
    let names: Vec<Name> = match conn {
        Conn::Sqlite(conn) => sql_query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").load(conn),
        Conn::Postgres(conn) => sql_query(
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
        )
        .load(conn),
    }
    .unwrap();
    names
        .into_iter()
        .map(|table| table.name)
        .filter(|name| !name.starts_with("__diesel"))
        .collect()
}

/// Each row as `table: row`, sorted.
pub fn dump(conn: &mut Conn) -> Vec<String> {
    let mut rows = Vec::new();
    for table in tables(conn) {
        let found: Vec<Row> = match conn {
            Conn::Sqlite(conn) => {
                let columns: Vec<Name> = sql_query(format!("SELECT name FROM pragma_table_info('{table}')"))
                    .load(conn)
                    .unwrap();
                let parts: Vec<String> = columns
                    .iter()
                    .map(|column| format!("quote(\"{}\")", column.name))
                    .collect();
                sql_query(format!("SELECT {} AS \"row\" FROM {table}", parts.join(" || ',' || "))).load(conn)
            }
            Conn::Postgres(conn) => sql_query(format!("SELECT t::text AS \"row\" FROM {table} t")).load(conn),
        }
        .unwrap();
        rows.extend(found.into_iter().map(|found| format!("{table}: {}", found.row)));
    }
    rows.sort();
    rows
}
