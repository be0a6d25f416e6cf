//! The download of a user's data: all tables as JSON and as CSV, in one ZIP file.
//!
//! The field names of the row types are the column headings of the files.

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

/// All tables of one user.
pub struct Export(Vec<Table>);

impl Export {
    /// Reads all tables. `currency` is the market's, in which products are priced.
    pub fn of_user(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Self> {
        Ok(Self(vec![
            Table::new("profile", &profile::profile(conn, user)?)?,
            Table::new("addresses", &profile::addresses(conn, user)?)?,
            Table::new("pending-pictures", &profile::pending_images(conn, user)?)?,
            Table::new("sign-ins", &profile::sessions(conn, user)?)?,
            Table::new("remembered-browsers", &profile::trusted_browsers(conn, user)?)?,
            Table::new("activity", &profile::security_events(conn, user)?)?,
            Table::new("cart", &buying::cart_items(conn, user)?)?,
            Table::new("orders", &buying::order_lines(conn, user)?)?,
            Table::new("order-history", &buying::order_events(conn, user)?)?,
            Table::new("purchases", &buying::purchases(conn, user)?)?,
            Table::new("shop-orders", &buying::shop_orders(conn, user)?)?,
            Table::new("payments", &buying::payments(conn, user)?)?,
            Table::new("refunds", &buying::refunds(conn, user)?)?,
            Table::new("shop", &selling::shop(conn, user)?)?,
            Table::new("sections", &selling::sections(conn, user)?)?,
            Table::new("shipping-rates", &selling::shipping_rates(conn, user, currency)?)?,
            Table::new("sales", &selling::sales(conn, user)?)?,
            Table::new("products", &products::products(conn, user, currency)?)?,
            Table::new("variants", &products::variants(conn, user, currency)?)?,
            Table::new(
                "product-fields",
                &products::personalization_fields(conn, user, currency)?,
            )?,
            Table::new("product-pictures", &products::images(conn, user)?)?,
            Table::new("stock-movements", &products::stock_movements(conn, user)?)?,
        ]))
    }

    /// The ZIP file, with a JSON and a CSV file for each table.
    pub fn zip(&self) -> Result<Vec<u8>> {
        let write_zip = || -> zip::result::ZipResult<Vec<u8>> {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for table in &self.0 {
                for (extension, content) in [("json", &table.json), ("csv", &table.csv)] {
                    zip.start_file(format!("{}.{extension}", table.name), SimpleFileOptions::default())?;
                    zip.write_all(content)?;
                }
            }
            Ok(zip.finish()?.into_inner())
        };
        write_zip().map_err(|error| Error::internal(error, "writing the ZIP file of an export"))
    }
}
