//! Memory used for decoding pictures. The server runs as its own process, so that its memory can be measured.

use super::*;
use crate::support::files::{bomb, phone_photo};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::run;
use crate::support::served::{Served, pocketshop};

async fn bruno(served: &Served) -> Visitor {
    let bruno = Visitor::at(&served.url(), "", None);
    assert_eq!(bruno.sign_in("bruno", DEMO_PASSWORD).await.status(), 303);
    bruno
}

#[test]
fn decompression_bombs_are_refused_without_decoding() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_with(&mut pocketshop(folder.path()), &["--demo"]);
    run(async {
        let bruno = bruno(&served).await;
        assert_eq!(
            send(&bruno, "small.png", crate::support::files::png(20, 20))
                .await
                .status(),
            303
        );
        let bytes = bomb(30_000, 30_000);
        assert!(bytes.len() < 60_000, "{}", bytes.len());
        let before = served.memory("VmRSS");
        let bombs = (0..10).map(|_| send(&bruno, "bomb.png", bytes.clone()));
        let healthy = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..10 {
                let start = Instant::now();
                assert_eq!(bruno.get("/healthz").await.status(), 200);
                slowest = slowest.max(start.elapsed());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            slowest
        };
        let (answers, slowest) = tokio::join!(futures_util::future::join_all(bombs), healthy);
        assert!(answers.iter().all(|answer| answer.status() == 422));
        let rise = served.memory("VmHWM").saturating_sub(before);
        assert!(rise < 100 * 1024, "{rise} KiB more");
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    });
}

#[test]
fn ten_phone_photos_at_once_are_processed_within_the_memory_limit() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_with(&mut pocketshop(folder.path()), &["--demo"]);
    run(async {
        let bruno = bruno(&served).await;
        let photo = phone_photo();
        let start = Instant::now();
        assert_eq!(send(&bruno, "one.jpg", photo.clone()).await.status(), 303);
        let one = start.elapsed();
        let shelf = folder.path().join("data/media/pictures");
        let finished = || {
            let files = std::fs::read_dir(&shelf).unwrap();
            let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.ends_with("x1080.avif")).count()
        };
        while finished() < 1 {
            assert!(start.elapsed() < Duration::from_secs(300), "the sizes took too long");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sizes = start.elapsed();
        let start = Instant::now();
        let answers = futures_util::future::join_all((0..10).map(|_| send(&bruno, "ten.jpg", photo.clone()))).await;
        let ten = start.elapsed();
        assert!(answers.iter().all(|answer| answer.status() == 303));
        let most = served.memory("VmHWM");
        eprintln!(
            "a photo of {} kB: answer after {one:?}, all sizes after {sizes:?}; ten at once after {ten:?}, {} MiB at most",
            photo.len() / 1000,
            most / 1024
        );
        assert!(most < 300 * 1024, "{most} KiB");
    });
}
