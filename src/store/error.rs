//! Why the record could not be opened, read or written.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::content::problem::printable;
use crate::content::text::{Text, both};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreError {
    /// Written by a newer program; this one might lose what it does not know.
    Newer {
        file: PathBuf,
        found: i64,
        known: i64,
    },
    /// Damaged, or no SQLite file at all.
    Corrupt {
        file: PathBuf,
    },
    /// A SQLite file of another program.
    Foreign {
        file: PathBuf,
    },
    /// The directory or the file cannot be made, opened or written.
    Unwritable {
        file: PathBuf,
        reason: String,
    },
    DiskFull {
        file: PathBuf,
    },
    /// Another process held the file for longer than we wait.
    Busy {
        file: PathBuf,
    },
    /// Anything else that SQLite reports.
    Failed {
        file: PathBuf,
        reason: String,
    },
}

impl StoreError {
    pub(super) fn from_sqlite(file: &Path, error: &rusqlite::Error) -> StoreError {
        let file = file.to_owned();
        let reason = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::Corrupt { file }
            }
            Some(ErrorCode::DiskFull) => StoreError::DiskFull { file },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { file },
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => StoreError::Unwritable { file, reason },
            _ => StoreError::Failed { file, reason },
        }
    }

    pub(super) fn from_io(file: &Path, error: &std::io::Error) -> StoreError {
        let file = file.to_owned();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                StoreError::DiskFull { file }
            }
            _ => StoreError::Unwritable { file, reason: error.to_string() },
        }
    }

    /// What happened and what to do about it. The file is named in every case.
    pub(crate) fn text(&self) -> Text {
        match self {
            StoreError::Newer { file, found, known } => {
                let file = shown(file);
                both!(
                    "{file} was written by a newer prep (format {found}; this one knows {known}). \
                     Nothing was changed: install the newer version",
                    "{file}은(는) 더 새로운 prep이 쓴 파일입니다(형식 {found}, 이 버전은 {known}까지). \
                     바꾼 것은 없습니다. 새 버전을 설치하세요",
                )
            }
            StoreError::Corrupt { file } => {
                let file = shown(file);
                both!(
                    "{file} is damaged or no SQLite file. Nothing was changed. To start a new \
                     record, set it aside: mv '{file}' '{file}.damaged'",
                    "{file}이(가) 손상되었거나 SQLite 파일이 아닙니다. 바꾼 것은 없습니다. 새로 시작하려면 \
                     파일을 옮겨 두세요: mv '{file}' '{file}.damaged'",
                )
            }
            StoreError::Foreign { file } => {
                let file = shown(file);
                both!(
                    "{file} belongs to another program. Nothing was changed: move it elsewhere",
                    "{file}은(는) 다른 프로그램의 파일입니다. 바꾼 것은 없습니다. 다른 곳으로 옮기세요",
                )
            }
            StoreError::Unwritable { file, reason } => {
                let (file, reason) = (shown(file), printable(reason));
                both!(
                    "{file} cannot be opened or written: {reason}. Check the permissions of its \
                     directory, or choose another one",
                    "{file}을(를) 열거나 쓸 수 없습니다: {reason}. 디렉터리 권한을 확인하거나 다른 \
                     디렉터리를 고르세요",
                )
            }
            StoreError::DiskFull { file } => {
                let file = shown(file);
                both!(
                    "the disk is full: nothing was added to {file}. Make room and try again",
                    "디스크가 가득 차 {file}에 저장하지 못했습니다. 공간을 비우고 다시 시도하세요",
                )
            }
            StoreError::Busy { file } => {
                let file = shown(file);
                both!(
                    "another process keeps {file} locked. Close it and try again",
                    "다른 프로세스가 {file}을(를) 잠그고 있습니다. 종료한 뒤 다시 시도하세요",
                )
            }
            StoreError::Failed { file, reason } => {
                let (file, reason) = (shown(file), printable(reason));
                both!("{file}: {reason}", "{file}: {reason}")
            }
        }
    }
}

fn shown(file: &Path) -> String {
    printable(&file.display().to_string())
}
