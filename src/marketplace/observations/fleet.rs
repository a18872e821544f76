//! What was seen of the fleet, and of a new version coming in.

use super::Group;
use crate::marketplace::fleet::Extremes;

#[derive(Clone, Debug, Default)]
pub(crate) struct FleetObservations {
    /// Seconds of running instances, within the window.
    pub(crate) instance_seconds: f64,
    pub(crate) extremes: Extremes,
    /// Seconds of instances beyond the configured number, in the whole run.
    pub(crate) surplus_seconds: f64,
    /// In the whole run.
    pub(crate) failed_starts: u64,
    /// Steps of the autoscaler, in the whole run.
    pub(crate) scale_outs: u64,
    pub(crate) scale_ins: u64,
    /// Seconds from the first change of a load's rate until nine tenths of the most instances were
    /// ready; `None` where none were added.
    pub(crate) scale_out: Option<f64>,
    /// Most connections to the primary at once, within the window.
    pub(crate) db_connections_max: u32,
    /// Seconds in which ready instances of both versions stood side by side, in the whole run.
    pub(crate) mixed: f64,
    /// `None` while the deployment goes on, or where there is none.
    pub(crate) deployed: Option<f64>,
    /// Deployments, and those that were taken back.
    pub(crate) deployments: u64,
    pub(crate) rolled_back: u64,
    /// Deployments that still went on when the run ended.
    pub(crate) unfinished: u64,
    /// Requests by the version of their last instance; empty without a deployment.
    pub(crate) versions: Vec<(String, Group)>,
}

impl FleetObservations {
    pub(crate) fn merge(&mut self, other: &FleetObservations) {
        self.failed_starts += other.failed_starts;
        self.scale_outs += other.scale_outs;
        self.scale_ins += other.scale_ins;
        self.deployments += other.deployments;
        self.rolled_back += other.rolled_back;
        self.unfinished += other.unfinished;
        for ((_, mine), (_, theirs)) in self.versions.iter_mut().zip(&other.versions) {
            mine.add(theirs);
        }
    }
}
