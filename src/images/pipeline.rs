//! Processing of uploaded pictures: checks the format, decodes within limits, rotates, resizes and encodes again. Only the
//! pixels of the uploaded file are kept.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use fast_image_resize::images::TypedImage;
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{PixelTrait, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use ravif::{BitDepth, Img, RGB8, RGBA8};

/// Pixels of a side.
const MAX_SIDE: u32 = 12_000;
/// Pixels of the whole picture.
const MAX_PIXELS: u64 = 40_000_000;
/// Bytes of memory for decoding.
const MAX_DECODER_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of a decoded picture.
const MAX_DECODED_BYTES: u64 = 160 * 1024 * 1024;
/// Decoded bytes above which pictures are processed one at a time.
const LARGE_BYTES: u64 = 64 * 1024 * 1024;
/// The largest width and height of an original.
const MAX_SIZE: (u32, u32) = (1440, 2160);

const ORIGINAL_QUALITY: f32 = 82.0;
/// libwebp's method, up to 6. It is low for the original because the user waits for it.
const ORIGINAL_EFFORT: i32 = 2;
const WEBP_QUALITY: f32 = 78.0;
const WEBP_EFFORT: i32 = 4;
const AVIF_QUALITY: f32 = 58.0;
/// rav1e's speed, up to 10. It is higher for large pictures, so that a job takes only a few seconds.
const AVIF_SPEED: u8 = 8;
const AVIF_SPEED_LARGE: u8 = 9;
/// Pictures wider than this are large.
const AVIF_LARGE_WIDTH: u32 = 960;

/// The original that is stored of an upload.
#[derive(Debug)]
pub struct Original {
    pub webp: Vec<u8>,
    pub width: u32,
    pub height: u32,
    /// The average color, `#rrggbb`.
    pub tint: String,
}

/// Why a file is refused. The text follows the file's name in a sentence.
pub type RefusalReason = &'static str;

const NOT_A_PICTURE: RefusalReason = "is not a picture that we can show. Choose a JPEG, PNG or WebP file.";
const TOO_MANY_PIXELS: RefusalReason =
    "has too many pixels. Make it at most 12,000 pixels on each side and 40 megapixels in total, then upload it again.";
const DAMAGED: RefusalReason = "is damaged. Save it again, or choose another picture.";

/// Makes the original of an upload. This takes up to a second and much memory.
pub fn encode_original(file: File) -> Result<Original, RefusalReason> {
    // A decoder that panics was given a damaged picture.
    catch_unwind(AssertUnwindSafe(|| try_encode_original(file))).unwrap_or(Err(DAMAGED))
}

fn try_encode_original(file: File) -> Result<Original, RefusalReason> {
    let image = decode(file)?;
    let (width, height) = (image.width(), image.height());
    Ok(Original {
        webp: webp(&image, ORIGINAL_QUALITY, ORIGINAL_EFFORT).ok_or(DAMAGED)?,
        width,
        height,
        tint: tint(&image),
    })
}

/// Decodes a picture, resizes it to the size of an original, and rotates it upright.
fn decode(mut file: File) -> Result<DynamicImage, RefusalReason> {
    static LARGE_LOCK: Mutex<()> = Mutex::new(());
    let format = format(&mut file)?;
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refusal_reason)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > MAX_SIDE || pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(TOO_MANY_PIXELS);
    }
    if pixels == 0 {
        return Err(DAMAGED);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let _lock =
        (decoder.total_bytes() > LARGE_BYTES).then(|| LARGE_LOCK.lock().unwrap_or_else(PoisonError::into_inner));
    let image = eight_bits(DynamicImage::from_decoder(decoder).map_err(refusal_reason)?);
    let rotated = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let max_size = if rotated { (MAX_SIZE.1, MAX_SIZE.0) } else { MAX_SIZE };
    let (width, height) = fit(max_size, (width, height));
    let mut image = resize(image, width, height).ok_or(DAMAGED)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// The format by the first bytes; the file's name and type are ignored.
fn format(file: &mut File) -> Result<ImageFormat, RefusalReason> {
    let mut start = Vec::with_capacity(12);
    let read = file.take(12).read_to_end(&mut start).and_then(|_| file.rewind());
    read.map_err(|_| DAMAGED)?;
    match start.as_slice() {
        [0xff, 0xd8, 0xff, ..] => Ok(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Ok(ImageFormat::WebP),
        _ => Err(NOT_A_PICTURE),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn refusal_reason(error: ImageError) -> RefusalReason {
    match error {
        ImageError::Limits(_) => TOO_MANY_PIXELS,
        ImageError::Unsupported(_) => NOT_A_PICTURE,
        _ => DAMAGED,
    }
}

/// Converts to eight bits per channel. Keeps the alpha channel if there is one.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    }
}

/// The size of a picture that fits into the largest size. A picture never grows.
fn fit(max_size: (u32, u32), size: (u32, u32)) -> (u32, u32) {
    let scale = |size: u32, of: u32, to: u32| {
        let scaled = u64::from(size) * u64::from(to) / u64::from(of);
        u32::try_from(scaled).unwrap_or(to).max(1)
    };
    let (mut width, mut height) = size;
    if width > max_size.0 {
        (width, height) = (max_size.0, scale(size.1, size.0, max_size.0));
    }
    if height > max_size.1 {
        (width, height) = (scale(size.0, size.1, max_size.1), max_size.1);
    }
    (width, height)
}

fn resize(image: DynamicImage, width: u32, height: u32) -> Option<DynamicImage> {
    if (image.width(), image.height()) == (width, height) {
        return Some(image);
    }
    if image.color().has_alpha() {
        let bytes = resize_pixels::<U8x4>(image, width, height)?;
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        let bytes = resize_pixels::<U8x3>(image, width, height)?;
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    }
}

/// The types keep the code small that is compiled here: `Resizer::resize` would compile its kernels for all 15 pixel types,
/// and once more if the source had another type than the target.
fn resize_pixels<P: PixelTrait>(image: DynamicImage, width: u32, height: u32) -> Option<Vec<u8>> {
    let (old_width, old_height) = (image.width(), image.height());
    let mut source = image.into_bytes();
    let source = TypedImage::<P>::from_buffer(old_width, old_height, &mut source).ok()?;
    let mut bytes = vec![0; width as usize * height as usize * size_of::<P>()];
    let mut target = TypedImage::<P>::from_buffer(width, height, &mut bytes).ok()?;
    Resizer::new().resize_typed(&source, &mut target, None).ok()?;
    Some(bytes)
}

/// The average color of the visible pixels, `#rrggbb`.
fn tint(image: &DynamicImage) -> String {
    let mut sum = [0_u64; 3];
    let mut weight = 0_u64;
    let mut add = |pixel: &[u8], alpha: u64| {
        for (sum, channel) in sum.iter_mut().zip(pixel) {
            *sum += u64::from(*channel) * alpha;
        }
        weight += alpha;
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
    let speed = if image.width() > AVIF_LARGE_WIDTH {
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
    let avif = if image.color().has_alpha() {
        let pixels: Vec<RGBA8> = bytes
            .chunks_exact(4)
            .map(|p| RGBA8::new(p[0], p[1], p[2], p[3]))
            .collect();
        encoder.encode_rgba(Img::new(&pixels, width, height))
    } else {
        let pixels: Vec<RGB8> = bytes.chunks_exact(3).map(|p| RGB8::new(p[0], p[1], p[2])).collect();
        encoder.encode_rgb(Img::new(&pixels, width, height))
    };
    avif.ok().map(|avif| avif.avif_file)
}

/// An original, decoded to be resized.
pub struct SourceImage(DynamicImage);

/// A picture in one of its sizes.
pub struct ResizedPicture {
    pub avif: Vec<u8>,
    pub webp: Vec<u8>,
}

impl SourceImage {
    /// None if the bytes are not valid WebP.
    pub fn open(webp: &[u8]) -> Option<Self> {
        let image = image::load_from_memory_with_format(webp, ImageFormat::WebP).ok()?;
        Some(Self(eight_bits(image)))
    }

    /// Resizes and encodes the picture. This takes seconds.
    pub fn resize(&self, width: i32) -> Option<ResizedPicture> {
        let width = u32::try_from(width).ok()?;
        let (_, height) = fit((width, u32::MAX), (self.0.width(), self.0.height()));
        let image = resize(self.0.clone(), width, height)?;
        Some(ResizedPicture {
            avif: avif(&image)?,
            webp: webp(&image, WEBP_QUALITY, WEBP_EFFORT)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_original_fits_the_largest_size_and_never_grows() {
        assert_eq!(fit(MAX_SIZE, (4032, 3024)), (1440, 1080));
        assert_eq!(fit(MAX_SIZE, (3024, 4032)), (1440, 1920));
        assert_eq!(fit(MAX_SIZE, (1000, 4000)), (540, 2160));
        assert_eq!(fit(MAX_SIZE, (800, 1000)), (800, 1000));
        assert_eq!(fit(MAX_SIZE, (12_000, 1)), (1440, 1));
    }

    #[test]
    fn the_tint_is_the_average_of_the_visible_pixels() {
        let mut image = RgbaImage::from_pixel(2, 1, image::Rgba([200, 100, 0, 255]));
        image.put_pixel(1, 0, image::Rgba([0, 0, 255, 0]));
        assert_eq!(tint(&DynamicImage::ImageRgba8(image)), "#c86400");
        assert_eq!(tint(&DynamicImage::ImageRgba8(RgbaImage::new(2, 2))), "#ffffff");
    }
}
