//! The local folder of pictures.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::name::PictureName;

/// The prefix of a file that is being written.
const DRAFT: &str = ".draft-";
/// The extension of an empty file that marks a picture as stored at Cloudinary.
const MARK: &str = "cloudinary";

#[derive(Debug, Clone)]
pub struct LocalStore(PathBuf);

/// Files that have not changed for a while.
#[derive(Debug, Default)]
pub struct OldFiles {
    pub pictures: Vec<PictureName>,
    /// Pictures marked as stored at Cloudinary.
    pub marks: Vec<PictureName>,
}

impl LocalStore {
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Writes a file atomically. It is on the disk when the function returns.
    pub fn put(&self, file: &str, bytes: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let draft = self.0.join(format!("{DRAFT}{file}"));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut open| {
                open.write_all(bytes)?;
                open.sync_all()
            })
            .and_then(|()| std::fs::rename(&draft, self.0.join(file)));
        if written.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        written
    }

    /// The original of a picture. None if it is gone.
    pub fn original(&self, name: &PictureName) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.0.join(name.file(name.width, "webp"))) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a picture in all its sizes. Missing files are ignored.
    pub fn remove(&self, name: &PictureName) -> io::Result<()> {
        for width in name.widths() {
            for extension in ["avif", "webp"] {
                self.delete(&name.file(width, extension))?;
            }
        }
        Ok(())
    }

    /// Marks a picture as stored, or about to be stored, at Cloudinary.
    pub fn mark(&self, name: &PictureName) -> io::Result<()> {
        self.put(&format!("{name}.{MARK}"), b"")
    }

    pub fn unmark(&self, name: &PictureName) -> io::Result<()> {
        self.delete(&format!("{name}.{MARK}"))
    }

    fn delete(&self, file: &str) -> io::Result<()> {
        match std::fs::remove_file(self.0.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Lists files older than `age`, and deletes unfinished files of that age.
    pub fn old_files(&self, age: Duration) -> io::Result<OldFiles> {
        let mut old = OldFiles::default();
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(old),
            entries => entries?,
        };
        let before = SystemTime::now() - age;
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            let modified = entry.metadata().and_then(|data| data.modified());
            // A file that cannot be read is being deleted by another process.
            if !modified.is_ok_and(|modified| modified < before) {
                continue;
            }
            if file.starts_with(DRAFT) {
                self.delete(&file)?;
            } else if let Some((stem, extension)) = file.split_once('.')
                && let Some(name) = parse_any_size(stem)
            {
                let list = if extension == MARK {
                    &mut old.marks
                } else {
                    &mut old.pictures
                };
                list.push(name);
            }
        }
        Ok(old)
    }
}

/// The picture that a file belongs to, in any width.
fn parse_any_size(stem: &str) -> Option<PictureName> {
    PictureName::parse(stem).or_else(|| PictureName::parse(stem.rsplit_once('-')?.0))
}
