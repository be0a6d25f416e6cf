//! Pictures at Cloudinary while it works, is down, is slow, or sends invalid responses.

use super::*;
use crate::editor::{EditorState, NEW, maker, saved};
use crate::support::cloudinary::{Cloud, Mood};
use crate::support::files::png;
use crate::support::run;

const HOME: &str = "https://res.cloudinary.com/small-cloud/image/upload/";

fn open(cloud: &Cloud) -> Market {
    Market::open(false, |config| config.cloudinary = Some(cloud.account()))
}

#[test]
fn a_picture_is_uploaded_to_cloudinary_and_deleted_there_when_it_is_removed() {
    run(async {
        let cloud = Cloud::start(Mood::Well);
        let market = open(&cloud);
        let ana = market.join("ana").await;
        let quick = face(&ana, "../moon.png", png(700, 400)).await;
        let stem = quick
            .strip_prefix("/media/pictures/")
            .and_then(|file| file.strip_suffix(".webp"))
            .unwrap_or_else(|| panic!("{quick} is not shown from here at first"));
        until(&market, "the upload", async || idle(&market).await).await;
        let id = format!("pocketshop/{stem}");
        assert_eq!(cloud.pictures().keys().collect::<Vec<_>>(), [&id]);
        assert_eq!(&cloud.pictures()[&id][8..12], b"WEBP");
        let page = ana.page("/account").await;
        let src = attributes(&page, ".self .avatar img", "src").remove(0);
        assert_eq!(src, format!("{HOME}c_limit,w_640,f_auto,q_auto/v1764000000/{id}.webp"));
        let set = attributes(&page, ".self .avatar img", "srcset").remove(0);
        assert_eq!(set.split(", ").count(), 3, "{set}");
        // The local file is not in use any more; only the mark stays.
        assert_eq!(files(&market), [format!("{stem}.cloudinary")]);
        assert_eq!(
            ana.get(&format!("/media/pictures/{stem}.cloudinary")).await.status(),
            404
        );

        assert_eq!(ana.post("/account/picture/removal", &[]).await.status(), 303);
        until(&market, "the removal", async || {
            idle(&market).await && cloud.pictures().is_empty()
        })
        .await;
        assert_eq!(files(&market), [""; 0]);
        assert_eq!(cloud.refused(), [""; 0]);
    });
}

#[test]
fn while_cloudinary_fails_the_local_picture_is_shown_and_the_upload_is_retried() {
    run(async {
        for mood in [
            Mood::Down,
            Mood::Broken,
            Mood::Reset,
            Mood::Malformed,
            Mood::WrongId,
            Mood::Elsewhere,
            Mood::Endless,
        ] {
            let cloud = Cloud::start(mood);
            let market = open(&cloud);
            let ana = market.join("ana").await;
            let start = Instant::now();
            let quick = face(&ana, "moon.png", png(70, 40)).await;
            assert!(
                start.elapsed() < Duration::from_secs(2),
                "{mood:?}: {:?}",
                start.elapsed()
            );
            until(&market, "a second try", async || cloud.calls() >= 2).await;
            assert_eq!(shown(&ana).await, Some(quick.clone()), "{mood:?}");
            served(&ana, &quick).await;
            cloud.is(Mood::Well);
            until(&market, "the upload", async || {
                shown(&ana).await.is_some_and(|url| url.starts_with(HOME))
            })
            .await;
            assert_eq!(cloud.pictures().len(), 1, "{mood:?}");
        }
    });
}

#[test]
fn a_slow_or_silent_cloudinary_does_not_delay_requests() {
    run(async {
        let cloud = Cloud::start(Mood::Hang);
        let market = open(&cloud);
        let ana = market.join("ana").await;
        face(&ana, "moon.png", png(70, 40)).await;
        until(&market, "the call", async || cloud.calls() == 1).await;
        let start = Instant::now();
        // Another picture and an email while the call hangs.
        let quick = face(&ana, "sun.png", png(60, 40)).await;
        served(&ana, &quick).await;
        market.join("ben").await;
        market.emails("ben@example.org", 1).await;
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        cloud.is(Mood::Slow);
        until(&market, "the upload", async || {
            shown(&ana).await.is_some_and(|url| url.starts_with(HOME))
        })
        .await;
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        // The first picture was replaced before its upload succeeded, so it is deleted there.
        until(&market, "the removal", async || {
            idle(&market).await && cloud.pictures().len() == 1
        })
        .await;
    });
}

#[test]
fn an_unused_upload_at_cloudinary_is_deleted_and_a_missing_one_is_no_error() {
    run(async {
        let cloud = Cloud::start(Mood::Well);
        let market = open(&cloud);
        let ana = market.join("ana").await;
        face(&ana, "moon.png", png(70, 40)).await;
        until(&market, "the upload", async || idle(&market).await).await;
        assert_eq!(cloud.pictures().len(), 1);
        let mut conn = market.config.database.connect().unwrap();
        let old = std::time::SystemTime::now() - Duration::from_secs(25 * 60 * 60);
        let age = |file: &String| {
            let file = std::fs::File::options().write(true).open(shelf(&market).join(file));
            file.unwrap().set_modified(old).unwrap();
        };
        files(&market).iter().for_each(age);
        market.pictures().sweep(&market.db, now()).await.unwrap();
        assert!(idle(&market).await, "a named one is not asked for");
        conn.batch_execute("UPDATE users SET profile_image = ''").unwrap();
        market.pictures().sweep(&market.db, now()).await.unwrap();
        until(&market, "the removal", async || idle(&market).await).await;
        assert!(cloud.pictures().is_empty() && files(&market).is_empty());
        // A marked picture that was never uploaded is no error.
        let never = "0123456789abcdef0123456789abcdef-70x40.cloudinary".to_owned();
        std::fs::write(shelf(&market).join(&never), b"").unwrap();
        age(&never);
        market.pictures().sweep(&market.db, now()).await.unwrap();
        until(&market, "the removal", async || idle(&market).await).await;
        assert_eq!(files(&market), [""; 0]);
    });
}

/// Creates a product with one picture in the editor. Returns the address of the picture on the product's page.
async fn product(market: &Market, maker: &Visitor, title: &str) -> String {
    let mut sheet = EditorState::from_page(&maker.page(NEW).await);
    sheet.ready(title).file("moon.png", png(700, 400));
    saved(&sheet.send(maker, NEW, "publish").await);
    let path = format!("/shops/barro-e-sal/{title}");
    assert!(hung(market, &path).await.starts_with("/media/pictures/"), "{title}");
    path
}

async fn hung(market: &Market, path: &str) -> String {
    attributes(&market.page(path).await, "#gallery .shot img", "src").remove(0)
}

#[test]
fn the_editor_saves_a_product_whether_cloudinary_is_up_or_down() {
    run(async {
        let cloud = Cloud::start(Mood::Well);
        let market = Market::open(true, |config| config.cloudinary = Some(cloud.account()));
        let maker = maker(&market).await;
        let arrives = async |path: &str| {
            until(&market, "the upload", async || {
                hung(&market, path).await.starts_with(HOME)
            })
            .await;
        };
        let up = product(&market, &maker, "moon").await;
        arrives(&up).await;

        cloud.is(Mood::Down);
        let tried = cloud.calls();
        let start = Instant::now();
        let down = product(&market, &maker, "sun").await;
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        until(&market, "two tries", async || cloud.calls() >= tried + 2).await;
        let local = hung(&market, &down).await;
        assert!(local.starts_with("/media/pictures/"), "{local}");
        served(&maker, &local).await;

        cloud.is(Mood::Well);
        arrives(&down).await;
        assert_eq!((cloud.pictures().len(), cloud.refused().len()), (2, 0));
    });
}
