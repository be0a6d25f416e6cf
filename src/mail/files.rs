//! Emails as files in the data folder, when no mail server is set.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use crate::id::JobId;

/// Writes the message to `20261123T101112-ID.eml`, atomically, and readable only by our own system user.
pub fn write(folder: &Path, job: JobId, queued_at: NaiveDateTime, message: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("{}-{job}.eml", queued_at.format("%Y%m%dT%H%M%S"));
    let temporary = folder.join(format!(".{name}.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    let path = folder.join(name);
    let written = file
        .write_all(message)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written.map(|()| path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_email_file_is_private() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("mail");
        let queued_at = chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .unwrap()
            .and_hms_opt(10, 11, 12)
            .unwrap();
        let path = write(&folder, JobId(42), queued_at, b"first").unwrap();
        assert_eq!(path, folder.join("20261123T101112-42.eml"));
        assert_eq!(write(&folder, JobId(42), queued_at, b"again").unwrap(), path);
        assert_eq!(std::fs::read(&path).unwrap(), b"again");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
    }
}
