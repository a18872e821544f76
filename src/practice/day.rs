//! The study day that a moment belongs to.

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Who practises past midnight is still in the day before: a day begins at four.
const DAY_BEGINS: SignedDuration = SignedDuration::from_hours(4);
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A day on a person's calendar, as the number of days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i32);

impl Day {
    /// The day of a moment (RFC 3339, UTC) for a person whose clock was so far ahead of UTC: the
    /// date on that clock, where a day begins at four. `None` if it is no moment.
    pub(crate) fn of(at_utc: &str, utc_offset_minutes: i32) -> Option<Day> {
        let moment: Timestamp = at_utc.parse().ok()?;
        let shift = SignedDuration::from_mins(i64::from(utc_offset_minutes)) - DAY_BEGINS;
        let local = moment.checked_add(shift).ok()?;
        Day::from_date(local.to_zoned_datetime(TimeZone::UTC).date())
    }

    /// A date such as `2026-12-15`.
    pub(crate) fn parse(text: &str) -> Option<Day> {
        // jiff would take a time behind the date, too.
        if text.len() != 10 {
            return None;
        }
        Day::from_date(text.parse().ok()?)
    }

    fn from_date(date: Date) -> Option<Day> {
        date.since(EPOCH).ok().map(|span| Day(span.get_days()))
    }

    /// The date, unless it lies beyond the year 9999.
    pub(crate) fn date(self) -> Option<Date> {
        EPOCH.checked_add(jiff::Span::new().try_days(self.0).ok()?).ok()
    }

    /// So many days later.
    pub(crate) fn plus(self, days: u32) -> Day {
        Day(self.0.saturating_add_unsigned(days))
    }

    /// So many days earlier.
    pub(crate) fn minus(self, days: u32) -> Day {
        Day(self.0.saturating_sub_unsigned(days))
    }

    /// Days from an earlier day to this one; 0 if that one is later: a clock that was set back, or
    /// a flight to the west, makes no time pass.
    pub(crate) fn since(self, earlier: Day) -> u32 {
        u32::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => date.fmt(out),
            None => write!(out, "day {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(at_utc: &str, offset: i32) -> String {
        Day::of(at_utc, offset).unwrap().to_string()
    }

    #[test]
    fn a_day_begins_at_four_on_the_persons_clock() {
        // 03:59:59 and 04:00 in Seoul.
        assert_eq!(day("2026-11-22T18:59:59.999Z", 540), "2026-11-22");
        assert_eq!(day("2026-11-22T19:00:00Z", 540), "2026-11-23");
        // In New York, before and after the end of summer time.
        assert_eq!(day("2026-11-01T07:59:00Z", -240), "2026-10-31");
        assert_eq!(day("2026-11-01T08:59:00Z", -300), "2026-10-31");
        assert_eq!(day("2026-11-01T09:00:00Z", -300), "2026-11-01");
        assert_eq!(day("1970-01-01T03:59:00Z", 0), "1969-12-31");
        assert_eq!(Day::of("yesterday", 0), None);
        assert_eq!(Day::of("9999-12-30T21:00:00Z", 1_000_000_000), None);
    }

    #[test]
    fn time_never_passes_backwards() {
        let of = |date: &str| Day::parse(date).unwrap();
        assert_eq!(of("2026-03-01").since(of("2026-02-27")), 2);
        assert_eq!(of("2026-02-27").since(of("2026-03-01")), 0);
        // The same moment, first in Seoul, then in Los Angeles.
        let (seoul, west) =
            (Day::of("2026-11-22T20:00:00Z", 540), Day::of("2026-11-22T20:00:00Z", -480));
        assert_eq!(seoul.unwrap().since(west.unwrap()), 1);
        assert_eq!(west.unwrap().since(seoul.unwrap()), 0);
    }

    #[test]
    fn dates_come_back_as_they_were_typed() {
        for date in ["2026-12-15", "2028-02-29", "1969-07-20"] {
            assert_eq!(Day::parse(date).unwrap().to_string(), date);
        }
        assert_eq!(Day::parse("2028-02-28").unwrap().plus(2).to_string(), "2028-03-01");
        for bad in ["", "15.12.2026", "2026-13-01", "2026-02-29", "2026-12-15T10:00", "26-12-15"] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }
}
