//! One file per thing that is shown: each makes a document of it in one language.

pub(crate) mod bench;
mod bill;
pub(crate) mod class;
mod column_heads;
pub(crate) mod coverage;
pub(crate) mod home;
pub(crate) mod interview;
pub(crate) mod knee;
pub(crate) mod lint;
pub(crate) mod outcome;
pub(crate) mod paper;
pub(crate) mod practice;
pub(in crate::report) mod prose;
pub(crate) mod quiz;
pub(crate) mod resume;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod sims;
pub(crate) mod stats;
pub(crate) mod target_tps;
pub(crate) mod timeline;
pub(crate) mod topic;
pub(crate) mod validation;
