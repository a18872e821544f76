//! A sim: what is varied on the marketplace, how long it runs, what it claims. Built-in sims, a
//! user's service and a lab row are the same format (`prep.sim/1`).

use super::condition::Condition;
use super::target::Target;
use super::theory::Theory;
use crate::content::text::Text;
use crate::engine::time::Nanos;
use crate::marketplace::bill::Prices;
use crate::marketplace::checker::Anomaly;
use crate::marketplace::config::Config;
use crate::marketplace::knobs::Raw;
use crate::marketplace::load_shape::Shape;
use crate::marketplace::request::Failure;

/// Most variants of one run.
pub(crate) const VARIANTS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    /// `pool-size`, or the path of a user's file.
    pub(crate) name: String,
    pub(crate) topic: Option<String>,
    pub(crate) title: Text,
    pub(crate) question: Text,
    pub(crate) see: Text,
    pub(crate) why: Text,
    /// Commands to go on with.
    pub(crate) next: Vec<String>,
    pub(crate) run: RunSpec,
    /// Names of the knobs that the file sets for all variants, in order.
    pub(crate) set: Vec<String>,
    pub(crate) variants: Vec<Variant>,
    /// Index of the variant that the others are compared with.
    pub(crate) baseline: usize,
    /// The knob in which the variants differ, where it is one.
    pub(crate) varied: Option<String>,
    pub(crate) sweep: Option<Sweep>,
    pub(crate) columns: Vec<String>,
    pub(crate) stages: bool,
    pub(crate) claims: Vec<Claim>,
    pub(crate) theory: Option<Theory>,
    pub(crate) measured: Option<Measured>,
    pub(crate) story: Story,
    /// Whether the user changed anything: then claims are not judged.
    pub(crate) modified: bool,
    /// Whether the Korean words were found.
    pub(crate) translated: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunSpec {
    pub(crate) kind: RunKind,
    pub(crate) measure: Nanos,
    pub(crate) replications: Replications,
    pub(crate) precision: Option<Precision>,
    /// What the variants have to meet.
    pub(crate) target: Option<Target>,
    /// Most calendar entries of the whole run.
    pub(crate) events: u64,
    pub(crate) seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// `None`: the warm-up is found by MSER-5.
    Steady { warm_up: Option<Nanos> },
    /// From an empty start; a request counts when it was meant to be sent in the window.
    Window { warm_up: Nanos, drain: Nanos },
    /// From start to end, nothing removed; `step` of the series over time. With a number of
    /// requests it ends when the last of them has been answered; else those who still wait at the
    /// end get `drain`.
    Episode { step: Nanos, requests: Option<u64>, drain: Nanos },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replications {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) step: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Precision {
    pub(crate) of: String,
    pub(crate) relative: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    /// As conditions name it.
    pub(crate) id: String,
    /// What it sets, in order.
    pub(crate) settings: Vec<(String, Raw)>,
    pub(crate) config: Config,
}

/// More values of the varied knob, with less effort, for a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sweep {
    pub(crate) points: Vec<SweepPoint>,
    pub(crate) metric: String,
    pub(crate) log: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SweepPoint {
    pub(crate) at: f64,
    /// The variant of the table with this value, if there is one.
    pub(crate) variant: Option<usize>,
    pub(crate) config: Config,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    pub(crate) id: String,
    pub(crate) says: Text,
    /// A claim that the trouble does not appear where it must not.
    pub(crate) control: bool,
    pub(crate) condition: Condition,
    /// As written.
    pub(crate) holds: String,
    /// Variants with the claim's own settings, run for it alone: index of the variant, settings.
    pub(crate) own: Vec<(usize, Config)>,
    /// How many replications those get at most; `None`: as many as the variants.
    pub(crate) replications: Option<u32>,
}

/// What `--timeline` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Story {
    /// What is looked for, in this order.
    pub(crate) first: Vec<Wanted>,
    /// The variant that is looked at; all of them without one.
    pub(crate) variant: Option<usize>,
}

/// What can make one request worth telling of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anomaly(Anomaly),
    Failure(Failure),
    /// The request at the 99th percentile of latency.
    Slowest,
}

impl Wanted {
    pub(crate) fn all() -> impl Iterator<Item = Wanted> {
        let anomalies = Anomaly::ALL.into_iter().map(Wanted::Anomaly);
        let failures = Failure::ALL.into_iter().map(Wanted::Failure);
        anomalies.chain(failures).chain([Wanted::Slowest])
    }

    /// The word in `[story] first = [...]`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Wanted::Anomaly(anomaly) => anomaly.word(),
            Wanted::Failure(failure) => failure.label(),
            Wanted::Slowest => "slowest",
        }
    }
}

impl Default for Story {
    /// What went wrong in the data, then in the locks, then for want of a connection or a thread.
    fn default() -> Story {
        let failures = [
            Failure::Deadlock,
            Failure::LockWaitTimeout,
            Failure::RedisLockTimeout,
            Failure::PoolTimeout,
            Failure::Rejected,
        ];
        let anomalies = Anomaly::ALL.into_iter().map(Wanted::Anomaly);
        let first = anomalies.chain(failures.map(Wanted::Failure)).chain([Wanted::Slowest]);
        Story { first: first.collect(), variant: None }
    }
}

/// The measured row that a lab file stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) file: String,
    pub(crate) experiment: String,
    pub(crate) case: String,
    /// Only this repeat, where the repeats were measured differently.
    pub(crate) repeat: Option<u32>,
    /// Constants of the model were taken from this row, so it proves nothing.
    pub(crate) calibration: bool,
}

/// What the command line changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Overrides {
    /// Settings of the reader's own service (`--spring`): over `[set]`, below the variants.
    pub(crate) spring: Vec<(String, Raw)>,
    pub(crate) set: Vec<(String, Raw)>,
    pub(crate) vary: Vec<(String, Vec<Raw>)>,
    pub(crate) seed: Option<u64>,
    pub(crate) precision: Option<f64>,
    pub(crate) replications: Option<u32>,
    pub(crate) duration: Option<Nanos>,
    /// Kind of load test that every load takes the shape of.
    pub(crate) shape: Option<Shape>,
    pub(crate) prices: Option<Prices>,
}

impl Overrides {
    /// Whether they change what is simulated, so that the file's claims no longer apply.
    pub(crate) fn modify(&self) -> bool {
        !self.set.is_empty()
            || !self.spring.is_empty()
            || !self.vary.is_empty()
            || self.duration.is_some()
            || self.shape.is_some()
            || self.prices.is_some()
    }

    /// The option to name for a fault of the whole; `None` where they change nothing.
    pub(crate) fn option(&self) -> Option<&'static str> {
        let options = [
            (!self.set.is_empty() || !self.vary.is_empty(), "--set"),
            (self.prices.is_some(), "--prices"),
            (!self.spring.is_empty(), "--spring"),
            (self.shape.is_some(), "--shape"),
            (self.duration.is_some(), "--duration"),
        ];
        options.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }
}
