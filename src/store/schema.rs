//! The tables, and how a file of an older version becomes one of the newest.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, backup};

/// One step a version: a file of version `n` has had the first `n` of them. Steps are only ever
/// added at the end.
pub(super) const MIGRATIONS: [&str; 2] = [
    // 1: the record of attempts. `seq` is the order of writing; the random `id` stays the same
    // when records of two machines are joined. `seed` is text since it has 64 bits without a sign.
    "create table attempt (
       seq integer primary key,
       id text not null unique default (lower(hex(randomblob(16)))) check (length(id) = 32),
       question text not null,
       topic text not null,
       kind text not null,
       given text not null check (json_valid(given)),
       score real not null check (score between 0 and 1),
       sure real check (sure between 0 and 1),
       duration_ms integer not null check (duration_ms >= 0),
       seed text not null,
       variant text check (variant is null or json_valid(variant)),
       at_utc text not null,
       utc_offset_minutes integer not null,
       prep text not null,
       session text not null
     ) strict;
     create index attempt_by_question on attempt (question, seq);
     create trigger attempt_is_never_changed before update on attempt
       begin select raise(abort, 'attempts are only ever added'); end;
     create trigger attempt_is_never_removed before delete on attempt
       begin select raise(abort, 'attempts are only ever added'); end;",
    // 2: the person's own rating, answers that were taken back, and settings. An undone attempt
    // stays; that it was undone is a row of its own, so that joining records can lose neither.
    "alter table attempt add column rating integer check (rating between 1 and 4);
     create table retraction (
       seq integer primary key,
       id text not null unique default (lower(hex(randomblob(16)))) check (length(id) = 32),
       attempt text not null references attempt (id),
       at_utc text not null
     ) strict;
     create index retraction_by_attempt on retraction (attempt);
     create trigger retraction_is_never_changed before update on retraction
       begin select raise(abort, 'retractions are only ever added'); end;
     create trigger retraction_is_never_removed before delete on retraction
       begin select raise(abort, 'retractions are only ever added'); end;
     create table setting (
       seq integer primary key,
       id text not null unique default (lower(hex(randomblob(16)))) check (length(id) = 32),
       name text not null,
       value text not null,
       at_utc text not null
     ) strict;
     create index setting_by_name on setting (name, at_utc, id);
     create trigger setting_is_never_changed before update on setting
       begin select raise(abort, 'settings are only ever added'); end;
     create trigger setting_is_never_removed before delete on setting
       begin select raise(abort, 'settings are only ever added'); end;",
];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("pragma user_version", [], |row| row.get(0))
}

/// Brings a file to [`VERSION`] in one transaction; a newer one is left as it is. Before a file
/// that holds rows is changed, a copy of it is put beside it. Of two processes that try at once the
/// second finds nothing left to do.
///
/// # Errors
/// The copy or the change could not be made; the file is as it was.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let sqlite = |error: rusqlite::Error| StoreError::from_sqlite(file, &error);
    let behavior = TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior).map_err(sqlite)?;
    let found = version(&transaction).map_err(sqlite)?;
    let steps = MIGRATIONS.get(usize::try_from(found).unwrap_or(MIGRATIONS.len())..);
    let steps = steps.unwrap_or_default();
    if steps.is_empty() {
        return Ok(());
    }
    if found > 0 {
        // Nobody else can write while this transaction is open, so the copy is what is migrated.
        backup::make(file, found)?;
    }
    let change = || -> rusqlite::Result<()> {
        for step in steps {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)
    };
    change().and_then(|()| transaction.commit()).map_err(sqlite)
}
