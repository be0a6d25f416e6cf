//! Uploads of hostile and unusual files.

use image::ImageFormat;

use super::*;
use crate::support::image_files::{
    animated_webp, decompression_bomb, encode, jpeg, photo, picture, png, transparent_png, with_segment,
};
use crate::support::run;

fn contains_bytes(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|window| window == pattern)
}

#[test]
fn a_file_that_is_no_picture_is_refused_by_name() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let jpeg_bytes = jpeg(400, 300);
        for (name, bytes, expected) in [
            (
                "moon.png",
                svg.as_bytes().to_vec(),
                "“moon.png” is not a picture that we can show. Choose a JPEG",
            ),
            ("moon.svg", svg.as_bytes().to_vec(), "is not a picture"),
            (
                "both.gif",
                b"GIF89a/*\x01\x00*/=1;alert(document.cookie)//".to_vec(),
                "is not a picture",
            ),
            ("paper.jpg", b"%PDF-1.7 %\xe2\xe3".to_vec(), "is not a picture"),
            (
                "page.webp",
                b"<!doctype html><script>alert(1)</script>".to_vec(),
                "is not a picture",
            ),
            ("wave.webp", b"RIFF\x24\0\0\0WAVEfmt ".to_vec(), "is not a picture"),
            (
                "huge.png",
                decompression_bomb(30_000, 30_000),
                "“huge.png” has too many pixels",
            ),
            ("long.png", decompression_bomb(12_001, 1), "has too many pixels"),
            ("wide.png", decompression_bomb(8000, 6000), "has too many pixels"),
            ("none.png", b"\x89PNG\r\n\x1a\n".to_vec(), "is damaged"),
            ("stub.jpg", jpeg_bytes[..200].to_vec(), "is damaged"),
            ("stub.webp", b"RIFF\xff\0\0\0WEBPVP8 ".to_vec(), "is damaged"),
            ("empty.jpg", Vec::new(), "“empty.jpg” is empty"),
        ] {
            let message = upload_error(&ana, name, bytes).await;
            assert!(message.contains(expected), "{name}: {message}");
        }
        assert_eq!(avatar_url(&ana).await, None);
        assert_eq!(files(&market), [""; 0]);
    });
}

#[test]
fn unusual_pictures_are_shown_or_refused() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let deep = encode(
            &image::DynamicImage::ImageRgb16(picture(90, 60).into_rgb16()),
            ImageFormat::Png,
        );
        let gray = encode(
            &image::DynamicImage::ImageLuma8(picture(90, 60).into_luma8()),
            ImageFormat::Png,
        );
        for (name, bytes, size) in [
            ("dot.png", png(1, 1), (1, 1)),
            ("deep.png", deep, (90, 60)),
            ("grey.png", gray, (90, 60)),
            (
                "cmyk.jpg",
                include_bytes!("../../corpus/pictures/cmyk.jpg").to_vec(),
                (32, 20),
            ),
            ("moving.webp", animated_webp(), (40, 30)),
            ("glass.png", transparent_png(50, 40), (50, 40)),
            ("line.png", png(9000, 2), (1440, 1)),
            ("pole.png", png(2, 9000), (1, 2160)),
        ] {
            let (image, _) = fetch_picture(&ana, &upload_avatar(&ana, name, bytes).await).await;
            assert_eq!((image.width(), image.height()), size, "{name}");
            if name == "moving.webp" {
                assert!(
                    image.to_rgb8().get_pixel(20, 15).0[0] > 200,
                    "not the first of two frames"
                );
            }
            assert_eq!(image.color().has_alpha(), name == "glass.png", "{name}");
        }
        // Half a file may still decode to a picture. It must not cause an internal error.
        for half in [jpeg(400, 300), png(400, 300)] {
            let status = send(&ana, "half.jpg", &half[..half.len() / 2]).await.status();
            assert!([303, 422].contains(&status.as_u16()), "{status}");
        }
    });
}

#[test]
fn only_the_pixels_of_an_upload_are_kept() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let script = b"<?php system($_GET[1]); ?><script>alert(1)</script>";
        let zip = b"PK\x03\x04 a zip from here on PK\x05\x06";
        let commented = with_segment(&jpeg(400, 300), 0xfe, script);
        let zipped = [png(400, 300), zip.to_vec()].concat();
        for (name, bytes) in [
            ("comment.jpg", commented),
            ("zipped.png", zipped),
            ("photo.jpg", photo(400, 300, 1)),
        ] {
            upload_avatar(&ana, name, bytes).await;
        }
        wait_until(&market, "the sizes", async || picture_jobs_done(&market).await).await;
        let saved = files(&market);
        assert_eq!(
            saved.iter().filter(|file| file.contains(".avif")).count(),
            2,
            "{saved:?}"
        );
        for file in saved {
            let bytes = std::fs::read(pictures_folder(&market).join(&file)).unwrap();
            for pattern in [
                b"<?php".as_slice(),
                b"<script",
                b"PK\x03\x04",
                b"Exif",
                b"SpyCamera",
                b"http://ns.adobe.com/xap",
                b"photo.jpg",
            ] {
                assert!(
                    !contains_bytes(&bytes, pattern),
                    "{file} holds {}",
                    String::from_utf8_lossy(pattern)
                );
            }
        }
    });
}

#[test]
fn a_photo_is_rotated_upright() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        // Before the rotation, the photo is red at the top and blue at the bottom.
        for (orientation, size, red) in [
            (1, (300, 200), (150, 20)),
            (3, (300, 200), (150, 180)),
            (6, (200, 300), (180, 150)),
            (8, (200, 300), (20, 150)),
        ] {
            let url = upload_avatar(&ana, "turned.jpg", photo(300, 200, orientation)).await;
            let (image, _) = fetch_picture(&ana, &url).await;
            assert_eq!((image.width(), image.height()), size, "{orientation}");
            let pixel = image.to_rgb8().get_pixel(red.0, red.1).0;
            assert!(pixel[0] > 150 && pixel[2] < 100, "{orientation}: {pixel:?}");
        }
    });
}

#[test]
fn file_names_never_become_paths() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let data = market.config.data.clone();
        let outside = data.parent().unwrap().join("escaped.png");
        let long = "x".repeat(300) + ".png";
        for name in [
            "../../escaped.png",
            "..%2f..%2fescaped.png",
            "/etc/escaped.png",
            "C:\\escaped.png",
            "esc\0aped.png",
            long.as_str(),
            ".htaccess",
            "．．／escaped.png",
            "…/escaped.png",
            "",
            "<script>alert(1)</script>.png",
        ] {
            let response = send(&ana, name, png(20, 20)).await;
            assert!(
                [303, 422].contains(&response.status().as_u16()),
                "{name:?}: {}",
                response.status()
            );
            assert_eq!(send(&ana, name, b"no picture".to_vec()).await.status(), 422, "{name:?}");
        }
        assert!(!outside.exists());
        for file in files(&market) {
            let only_safe_characters = file
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
            assert!(
                only_safe_characters && file.len() < 60 && !file.starts_with('.'),
                "{file}"
            );
        }
        for entry in std::fs::read_dir(&data).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!name.contains("escaped") && !name.contains("htaccess"), "{name}");
        }
        assert_eq!(
            std::fs::read_dir(data.join("uploads")).unwrap().count(),
            0,
            "temporary files are left"
        );
    });
}
