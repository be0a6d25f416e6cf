//! The jobs that resize pictures, and what the rows and pages contain afterwards.

use diesel::prelude::*;
use pocketshop::images::Picture;

use super::*;
use crate::schema::{pending_images, product_images, products, users};
use crate::support::image_files::{jpeg, png};
use crate::support::roles::Actor;
use crate::support::roles::Role;
use crate::support::run;

#[test]
fn a_picture_is_shown_at_once_and_later_in_every_size() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let url = upload_avatar(&ana, "moon.jpg", jpeg(3000, 1500)).await;
        assert!(
            url.starts_with("/media/pictures/") && url.ends_with("-1440x720.webp"),
            "{url}"
        );
        let (image, _) = fetch_picture(&ana, &url).await;
        assert_eq!((image.width(), image.height()), (1440, 720));
        assert_eq!(image.to_rgb8().get_pixel(700, 100).0.map(|part| part / 100), [2, 0, 0]);
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let page = ana.page("/account").await;
        assert_eq!(attributes(&page, ".profile-head .avatar img", "src"), [url.as_str()]);
        let stem = url.strip_suffix(".webp").unwrap();
        for (kind, ending, selector) in [
            ("image/webp", "webp", ".profile-head .avatar img"),
            ("image/avif", "avif", ".profile-head .avatar source[type='image/avif']"),
        ] {
            let srcset = attributes(&page, selector, "srcset").remove(0);
            let expected: Vec<String> = [320, 640, 960]
                .iter()
                .map(|width| format!("{stem}-{width}.{ending} {width}w"))
                .chain([format!("{stem}.{ending} 1440w")])
                .collect();
            assert_eq!(srcset, expected.join(", "));
            for address in srcset.split(", ") {
                let (url, width) = address.split_once(' ').unwrap();
                let response = ana.get(url).await;
                assert_eq!(response.headers()["content-type"], kind, "{url}");
                assert!(
                    response.headers()["cache-control"]
                        .to_str()
                        .unwrap()
                        .contains("immutable")
                );
                let bytes = response.bytes().await.unwrap();
                assert!(bytes.len() > 100, "{url}");
                if ending == "webp" {
                    let image = image::load_from_memory(&bytes).unwrap();
                    assert_eq!(format!("{}w", image.width()), width);
                } else {
                    assert_eq!(&bytes[4..12], b"ftypavif", "{url}");
                }
            }
        }
        assert_eq!(files(&market).len(), 8);
        // The header shows it too.
        assert_eq!(attributes(&page, "header .avatar img", "width"), ["1440"]);
    });
}

#[test]
fn the_files_of_a_replaced_or_removed_picture_are_deleted() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let first = upload_avatar(&ana, "a.png", png(500, 400)).await;
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let second = upload_avatar(&ana, "b.png", png(50, 40)).await;
        assert_ne!(first, second);
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && files(&market).len() == 2
        })
        .await;
        assert_eq!(ana.get(&first).await.status(), 404);
        assert_eq!(ana.get(&second).await.status(), 200);
        for _ in 0..2 {
            assert_eq!(ana.post("/account/picture/removal", &[]).await.status(), 303);
        }
        assert_eq!(avatar_url(&ana).await, None);
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && files(&market).is_empty()
        })
        .await;
    });
}

#[test]
fn the_files_of_a_picture_in_use_are_kept() {
    run(async {
        let market = Market::demo();
        let bruno = Actor::sign_in(&market, Role::User).await.visitor(&market);
        let url = upload_avatar(&bruno, "a.png", png(50, 40)).await;
        let mut conn = market.config.database.connect().unwrap();
        conn.batch_execute(&format!(
            "UPDATE pending_images SET url = '{url}'; UPDATE shops SET logo = '{url}' WHERE slug = 'barro-e-sal'"
        ))
        .unwrap();
        assert_eq!(bruno.post("/account/picture/removal", &[]).await.status(), 303);
        wait_until(&market, "the jobs", async || picture_jobs_done(&market).await).await;
        assert_eq!(files(&market).len(), 2, "a logo still uses it");
        // The job has changed the logo's address.
        let finished = url.replace(".webp", ".avif");
        conn.batch_execute(&format!("UPDATE shops SET logo = '' WHERE logo = '{finished}'"))
            .unwrap();
        market.pictures().purge_unused(&market.db, now()).await.unwrap();
        assert_eq!(files(&market).len(), 2, "not old enough to be deleted as an orphan");
    });
}

#[test]
fn a_product_gets_exactly_the_pictures_that_were_arranged() {
    run(async {
        let market = Market::demo();
        let (ines, bruno) = (
            Actor::sign_in(&market, Role::Seller).await,
            Actor::sign_in(&market, Role::User).await,
        );
        let product = {
            let mut conn = market.config.database.connect().unwrap();
            products::table
                .filter(products::owner_id.eq(ines.user))
                .order(products::id)
                .select(products::id)
                .first::<i64>(&mut conn)
                .unwrap()
        };
        let own = market.pending(ines.user, png(60, 80)).await;
        let more = market.pending(ines.user, png(70, 80)).await;
        let theirs = market.pending(bruno.user, png(80, 80)).await;
        let before = pictures_of_product(&market, product);
        assert!(before.len() >= 2);
        let arrange = async |wanted: &[(i64, &str)]| market.arrange(ines.user, product, wanted).await;

        // Refused: a picture of another user or product, one that is listed twice, and thirteen pictures.
        let foreign = pictures_of_product(&market, product + 1)
            .into_iter()
            .chain([(theirs, String::new())]);
        for (id, _) in foreign {
            assert!(arrange(&[(before[0].0, ""), (id, "")]).await.is_err());
        }
        assert!(arrange(&[(own, ""), (own, "")]).await.is_err());
        assert!(arrange(&[(before[0].0, ""); 13]).await.is_err());
        assert_eq!(pictures_of_product(&market, product), before);

        arrange(&[(own, "from above"), (before[1].0, "as it was"), (more, "")])
            .await
            .unwrap();
        assert_eq!(
            pictures_of_product(&market, product),
            [
                (own, "from above".to_owned()),
                (before[1].0, "as it was".to_owned()),
                (more, String::new())
            ]
        );
        let mut conn = market.config.database.connect().unwrap();
        let remaining: Vec<i64> = pending_images::table
            .select(pending_images::id)
            .load(&mut conn)
            .unwrap();
        assert_eq!(remaining, [theirs]);
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let urls: Vec<String> = product_images::table
            .filter(product_images::id.eq_any([own, more]))
            .select(product_images::url)
            .load(&mut conn)
            .unwrap();
        assert!(urls.iter().all(|url| url.contains(".avif")), "{urls:?}");
        assert_eq!(Picture::from_url(&urls[0]).height, 80);
        arrange(&[]).await.unwrap();
        assert_eq!(pictures_of_product(&market, product), []);
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && files(&market).len() == 2
        })
        .await;
    });
}

#[test]
fn a_deleted_account_leaves_no_pictures() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        upload_avatar(&ana, "a.png", png(50, 40)).await;
        let mut conn = market.config.database.connect().unwrap();
        let user: i64 = users::table.select(users::id).first(&mut conn).unwrap();
        market.pending(user, png(60, 40)).await;
        conn.batch_execute(&format!(
            "UPDATE users SET delete_at = created_at;
             INSERT INTO jobs (id, kind, payload, run_at, attempts, error, created_at)
             SELECT 1, 'erase', '{user}', created_at, 0, '', created_at FROM users"
        ))
        .unwrap();
        wait_until(&market, "the end", async || {
            files(&market).is_empty() && picture_jobs_done(&market).await
        })
        .await;
    });
}

/// A product's pictures and their alternative texts, in order.
fn pictures_of_product(market: &Market, product: i64) -> Vec<(i64, String)> {
    let mut conn = market.config.database.connect().unwrap();
    product_images::table
        .filter(product_images::product_id.eq(product))
        .order((product_images::position, product_images::id))
        .select((product_images::id, product_images::alt))
        .load(&mut conn)
        .unwrap()
}
