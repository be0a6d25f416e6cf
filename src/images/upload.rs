//! An uploaded file. Its bytes are on disk; its name is only shown to the user.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// The maximum size of a picture, in bytes.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;
/// Characters of a file's name that are shown.
const MAX_NAME_LENGTH: usize = 60;

#[derive(Debug)]
pub struct UploadedFile {
    /// The name of the form field.
    pub field: String,
    /// The file's name, shortened.
    pub name: String,
    /// A file in the data folder without a directory entry: the system deletes it when it is closed.
    file: File,
    size: u64,
    refusal: Option<String>,
}

impl UploadedFile {
    /// An empty file whose bytes will be stored in this folder.
    pub fn new(folder: &Path, field: &str, name: &str) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let path = folder.join(format!(".sent-{}", HEXLOWER.encode(&random)));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        std::fs::remove_file(path)?;
        Ok(Self {
            field: field.to_owned(),
            name: shown_name(name),
            file,
            size: 0,
            refusal: None,
        })
    }

    /// Adds bytes. A file that becomes too large is refused, and its bytes are dropped.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if self.size > MAX_FILE_BYTES {
            self.refuse("is larger than 20 MB. Choose a smaller picture.");
        }
        if self.refusal.is_some() {
            return self.file.set_len(0);
        }
        self.file.write_all(bytes)
    }

    /// Refuses the file. The reason follows the file's name in a sentence. Only the first reason counts.
    pub fn refuse(&mut self, reason: &str) {
        if self.refusal.is_none() {
            self.refusal = Some(format!("“{}” {reason}", self.name));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The file, at its start, and its name.
    ///
    /// # Errors
    /// `Refused` if the file is empty or was refused while it was uploaded.
    pub(super) fn open(mut self) -> Result<(File, String)> {
        if self.is_empty() {
            self.refuse("is empty. Choose another picture.");
        }
        if let Some(message) = self.refusal {
            return Err(Error::Refused(message));
        }
        self.file
            .rewind()
            .map_err(|error| Error::internal(error, "an uploaded file could not be read"))?;
        Ok((self.file, self.name))
    }
}

/// A file's name as it is shown: without folders and control characters, and shortened.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let short: String = plain.trim().chars().take(MAX_NAME_LENGTH).collect();
    if short.is_empty() {
        "This file".to_owned()
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploaded_file_has_no_entry_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = UploadedFile::new(folder.path(), "image", "../../etc/moon.jpg").unwrap();
        file.write(b"bytes").unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let (file, name) = file.open().unwrap();
        assert_eq!(
            (io::read_to_string(file).unwrap().as_str(), name.as_str()),
            ("bytes", "moon.jpg")
        );
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_by_name_and_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = UploadedFile::new(folder.path(), "image", "big.png").unwrap();
        for _ in 0..21 {
            file.write(&vec![0; 1024 * 1024]).unwrap();
        }
        assert_eq!(file.file.metadata().unwrap().len(), 0);
        let refused = file.open().unwrap_err();
        assert!(
            refused.to_string().starts_with("“big.png” is larger than 20 MB"),
            "{refused}"
        );
    }

    #[test]
    fn names_are_shown_short_and_without_folders() {
        assert_eq!(shown_name("C:\\fakepath\\moon.jpg"), "moon.jpg");
        assert_eq!(shown_name("a\0b\r\n\u{7}.png"), "ab.png");
        assert_eq!(shown_name(" \n/"), "This file");
        assert_eq!(shown_name(&"ü".repeat(300)).chars().count(), MAX_NAME_LENGTH);
    }
}
