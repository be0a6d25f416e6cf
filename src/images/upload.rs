//! A file that somebody sent: its bytes wait on the disk, its name is only ever shown.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use data_encoding::HEXLOWER;

use crate::error::{Error, Result};

/// The most bytes that a picture may have.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024;
/// Letters of a name that are worth showing.
const SHOWN: usize = 60;

#[derive(Debug)]
pub struct Sent {
    /// The form's name for it.
    pub field: String,
    /// The sender's name for it.
    pub name: String,
    /// In the data folder, without a name: gone as soon as nobody has it open, whatever happens.
    file: File,
    size: u64,
    refusal: Option<String>,
}

impl Sent {
    /// An empty one; its bytes will lie in this folder.
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
            name: shown(name),
            file,
            size: 0,
            refusal: None,
        })
    }

    /// Adds bytes. What is more than a picture may have is not kept, and then the file is refused.
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

    /// Why this file will not be taken, from the second word on; the first reason counts.
    pub fn refuse(&mut self, why: &str) {
        if self.refusal.is_none() {
            self.refusal = Some(format!("“{}” {why}", self.name));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The bytes, from the first.
    ///
    /// # Errors
    /// It was refused while it came in.
    pub(super) fn open(mut self) -> Result<(File, String)> {
        if self.is_empty() {
            self.refuse("is empty. Choose another picture.");
        }
        if let Some(why) = self.refusal {
            return Err(Error::Refused(why));
        }
        self.file
            .rewind()
            .map_err(|error| Error::internal(error, "a sent file could not be read"))?;
        Ok((self.file, self.name))
    }
}

/// A name fit to be shown: without the folders that some programs put before it, without control characters, not long.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let short: String = plain.trim().chars().take(SHOWN).collect();
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
    fn a_sent_file_leaves_no_name_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut sent = Sent::new(folder.path(), "image", "../../etc/moon.jpg").unwrap();
        sent.write(b"bytes").unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let (file, name) = sent.open().unwrap();
        assert_eq!(
            (io::read_to_string(file).unwrap().as_str(), name.as_str()),
            ("bytes", "moon.jpg")
        );
    }

    #[test]
    fn what_is_too_large_is_refused_by_name_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut sent = Sent::new(folder.path(), "image", "big.png").unwrap();
        for _ in 0..21 {
            sent.write(&vec![0; 1024 * 1024]).unwrap();
        }
        assert_eq!(sent.file.metadata().unwrap().len(), 0);
        let refused = sent.open().unwrap_err();
        assert!(
            refused.to_string().starts_with("“big.png” is larger than 20 MB"),
            "{refused}"
        );
    }

    #[test]
    fn names_are_shown_short_and_plain() {
        assert_eq!(shown("C:\\fakepath\\moon.jpg"), "moon.jpg");
        assert_eq!(shown("a\0b\r\n\u{7}.png"), "ab.png");
        assert_eq!(shown(" \n/"), "This file");
        assert_eq!(shown(&"ü".repeat(300)).chars().count(), SHOWN);
    }
}
