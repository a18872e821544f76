//! Closed forms of queueing theory. Times in seconds, rates per second.

/// Probability that an arrival is lost in M/M/c/c (Erlang B), by the stable recursion. `load` is
/// arrival rate times mean service.
pub(crate) fn erlang_b(load: f64, servers: u32) -> f64 {
    let mut blocked = 1.0;
    for k in 1..=servers {
        blocked = load * blocked / (f64::from(k) + load * blocked);
    }
    blocked
}

/// Probability that an arrival waits in M/M/c (Erlang C); 1 when the load reaches the servers.
pub(crate) fn erlang_c(load: f64, servers: u32) -> f64 {
    let c = f64::from(servers);
    if load >= c {
        return 1.0;
    }
    let b = erlang_b(load, servers);
    c * b / (c - load * (1.0 - b))
}

/// M/M/c: `rate` arrivals, `servers` servers of mean `service`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mmc {
    pub(crate) rate: f64,
    pub(crate) servers: u32,
    pub(crate) service: f64,
}

impl Mmc {
    fn spare(&self) -> f64 {
        f64::from(self.servers) / self.service - self.rate
    }

    pub(crate) fn utilisation(&self) -> f64 {
        self.rate * self.service / f64::from(self.servers)
    }

    /// Mean wait; infinite when the load reaches the servers.
    pub(crate) fn wait(&self) -> f64 {
        if self.spare() <= 0.0 {
            return f64::INFINITY;
        }
        erlang_c(self.rate * self.service, self.servers) / self.spare()
    }

    pub(crate) fn response(&self) -> f64 {
        self.wait() + self.service
    }

    /// The wait that a share of the arrivals does not exceed.
    pub(crate) fn wait_quantile(&self, share: f64) -> f64 {
        let waits = erlang_c(self.rate * self.service, self.servers);
        if 1.0 - share >= waits { 0.0 } else { libm::log(waits / (1.0 - share)) / self.spare() }
    }

    /// The response that a share of the arrivals does not exceed.
    pub(crate) fn response_quantile(&self, share: f64) -> f64 {
        let waits = erlang_c(self.rate * self.service, self.servers);
        let (mu, theta) = (1.0 / self.service, self.spare());
        let beyond = |t: f64| {
            let late = if (mu - theta).abs() < 1e-9 * mu {
                (1.0 + mu * t) * libm::exp(-mu * t)
            } else {
                (mu * libm::exp(-theta * t) - theta * libm::exp(-mu * t)) / (mu - theta)
            };
            (1.0 - waits) * libm::exp(-mu * t) + waits * late
        };
        let mut most = self.service;
        while beyond(most) > 1.0 - share && most < 1e12 {
            most *= 2.0;
        }
        bisect(0.0, most, |t| beyond(t) > 1.0 - share)
    }
}

/// The point where `low_side` turns from true to false.
fn bisect(mut low: f64, mut high: f64, low_side: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if low_side(middle) { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Mean wait in M/G/1, first come first served (Pollaczek and Khinchine); `scv` is the squared
/// coefficient of variation of the service time.
pub(crate) fn mg1_wait(rate: f64, service: f64, scv: f64) -> f64 {
    let rho = rate * service;
    rho * service * (1.0 + scv) / (2.0 * (1.0 - rho))
}

/// Mean response in M/G/1 with processor sharing, whatever the distribution of the service time.
pub(crate) fn mg1_ps_response(rate: f64, service: f64) -> f64 {
    service / (1.0 - rate * service)
}

/// M/M/c/K: at most `capacity` inside, the rest is lost. Returns the share lost and the mean
/// response of the accepted.
pub(crate) fn mmck(rate: f64, servers: u32, service: f64, capacity: u32) -> (f64, f64) {
    let inside = birth_death(capacity, |_| rate, |k| f64::from(k.min(servers)) / service);
    let lost = inside[capacity as usize];
    let mean = mean_of(&inside);
    (lost, mean / (rate * (1.0 - lost)))
}

/// Stationary distribution of a birth-death process on 0..=top, with `up(k)` from k to k+1 and
/// `down(k)` from k to k-1.
fn birth_death(top: u32, up: impl Fn(u32) -> f64, down: impl Fn(u32) -> f64) -> Vec<f64> {
    // In logarithms, so that large systems neither overflow nor vanish.
    let mut logs = vec![0.0];
    for k in 0..top {
        let step = libm::log(up(k)) - libm::log(down(k + 1));
        logs.push(logs[k as usize] + step);
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logs.iter().map(|log| libm::exp(log - most)).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

fn mean_of(distribution: &[f64]) -> f64 {
    distribution.iter().enumerate().map(|(k, p)| k as f64 * p).sum()
}

/// What waiting with limited patience comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Impatience {
    /// Share that gives up.
    pub(crate) abandoned: f64,
    /// Mean wait of all, those that give up included.
    pub(crate) wait: f64,
    /// Share that has to wait.
    pub(crate) waits: f64,
    pub(crate) utilisation: f64,
}

/// How long a customer is willing to wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Patience {
    /// Exponential with this mean: Erlang A.
    Exponential(f64),
    /// Always the same: a timeout.
    Constant(f64),
}

/// M/M/c with impatient customers, exactly (Zeltyn and Mandelbaum 2005, building blocks E, J and
/// J_H of M/M/n+G).
pub(crate) fn impatient(rate: f64, servers: u32, service: f64, patience: Patience) -> Impatience {
    let n_mu = f64::from(servers) / service;
    // H(x): mean of the lesser of patience and x.
    let h = |x: f64| match patience {
        Patience::Exponential(mean) => mean * (1.0 - libm::exp(-x / mean)),
        Patience::Constant(limit) => x.min(limit),
    };
    let weight = |x: f64| libm::exp(rate * h(x) - n_mu * x);
    let knee = match patience {
        Patience::Exponential(mean) | Patience::Constant(mean) => mean,
    };
    // Beyond some point the integrand falls at least as exp(-n_mu x / 2).
    let far = knee * 40.0 + 80.0 / n_mu;
    let integrate = |f: &dyn Fn(f64) -> f64| {
        let fine = simpson(0.0, knee, 40_000, f);
        fine + simpson(knee, far, 400_000, f)
    };
    let j = integrate(&weight);
    let j_h = integrate(&|x| h(x) * weight(x));
    let e = 1.0 / erlang_b(rate * service, servers - 1);
    let total = e + rate * j;
    let abandoned = (1.0 + (rate - n_mu) * j) / total;
    Impatience {
        abandoned,
        wait: rate * j_h / total,
        waits: rate * j / total,
        utilisation: rate * (1.0 - abandoned) / n_mu,
    }
}

fn simpson(from: f64, to: f64, steps: u32, f: &dyn Fn(f64) -> f64) -> f64 {
    let width = (to - from) / f64::from(steps);
    let inner: f64 = (1..steps)
        .map(|i| (if i % 2 == 1 { 4.0 } else { 2.0 }) * f(from + f64::from(i) * width))
        .sum();
    (f(from) + inner + f(to)) * width / 3.0
}

/// `users` that think (mean `think`, any distribution) and then use one of `servers` servers with
/// exponential service: the machine repairman. Returns throughput and mean response.
pub(crate) fn machine_repairman(users: u32, think: f64, service: f64, servers: u32) -> (f64, f64) {
    let inside = birth_death(
        users,
        |k| f64::from(users - k) / think,
        |k| f64::from(k.min(servers)) / service,
    );
    let rate: f64 = inside
        .iter()
        .enumerate()
        .map(|(k, p)| p * f64::from((k as u32).min(servers)) / service)
        .sum();
    (rate, mean_of(&inside) / rate)
}

/// `users` with exponential think time and one server that takes them in order of arrival. The
/// answer goes out after `before`, and the server stays with the request for `after` more, so that
/// a user's next request may wait for the rest of its own last one. Both parts are exponential, or
/// nothing. Returns throughput and mean response.
pub(crate) fn reply_early(users: u32, think: f64, before: f64, after: f64) -> (f64, f64) {
    let n = users as usize;
    let rate = |part: f64| if part > 0.0 { 1.0 / part } else { 0.0 };
    let (answers, ends) = (rate(before), rate(after));
    let arrivals = |thinking: usize| thinking as f64 / think;
    // Probabilities by the number that wait for the server: in `working[q]` the request in service
    // has no answer yet, in `finishing[q]` it has one. A part that takes no time has none.
    let (mut idle, mut working, mut finishing) = (1.0, vec![0.0; n + 2], vec![0.0; n + 2]);
    if before > 0.0 {
        working[..n].fill(1.0);
    }
    if after > 0.0 {
        finishing[..=n].fill(1.0);
    }
    // Each state's balance equation in turn, until nothing moves.
    for _ in 0..100_000 {
        let last = idle;
        let leaves = |q: usize, working: &[f64], finishing: &[f64]| {
            if after > 0.0 { finishing[q] * ends } else { working[q] * answers }
        };
        idle = leaves(0, &working, &finishing) / arrivals(n);
        for q in 0..=n {
            let from_idle = if q == 0 { idle * arrivals(n) } else { 0.0 };
            let begun = from_idle + leaves(q + 1, &working, &finishing);
            let mut answered = begun;
            if before > 0.0 && q < n {
                let joined = if q > 0 { working[q - 1] * arrivals(n - q) } else { 0.0 };
                working[q] = (begun + joined) / (arrivals(n - 1 - q) + answers);
                answered = working[q] * answers;
            } else if before > 0.0 {
                answered = 0.0;
            }
            if after > 0.0 {
                let joined = if q > 0 { finishing[q - 1] * arrivals(n - q + 1) } else { 0.0 };
                finishing[q] = (answered + joined) / (arrivals(n - q) + ends);
            }
        }
        let total = idle + working.iter().chain(&finishing).sum::<f64>();
        idle /= total;
        working.iter_mut().chain(&mut finishing).for_each(|p| *p /= total);
        if (idle - last).abs() < 1e-15 {
            break;
        }
    }
    let unanswered: f64 =
        (0..=n).map(|q| working[q] * (q + 1) as f64 + finishing[q] * q as f64).sum();
    let throughput = (f64::from(users) - unanswered) / think;
    (throughput, unanswered / throughput)
}

/// Exact mean value analysis of a closed network of single-server stations with exponential
/// demands and think time. Returns throughput and mean response.
pub(crate) fn closed_network(users: u32, think: f64, demands: &[f64]) -> (f64, f64) {
    let mut queues = vec![0.0; demands.len()];
    let (mut rate, mut response) = (0.0, 0.0);
    for n in 1..=users {
        let times: Vec<f64> =
            demands.iter().zip(&queues).map(|(demand, queue)| demand * (1.0 + queue)).collect();
        response = times.iter().sum();
        rate = f64::from(n) / (think + response);
        queues = times.iter().map(|time| rate * time).collect();
    }
    (rate, response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(found: f64, published: f64, digits: f64) {
        assert!((found - published).abs() <= digits, "{found} is not {published}");
    }

    /// Values as published or recomputed elsewhere, to the digits printed there.
    #[test]
    fn erlang_formulas() {
        let cases = [
            (2.0, 3, 0.210_526, 0.444_444),
            (6.0, 10, 0.043_142, 0.101_299),
            (8.0, 10, 0.121_661, 0.409_180),
            (25.0, 30, 0.052_603, 0.249_893),
        ];
        for (load, servers, b, c) in cases {
            near(erlang_b(load, servers), b, 5e-7);
            near(erlang_c(load, servers), c, 5e-7);
        }
        near(erlang_c(48.0, 50), 0.694_456, 5e-7);
        near(erlang_c(12.0, 10), 1.0, 0.0);
    }

    #[test]
    fn single_stations() {
        for (rho, mean, p95, p99) in
            [(0.5, 2.0, 5.991, 9.210), (0.8, 5.0, 14.979, 23.026), (0.9, 10.0, 29.957, 46.052)]
        {
            let queue = Mmc { rate: rho, servers: 1, service: 1.0 };
            near(queue.response(), mean, 1e-9);
            near(queue.response_quantile(0.95), p95, 5e-4);
            near(queue.response_quantile(0.99), p99, 5e-4);
        }
        let queue = Mmc { rate: 80.0, servers: 10, service: 0.1 };
        near(queue.wait(), 0.020_459, 5e-7);
        near(queue.response(), 0.120_459, 5e-7);
        near(queue.rate * queue.wait(), 1.6367, 5e-5);
        near(queue.response_quantile(0.5), 0.091_214, 5e-7);
        near(queue.response_quantile(0.95), 0.332_827, 5e-7);
        near(queue.response_quantile(0.99), 0.494_611, 5e-7);
        near(queue.wait_quantile(0.99), 0.185_579, 5e-7);
        near(queue.wait_quantile(0.5), 0.0, 0.0);
        for (scv, wait) in [(0.0, 2.0), (1.0, 4.0), (4.0, 10.0)] {
            near(mg1_wait(0.8, 1.0, scv), wait, 1e-9);
        }
        near(mg1_wait(0.8, 1.0, 16.0) + 1.0, 35.0, 1e-9);
        near(mg1_ps_response(0.8, 1.0), 5.0, 1e-9);
        for (rate, servers, service, capacity, lost, response) in [
            (0.9, 1, 1.0, 5, 0.126_023, 2.790_286),
            (1.2, 1, 1.0, 5, 0.250_588, 3.359_493),
            (120.0, 10, 0.1, 110, 0.166_667, 1.050),
        ] {
            let (l, r) = mmck(rate, servers, service, capacity);
            near(l, lost, 5e-7);
            near(r, response, 5e-7 * response.max(1.0) + 1e-6);
        }
        near(Mmc { rate: 9.0, servers: 10, service: 1.0 }.response(), 1.6687, 5e-5);
    }

    #[test]
    fn impatience() {
        let erlang_a = impatient(0.8, 50, 60.0, Patience::Exponential(120.0));
        near(erlang_a.abandoned, 0.030_912, 5e-7);
        near(erlang_a.wait, 3.709, 5e-4);
        near(0.8 * erlang_a.wait, 2.968, 5e-4);
        near(erlang_a.waits, 0.467_77, 5e-6);
        let pool = impatient(120.0, 10, 0.1, Patience::Exponential(0.3));
        near(pool.abandoned, 0.186_591, 5e-7);
        near(pool.utilisation, 0.976_091, 5e-7);
        near(120.0 * pool.wait, 6.7173, 5e-5);
        // Without the limit being felt, a timeout changes nothing: M/M/c.
        let patient = impatient(80.0, 10, 0.1, Patience::Constant(20.0));
        near(patient.wait, 0.020_459, 5e-7);
        near(patient.abandoned, 0.0, 1e-9);
        // A limit of zero is a loss system.
        near(impatient(80.0, 10, 0.1, Patience::Constant(1e-9)).abandoned, 0.121_661, 5e-7);
    }

    #[test]
    fn replies_before_the_work_is_finished() {
        for (users, before, after, response) in [
            (1, 0.0, 1.0, 0.1667),
            (1, 0.4, 0.6, 0.4643),
            (1, 1.0, 0.0, 1.0),
            (4, 0.0, 1.0, 0.9917),
            (4, 0.4, 0.6, 1.1115),
            (4, 1.0, 0.0, 1.6483),
            (10, 0.0, 1.0, 5.0920),
            (10, 0.4, 0.6, 5.0563),
            (10, 1.0, 0.0, 5.1873),
        ] {
            let (rate, found) = reply_early(users, 5.0, before, after);
            near(found, response, 1e-4);
            near(rate * (5.0 + found), f64::from(users), 1e-9);
        }
        // Without anything after the reply it is the machine repairman.
        near(reply_early(10, 5.0, 1.0, 0.0).0, machine_repairman(10, 5.0, 1.0, 1).0, 1e-9);
    }

    #[test]
    fn closed_systems_and_networks() {
        for (users, think, service, servers, rate, response) in [
            (10, 5.0, 1.0, 1, 0.981_615, 5.187_289),
            (100, 1.0, 0.02, 2, 92.132, 0.085_397),
            (200, 1.0, 0.05, 10, 185.063, 0.080_71),
            (600, 1.0, 0.05, 10, 200.0, 2.000),
        ] {
            let (x, r) = machine_repairman(users, think, service, servers);
            near(x, rate, 6e-4 * if rate > 10.0 { 1.0 } else { 1e-3 });
            near(r, response, 6e-6 * if response == 2.0 { 100.0 } else { 1.0 });
        }
        near(machine_repairman(200, 1.0, 0.05, 16).1, 0.050_24, 5e-6);
        let (x, r) = closed_network(2, 1.0, &[0.5, 1.0]);
        near(x, 0.666_667, 5e-7);
        near(r, 2.0, 1e-9);
        for (users, rate, response) in
            [(1, 0.975_61, 0.025), (50, 47.8065, 0.045_883), (200, 83.3333, 1.4000)]
        {
            let (x, r) = closed_network(users, 1.0, &[0.005, 0.008, 0.012]);
            near(x, rate, 5e-5);
            near(r, response, 6e-7);
        }
        let jackson = Mmc { rate: 10.0, servers: 4, service: 0.2 };
        near(jackson.rate * jackson.response(), 2.173_913, 5e-7);
        near(7.0 * Mmc { rate: 7.0, servers: 1, service: 1.0 / 12.0 }.response(), 1.4, 1e-9);
    }
}
