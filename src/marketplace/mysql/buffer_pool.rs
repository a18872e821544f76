//! Pages in memory: a look-up that finds its page costs nothing more, one that does not reads it
//! from the disk and pushes the least recently used page out, which must be written first if it
//! was changed.
//!
//! Not modelled: InnoDB's midpoint insertion, read-ahead, background flushing, the change buffer.

use std::collections::BTreeMap;

use super::table::TableId;

/// A page of a table: its rows lie there in order of their keys.
pub(crate) type Page = (TableId, u64);

#[derive(Debug)]
pub(crate) struct BufferPool {
    capacity: usize,
    rows_per_page: u64,
    pages: BTreeMap<Page, Held>,
    /// Pages by their last use.
    used: BTreeMap<u64, Page>,
    clock: u64,
    pub(crate) seen: PoolSeen,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    used: u64,
    dirty: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PoolSeen {
    pub(crate) lookups: u64,
    pub(crate) misses: u64,
    /// Changed pages that had to be written to make room.
    pub(crate) written: u64,
}

impl PoolSeen {
    pub(crate) fn since(&self, before: &PoolSeen) -> PoolSeen {
        PoolSeen {
            lookups: self.lookups - before.lookups,
            misses: self.misses - before.misses,
            written: self.written - before.written,
        }
    }
}

/// What a look-up asks of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    Read,
    /// A changed page makes room first.
    WriteThenRead,
}

impl BufferPool {
    pub(crate) fn new(capacity: usize, rows_per_page: u64) -> BufferPool {
        BufferPool {
            capacity: capacity.max(1),
            rows_per_page: rows_per_page.max(1),
            pages: BTreeMap::new(),
            used: BTreeMap::new(),
            clock: 0,
            seen: PoolSeen::default(),
        }
    }

    /// Looks a row's page up and keeps it as the most recently used.
    pub(crate) fn touch(&mut self, table: TableId, key: u64, write: bool) -> Needs {
        let page = (table, key / self.rows_per_page);
        self.seen.lookups += 1;
        self.clock += 1;
        let now = self.clock;
        if let Some(held) = self.pages.get_mut(&page) {
            self.used.remove(&held.used);
            held.used = now;
            held.dirty |= write;
            self.used.insert(now, page);
            return Needs::Nothing;
        }
        self.seen.misses += 1;
        let mut needs = Needs::Read;
        if self.pages.len() >= self.capacity
            && let Some((_, oldest)) = self.used.pop_first()
            && self.pages.remove(&oldest).is_some_and(|held| held.dirty)
        {
            self.seen.written += 1;
            needs = Needs::WriteThenRead;
        }
        self.pages.insert(page, Held { used: now, dirty: write });
        self.used.insert(now, page);
        needs
    }

    /// Empties it, as a restart does.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
        self.used.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_page_goes_and_a_changed_one_is_written() {
        let table = TableId(0);
        let mut pool = BufferPool::new(2, 100);
        let mut touch = |key, write| pool.touch(table, key, write);
        assert_eq!(touch(1, true), Needs::Read);
        assert_eq!(touch(150, false), Needs::Read);
        assert_eq!(touch(99, false), Needs::Nothing, "the same page as row 1");
        assert_eq!(touch(250, false), Needs::Read, "pushes out rows 100 to 199");
        assert_eq!(touch(350, false), Needs::WriteThenRead, "pushes out the changed page");
        assert_eq!(touch(1, false), Needs::Read);
        assert_eq!(pool.seen, PoolSeen { lookups: 6, misses: 5, written: 1 });
    }
}
