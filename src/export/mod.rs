//! Recordings as files for other tools.

pub(crate) mod chrome_trace;
pub(crate) mod episode;
pub(crate) mod grafana;
pub(crate) mod jtl;
pub(crate) mod k6;
pub(crate) mod openmetrics;

#[cfg(test)]
mod tests;
