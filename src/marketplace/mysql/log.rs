//! Making commits durable: the redo log and the binary log, each flushed for a whole group at once.
//!
//! A commit that arrives while a flush is under way waits for the next one, together with all who
//! arrive meanwhile. Nobody sets the size of a group: it is what arrives during one flush.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::engine::channel::Signal;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::pool::Pool;
use crate::engine::time::Nanos;
use crate::random::Stream;

/// One log file, written and synchronised by whoever leads a group.
pub(crate) struct Log<'w> {
    clock: &'w Clock,
    /// The disk does one flush at a time, for whichever log.
    disk: Rc<Pool<'w>>,
    /// Time of writing, and of synchronising with the disk.
    write: &'w Distribution,
    sync: &'w Distribution,
    stream: RefCell<Stream>,
    busy: Cell<bool>,
    next: RefCell<Option<Rc<Group<'w>>>>,
    /// Positions are numbers of commits: appended, written out, and on the disk.
    appended: Cell<u64>,
    written: Cell<u64>,
    durable: Cell<u64>,
    pub(crate) seen: Cell<LogSeen>,
}

/// What a log has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogSeen {
    /// Groups that were synchronised, and the commits in them.
    pub(crate) syncs: u64,
    pub(crate) synced_commits: u64,
    /// Time that the disk was busy with it.
    pub(crate) busy: Nanos,
}

impl LogSeen {
    pub(crate) fn since(&self, before: &LogSeen) -> LogSeen {
        LogSeen {
            syncs: self.syncs - before.syncs,
            synced_commits: self.synced_commits - before.synced_commits,
            busy: self.busy - before.busy,
        }
    }
}

/// Commits that wait to be flushed together.
struct Group<'w> {
    /// Given to the first of them once the log is free.
    lead: Signal<'w, ()>,
    done: Signal<'w, ()>,
    members: Cell<u64>,
}

/// How far a commit goes before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Stays in memory.
    Append,
    /// Goes to the operating system: lost with the machine, not with the process.
    Write,
    /// Goes to the disk.
    Sync,
}

impl<'w> Log<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        disk: Rc<Pool<'w>>,
        write: &'w Distribution,
        sync: &'w Distribution,
        stream: Stream,
    ) -> Log<'w> {
        Log {
            clock,
            disk,
            write,
            sync,
            stream: RefCell::new(stream),
            busy: Cell::new(false),
            next: RefCell::default(),
            appended: Cell::new(0),
            written: Cell::new(0),
            durable: Cell::new(0),
            seen: Cell::default(),
        }
    }

    /// Notes a commit in the log's buffer.
    pub(crate) fn append(&self) {
        self.appended.set(self.appended.get() + 1);
    }

    /// Commits that survive the loss of the process, and of the machine.
    pub(crate) fn kept(&self) -> (u64, u64) {
        (self.written.get(), self.durable.get())
    }

    pub(crate) fn appended(&self) -> u64 {
        self.appended.get()
    }

    /// Brings everything that was appended before this call as far as the effort says.
    pub(crate) async fn flush(&self, effort: Effort) {
        if effort == Effort::Append {
            return;
        }
        if !self.busy.get() {
            return self.lead(effort, 1).await;
        }
        let waiting = self.next.borrow().clone();
        match waiting {
            Some(group) => {
                group.members.set(group.members.get() + 1);
                group.done.wait().await;
            }
            None => {
                let group = Rc::new(Group {
                    lead: Signal::new(self.clock),
                    done: Signal::new(self.clock),
                    members: Cell::new(1),
                });
                *self.next.borrow_mut() = Some(Rc::clone(&group));
                group.lead.wait().await;
                *self.next.borrow_mut() = None;
                self.lead(effort, group.members.get()).await;
                group.done.give(());
            }
        }
    }

    async fn lead(&self, effort: Effort, members: u64) {
        self.busy.set(true);
        let turn = if effort == Effort::Sync { Some(self.disk.acquire().await) } else { None };
        let end = self.appended.get();
        let span = {
            let stream = &mut *self.stream.borrow_mut();
            let sync = if effort == Effort::Sync { self.sync.sample(stream) } else { 0 };
            self.write.sample(stream) + sync
        };
        if span > 0 {
            self.clock.sleep(span).await;
        }
        drop(turn);
        self.written.set(self.written.get().max(end));
        let mut seen = self.seen.get();
        seen.busy += span;
        if effort == Effort::Sync {
            self.durable.set(self.durable.get().max(end));
            seen.syncs += 1;
            seen.synced_commits += members;
        }
        self.seen.set(seen);
        // Whoever leads the next group starts in this instant; until then the log stays taken.
        match &*self.next.borrow() {
            Some(group) => group.lead.give(()),
            None => self.busy.set(false),
        }
    }

    /// Forgets what a crash has taken away: positions go back to what was kept.
    pub(crate) fn truncate(&self, kept: u64) {
        self.appended.set(kept);
        self.written.set(kept);
        self.durable.set(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::random::Streams;

    /// Commits at these moments against a flush of 10; gives when each was answered.
    fn flushed(arrivals: &[u64], effort: Effort) -> (Vec<u64>, LogSeen, (u64, u64)) {
        let clock = Clock::new();
        let stream = Streams { seed: 1, replication: 0 }.stream("log");
        let (write, sync) = (Distribution::Constant(2), Distribution::Constant(8));
        let log = Log::new(&clock, Rc::new(Pool::new(&clock, 1)), &write, &sync, stream);
        let answered = RefCell::new(vec![0; arrivals.len()]);
        let sim = Sim::new(&clock);
        for (at, arrival) in arrivals.iter().enumerate() {
            let (clock, log, answered) = (&clock, &log, &answered);
            sim.spawn("commit", async move {
                clock.sleep(*arrival).await;
                log.append();
                log.flush(effort).await;
                answered.borrow_mut()[at] = clock.now();
            });
        }
        sim.run(Limits::default()).unwrap();
        drop(sim);
        let (seen, kept) = (log.seen.get(), log.kept());
        (answered.into_inner(), seen, kept)
    }

    #[test]
    fn commits_that_arrive_during_a_flush_share_the_next_one() {
        let (answered, seen, kept) = flushed(&[1, 3, 5, 11, 40], Effort::Sync);
        // The first is alone until 11; the fourth arrives in that instant and just makes the group.
        assert_eq!(answered, [11, 21, 21, 21, 50]);
        assert_eq!(seen, LogSeen { syncs: 3, synced_commits: 5, busy: 30 });
        assert_eq!(kept, (5, 5));
    }

    #[test]
    fn what_is_only_written_does_not_survive_the_machine() {
        let (answered, seen, kept) = flushed(&[1, 40], Effort::Write);
        assert_eq!(answered, [3, 42]);
        assert_eq!((seen.syncs, kept), (0, (2, 0)));
        let (answered, _, kept) = flushed(&[1, 40], Effort::Append);
        assert_eq!((answered, kept), (vec![1, 40], (0, 0)));
    }
}
