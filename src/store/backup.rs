//! The copy of a record that is made before its file is migrated.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{StoreError, open_to_read};

/// Copies are numbered from the second on; nobody migrates a version this often.
const MOST: u32 = 1_000;

/// Copies a record to `prep.db.v1.backup` beside it (`v1`: its version) and waits until the copy is
/// on the disk. A copy that is there already is kept: the new one then gets a name of its own,
/// unless it has the same content.
///
/// # Errors
/// The copy could not be made; nothing is left of it.
pub(super) fn make(file: &Path, version: i64) -> Result<PathBuf, StoreError> {
    let temporary = beside(file, &format!("v{version}.backup.{}.tmp", std::process::id()));
    let made = copy(file, &temporary).and_then(|()| {
        place(file, version, &temporary).map_err(|error| StoreError::from_io(file, &error))
    });
    // It is still there only if it could not be used or was not needed.
    let _ = fs::remove_file(&temporary);
    made
}

fn copy(file: &Path, to: &Path) -> Result<(), StoreError> {
    // Left by a process of the same number that was killed.
    let _ = fs::remove_file(to);
    let to_text = to.to_str().ok_or_else(|| {
        let no_utf8 = io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8");
        StoreError::from_io(file, &no_utf8)
    })?;
    open_to_read(file)
        .and_then(|connection| connection.execute("vacuum into ?1", [to_text]))
        .map_err(|error| StoreError::from_sqlite(file, &error))?;
    File::open(to)
        .and_then(|copy| copy.sync_all())
        .map_err(|error| StoreError::from_io(file, &error))
}

/// Gives the copy the first name that is free. The caller holds the lock of the record, so that no
/// other process takes the name in between.
fn place(file: &Path, version: i64, copy: &Path) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let number = if number == 1 { String::new() } else { format!(".{number}") };
        let name = beside(file, &format!("v{version}.backup{number}"));
        // A broken link is a name that is taken, too.
        if name.symlink_metadata().is_err() {
            fs::rename(copy, &name)?;
            // Not every system lets a directory be opened; the file itself is on the disk.
            if let Some(Ok(dir)) = file.parent().map(File::open) {
                dir.sync_all()?;
            }
            return Ok(name);
        }
        if is_same(copy, &name).unwrap_or(false) {
            return Ok(name);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "there are too many backups"))
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let read = |path: &Path| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    Ok(fs::metadata(one)?.len() == fs::metadata(other)?.len() && read(one)? == read(other)?)
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(end);
    file.with_file_name(name)
}
