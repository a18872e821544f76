//! Files of the user's that are not simply replaced: those that only grow, and those that may
//! never be overwritten.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::Failure;
use crate::content::problem::printable;
use crate::content::text::both;

/// A file that one process at a time appends to.
pub(super) struct Growing {
    file: File,
    shown: String,
}

impl Growing {
    /// Opens a file, making it if need be, and reads at most `most` bytes and one of it. Nobody
    /// else can open it so until this is dropped.
    ///
    /// # Errors
    /// It cannot be opened or read, or another process has it open.
    pub(super) fn open(path: &Path, most: usize) -> Result<(Growing, Vec<u8>), Failure> {
        let shown = printable(&path.display().to_string());
        let file = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = file.map_err(|error| unwritable(&shown, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::Words(
                    both!(
                        "`{shown}` is being written by another prep",
                        "다른 prep이 `{shown}`에 쓰고 있습니다"
                    ),
                    Some(both!("close that one first", "먼저 그쪽을 끝내세요")),
                ));
            }
            // Some file systems have no locks: better to work without one than not at all.
            Err(TryLockError::Error(_)) => {}
        }
        let mut growing = Growing { file, shown };
        let mut bytes = Vec::new();
        let read = (&mut growing.file).take(most as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| unwritable(&growing.shown, &error))?;
        Ok((growing, bytes))
    }

    /// Cuts off what was written only in part.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn cut(&mut self, whole: usize) -> Result<(), Failure> {
        let cut = self.file.set_len(whole as u64).and_then(|()| self.file.sync_data());
        cut.map_err(|error| unwritable(&self.shown, &error))
    }

    /// Appends; what this returned for is on the disk.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn append(&mut self, text: &str) -> Result<(), Failure> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| unwritable(&self.shown, &error))
    }
}

/// Who may read a new file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    Everybody,
    /// The owner alone, where the system knows owners.
    Owner,
}

/// Writes a file that must not exist yet: it appears whole or not at all.
///
/// # Errors
/// It exists, or cannot be written; nothing is left behind.
pub(super) fn write_new(path: &Path, text: &str, readers: Readers) -> Result<(), Failure> {
    let shown = printable(&path.display().to_string());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        // Unlike a renamed file a linked one replaces nothing.
        .and_then(|()| {
            std::fs::hard_link(&temporary, path).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound => Err(error),
                _ if path.exists() => Err(io::ErrorKind::AlreadyExists.into()),
                _ => std::fs::rename(&temporary, path),
            })
        });
    let _ = std::fs::remove_file(&temporary);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::Words(
            both!(
                "`{shown}` exists and is never overwritten",
                "`{shown}` 파일이 이미 있습니다. 덮어쓰지 않습니다"
            ),
            Some(both!("choose another name", "다른 이름을 쓰세요")),
        ),
        _ => unwritable(&shown, &error),
    })
}

fn unwritable(shown: &str, error: &io::Error) -> Failure {
    Failure::Words(
        both!("cannot write `{shown}`: {error}", "`{shown}`에 쓸 수 없습니다: {error}"),
        None,
    )
}
