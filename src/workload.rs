//! From users a day to requests a second, and from those to users, threads, connections and
//! cores: pure formulas, with the sim file that checks them.

/// What is known about a service. Times in seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Demand {
    pub(crate) daily_users: f64,
    pub(crate) requests_per_user: f64,
    pub(crate) active_hours: f64,
    pub(crate) peak_factor: f64,
    pub(crate) margin: f64,
    pub(crate) response: f64,
    pub(crate) think: f64,
    /// A request holds a connection for so long.
    pub(crate) hold: f64,
    /// A request keeps a thread for so long.
    pub(crate) thread_time: f64,
    pub(crate) instances: u32,
    pub(crate) cpu_per_request: Option<f64>,
    /// Of each instance.
    pub(crate) cores: u32,
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Needs {
    pub(crate) daily_requests: f64,
    /// Requests a second while users are active.
    pub(crate) average: f64,
    /// The target: the average times peak factor and margin.
    pub(crate) peak: f64,
    /// Users that make so many requests: N = X (R + Z).
    pub(crate) users: f64,
    /// Requests inside the service at a time: X R.
    pub(crate) active: f64,
    /// Connections in use at a time, of all instances: X hold.
    pub(crate) connections_busy: f64,
    /// Pool of each instance, with headroom.
    pub(crate) connections: f64,
    /// Threads in use at a time, of all instances: X times the time of a thread.
    pub(crate) threads_busy: f64,
    /// Threads of each instance, with headroom.
    pub(crate) threads: f64,
    /// Cores in use at a time, of all instances.
    pub(crate) cores_busy: Option<f64>,
    /// Instances that keep their cores at most [`CORES_BUSY_MAX`] busy.
    pub(crate) instances: Option<f64>,
}

/// Part of the cores that may be busy at the peak: an assumption.
pub(crate) const CORES_BUSY_MAX: f64 = 0.7;
/// Standard deviations above the mean that a pool has room for.
pub(crate) const HEADROOM: f64 = 2.0;

/// Most requests a second that are simulated in a reasonable time.
pub(crate) const SIMULATED_MAX: f64 = 10_000.0;
/// Most instances of a simulation (`app.instances`).
const INSTANCES_MAX: u32 = 64;
/// Most cores of a simulated database or instance (`mysql.cores`).
const CORES_MAX: f64 = 1_024.0;
/// `sims/load-model.toml`: its read takes 8 ms of a database core.
const LOAD_MODEL_CPU: f64 = 0.008;
/// `sims/pool-size.toml`: 4 database cores and 4 of its instances carry 1,000 requests a second.
const POOL_SIZE_RATE_OF_CORE: f64 = 250.0;

impl Demand {
    pub(crate) fn needs(&self) -> Needs {
        let daily_requests = self.daily_users * self.requests_per_user;
        let average = daily_requests / (self.active_hours * 3_600.0);
        let peak = average * self.peak_factor * self.margin;
        let each = f64::from(self.instances.max(1));
        let connections_busy = peak * self.hold;
        let threads_busy = peak * self.thread_time;
        let cores_busy = self.cpu_per_request.map(|cpu| peak * cpu);
        Needs {
            daily_requests,
            average,
            peak,
            users: peak * (self.response + self.think),
            active: peak * self.response,
            connections_busy,
            connections: with_headroom(connections_busy / each),
            threads_busy,
            threads: with_headroom(threads_busy / each),
            cores_busy,
            instances: cores_busy
                .map(|busy| (busy / (f64::from(self.cores) * CORES_BUSY_MAX)).ceil().max(1.0)),
        }
    }

    /// Whether a simulation of the peak ends in a reasonable time.
    pub(crate) fn can_be_simulated(&self) -> bool {
        let needs = self.needs();
        needs.peak <= SIMULATED_MAX
            && needs.peak >= 0.01
            && needs.users <= 1e6
            && self.instances <= INSTANCES_MAX
            && needs.connections <= 1e5
            && needs.threads <= 1e6
    }

    /// Command lines without `prep` that go on with these figures, as words.
    pub(crate) fn next(&self) -> Vec<Vec<String>> {
        if !self.can_be_simulated() {
            return Vec::new();
        }
        let needs = self.needs();
        let set = |name: &str, value: String| ["--set".to_owned(), format!("{name}={value}")];
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let rate = format!("{}/s", tenths(needs.peak));
        let cores = |of: f64| of.ceil().clamp(1.0, CORES_MAX).to_string();

        let mut model: Vec<String> = words(&["sim", "load-model"]);
        model.extend(words(&["--vary", "load.shoppers.kind=closed,open"]));
        model.extend(set("load.shoppers.rate", rate.clone()));
        model.extend(set("load.shoppers.users", needs.users.round().max(1.0).to_string()));
        model.extend(set("load.shoppers.think", exponential(self.think)));
        model.extend(set("mysql.cores", cores(needs.peak * LOAD_MODEL_CPU / CORES_BUSY_MAX)));

        let mut pool: Vec<String> = words(&["sim", "pool-size"]);
        let size = needs.connections;
        let mut sizes = vec![(size / 2.0).ceil(), size, size * 2.0];
        sizes.dedup();
        let sizes: Vec<String> = sizes.iter().map(f64::to_string).collect();
        let knob = "spring.datasource.hikari.maximum-pool-size";
        pool.extend(["--vary".to_owned(), format!("{knob}={}", sizes.join(","))]);
        pool.extend(set("load.shoppers.rate", rate));
        pool.extend(set("app.instances", self.instances.to_string()));
        let carried = needs.peak / POOL_SIZE_RATE_OF_CORE;
        pool.extend(set("mysql.cores", cores(carried)));
        pool.extend(set("app.cores", cores((carried / f64::from(self.instances)).max(2.0))));
        vec![model, pool]
    }

    /// The service as described, at its peak, as a sim file: an open rate, and as many users as
    /// should make it.
    pub(crate) fn sim_file(&self) -> String {
        let needs = self.needs();
        let cpu = self.cpu_per_request.unwrap_or(0.0);
        let rest = (self.thread_time - self.hold - cpu).max(0.0);
        let mut steps = Vec::new();
        let mut cores = String::new();
        if cpu > 0.0 {
            steps.push(format!("{{ cpu = \"{}\" }}", exponential(cpu)));
            cores = format!("app.cores = {}\n", self.cores);
        }
        if self.hold > 0.0 {
            let held = exponential(self.hold);
            steps.push(format!("{{ connection = [{{ wait = \"{held}\" }}] }}"));
        }
        if rest > 0.0 {
            steps.push(format!("{{ wait = \"{}\" }}", exponential(rest)));
        }
        let (steps, instances) = (steps.join(", "), self.instances);
        let (pool, threads) = (needs.connections, needs.threads);
        let (rate, users) = (tenths(needs.peak).max(0.01), needs.users.round().max(1.0));
        let think = exponential(self.think);
        format!(
            "format = \"prep.sim/1\"\nbase = \"stack\"\n\n\
             [run]\nkind = \"steady\"\nmeasure = \"20s\"\nreplications = {{ min = 10 }}\n\n\
             [set]\napp.instances = {instances}\n{cores}max_connections = 100000\n\
             spring.datasource.hikari.maximum-pool-size = {pool}\n\
             server.tomcat.threads.max = {threads}\n\
             server.tomcat.max-connections = \"unlimited\"\n\n\
             [set.load.users]\nrate = \"{rate}/s\"\nusers = {users}\nthink = \"{think}\"\n\
             mix = {{ request = 1 }}\n\n\
             [endpoint.request]\nsteps = [{steps}]\n\n\
             [[variant]]\nid = \"open-rate\"\nbaseline = true\n\
             set.load.users.kind = \"open\"\n\n\
             [[variant]]\nid = \"users\"\nset.load.users.kind = \"closed\"\n\n\
             [show]\ncolumns = [\"completed_per_s\", \"inside_mean\", \"thread_busy_mean\", \"pool_busy_mean\", \"pool_wait_ms_p99\", \"latency_ms_mean\"]\n"
        )
    }
}

/// Room for a mean of so many at a time: arrivals that do not wait for each other make the number
/// a Poisson one, whose variance is its mean (M/G/∞), so two standard deviations are 2 √mean.
fn with_headroom(mean: f64) -> f64 {
    (mean + HEADROOM * mean.sqrt()).ceil().max(1.0)
}

/// A random time with this mean, as a sim file writes it; whole nanoseconds.
fn exponential(seconds: f64) -> String {
    let nanos = (seconds * 1e9).round();
    if nanos > 0.0 { format!("exp {}ms", nanos / 1e6) } else { "0ms".to_owned() }
}

/// Rounded to one decimal, where that says something.
fn tenths(value: f64) -> f64 {
    if value < 10.0 { (value * 1e3).round() / 1e3 } else { (value * 10.0).round() / 10.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand() -> Demand {
        Demand {
            daily_users: 1_000_000.0,
            requests_per_user: 10.0,
            active_hours: 12.0,
            peak_factor: 5.0,
            margin: 1.0,
            response: 0.5,
            think: 5.0,
            hold: 0.02,
            thread_time: 0.5,
            instances: 2,
            cpu_per_request: None,
            cores: 2,
        }
    }

    /// 1,000,000 x 10 / 43,200 = 231, x 5 = 1,157.
    #[test]
    fn a_million_users_in_twelve_hours() {
        let needs = demand().needs();
        assert_eq!(needs.daily_requests, 10_000_000.0);
        assert_eq!((needs.average.round(), needs.peak.round()), (231.0, 1_157.0));
    }

    /// 100,000 x 20 / 86,400 = 23, x 3 (peak) x 3 (margin) = 208.
    #[test]
    fn a_hundred_thousand_users_with_a_margin() {
        let needs = Demand {
            daily_users: 100_000.0,
            requests_per_user: 20.0,
            active_hours: 24.0,
            peak_factor: 3.0,
            margin: 3.0,
            ..demand()
        }
        .needs();
        assert_eq!((needs.average.round(), needs.peak.round()), (23.0, 208.0));
    }

    /// 864,000 users with 10 requests each and a peak factor of 5 make 500 requests a second.
    #[test]
    fn five_hundred_requests_a_second_are_864_000_users() {
        let needs = Demand { daily_users: 864_000.0, active_hours: 24.0, ..demand() }.needs();
        assert_eq!((needs.average, needs.peak), (100.0, 500.0));
    }

    /// 1,650 users with R = 0.5 s and Z = 5 s make 300 requests a second; 150 of them are active.
    #[test]
    fn three_hundred_requests_a_second_are_1650_users() {
        let demand = Demand {
            daily_users: 300.0 * 86_400.0,
            requests_per_user: 1.0,
            active_hours: 24.0,
            peak_factor: 1.0,
            ..demand()
        };
        let needs = demand.needs();
        assert_eq!((needs.peak, needs.users, needs.active), (300.0, 1_650.0, 150.0));
        assert_eq!(needs.connections_busy, 6.0);
        // 3 of each instance at a time, and 2 √3 for the fluctuation: 6.46, so 7.
        assert_eq!((needs.connections, needs.threads), (7.0, 93.0));
        assert_eq!((needs.cores_busy, needs.instances), (None, None));
    }

    /// 300 requests of 10 ms keep 3 cores busy; of 2 cores 1.4 may be: 3 / 1.4 = 2.14, so 3.
    #[test]
    fn cores_say_how_many_instances() {
        let demand = Demand {
            daily_users: 300.0 * 86_400.0,
            requests_per_user: 1.0,
            active_hours: 24.0,
            peak_factor: 1.0,
            cpu_per_request: Some(0.01),
            ..demand()
        };
        let needs = demand.needs();
        assert_eq!((needs.cores_busy, needs.instances), (Some(3.0), Some(3.0)));
    }
}
