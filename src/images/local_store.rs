//! The folder that our own pictures lie in.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::name::Name;

/// What a file has that is not whole yet.
const DRAFT: &str = ".draft-";
/// The ending of the mark that a picture lies at Cloudinary.
const MARK: &str = "cloudinary";

#[derive(Debug, Clone)]
pub struct LocalStore(PathBuf);

/// What lies on the shelf for long enough to be looked at.
#[derive(Debug, Default)]
pub struct Old {
    pub pictures: Vec<Name>,
    /// Those that lie at Cloudinary.
    pub marks: Vec<Name>,
}

impl LocalStore {
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Whole or not at all, and on the disk when it returns.
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

    /// The picture as it was first kept, or nothing when it is gone.
    pub fn master(&self, name: &Name) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.0.join(name.file(name.width, "webp"))) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes a picture away in all its sizes; what is gone already is fine.
    pub fn remove(&self, name: &Name) -> io::Result<()> {
        for width in name.widths() {
            for ending in ["avif", "webp"] {
                self.take(&name.file(width, ending))?;
            }
        }
        Ok(())
    }

    /// Notes that a picture lies, or is about to lie, at Cloudinary.
    pub fn mark(&self, name: &Name) -> io::Result<()> {
        self.put(&format!("{name}.{MARK}"), b"")
    }

    pub fn unmark(&self, name: &Name) -> io::Result<()> {
        self.take(&format!("{name}.{MARK}"))
    }

    fn take(&self, file: &str) -> io::Result<()> {
        match std::fs::remove_file(self.0.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What was put here before so long; drafts of that age are taken away.
    pub fn old(&self, age: Duration) -> io::Result<Old> {
        let mut old = Old::default();
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(old),
            entries => entries?,
        };
        let before = SystemTime::now() - age;
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            let aged = entry.metadata().and_then(|data| data.modified());
            // Whatever cannot be looked at is being taken away by somebody else.
            if !aged.is_ok_and(|changed| changed < before) {
                continue;
            }
            if file.starts_with(DRAFT) {
                self.take(&file)?;
            } else if let Some((stem, ending)) = file.split_once('.')
                && let Some(name) = of_any_size(stem)
            {
                let list = if ending == MARK {
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

/// The picture that a file belongs to, whatever its width.
fn of_any_size(stem: &str) -> Option<Name> {
    Name::parse(stem).or_else(|| Name::parse(stem.rsplit_once('-')?.0))
}
