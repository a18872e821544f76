//! Recordings and questions as files for other tools.

pub(crate) mod anki;
pub(crate) mod asked;
pub(crate) mod chrome_trace;
pub(crate) mod episode;
pub(crate) mod gift;
pub(crate) mod grafana;
mod html;
pub(crate) mod jtl;
pub(crate) mod k6;
pub(crate) mod openmetrics;

#[cfg(test)]
mod tests;
