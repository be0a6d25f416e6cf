//! Image files for uploads: valid, unusual and hostile ones.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// An image whose upper half is red and lower half is blue.
pub fn picture(width: u32, height: u32) -> DynamicImage {
    let pixel = |_, y| {
        if y < height / 2 {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 20, 220])
        }
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
}

pub fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    encode(&picture(width, height), ImageFormat::Png)
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encode(&picture(width, height), ImageFormat::Jpeg)
}

/// A PNG with a transparent corner.
pub fn transparent_png(width: u32, height: u32) -> Vec<u8> {
    let mut image = RgbaImage::from_pixel(width, height, Rgba([20, 160, 60, 255]));
    image.put_pixel(0, 0, Rgba([0, 0, 0, 0]));
    encode(&DynamicImage::ImageRgba8(image), ImageFormat::Png)
}

/// A JPEG with metadata like a camera's: EXIF with make, orientation and location, and XMP.
pub fn photo(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut tiff = Vec::from(*b"II*\0\x08\0\0\0");
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let head = [tag.to_le_bytes(), kind.to_le_bytes()].concat();
        [head, count.to_le_bytes().to_vec(), value.to_vec()].concat()
    };
    let (make_at, gps_at, degrees_at) = (50_u32, 60_u32, 90_u32);
    tiff.extend(3_u16.to_le_bytes());
    tiff.extend(entry(0x010f, 2, 10, make_at.to_le_bytes()));
    tiff.extend(entry(0x0112, 3, 1, [orientation, 0, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, gps_at.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(*b"SpyCamera\0");
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, 5, 3, degrees_at.to_le_bytes()));
    tiff.extend([0; 4]);
    for number in [52_u32, 1, 31, 1, 12, 1] {
        tiff.extend(number.to_le_bytes());
    }
    let exif = [b"Exif\0\0".to_vec(), tiff].concat();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><secret/></x:xmpmeta>";
    with_segment(&with_segment(&jpeg(width, height), 0xe1, xmp), 0xe1, &exif)
}

/// Adds a segment at the beginning of a JPEG.
pub fn with_segment(jpeg: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, kind], &length, content, &jpeg[2..]].concat()
}

/// A small PNG file that claims a large size.
pub fn decompression_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut compressed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut compressed, &vec![0; 50_000_000]).unwrap();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", header),
        (b"IDAT", compressed.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        png.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        let chunk = [kind.as_slice(), &content].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&chunk);
        png.extend(chunk);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

/// An animated WebP with two frames.
pub fn animated_webp() -> Vec<u8> {
    let frames = [
        RgbaImage::from_pixel(40, 30, Rgba([250, 0, 0, 255])),
        RgbaImage::from_pixel(40, 30, Rgba([0, 0, 250, 255])),
    ]
    .map(DynamicImage::ImageRgba8);
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(40, 30, &config);
    for (frame, at) in frames.iter().zip([0, 100]) {
        encoder.add_frame(webp::AnimFrame::from_rgba(frame.as_bytes(), 40, 30, at));
    }
    encoder.encode().to_vec()
}

/// A JPEG like a phone's: 12 megapixels, with noise so that it does not compress to a tiny file.
pub fn phone_photo() -> Vec<u8> {
    let pixel = |x: u32, y: u32| {
        let noise = u8::try_from((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 24 & 31).unwrap();
        let wave = u8::try_from((x / 16 + y / 24) % 200).unwrap();
        Rgb([wave + noise, 200 - wave + noise, 90 + noise])
    };
    encode(
        &DynamicImage::ImageRgb8(RgbImage::from_fn(4032, 3024, pixel)),
        ImageFormat::Jpeg,
    )
}
