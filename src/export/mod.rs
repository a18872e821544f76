//! Recordings as files for other tools.

pub(crate) mod chrome_trace;
pub(crate) mod episode;
