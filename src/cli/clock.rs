//! The wall clock, in the zone of the person.
#![expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]

use jiff::fmt::temporal::DateTimeParser;
use jiff::{Timestamp, ZonedDateTime};

use super::Failure;
use crate::content::problem::printable;
use crate::content::text::both;
use crate::practice::day::Day;

/// A moment as it goes into the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Now {
    /// RFC 3339 with milliseconds, ending in `Z`.
    pub(super) at_utc: String,
    pub(super) utc_offset_minutes: i32,
}

impl Now {
    /// The study day that the moment belongs to.
    pub(super) fn day(&self) -> Day {
        Day::of(&self.at_utc, self.utc_offset_minutes).unwrap_or_default()
    }
}

/// The present moment. `PREP_NOW` (RFC 3339 with an offset) stands in for it in tests.
///
/// # Errors
/// `PREP_NOW` is no moment.
pub(super) fn now() -> Result<Now, Failure> {
    match std::env::var("PREP_NOW") {
        Ok(text) => stated(&text).ok_or_else(|| {
            let text = printable(&text);
            Failure::Words(
                both!("PREP_NOW is no moment: `{text}`", "PREP_NOW가 시각이 아닙니다: `{text}`"),
                Some(both!("such as 2026-11-22T18:30:00+09:00", "예: 2026-11-22T18:30:00+09:00")),
            )
        }),
        Err(_) => {
            let now = ZonedDateTime::now();
            Ok(of(now.timestamp(), now.offset().seconds()))
        }
    }
}

fn stated(text: &str) -> Option<Now> {
    let pieces = DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = pieces.to_numeric_offset()?;
    Some(of(text.parse().ok()?, offset.seconds()))
}

fn of(moment: Timestamp, offset_seconds: i32) -> Now {
    // Offsets with seconds are of the 19th century.
    Now { at_utc: format!("{moment:.3}"), utc_offset_minutes: offset_seconds / 60 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_with_their_offset() {
        let written = |text: &str| stated(text).map(|now| (now.at_utc, now.utc_offset_minutes));
        let moment = |at: &str, offset| Some((at.to_owned(), offset));
        assert_eq!(
            written("2026-11-23T00:00:00.2509+09:00"),
            moment("2026-11-22T15:00:00.250Z", 540)
        );
        assert_eq!(
            written("2000-02-29T20:59:59.007-03:30"),
            moment("2000-03-01T00:29:59.007Z", -210)
        );
        assert_eq!(written("2026-11-23T00:00:00Z"), moment("2026-11-23T00:00:00.000Z", 0));
        for bad in ["", "now", "2026-11-23", "2026-11-23T00:00:00"] {
            assert_eq!(written(bad), None, "{bad}");
        }
    }
}
