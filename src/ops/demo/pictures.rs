//! The pictures of the demo market. They are embedded in the program and copied to the media folder.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;

use crate::error::{Error, Result};

/// The folder in the media folder, and the start of each picture's `public_id`.
pub const FOLDER: &str = "demo";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/src/ops/demo/pictures"]
struct Files;

/// Every picture, by file name.
pub fn pictures() -> impl Iterator<Item = (Cow<'static, str>, Cow<'static, [u8]>)> {
    Files::iter().filter_map(|name| Files::get(&name).map(|file| (name, file.data)))
}

/// Copies the pictures to `demo/` in the media folder, which is served at `/media/demo/…`. Complete copies are skipped.
pub fn write_pictures(media_dir: &Path) -> Result<()> {
    let folder = media_dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Error::internal(error, "creating the folder for the demo pictures"))?;
    for (name, bytes) in pictures() {
        let path = folder.join(&*name);
        if fs::metadata(&path).is_ok_and(|present| present.len() == bytes.len() as u64) {
            continue;
        }
        // Renamed when it is complete, so that an incomplete picture is never served.
        let draft = folder.join(format!(".{name}.{}", std::process::id()));
        fs::write(&draft, &bytes)
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|error| Error::internal(error, "writing a demo picture"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_written_once_and_again_when_incomplete() {
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
