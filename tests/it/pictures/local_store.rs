//! Deletion of unused pictures in the local store.

use std::fs::File;
use std::time::SystemTime;

use pocketshop::images;

use super::*;
use crate::support::image_files::png;
use crate::support::run;

fn age(market: &Market, file: &str) {
    let yesterday = SystemTime::now() - Duration::from_secs(25 * 60 * 60);
    File::options()
        .write(true)
        .open(pictures_folder(market).join(file))
        .unwrap()
        .set_modified(yesterday)
        .unwrap();
}

#[test]
fn a_sweep_deletes_old_orphans_and_nothing_else() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        upload_avatar(&ana, "a.png", png(500, 40)).await;
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let in_use = files(&market);
        assert_eq!(in_use.len(), 4);
        let orphan = "0123456789abcdef0123456789abcdef-400x300";
        let old_orphans = [
            format!("{orphan}.webp"),
            format!("{orphan}-320.avif"),
            format!(".draft-{orphan}.webp"),
        ];
        let recent = "ffffffffffffffff0123456789abcdef-400x300.webp".to_owned();
        let other_file = "notes.txt".to_owned();
        for file in old_orphans.iter().chain([&recent, &other_file]) {
            std::fs::write(pictures_folder(&market).join(file), b"x").unwrap();
        }
        for file in in_use.iter().chain(&old_orphans).chain([&other_file]) {
            age(&market, file);
        }
        market.pictures().purge_unused(&market.db, now()).await.unwrap();
        let mut expected = [in_use, vec![recent, other_file]].concat();
        expected.sort();
        assert_eq!(files(&market), expected);
    });
}

#[test]
fn pending_pictures_expire_after_a_day() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        let mut conn = market.config.database.connect().unwrap();
        let user: i64 = {
            use diesel::prelude::*;
            crate::schema::users::table
                .select(crate::schema::users::id)
                .first(&mut conn)
                .unwrap()
        };
        market.pending(user, png(60, 40)).await;
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let later = now() + chrono::TimeDelta::hours(23);
        market
            .db
            .write(move |conn| images::purge_expired(conn, later))
            .await
            .unwrap();
        wait_until(&market, "the jobs", async || picture_jobs_done(&market).await).await;
        assert_eq!(files(&market).len(), 2);
        let later = now() + chrono::TimeDelta::hours(25);
        market
            .db
            .write(move |conn| images::purge_expired(conn, later))
            .await
            .unwrap();
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && files(&market).is_empty()
        })
        .await;
    });
}
