//! The terms of a lock in Redis: how it is waited for, and how long it lasts.

use crate::content::text::{Text, both};
use crate::engine::time::{Nanos, SECOND};
use crate::marketplace::knobs::{Knob, KnobValue, Raw, duration, show_duration};

/// How whoever finds a lock taken tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquisition {
    /// Asks again after this time.
    Poll(Nanos),
    /// Is told by a message when it is given back, as Redisson's clients are.
    PubSub,
}

impl KnobValue for Acquisition {
    fn parse(raw: &Raw, _: &Knob) -> Result<Acquisition, Text> {
        let Raw::Word(word) = raw else { return Err(no_acquisition(raw)) };
        if word == "pubsub" {
            return Ok(Acquisition::PubSub);
        }
        let every = word.strip_prefix("poll ").and_then(duration);
        match every {
            Some(every) if (1..=60 * SECOND).contains(&every) => Ok(Acquisition::Poll(every)),
            _ => Err(no_acquisition(raw)),
        }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        match self {
            Acquisition::Poll(every) => format!("poll {}", show_duration(*every)).into(),
            Acquisition::PubSub => "pubsub".into(),
        }
    }
}

fn no_acquisition(raw: &Raw) -> Text {
    let found = raw.show();
    both!(
        "\"poll 10ms\" or \"pubsub\" was expected, found `{found}`",
        "\"poll 10ms\" 또는 \"pubsub\"이 필요합니다(현재 값: `{found}`)"
    )
}

/// How long a lock lasts if nobody gives it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lease {
    For(Nanos),
    /// [`WATCHDOG`], renewed every third of it while the holder's process runs.
    Watchdog,
}

/// Redisson's `lockWatchdogTimeout` (Config.java:81).
pub(crate) const WATCHDOG: Nanos = 30 * SECOND;

impl KnobValue for Lease {
    fn parse(raw: &Raw, _: &Knob) -> Result<Lease, Text> {
        let lease = match raw {
            Raw::Word(word) if word == "watchdog" => Some(Lease::Watchdog),
            Raw::Word(word) => duration(word).filter(|span| *span > 0).map(Lease::For),
            _ => None,
        };
        lease.ok_or_else(|| {
            let found = raw.show();
            both!(
                "a duration such as \"5s\", or \"watchdog\", was expected, found `{found}`",
                "\"5s\" 같은 시간이나 \"watchdog\"이 필요합니다(현재 값: `{found}`)"
            )
        })
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        match self {
            Lease::For(span) => show_duration(*span).into(),
            Lease::Watchdog => "watchdog".into(),
        }
    }
}
