//! Everything that is stored about someone, as JSON and as CSV, in one ZIP.

mod buying;
mod products;
mod profile;
mod selling;
mod table;

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::money::Currency;
use table::Table;

/// All tables of one person.
pub struct Export(Vec<Table>);

impl Export {
    /// Reads it all. `currency` is the market's, which products are priced in.
    pub fn of(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Self> {
        Ok(Self(vec![
            Table::of("profile", &profile::profile(conn, user)?)?,
            Table::of("addresses", &profile::addresses(conn, user)?)?,
            Table::of("waiting-pictures", &profile::pictures(conn, user)?)?,
            Table::of("sign-ins", &profile::sign_ins(conn, user)?)?,
            Table::of("remembered-browsers", &profile::browsers(conn, user)?)?,
            Table::of("activity", &profile::activity(conn, user)?)?,
            Table::of("cart", &buying::cart(conn, user)?)?,
            Table::of("orders", &buying::orders(conn, user)?)?,
            Table::of("order-history", &buying::steps(conn, user)?)?,
            Table::of("deliveries", &buying::deliveries(conn, user)?)?,
            Table::of("parcels", &buying::parcels(conn, user)?)?,
            Table::of("payments", &buying::payments(conn, user)?)?,
            Table::of("refunds", &buying::refunds(conn, user)?)?,
            Table::of("shop", &selling::shop(conn, user)?)?,
            Table::of("sections", &selling::sections(conn, user)?)?,
            Table::of("shipping-rates", &selling::rates(conn, user, currency)?)?,
            Table::of("sales", &selling::sales(conn, user)?)?,
            Table::of("products", &products::products(conn, user, currency)?)?,
            Table::of("variants", &products::variants(conn, user, currency)?)?,
            Table::of("product-fields", &products::fields(conn, user, currency)?)?,
            Table::of("product-pictures", &products::pictures(conn, user)?)?,
            Table::of("stock-movements", &products::movements(conn, user)?)?,
        ]))
    }

    /// One archive with two files a table.
    pub fn zip(&self) -> Result<Vec<u8>> {
        let packed = || -> zip::result::ZipResult<Vec<u8>> {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for table in &self.0 {
                for (ending, content) in [("json", &table.json), ("csv", &table.csv)] {
                    zip.start_file(format!("{}.{ending}", table.name), SimpleFileOptions::default())?;
                    zip.write_all(content)?;
                }
            }
            Ok(zip.finish()?.into_inner())
        };
        packed().map_err(|error| Error::internal(error, "the data could not be packed"))
    }
}
