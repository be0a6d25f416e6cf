//! A QR code as one SVG path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// The white border that scanners need, in modules.
const QUIET: usize = 4;

/// Draw it as `<svg viewBox="0 0 {size} {size}">` with one dark path on white.
#[derive(Debug, Clone)]
pub struct Qr {
    /// The side in modules, with the border.
    pub size: u32,
    /// One rectangle for every horizontal run of dark modules.
    pub path: String,
}

impl Qr {
    /// None when the text is too long for any QR code.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|left, right| left == right) {
                let length = run.len();
                if run.first() == Some(&Color::Dark) {
                    let _ = write!(path, "M{} {}h{length}v1h-{length}z", column + QUIET, row + QUIET);
                }
                column += length;
            }
        }
        Some(Self {
            size: u32::try_from(width + 2 * QUIET).ok()?,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every dark module of a path.
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
    fn the_path_draws_every_module_inside_a_quiet_border() {
        let text = "otpauth://totp/PocketShop:jane%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let qr = Qr::of(text).unwrap();
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
    fn what_does_not_fit_is_none() {
        assert!(Qr::of(&"a".repeat(5000)).is_none());
    }
}
