//! Rows of the fleet, and of a new version coming in.

use super::Rows;
use crate::marketplace::observations::Observations;

pub(super) fn rows(rows: &mut Rows, seen: &Observations) {
    let fleet = &seen.fleet;
    rows.mean("instances_mean", fleet.instance_seconds / seen.seconds);
    rows.mean("instances_max", f64::from(fleet.extremes.running_max));
    rows.mean("ready_instances_min", f64::from(fleet.extremes.ready_min));
    rows.mean("pending_instances_max", f64::from(fleet.extremes.pending_max));
    rows.mean("instance_hours", fleet.instance_seconds / 3_600.0);
    rows.count("failed_starts", fleet.failed_starts);
    rows.mean("scale_outs", fleet.scale_outs as f64);
    rows.mean("scale_ins", fleet.scale_ins as f64);
    rows.mean("scale_out_s", fleet.scale_out);
    rows.mean("db_connections_max", f64::from(fleet.db_connections_max));
    rows.mean("deploy_s", fleet.deployed);
    rows.mean("mixed_versions_s", (fleet.deployments > 0).then_some(fleet.mixed));
    let rolled_back = fleet.rolled_back as f64 / fleet.deployments as f64;
    rows.mean("rolled_back_share", (fleet.deployments > 0).then_some(rolled_back));
    for (version, group) in &fleet.versions {
        let label = format!("@{version}");
        rows.mean(format!("completed_per_s{label}"), group.completed as f64 / seen.seconds);
        rows.count(format!("ok_count{label}"), group.ok);
        rows.durations("latency_ms", &label, &group.latency);
        rows.share(format!("error_share{label}"), group.failed(), group.ok + group.failed());
    }
}
