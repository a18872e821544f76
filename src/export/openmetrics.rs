//! Prometheus' readings of the instances as OpenMetrics text, under the names that Micrometer gives
//! them in a Spring Boot service: what `promtool tsdb create-blocks-from openmetrics` takes.
//!
//! Names: HikariCP `MicrometerMetricsTracker`, Micrometer `TomcatMetrics` and `ProcessorMetrics`,
//! Spring Boot's `http.server.requests`, with Prometheus' naming convention.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::sims::recording::Recording;
use crate::sims::recording::watched::{HttpSeen, PoolSeen, Scrape, TimingSeen, Watched};

/// When every run begins, seconds since 1970: 2024-01-01T00:00:00Z. The same run gives the same
/// file.
pub(crate) const EPOCH_S: u64 = 1_704_067_200;

/// The whole file, with the number of values in it.
pub(crate) fn text(recording: &Recording) -> (String, usize) {
    let watched = &recording.watched;
    let numbers: BTreeSet<u32> = watched.scrapes.iter().map(|scrape| scrape.instance).collect();
    let series = numbers.into_iter().map(|number| {
        let labels = format!(
            "application=\"{}\",variant=\"{}\",job=\"spring-boot\",instance=\"app-{number}:8080\"",
            escaped(&recording.sim),
            escaped(&recording.variant),
        );
        (labels, watched.scrapes.iter().filter(|scrape| scrape.instance == number).collect())
    });
    let mut page = Page { text: String::new(), values: 0, series: series.collect() };
    let one = |_: &Scrape| Some(1.0);
    page.gauge("up", None, "Whether the target could be read", one);
    tomcat(&mut page);
    pools(&mut page);
    cpu(&mut page);
    http(&mut page, watched);
    page.text += "# EOF\n";
    (page.text, page.values)
}

fn tomcat(page: &mut Page<'_>) {
    let limit = |most: Option<u32>| Some(most.map_or(-1.0, f64::from));
    let (threads, connections) = (Some("threads"), Some("connections"));
    let name = "name=\"http-nio-8080\"";
    page.labelled("tomcat_threads_busy_threads", threads, "Threads at work", name, |scrape| {
        Some(f64::from(scrape.tomcat.threads_busy))
    });
    page.labelled("tomcat_threads_current_threads", threads, "Threads", name, |scrape| {
        Some(f64::from(scrape.tomcat.threads_current))
    });
    let help = "server.tomcat.threads.max";
    page.labelled("tomcat_threads_config_max_threads", threads, help, name, |scrape| {
        limit(scrape.tomcat.threads_max)
    });
    let help = "Open connections";
    page.labelled("tomcat_connections_current_connections", connections, help, name, |scrape| {
        Some(f64::from(scrape.tomcat.connections))
    });
    let help = "server.tomcat.max-connections";
    page.labelled("tomcat_connections_config_max_connections", connections, help, name, |scrape| {
        limit(scrape.tomcat.connections_max)
    });
}

/// Name and help of a family, and its value.
type OfPool<T> = (&'static str, &'static str, fn(&PoolSeen) -> T);

fn pools(page: &mut Page<'_>) {
    let gauges: [OfPool<u32>; 6] = [
        ("hikaricp_connections", "Total connections", |pool| pool.total),
        ("hikaricp_connections_active", "Active connections", |pool| pool.active),
        ("hikaricp_connections_idle", "Idle connections", |pool| pool.total - pool.active),
        ("hikaricp_connections_pending", "Pending threads", |pool| pool.pending),
        ("hikaricp_connections_max", "Max connections", |pool| pool.max),
        ("hikaricp_connections_min", "Min connections", |pool| pool.min),
    ];
    for (name, help, of) in gauges {
        page.family(name, "gauge", None, help);
        page.pools(|page, labels, at, pool| page.value(name, labels, at, f64::from(of(pool))));
    }
    let name = "hikaricp_connections_timeout";
    page.family(name, "counter", None, "Connection timeout total count");
    page.pools(|page, labels, at, pool| {
        page.value(&format!("{name}_total"), labels, at, pool.timeouts as f64);
    });
    let timers: [OfPool<TimingSeen>; 3] = [
        ("hikaricp_connections_acquire", "Connection acquire time", |pool| pool.acquire),
        ("hikaricp_connections_usage", "Connection usage time", |pool| pool.usage),
        ("hikaricp_connections_creation", "Connection creation time", |pool| pool.creation),
    ];
    for (name, help, of) in timers {
        let name = format!("{name}_seconds");
        page.family(&name, "summary", Some("seconds"), help);
        page.pools(|page, labels, at, pool| page.timer(&name, labels, at, of(pool)));
        let name = format!("{name}_max");
        page.family(&name, "gauge", None, help);
        page.pools(|page, labels, at, pool| {
            page.value(&name, labels, at, seconds(of(pool).max));
        });
    }
}

fn cpu(page: &mut Page<'_>) {
    let usage = |scrape: &Scrape| Some(scrape.cpu.busy / f64::from(scrape.cpu.cores?));
    let help = "The \"recent cpu usage\" for the Java Virtual Machine process";
    page.gauge("process_cpu_usage", None, help, usage);
    let help = "The \"recent cpu usage\" of the system the application is running in";
    page.gauge("system_cpu_usage", None, help, usage);
    let help = "The number of processors available to the Java virtual machine";
    page.gauge("system_cpu_count", None, help, |scrape| scrape.cpu.cores.map(f64::from));
    let name = "process_cpu_time_ns";
    page.family(name, "counter", Some("ns"), "CPU time used by the process");
    for (labels, scrapes) in page.series.clone() {
        for scrape in scrapes {
            page.value(&format!("{name}_total"), &labels, scrape.at, scrape.cpu.time as f64);
        }
    }
}

fn http(page: &mut Page<'_>, watched: &Watched) {
    let name = "http_server_requests_seconds";
    page.family(name, "histogram", Some("seconds"), "Duration of HTTP server request handling");
    let bounds = watched.bounds.iter().map(|bound| format!("{:?}", seconds(*bound)));
    let bounds: Vec<String> = bounds.chain(["+Inf".to_owned()]).collect();
    page.http(watched, |page, labels, at, (timing, buckets)| {
        for (bound, count) in bounds.iter().zip(buckets) {
            let labels = format!("{labels},le=\"{bound}\"");
            page.value(&format!("{name}_bucket"), &labels, at, *count as f64);
        }
        page.timer(name, labels, at, timing);
    });
    let name = format!("{name}_max");
    page.family(&name, "gauge", None, "Longest of the last minutes");
    page.http(watched, |page, labels, at, (timing, _)| {
        page.value(&name, labels, at, seconds(timing.max));
    });
}

/// The text as it grows.
struct Page<'r> {
    text: String,
    values: usize,
    /// By instance: its labels, and its readings in order of time.
    series: Vec<(String, Vec<&'r Scrape>)>,
}

impl<'r> Page<'r> {
    fn family(&mut self, name: &str, kind: &str, unit: Option<&str>, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
        if let Some(unit) = unit {
            let _ = writeln!(self.text, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.text, "# HELP {name} {}", escaped(help));
    }

    fn value(&mut self, name: &str, labels: &str, at: u64, value: f64) {
        let (s, ms) = (EPOCH_S + at / 1_000_000_000, at / 1_000_000 % 1_000);
        let _ = writeln!(self.text, "{name}{{{labels}}} {value} {s}.{ms:03}");
        self.values += 1;
    }

    fn timer(&mut self, name: &str, labels: &str, at: u64, timing: TimingSeen) {
        self.value(&format!("{name}_count"), labels, at, timing.count as f64);
        self.value(&format!("{name}_sum"), labels, at, seconds(timing.sum));
    }

    fn gauge(
        &mut self,
        name: &str,
        unit: Option<&str>,
        help: &str,
        of: impl Fn(&Scrape) -> Option<f64>,
    ) {
        self.labelled(name, unit, help, "", of);
    }

    /// A gauge with one more label.
    fn labelled(
        &mut self,
        name: &str,
        unit: Option<&str>,
        help: &str,
        label: &str,
        of: impl Fn(&Scrape) -> Option<f64>,
    ) {
        self.family(name, "gauge", unit, help);
        for (labels, scrapes) in self.series.clone() {
            let labels = if label.is_empty() { labels } else { format!("{labels},{label}") };
            for scrape in scrapes {
                if let Some(value) = of(scrape) {
                    self.value(name, &labels, scrape.at, value);
                }
            }
        }
    }

    /// Goes through the readings of every pool.
    fn pools(&mut self, each: impl Fn(&mut Page<'r>, &str, u64, &PoolSeen)) {
        for (labels, scrapes) in self.series.clone() {
            let most = scrapes.iter().map(|scrape| scrape.pools.len()).max().unwrap_or(0);
            for place in 0..most {
                let labels = format!("{labels},pool=\"HikariPool-{}\"", place + 1);
                for scrape in &scrapes {
                    if let Some(pool) = scrape.pools.get(place) {
                        each(self, &labels, scrape.at, pool);
                    }
                }
            }
        }
    }

    /// Goes through the readings of every endpoint and status.
    fn http(
        &mut self,
        watched: &Watched,
        each: impl Fn(&mut Page<'r>, &str, u64, (TimingSeen, &[u64])),
    ) {
        for (labels, scrapes) in self.series.clone() {
            let all = scrapes.iter().flat_map(|scrape| &scrape.http);
            let keys: BTreeSet<(usize, u16)> =
                all.map(|http| (http.endpoint, http.status)).collect();
            for (endpoint, status) in keys {
                let called = watched.endpoint(endpoint);
                let labels = format!(
                    "{labels},method=\"{}\",uri=\"{}\",status=\"{status}\",outcome=\"{}\"",
                    called.method,
                    escaped(&called.uri),
                    outcome(status),
                );
                for scrape in &scrapes {
                    let own = |http: &&HttpSeen| same(http, endpoint, status);
                    if let Some(http) = scrape.http.iter().find(own) {
                        each(self, &labels, scrape.at, (http.timing, &http.buckets));
                    }
                }
            }
        }
    }
}

fn same(http: &HttpSeen, endpoint: usize, status: u16) -> bool {
    http.endpoint == endpoint && http.status == status
}

/// Micrometer's word for a class of statuses.
fn outcome(status: u16) -> &'static str {
    match status {
        200..=299 => "SUCCESS",
        300..=399 => "REDIRECTION",
        400..=499 => "CLIENT_ERROR",
        500..=599 => "SERVER_ERROR",
        _ => "UNKNOWN",
    }
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// As it stands between the quotation marks of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
