//! Transactions of processes that serve no request.

use super::session::Transaction;
use super::{Database, Found, SqlError, Statement};
use crate::engine::time::Nanos;

/// An open transaction; rolled back when dropped.
pub(crate) struct Background<'d, 'w> {
    database: &'d Database<'w>,
    open: Option<Transaction>,
}

/// Who a statement is for that no request has asked for.
pub(crate) const NOBODY: u64 = u64::MAX;

impl<'w> Database<'w> {
    pub(crate) fn begin_background(&self, request: u64) -> Background<'_, 'w> {
        Background { database: self, open: Some(self.begin(request)) }
    }
}

impl Background<'_, '_> {
    /// # Errors
    /// See [`SqlError`]; the transaction is over then.
    pub(crate) async fn run(
        &mut self,
        statement: &Statement,
        there: Nanos,
        back: Nanos,
    ) -> Result<Found, SqlError> {
        let open = self.open.ok_or(SqlError::Down)?;
        let found = self.database.execute(open, statement, there, back).await;
        if found.is_err() {
            self.forget();
        }
        found
    }

    /// # Errors
    /// See [`SqlError`].
    pub(crate) async fn commit(
        mut self,
        there: Nanos,
        extra: Nanos,
        back: Nanos,
    ) -> Result<(), SqlError> {
        let open = self.open.ok_or(SqlError::Down)?;
        let committed = self.database.commit(open, there, extra, back).await;
        if committed.is_ok() {
            self.open = None;
        }
        committed.map(|_| ())
    }

    fn forget(&mut self) {
        if let Some(open) = self.open.take() {
            self.database.roll_back(open);
        }
    }
}

impl Drop for Background<'_, '_> {
    fn drop(&mut self) {
        self.forget();
    }
}
