//! Commits, what they are worth, and crashes.

use std::rc::Rc;

use super::log::Effort;
use super::replication::Entry;
use super::session::{Logged, Transaction};
use super::{Database, Role, SqlError, Visit};
use crate::engine::time::Nanos;
use crate::marketplace::config::Crash;
use crate::marketplace::probe::Event;

impl Database<'_> {
    /// Commits: prepares in the redo log, writes the binary log, and only then shows the changes
    /// and lets the locks go. `extra` is time of the commit itself. Gives its place in the binary
    /// log, where there are replicas.
    ///
    /// # Errors
    /// See [`SqlError`]; the transaction must still be rolled back.
    pub(crate) async fn commit(
        &self,
        transaction: Transaction,
        travel: Nanos,
        extra: Nanos,
        reply: Nanos,
    ) -> Result<u64, SqlError> {
        self.check(transaction)?;
        if !self.state.borrow_mut().open(transaction.owner).has_changed() {
            // Nothing to make durable; what was locked or looked at is let go at once.
            self.finish(transaction, None);
            return Ok(0);
        }
        let visit = Visit::enter(self.clock, &self.statements);
        let since = self.clock.now();
        let before = travel.saturating_add(extra);
        if before > 0 {
            self.clock.sleep(before).await;
        }
        self.check(transaction)?;
        let logged = self.make_durable(Some(transaction)).await;
        self.check(transaction)?;
        if let Some(entry) = &logged.entry {
            self.replication.wait_for_acknowledgement(entry).await;
            self.check(transaction)?;
        }
        let position = logged.entry.as_ref().map_or(0, |entry| entry.position);
        self.finish(transaction, Some(logged));
        self.commit_times.borrow_mut().record(self.clock.now() - since);
        if reply > 0 {
            self.clock.sleep(reply).await;
        }
        drop(visit);
        Ok(position)
    }

    /// Brings a transaction's redo and binary log as far as the settings say. Returns where its
    /// records end.
    async fn make_durable(&self, transaction: Option<Transaction>) -> Logged {
        self.redo.append();
        let prepared = self.redo.appended();
        self.redo.flush(self.redo_effort()).await;
        self.note_durable();
        let (mut in_binlog, mut entry) = (0, None);
        if self.knobs.log_bin {
            self.binlog.append();
            in_binlog = self.binlog.appended();
            self.binlog.flush(self.binlog_effort()).await;
            self.note_durable();
            if let Some(transaction) = transaction
                && self.replication.has_replicas()
                && self.check(transaction).is_ok()
            {
                entry = Some(self.log_entry(transaction));
            }
        }
        // Without a binary log there is nothing to agree with: what was prepared is the commit.
        let committed = if self.knobs.log_bin { 0 } else { prepared };
        Logged { prepared, in_binlog, committed, entry }
    }

    /// Puts a transaction into the binary log for the replicas.
    fn log_entry(&self, transaction: Transaction) -> Rc<Entry> {
        let state = &mut *self.state.borrow_mut();
        let open = state.open(transaction.owner);
        self.replication.log(open.request, open.writes.clone(), open.took, false)
    }

    /// What an applier has done is brought to the replica's own disk.
    pub(super) async fn flush_applied(&self) {
        self.make_durable(None).await;
    }

    fn redo_effort(&self) -> Effort {
        match self.knobs.flush_log {
            0 => Effort::Append,
            1 => Effort::Sync,
            _ => Effort::Write,
        }
    }

    fn binlog_effort(&self) -> Effort {
        let every = u64::from(self.knobs.sync_binlog);
        let group = self.groups.get() + 1;
        self.groups.set(group);
        if every > 0 && group.is_multiple_of(every) { Effort::Sync } else { Effort::Write }
    }

    /// Makes the changes visible, lets the locks go, and forgets the transaction.
    fn finish(&self, transaction: Transaction, logged: Option<Logged>) {
        let state = &mut *self.state.borrow_mut();
        let mut granted = Vec::new();
        let open = state.open(transaction.owner);
        let request = open.request;
        if let Some(mut logged) = logged {
            if logged.committed == 0 {
                self.redo.append();
                logged.committed = self.redo.appended();
            }
            if let Some(entry) = &logged.entry {
                entry.visible.set(Some(self.clock.now()));
            }
            let token = open.token;
            let writes = std::mem::take(&mut open.writes);
            self.work(|work| work.commits += 1);
            let number = state.commit(transaction.owner);
            if self.role.get() == Role::ReadStore {
                // What is only read holds nothing that could go wrong by itself.
            } else if self.role.get() == Role::Replaced {
                self.witness.split_brain(request);
            } else {
                self.witness.committed(request, token, &writes);
                if !self.cut_off.get() {
                    self.witness.primary_serves();
                }
            }
            state.open(transaction.owner).writes = writes;
            if !self.survives(&logged, Crash::Power) {
                state.at_risk.push_back((number, request, logged));
                self.unsynced.borrow_mut().add(self.clock.now());
            }
        }
        self.probe.tell(Event::Committed { request });
        state.leave(transaction, &mut granted);
        self.wake(state, &granted);
    }

    /// Whether a commit comes back after a crash: its commit record was kept, or it was prepared
    /// and stands in the binary log.
    fn survives(&self, logged: &Logged, crash: Crash) -> bool {
        let (redo, binlog) = match crash {
            Crash::Process | Crash::Partition => (self.redo.kept().0, self.binlog.kept().0),
            Crash::Power => (self.redo.kept().1, self.binlog.kept().1),
        };
        let in_binlog = logged.in_binlog > 0 && binlog >= logged.in_binlog;
        redo >= logged.committed && logged.committed > 0 || redo >= logged.prepared && in_binlog
    }

    /// A log has reached the disk: commits that are safe now are no longer at risk.
    pub(super) fn note_durable(&self) {
        let state = &mut *self.state.borrow_mut();
        while let Some((.., logged)) = state.at_risk.front() {
            if !self.survives(logged, Crash::Power) {
                break;
            }
            state.at_risk.pop_front();
            self.unsynced.borrow_mut().remove(self.clock.now());
        }
    }

    /// The server dies: open transactions are gone, and with them the commits that were not kept.
    pub(crate) fn crash(&self, crash: Crash) {
        self.down.set(true);
        let state = &mut *self.state.borrow_mut();
        for owner in state.active() {
            self.end(state, owner, SqlError::Down);
        }
        let now = self.clock.now();
        let mut lost = Vec::new();
        for (number, request, logged) in std::mem::take(&mut state.at_risk) {
            self.unsynced.borrow_mut().remove(now);
            if !self.survives(&logged, crash) {
                lost.push(number);
                if let Some(entry) = &logged.entry {
                    entry.taken_back.set(true);
                }
                self.witness.commit_lost(request);
            }
        }
        self.lost_commits.set(self.lost_commits.get() + lost.len() as u64);
        let undone = state.lose(&lost);
        self.witness.lost(&undone);
        if let Some(pages) = &self.pages {
            pages.borrow_mut().clear();
        }
    }

    /// The server is back, with everything that was kept.
    pub(crate) fn restart(&self) {
        self.redo.truncate(self.redo.appended());
        self.binlog.truncate(self.binlog.appended());
        self.down.set(false);
        self.connected.advance(self.connected.reached() + 1);
    }
}
