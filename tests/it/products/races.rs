//! Concurrent sales and stock edits.

use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use diesel::prelude::*;
use pocketshop::catalog::{Product, Reason, SellerContext, StockChange, StockEdit, StockMovement};
use pocketshop::db::in_transaction;
use pocketshop::error::Error;
use pocketshop::id::{ProductId, ShopId, UserId, VariantId};

use super::Setup;
use crate::schema::product_variants;
use crate::support::roles::now;
use crate::support::run;

#[test]
fn sales_and_edits_at_once_lose_nothing_and_oversell_nothing() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Mug", 500, 20);
        let variant: i64 = product_variants::table
            .filter(product_variants::product_id.eq(id))
            .select(product_variants::id)
            .first(&mut setup.conn())
            .unwrap();
        let (sold, added) = (&AtomicI32::new(0), &AtomicI32::new(0));
        let location = &setup.market.config.database;
        let (shop, user) = (ShopId(setup.shop), UserId(setup.user));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    let mut conn = location.connect().unwrap();
                    for _ in 0..10 {
                        let done = in_transaction(&mut conn, &|conn| {
                            let change = StockChange {
                                variant: VariantId(variant),
                                by: -1,
                                order: None,
                            };
                            let short = StockMovement::make(conn, &[change], Reason::Sale, None, now())?;
                            if short.is_empty() { Ok(()) } else { Err(Error::NotFound) }
                        });
                        match done {
                            Ok(()) => drop(sold.fetch_add(1, Ordering::Relaxed)),
                            Err(Error::NotFound) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
            for by in [3, -2] {
                scope.spawn(move || {
                    let mut conn = location.connect().unwrap();
                    for _ in 0..5 {
                        // The stock that the seller saw may be outdated.
                        let done = in_transaction(&mut conn, &|conn| {
                            let seller = SellerContext { shop, user, now: now() };
                            let edit = StockEdit {
                                seen: 20,
                                quantity: 20 + by,
                            };
                            Product::set_stock(conn, seller, ProductId(id), edit)
                        });
                        match done {
                            Ok(left) => {
                                assert!(left >= 0);
                                added.fetch_add(by, Ordering::Relaxed);
                            }
                            Err(Error::Refused(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        let left = 20 - sold.load(Ordering::Relaxed) + added.load(Ordering::Relaxed);
        assert!(left >= 0);
        assert_eq!(setup.price_and_stock(id), (500, left, 500, left));
    });
}
