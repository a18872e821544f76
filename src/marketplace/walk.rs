//! A user's walk over the pages of a list: what has been shown so far, and which page is next.

use super::config::{Fault, PageKnobs, PageMethod};
use super::mysql::pages::Page;

/// Where a walk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walk {
    /// The request that asked for its first page.
    pub(crate) first: u64,
    /// The stop of the user's journey at which the last page was shown.
    stop: u32,
    pages: u64,
    /// Key of the row that was shown last.
    last: Option<u64>,
}

impl Walk {
    /// A walk begins with a request.
    pub(crate) fn begin(request: u64) -> Walk {
        Walk { first: request, ..Walk::default() }
    }

    /// Whether a stop belongs to the same journey; a new journey begins a new walk.
    pub(crate) fn goes_on_at(&self, stop: u32) -> bool {
        stop > self.stop
    }

    /// The next page. A walk by key that begins at a depth begins with a key that its user has from
    /// somewhere, as from a link: nobody counts the rows in front of it.
    pub(crate) fn next_page(&self, knobs: &PageKnobs, fault: Fault) -> Page {
        let size = knobs.size;
        let skip = u64::from(knobs.depth) + self.pages * u64::from(size);
        match self.last.filter(|_| knobs.method == PageMethod::Keyset) {
            None => Page { below: None, skip, size },
            Some(last) => {
                let below = match fault {
                    Fault::CursorTooLow => last.saturating_sub(1),
                    Fault::CursorTooHigh => last + 1,
                    _ => last,
                };
                Page { below: Some(below), skip: 0, size }
            }
        }
    }

    /// A page was shown at a stop.
    pub(crate) fn turn(&mut self, stop: u32, keys: &[u64]) {
        self.stop = stop;
        self.pages += 1;
        self.last = keys.last().copied().or(self.last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_on_and_keys_go_on_behind_the_last_row() {
        let knobs = |method| PageKnobs { method, size: 3, depth: 100, ..PageKnobs::default() };
        let mut walk = Walk::begin(7);
        let pages = |walk: &Walk| {
            [PageMethod::Offset, PageMethod::DeferredJoin, PageMethod::Keyset].map(|method| {
                let Page { below, skip, size } = walk.next_page(&knobs(method), Fault::None);
                assert_eq!(size, 3);
                (below, skip)
            })
        };
        assert_eq!(pages(&walk), [(None, 100); 3]);
        walk.turn(0, &[50, 49, 40]);
        assert_eq!(pages(&walk), [(None, 103), (None, 103), (Some(40), 0)]);
        // The list has ended; what is still shown must lie further down.
        walk.turn(1, &[]);
        assert_eq!(pages(&walk), [(None, 106), (None, 106), (Some(40), 0)]);
        assert_eq!(walk.first, 7);
    }

    #[test]
    fn a_new_journey_begins_a_new_walk() {
        let mut walk = Walk::begin(7);
        walk.turn(0, &[3]);
        walk.turn(2, &[2]);
        assert_eq!([0, 1, 2, 3].map(|stop| walk.goes_on_at(stop)), [false, false, false, true]);
    }
}
