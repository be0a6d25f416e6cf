//! The memory that decoding pictures takes. The server runs in its own process, so that its memory can be measured.

use super::*;
use crate::support::binary::{Server, pocketshop};
use crate::support::image_files::{decompression_bomb, phone_photo};
use crate::support::roles::DEMO_PASSWORD;
use crate::support::run;

async fn sign_in_bruno(server: &Server) -> Visitor {
    let bruno = Visitor::at_url(&server.url(), "", None);
    assert_eq!(bruno.sign_in("bruno", DEMO_PASSWORD).await.status(), 303);
    bruno
}

#[test]
fn decompression_bombs_are_refused_without_decoding() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with_args(&mut pocketshop(folder.path()), &["--demo"]);
    run(async {
        let bruno = sign_in_bruno(&server).await;
        assert_eq!(
            send(&bruno, "small.png", crate::support::image_files::png(20, 20))
                .await
                .status(),
            303
        );
        let bytes = decompression_bomb(30_000, 30_000);
        assert!(bytes.len() < 60_000, "{}", bytes.len());
        let before = server.memory_kib("VmRSS");
        let bombs = (0..10).map(|_| send(&bruno, "bomb.png", bytes.clone()));
        let health_checks = async {
            let mut slowest = Duration::ZERO;
            for _ in 0..10 {
                let start = Instant::now();
                assert_eq!(bruno.get("/healthz").await.status(), 200);
                slowest = slowest.max(start.elapsed());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            slowest
        };
        let (responses, slowest) = tokio::join!(futures_util::future::join_all(bombs), health_checks);
        assert!(responses.iter().all(|response| response.status() == 422));
        let growth = server.memory_kib("VmHWM").saturating_sub(before);
        assert!(growth < 100 * 1024, "{growth} KiB more");
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    });
}

#[test]
fn ten_phone_photos_at_once_are_processed_within_the_memory_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with_args(&mut pocketshop(folder.path()), &["--demo"]);
    run(async {
        let bruno = sign_in_bruno(&server).await;
        let photo = phone_photo();
        let start = Instant::now();
        assert_eq!(send(&bruno, "one.jpg", photo.clone()).await.status(), 303);
        let first_response = start.elapsed();
        let folder_of_pictures = folder.path().join("data/media/pictures");
        let finished = || {
            let files = std::fs::read_dir(&folder_of_pictures).unwrap();
            let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.ends_with("x1080.avif")).count()
        };
        while finished() < 1 {
            assert!(start.elapsed() < Duration::from_secs(300), "the sizes took too long");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let sizes = start.elapsed();
        let start = Instant::now();
        let responses = futures_util::future::join_all((0..10).map(|_| send(&bruno, "ten.jpg", photo.clone()))).await;
        let ten_responses = start.elapsed();
        assert!(responses.iter().all(|response| response.status() == 303));
        let peak = server.memory_kib("VmHWM");
        eprintln!(
            "a photo of {} kB: response after {first_response:?}, all sizes after {sizes:?}; ten after {ten_responses:?}, peak {} MiB",
            photo.len() / 1000,
            peak / 1024
        );
        assert!(peak < 300 * 1024, "{peak} KiB");
    });
}
