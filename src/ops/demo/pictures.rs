//! The demo's pictures: inside the program, and in the media folder.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;

use crate::error::{Error, Result};

/// The folder below the media folder, and the first word of a picture's `public_id`.
pub const FOLDER: &str = "demo";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/src/ops/demo/pictures"]
struct Files;

/// Every picture, by file name.
pub fn pictures() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    Files::iter().filter_map(|name| Files::get(&name).map(|file| (name, file.data)))
}

/// Copies the pictures to `demo/` in the media folder, where `/media/demo/…` finds them. Those that
/// are there already are left alone.
pub fn write_pictures(media_dir: &Path) -> Result<()> {
    let folder = media_dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Error::internal(error, "making the folder of the demo's pictures"))?;
    for (name, bytes) in pictures() {
        let path = folder.join(&*name);
        if fs::metadata(&path).is_ok_and(|there| there.len() == bytes.len() as u64) {
            continue;
        }
        // Renamed into place, so that nobody is ever served half a picture.
        let half = folder.join(format!(".{name}.{}", std::process::id()));
        fs::write(&half, &bytes)
            .and_then(|()| fs::rename(&half, &path))
            .map_err(|error| Error::internal(error, "writing a picture of the demo"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_written_once_and_mended_when_cut_short() {
        let media = tempfile::tempdir().unwrap();
        write_pictures(media.path()).unwrap();
        let (name, bytes) = pictures().next().unwrap();
        let path = media.path().join(FOLDER).join(&*name);
        assert_eq!(fs::read(&path).unwrap(), *bytes);
        fs::write(&path, b"half").unwrap();
        write_pictures(media.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), *bytes);
        assert_eq!(
            fs::read_dir(media.path().join(FOLDER)).unwrap().count(),
            pictures().count()
        );
    }
}
