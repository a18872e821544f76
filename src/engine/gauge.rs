//! Levels over time, and the identity that every component must obey.

use super::time::Nanos;

/// A level with its integral over time, exact in unit nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gauge {
    level: u64,
    since: Nanos,
    area: u128,
}

impl Gauge {
    #[inline]
    pub(crate) fn level(&self) -> u64 {
        self.level
    }

    #[inline]
    pub(crate) fn set(&mut self, now: Nanos, level: u64) {
        self.area += u128::from(self.level) * u128::from(now - self.since);
        self.since = now;
        self.level = level;
    }

    #[inline]
    pub(crate) fn add(&mut self, now: Nanos) {
        self.set(now, self.level + 1);
    }

    #[inline]
    pub(crate) fn remove(&mut self, now: Nanos) {
        self.set(now, self.level - 1);
    }

    /// The integral up to `now`.
    pub(crate) fn area(&self, now: Nanos) -> u128 {
        self.area + u128::from(self.level) * u128::from(now - self.since)
    }
}

/// Counts who enters and leaves a component, and proves Little's law for it: over a whole run the
/// integral of the number inside equals the sum of the times spent inside. The two sides come from
/// different facts, the left from the level alone, the right from each visitor's own time of
/// entry. Visitors still inside at the end leave when the run is closed, so their time counts to
/// the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    inside: Gauge,
    entered: u64,
    left: u64,
    times: u128,
}

/// What a census says once everybody has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CensusReport {
    pub(crate) entered: u64,
    pub(crate) left: u64,
    /// Integral of the number inside, unit nanoseconds.
    pub(crate) area: u128,
    /// Sum of the times inside, nanoseconds.
    pub(crate) times: u128,
}

impl CensusReport {
    /// Little's law and conservation of flow, exactly.
    pub(crate) fn holds(&self) -> bool {
        self.area == self.times && self.entered == self.left
    }
}

impl Census {
    #[inline]
    pub(crate) fn enter(&mut self, now: Nanos) {
        self.inside.add(now);
        self.entered += 1;
    }

    /// A visitor who entered at `entered_at` leaves.
    #[inline]
    pub(crate) fn leave(&mut self, now: Nanos, entered_at: Nanos) {
        self.inside.remove(now);
        self.left += 1;
        self.times += u128::from(now.saturating_sub(entered_at));
    }

    pub(crate) fn inside(&self) -> u64 {
        self.inside.level()
    }

    pub(crate) fn entered(&self) -> u64 {
        self.entered
    }

    pub(crate) fn area(&self, now: Nanos) -> u128 {
        self.inside.area(now)
    }

    pub(crate) fn report(&self, now: Nanos) -> CensusReport {
        let Census { inside, entered, left, times } = self;
        CensusReport { entered: *entered, left: *left, area: inside.area(now), times: *times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_census_adds_up_and_notices_a_wrong_entry_time_or_a_visitor_who_stayed() {
        let mut census = Census::default();
        census.enter(10);
        census.enter(30);
        census.leave(50, 10);
        assert!(!census.report(100).holds(), "one is still inside");
        let mut lied = census;
        lied.leave(100, 31);
        assert!(!lied.report(100).holds());
        census.leave(100, 30);
        let expected = CensusReport { entered: 2, left: 2, area: 40 + 70, times: 40 + 70 };
        assert_eq!(census.report(100), expected);
        assert!(expected.holds());
    }
}
