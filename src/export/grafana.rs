//! A dashboard for Grafana over the names of [`super::openmetrics`].

use serde_json::{Value, json};

use super::openmetrics::EPOCH_S;
use crate::sims::recording::Recording;

/// What a panel asks: title, unit, and its queries with their legends. `WINDOW` stands for a range
/// of four readings, `RUN` for the labels that choose the run.
type Panel = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PANELS: &[Panel] = &[
    (
        "Requests by endpoint",
        "reqps",
        &[(
            "sum by (method, uri) (rate(http_server_requests_seconds_count{RUN}[WINDOW]))",
            "{{method}} {{uri}}",
        )],
    ),
    (
        "Errors (5xx)",
        "percentunit",
        &[(
            "sum(rate(http_server_requests_seconds_count{RUN,status=~\"5..\"}[WINDOW])) / sum(rate(http_server_requests_seconds_count{RUN}[WINDOW]))",
            "5xx",
        )],
    ),
    (
        "p95: all instances together, and the average of theirs",
        "s",
        &[
            (
                "histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket{RUN}[WINDOW])))",
                "buckets added up",
            ),
            (
                "avg(histogram_quantile(0.95, sum by (le, instance) (rate(http_server_requests_seconds_bucket{RUN}[WINDOW]))))",
                "average of p95 (wrong)",
            ),
        ],
    ),
    (
        "p95 by instance",
        "s",
        &[(
            "histogram_quantile(0.95, sum by (le, instance) (rate(http_server_requests_seconds_bucket{RUN}[WINDOW])))",
            "{{instance}}",
        )],
    ),
    (
        "HikariCP: waiting for a connection",
        "short",
        &[("hikaricp_connections_pending{RUN}", "{{instance}} {{pool}}")],
    ),
    (
        "HikariCP: connections in use",
        "short",
        &[
            ("hikaricp_connections_active{RUN}", "{{instance}} {{pool}}"),
            ("max(hikaricp_connections_max{RUN})", "max"),
        ],
    ),
    (
        "HikariCP: mean wait, and timeouts",
        "s",
        &[
            (
                "sum by (instance, pool) (rate(hikaricp_connections_acquire_seconds_sum{RUN}[WINDOW])) / sum by (instance, pool) (rate(hikaricp_connections_acquire_seconds_count{RUN}[WINDOW]))",
                "{{instance}} {{pool}}",
            ),
            ("sum(rate(hikaricp_connections_timeout_total{RUN}[WINDOW]))", "timeouts /s"),
        ],
    ),
    (
        "Tomcat: threads at work",
        "short",
        &[
            ("tomcat_threads_busy_threads{RUN}", "{{instance}}"),
            ("max(tomcat_threads_config_max_threads{RUN})", "max"),
        ],
    ),
    (
        "Tomcat: open connections",
        "short",
        &[("tomcat_connections_current_connections{RUN}", "{{instance}}")],
    ),
    ("CPU", "percentunit", &[("process_cpu_usage{RUN}", "{{instance}}")]),
];

/// The dashboard of a run, for Grafana's import.
pub(crate) fn dashboard(recording: &Recording) -> Value {
    let every_ms = (recording.watched.every / 1_000_000).max(1);
    let window = format!("{}ms", 4 * every_ms);
    let run = "application=\"$application\",variant=\"$variant\"";
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    let panels = PANELS.iter().enumerate().map(|(at, (title, unit, queries))| {
        let targets = queries.iter().zip('A'..).map(|((query, legend), id)| {
            json!({
                "refId": id.to_string(),
                "datasource": source,
                "expr": query.replace("RUN", run).replace("WINDOW", &window),
                "legendFormat": legend,
            })
        });
        json!({
            "id": at + 1,
            "type": "timeseries",
            "title": title,
            "datasource": source,
            "interval": format!("{every_ms}ms"),
            "gridPos": { "x": at % 2 * 12, "y": at / 2 * 8, "w": 12, "h": 8 },
            "fieldConfig": { "defaults": { "unit": unit, "min": 0 }, "overrides": [] },
            "targets": targets.collect::<Vec<_>>(),
        })
    });
    let begin = EPOCH_S * 1_000;
    let end = begin + recording.watched_until().div_ceil(1_000_000_000) * 1_000;
    json!({
        "title": format!("prep: {} ({})", recording.sim, recording.variant),
        "uid": null,
        "tags": ["prep"],
        "timezone": "utc",
        "schemaVersion": 39,
        "time": { "from": iso(begin), "to": iso(end) },
        "refresh": "",
        "templating": { "list": [
            { "name": "datasource", "type": "datasource", "query": "prometheus" },
            variable("application", &recording.sim),
            variable("variant", &recording.variant),
        ] },
        "panels": panels.collect::<Vec<_>>(),
    })
}

/// A choice among the values of a label, this run's first.
fn variable(label: &str, value: &str) -> Value {
    json!({
        "name": label,
        "type": "query",
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "query": { "query": format!("label_values(up, {label})"), "refId": label },
        "refresh": 1,
        "current": { "text": value, "value": value },
    })
}

/// Milliseconds since 1970 as Grafana writes a moment, for the days that follow the epoch.
fn iso(ms: u64) -> String {
    let since = ms - EPOCH_S * 1_000;
    let (day, ms) = (since / 86_400_000 + 1, since % 86_400_000);
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("2024-01-{day:02}T{h:02}:{m:02}:{s:02}.{:03}Z", ms % 1_000)
}
