//! Deletion of unused pictures.

use std::fs::File;
use std::time::SystemTime;

use pocketshop::images;

use super::*;
use crate::support::files::png;
use crate::support::run;

fn age(market: &Market, file: &str) {
    let old = SystemTime::now() - Duration::from_secs(25 * 60 * 60);
    File::options()
        .write(true)
        .open(shelf(market).join(file))
        .unwrap()
        .set_modified(old)
        .unwrap();
}

#[test]
fn a_sweep_deletes_old_orphans_and_nothing_else() {
    run(async {
        let market = Market::empty();
        let ana = market.join("ana").await;
        face(&ana, "a.png", png(500, 40)).await;
        until(&market, "the sizes", async || idle(&market).await).await;
        let named = files(&market);
        assert_eq!(named.len(), 4);
        let orphan = "0123456789abcdef0123456789abcdef-400x300";
        let old = [
            format!("{orphan}.webp"),
            format!("{orphan}-320.avif"),
            format!(".draft-{orphan}.webp"),
        ];
        let young = "ffffffffffffffff0123456789abcdef-400x300.webp".to_owned();
        let strange = "notes.txt".to_owned();
        for file in old.iter().chain([&young, &strange]) {
            std::fs::write(shelf(&market).join(file), b"x").unwrap();
        }
        for file in named.iter().chain(&old).chain([&strange]) {
            age(&market, file);
        }
        market.pictures().sweep(&market.db, now()).await.unwrap();
        let mut left = [named, vec![young, strange]].concat();
        left.sort();
        assert_eq!(files(&market), left);
    });
}

#[test]
fn pending_pictures_expire_after_a_day() {
    run(async {
        let market = Market::empty();
        market.join("ana").await;
        let mut conn = market.config.database.connect().unwrap();
        let user: i64 = {
            use diesel::prelude::*;
            crate::schema::users::table
                .select(crate::schema::users::id)
                .first(&mut conn)
                .unwrap()
        };
        market.pending(user, png(60, 40)).await;
        until(&market, "the sizes", async || idle(&market).await).await;
        let later = now() + chrono::TimeDelta::hours(23);
        market
            .db
            .write(move |conn| images::purge_expired(conn, later))
            .await
            .unwrap();
        until(&market, "the jobs", async || idle(&market).await).await;
        assert_eq!(files(&market).len(), 2);
        let later = now() + chrono::TimeDelta::hours(25);
        market
            .db
            .write(move |conn| images::purge_expired(conn, later))
            .await
            .unwrap();
        until(&market, "the removal", async || {
            idle(&market).await && files(&market).is_empty()
        })
        .await;
    });
}
