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
