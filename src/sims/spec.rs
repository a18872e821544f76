//! A sim: what is varied on the marketplace, how long it runs, what it claims. Built-in sims, a
//! user's service and a lab row are the same format (`prep.sim/1`).

use super::condition::Condition;
use super::theory::Theory;
use crate::content::text::Text;
use crate::engine::time::Nanos;
use crate::marketplace::config::Config;
use crate::marketplace::knobs::Raw;

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
    /// requests it ends when the last of them has been answered.
    Episode { step: Nanos, requests: Option<u64> },
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
    pub(crate) set: Vec<(String, Raw)>,
    pub(crate) vary: Vec<(String, Vec<Raw>)>,
    pub(crate) seed: Option<u64>,
    pub(crate) precision: Option<f64>,
    pub(crate) replications: Option<u32>,
    pub(crate) duration: Option<Nanos>,
}

impl Overrides {
    /// Whether they change what is simulated, so that the file's claims no longer apply.
    pub(crate) fn modify(&self) -> bool {
        !self.set.is_empty() || !self.vary.is_empty() || self.duration.is_some()
    }
}
