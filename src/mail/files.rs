//! Letters as files in the data folder, where no mail server is set.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use crate::id::JobId;

/// Writes the message as `20261123T101112-ID.eml`, whole or not at all, for us alone to read.
pub fn write(folder: &Path, job: JobId, posted: NaiveDateTime, message: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("{}-{job}.eml", posted.format("%Y%m%dT%H%M%S"));
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    let path = folder.join(name);
    let written = file
        .write_all(message)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&draft, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written.map(|()| path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_letter_is_a_file_of_ours_alone() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("mail");
        let posted = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .unwrap()
            .and_hms_opt(10, 11, 12)
            .unwrap();
        let path = write(&folder, JobId(42), posted, b"first").unwrap();
        assert_eq!(path, folder.join("20261123T101112-42.eml"));
        assert_eq!(write(&folder, JobId(42), posted, b"again").unwrap(), path);
        assert_eq!(std::fs::read(&path).unwrap(), b"again");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
    }
}
