//! The tables, and how a file of an older version becomes one of the newest.

use rusqlite::{Connection, TransactionBehavior};

/// One step a version: a file of version `n` has had the first `n` of them. Steps are only ever
/// added at the end.
const MIGRATIONS: [&str; 1] = [
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
];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("pragma user_version", [], |row| row.get(0))
}

/// Brings a file to [`VERSION`] in one transaction; a newer one is left as it is. Of two processes
/// that try at once the second finds nothing left to do.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = usize::try_from(version(&transaction)?).unwrap_or(MIGRATIONS.len());
    for step in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    if found < MIGRATIONS.len() {
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()
}
