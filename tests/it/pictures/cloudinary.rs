//! Pictures at Cloudinary when it works, is down, is slow, or sends invalid responses.

use super::*;
use crate::editor::{EditorState, NEW, saved_path, seller};
use crate::support::cloudinary::{Behavior, FakeCloudinary};
use crate::support::image_files::png;
use crate::support::run;

const CLOUDINARY_URL: &str = "https://res.cloudinary.com/small-cloud/image/upload/";

fn market_with_cloudinary(cloud: &FakeCloudinary) -> Market {
    Market::open(false, |config| config.cloudinary = Some(cloud.account()))
}

#[test]
fn a_picture_is_uploaded_to_cloudinary_and_deleted_there_when_it_is_removed() {
    run(async {
        let cloud = FakeCloudinary::start(Behavior::Normal);
        let market = market_with_cloudinary(&cloud);
        let ana = market.sign_up("ana").await;
        let local_url = upload_avatar(&ana, "../moon.png", png(700, 400)).await;
        let stem = local_url
            .strip_prefix("/media/pictures/")
            .and_then(|file| file.strip_suffix(".webp"))
            .unwrap_or_else(|| panic!("{local_url} is not served locally at first"));
        wait_until(&market, "the upload", async || picture_jobs_done(&market).await).await;
        let id = format!("pocketshop/{stem}");
        assert_eq!(cloud.pictures().keys().collect::<Vec<_>>(), [&id]);
        assert_eq!(&cloud.pictures()[&id][8..12], b"WEBP");
        let page = ana.page("/account").await;
        let src = attributes(&page, ".profile-head .avatar img", "src").remove(0);
        assert_eq!(
            src,
            format!("{CLOUDINARY_URL}c_limit,w_640,f_auto,q_auto/v1764000000/{id}.webp")
        );
        let srcset = attributes(&page, ".profile-head .avatar img", "srcset").remove(0);
        assert_eq!(srcset.split(", ").count(), 3, "{srcset}");
        // The local file is deleted. An empty file stays, which marks the picture as uploaded.
        assert_eq!(files(&market), [format!("{stem}.cloudinary")]);
        assert_eq!(
            ana.get(&format!("/media/pictures/{stem}.cloudinary")).await.status(),
            404
        );

        assert_eq!(ana.post("/account/picture/removal", &[]).await.status(), 303);
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && cloud.pictures().is_empty()
        })
        .await;
        assert_eq!(files(&market), [""; 0]);
        assert_eq!(cloud.refused(), [""; 0]);
    });
}

#[test]
fn while_cloudinary_fails_the_local_picture_is_shown_and_the_upload_is_retried() {
    run(async {
        for behavior in [
            Behavior::Closed,
            Behavior::ServerError,
            Behavior::Truncated,
            Behavior::Malformed,
            Behavior::WrongId,
            Behavior::WrongHost,
            Behavior::Endless,
        ] {
            let cloud = FakeCloudinary::start(behavior);
            let market = market_with_cloudinary(&cloud);
            let ana = market.sign_up("ana").await;
            let start = Instant::now();
            let local_url = upload_avatar(&ana, "moon.png", png(70, 40)).await;
            assert!(
                start.elapsed() < Duration::from_secs(2),
                "{behavior:?}: {:?}",
                start.elapsed()
            );
            wait_until(&market, "a second try", async || cloud.calls() >= 2).await;
            assert_eq!(avatar_url(&ana).await, Some(local_url.clone()), "{behavior:?}");
            fetch_picture(&ana, &local_url).await;
            cloud.set_behavior(Behavior::Normal);
            wait_until(&market, "the upload", async || {
                avatar_url(&ana)
                    .await
                    .is_some_and(|url| url.starts_with(CLOUDINARY_URL))
            })
            .await;
            assert_eq!(cloud.pictures().len(), 1, "{behavior:?}");
        }
    });
}

#[test]
fn a_slow_or_silent_cloudinary_does_not_delay_requests() {
    run(async {
        let cloud = FakeCloudinary::start(Behavior::Timeout);
        let market = market_with_cloudinary(&cloud);
        let ana = market.sign_up("ana").await;
        upload_avatar(&ana, "moon.png", png(70, 40)).await;
        wait_until(&market, "the call", async || cloud.calls() == 1).await;
        let start = Instant::now();
        // Another picture and an email while the call hangs.
        let local_url = upload_avatar(&ana, "sun.png", png(60, 40)).await;
        fetch_picture(&ana, &local_url).await;
        market.sign_up("ben").await;
        market.emails("ben@example.org", 1).await;
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        cloud.set_behavior(Behavior::Slow);
        wait_until(&market, "the upload", async || {
            avatar_url(&ana)
                .await
                .is_some_and(|url| url.starts_with(CLOUDINARY_URL))
        })
        .await;
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        // The first picture was replaced before its upload succeeded, so it is deleted there.
        wait_until(&market, "the removal", async || {
            picture_jobs_done(&market).await && cloud.pictures().len() == 1
        })
        .await;
    });
}

#[test]
fn an_unused_upload_at_cloudinary_is_deleted_and_a_missing_one_is_no_error() {
    run(async {
        let cloud = FakeCloudinary::start(Behavior::Normal);
        let market = market_with_cloudinary(&cloud);
        let ana = market.sign_up("ana").await;
        upload_avatar(&ana, "moon.png", png(70, 40)).await;
        wait_until(&market, "the upload", async || picture_jobs_done(&market).await).await;
        assert_eq!(cloud.pictures().len(), 1);
        let mut conn = market.config.database.connect().unwrap();
        let old = std::time::SystemTime::now() - Duration::from_secs(25 * 60 * 60);
        let age = |file: &String| {
            let file = std::fs::File::options()
                .write(true)
                .open(pictures_folder(&market).join(file));
            file.unwrap().set_modified(old).unwrap();
        };
        files(&market).iter().for_each(age);
        market.pictures().purge_unused(&market.db, now()).await.unwrap();
        assert!(picture_jobs_done(&market).await, "a picture in use is not deleted");
        conn.batch_execute("UPDATE users SET profile_image = ''").unwrap();
        market.pictures().purge_unused(&market.db, now()).await.unwrap();
        wait_until(&market, "the removal", async || picture_jobs_done(&market).await).await;
        assert!(cloud.pictures().is_empty() && files(&market).is_empty());
        // A mark for a picture that was never uploaded causes no error.
        let never_uploaded = "0123456789abcdef0123456789abcdef-70x40.cloudinary".to_owned();
        std::fs::write(pictures_folder(&market).join(&never_uploaded), b"").unwrap();
        age(&never_uploaded);
        market.pictures().purge_unused(&market.db, now()).await.unwrap();
        wait_until(&market, "the removal", async || picture_jobs_done(&market).await).await;
        assert_eq!(files(&market), [""; 0]);
    });
}

/// Publishes a product with one picture in the editor. Returns the path of the product's page.
async fn publish_product(market: &Market, seller: &Visitor, title: &str) -> String {
    let mut editor = EditorState::from_page(&seller.page(NEW).await);
    editor.fill_required(title).add_file("moon.png", png(700, 400));
    saved_path(&editor.submit(seller, NEW, "publish").await);
    let path = format!("/shops/barro-e-sal/{title}");
    assert!(
        picture_url(market, &path).await.starts_with("/media/pictures/"),
        "{title}"
    );
    path
}

async fn picture_url(market: &Market, path: &str) -> String {
    attributes(&market.page(path).await, "#gallery .gallery-picture img", "src").remove(0)
}

#[test]
fn the_editor_saves_a_product_whether_cloudinary_is_up_or_down() {
    run(async {
        let cloud = FakeCloudinary::start(Behavior::Normal);
        let market = Market::open(true, |config| config.cloudinary = Some(cloud.account()));
        let seller = seller(&market).await;
        let wait_for_upload = async |path: &str| {
            wait_until(&market, "the upload", async || {
                picture_url(&market, path).await.starts_with(CLOUDINARY_URL)
            })
            .await;
        };
        let first = publish_product(&market, &seller, "moon").await;
        wait_for_upload(&first).await;

        cloud.set_behavior(Behavior::Closed);
        let calls_before = cloud.calls();
        let start = Instant::now();
        let second = publish_product(&market, &seller, "sun").await;
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        wait_until(&market, "two tries", async || cloud.calls() >= calls_before + 2).await;
        let local = picture_url(&market, &second).await;
        assert!(local.starts_with("/media/pictures/"), "{local}");
        fetch_picture(&seller, &local).await;

        cloud.set_behavior(Behavior::Normal);
        wait_for_upload(&second).await;
        assert_eq!((cloud.pictures().len(), cloud.refused().len()), (2, 0));
    });
}
