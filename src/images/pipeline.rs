//! What becomes of the bytes that somebody sent: looked at, decoded within limits, turned upright, made smaller, and
//! written anew. Nothing of the sender's is kept but the pixels.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use fast_image_resize::images::{Image as Target, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use ravif::{BitDepth, Img, RGB8, RGBA8};

/// The most pixels a side, and in all.
const MAX_SIDE: u32 = 12_000;
const MAX_PIXELS: u64 = 40_000_000;
/// The most bytes that decoding may take.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// The most bytes that a decoded picture may have.
const MAX_DECODED: u64 = 160 * 1024 * 1024;
/// From so many decoded bytes on, one at a time.
const LARGE: u64 = 64 * 1024 * 1024;
/// The box that what is kept fits into.
const BOX: (u32, u32) = (1440, 2160);

const QUICK_QUALITY: f32 = 82.0;
/// How hard libwebp tries, of 6: someone waits for the first one.
const QUICK_EFFORT: i32 = 2;
const WEBP_QUALITY: f32 = 78.0;
const WEBP_EFFORT: i32 = 4;
const AVIF_QUALITY: f32 = 58.0;
/// How fast rav1e goes, of 10; faster for the large ones, so that a picture is finished within a few seconds.
const AVIF_SPEED: u8 = 8;
const AVIF_SPEED_LARGE: u8 = 9;
/// Wider than this is large.
const AVIF_WIDE: u32 = 960;

/// What is kept of an upload.
#[derive(Debug)]
pub struct Quick {
    pub webp: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// `#rrggbb`
    pub tint: String,
}

/// Why a file is no picture for us; from the second word on, for the sender.
pub type Unfit = &'static str;

const NO_PICTURE: Unfit = "is not a picture that we can show. Choose a JPEG, PNG or WebP file.";
const TOO_MANY_PIXELS: Unfit =
    "has too many pixels. Make it at most 12,000 pixels a side and 40 megapixels in all, and send it again.";
const DAMAGED: Unfit = "is damaged. Save it anew, or choose another picture.";

/// Makes what is kept of an upload; takes a good part of a second, and much memory.
pub fn quick(file: File) -> Result<Quick, Unfit> {
    // A decoder that breaks has met a broken picture.
    catch_unwind(AssertUnwindSafe(|| try_quick(file))).unwrap_or(Err(DAMAGED))
}

fn try_quick(file: File) -> Result<Quick, Unfit> {
    let image = upright(file)?;
    let (width, height) = (image.width(), image.height());
    Ok(Quick {
        webp: webp(&image, QUICK_QUALITY, QUICK_EFFORT).ok_or(DAMAGED)?,
        width,
        height,
        tint: tint(&image),
    })
}

/// Decoded, no larger than what is kept, the right way up.
fn upright(mut file: File) -> Result<DynamicImage, Unfit> {
    static LARGE_ONES: Mutex<()> = Mutex::new(());
    let format = format(&mut file)?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(unfit)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > MAX_SIDE || pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        return Err(TOO_MANY_PIXELS);
    }
    if pixels == 0 {
        return Err(DAMAGED);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let _alone = (decoder.total_bytes() > LARGE).then(|| LARGE_ONES.lock().unwrap_or_else(PoisonError::into_inner));
    let image = eight_bits(DynamicImage::from_decoder(decoder).map_err(unfit)?);
    let turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let most = if turned { (BOX.1, BOX.0) } else { BOX };
    let (width, height) = within(most, (width, height));
    let mut image = shrink(image, width, height).ok_or(DAMAGED)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// Told by the first bytes, whatever the name or the sender says.
fn format(file: &mut File) -> Result<ImageFormat, Unfit> {
    let mut start = Vec::with_capacity(12);
    let read = file.take(12).read_to_end(&mut start).and_then(|_| file.rewind());
    read.map_err(|_| DAMAGED)?;
    match start.as_slice() {
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Ok(ImageFormat::WebP),
        _ => Err(NO_PICTURE),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    limits
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => TOO_MANY_PIXELS,
        ImageError::Unsupported(_) => NO_PICTURE,
        _ => DAMAGED,
    }
}

/// Colors of eight bits; transparency only where there is some to keep.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    }
}

/// The size of what fits into the box; nothing grows.
fn within(most: (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let fit = |size: u32, of: u32, to: u32| {
        let scaled = u64::from(size) * u64::from(to) / u64::from(of);
        u32::try_from(scaled).unwrap_or(to).max(1)
    };
    let (mut small, mut low) = (width, height);
    if small > most.0 {
        (small, low) = (most.0, fit(height, width, most.0));
    }
    if low > most.1 {
        (small, low) = (fit(width, height, most.1), most.1);
    }
    (small, low)
}

fn shrink(image: DynamicImage, width: u32, height: u32) -> Option<DynamicImage> {
    if (image.width(), image.height()) == (width, height) {
        return Some(image);
    }
    let kind = if image.color().has_alpha() {
        PixelType::U8x4
    } else {
        PixelType::U8x3
    };
    let source = ImageRef::new(image.width(), image.height(), image.as_bytes(), kind).ok()?;
    let mut target = Target::new(width, height, kind);
    Resizer::new()
        .resize(&source, &mut target, &ResizeOptions::new())
        .ok()?;
    let bytes = target.into_vec();
    if kind == PixelType::U8x4 {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    }
}

/// The average of what can be seen.
fn tint(image: &DynamicImage) -> String {
    let mut sum = [0_u64; 3];
    let mut weight = 0_u64;
    let mut add = |pixel: &[u8], seen: u64| {
        for (sum, part) in sum.iter_mut().zip(pixel) {
            *sum += u64::from(*part) * seen;
        }
        weight += seen;
    };
    match image {
        DynamicImage::ImageRgba8(image) => image
            .pixels()
            .for_each(|pixel| add(&pixel.0[..3], u64::from(pixel.0[3]))),
        image => image.as_bytes().chunks_exact(3).for_each(|pixel| add(pixel, 1)),
    }
    let [red, green, blue] = sum.map(|sum| sum.checked_div(weight).unwrap_or(255));
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn webp(image: &DynamicImage, quality: f32, effort: i32) -> Option<Vec<u8>> {
    let (width, height) = (image.width(), image.height());
    let encoder = if image.color().has_alpha() {
        webp::Encoder::from_rgba(image.as_bytes(), width, height)
    } else {
        webp::Encoder::from_rgb(image.as_bytes(), width, height)
    };
    let mut config = webp::WebPConfig::new().ok()?;
    config.quality = quality;
    config.method = effort;
    Some(encoder.encode_advanced(&config).ok()?.to_vec())
}

fn avif(image: &DynamicImage) -> Option<Vec<u8>> {
    let speed = if image.width() > AVIF_WIDE {
        AVIF_SPEED_LARGE
    } else {
        AVIF_SPEED
    };
    let encoder = ravif::Encoder::new()
        .with_quality(AVIF_QUALITY)
        .with_alpha_quality(AVIF_QUALITY)
        .with_speed(speed)
        .with_bit_depth(BitDepth::Eight)
        .with_num_threads(Some(1));
    let (width, height) = (image.width() as usize, image.height() as usize);
    let bytes = image.as_bytes();
    let made = if image.color().has_alpha() {
        let pixels: Vec<RGBA8> = bytes
            .chunks_exact(4)
            .map(|p| RGBA8::new(p[0], p[1], p[2], p[3]))
            .collect();
        encoder.encode_rgba(Img::new(&pixels, width, height))
    } else {
        let pixels: Vec<RGB8> = bytes.chunks_exact(3).map(|p| RGB8::new(p[0], p[1], p[2])).collect();
        encoder.encode_rgb(Img::new(&pixels, width, height))
    };
    made.ok().map(|made| made.avif_file)
}

/// A kept picture, opened to be made in more sizes.
pub struct Master(DynamicImage);

/// A picture in one of its sizes.
pub struct Sized {
    pub avif: Vec<u8>,
    pub webp: Vec<u8>,
}

impl Master {
    /// None: these are not bytes that we wrote.
    pub fn open(webp: &[u8]) -> Option<Self> {
        let image = image::load_from_memory_with_format(webp, ImageFormat::WebP).ok()?;
        Some(Self(eight_bits(image)))
    }

    /// Takes seconds.
    pub fn sized(&self, width: i32) -> Option<Sized> {
        let width = u32::try_from(width).ok()?;
        let (_, height) = within((width, u32::MAX), (self.0.width(), self.0.height()));
        let image = shrink(self.0.clone(), width, height)?;
        Some(Sized {
            avif: avif(&image)?,
            webp: webp(&image, WEBP_QUALITY, WEBP_EFFORT)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_fits_its_box_and_never_grows() {
        assert_eq!(within(BOX, (4032, 3024)), (1440, 1080));
        assert_eq!(within(BOX, (3024, 4032)), (1440, 1920));
        assert_eq!(within(BOX, (1000, 4000)), (540, 2160));
        assert_eq!(within(BOX, (800, 1000)), (800, 1000));
        assert_eq!(within(BOX, (12_000, 1)), (1440, 1));
    }

    #[test]
    fn the_tint_is_the_average_of_what_can_be_seen() {
        let mut image = RgbaImage::from_pixel(2, 1, image::Rgba([200, 100, 0, 255]));
        image.put_pixel(1, 0, image::Rgba([0, 0, 255, 0]));
        assert_eq!(tint(&DynamicImage::ImageRgba8(image)), "#c86400");
        assert_eq!(tint(&DynamicImage::ImageRgba8(RgbaImage::new(2, 2))), "#ffffff");
    }
}
