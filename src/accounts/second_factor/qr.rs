//! QR codes as an SVG path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// The width of the white border that scanners need, in modules.
const BORDER: usize = 4;

/// A QR code, to be drawn as `<svg viewBox="0 0 {size} {size}">` with one dark path on white.
#[derive(Debug, Clone)]
pub struct Qr {
    /// Width and height in modules, with the border.
    pub size: u32,
    /// One rectangle for every horizontal run of dark modules.
    pub path: String,
}

impl Qr {
    /// None when the text is too long for any QR code.
    pub fn encode(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|left, right| left == right) {
                let length = run.len();
                if run.first() == Some(&Color::Dark) {
                    let _ = write!(path, "M{} {}h{length}v1h-{length}z", column + BORDER, row + BORDER);
                }
                column += length;
            }
        }
        Some(Self {
            size: u32::try_from(width + 2 * BORDER).ok()?,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dark modules that a path draws.
    fn drawn(path: &str) -> Vec<(usize, usize)> {
        let mut modules = Vec::new();
        for run in path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, rest) = rest.split_once('v').unwrap();
            assert_eq!(rest, format!("1h-{length}z"));
            let (x, y, length): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            modules.extend((x..x + length).map(|x| (x, y)));
        }
        modules
    }

    #[test]
    fn the_path_draws_every_dark_module_inside_a_border() {
        let text = "otpauth://totp/PocketShop:jane%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let qr = Qr::encode(text).unwrap();
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        assert_eq!(qr.size as usize, code.width() + 8);
        let mut expected = Vec::new();
        for y in 0..code.width() {
            expected.extend(
                (0..code.width())
                    .filter(|x| code[(*x, y)] == Color::Dark)
                    .map(|x| (x + 4, y + 4)),
            );
        }
        assert_eq!(drawn(&qr.path), expected);
        assert!(qr.path.starts_with("M4 4h7v1h-7z"));
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert!(Qr::encode(&"a".repeat(5000)).is_none());
    }
}
