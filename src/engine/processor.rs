//! Cores shared by all who compute: processor sharing.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::executor::{Clock, ProcessId};
use super::gauge::Gauge;
use super::time::Nanos;

/// Fractional bits of attained service: 2^-16 ns, so that rounding stays far below a nanosecond a
/// job.
const FRACTION: u32 = 16;
/// A rate of 1 nanosecond of service per nanosecond.
const FULL: u64 = 1 << 32;

/// `cores` shared equally: each of k jobs runs at full speed while k is at most `cores`, and at
/// `cores`/k of it beyond.
pub(crate) struct Cores<'w> {
    clock: &'w Clock,
    state: RefCell<State>,
}

struct State {
    cores: u64,
    /// Speed of one core, [`FULL`] unless it was changed.
    speed: u64,
    /// Share of the capacity lost in the limit of many jobs, in units of 1/FULL.
    contention: u64,
    /// Service attained so far by a job that was always there, in 2^-16 ns.
    attained: u64,
    since: Nanos,
    /// Active jobs by the attained service at which they are done: target, sequence, job.
    due: BinaryHeap<Reverse<(u64, u64, u32)>>,
    jobs: Vec<Job>,
    free: Vec<u32>,
    active: u64,
    sequence: u64,
    timer: Option<Armed>,
    busy: Gauge,
}

#[derive(Clone, Copy)]
struct Job {
    process: ProcessId,
    /// Sequence number while active, 0 otherwise; a heap entry that differs is stale.
    sequence: u64,
    target: u64,
}

/// The timer of the job that will be done first.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Armed {
    slot: u32,
    at: Nanos,
    sequence: u64,
}

impl<'w> Cores<'w> {
    /// `contention` is the share of capacity (0 to below 1) that is lost in the limit of many
    /// jobs: with k jobs on n cores, k above n, the capacity is n (1 - contention (1 - n/k)).
    pub(crate) fn new(clock: &'w Clock, cores: u32, contention: f64) -> Cores<'w> {
        let state = State {
            cores: u64::from(cores),
            speed: FULL,
            contention: (contention * FULL as f64 + 0.5) as u64,
            attained: 0,
            since: 0,
            due: BinaryHeap::new(),
            jobs: Vec::new(),
            free: Vec::new(),
            active: 0,
            sequence: 0,
            timer: None,
            busy: Gauge::default(),
        };
        Cores { clock, state: RefCell::new(state) }
    }

    /// Takes `work` nanoseconds of one core, longer while the cores are shared. Dropping the
    /// future leaves the cores.
    pub(crate) fn run(&self, work: Nanos) -> Run<'_> {
        Run { cores: self, work, job: None }
    }

    /// Changes the speed of all cores to a share of the full one, from now on.
    pub(crate) fn set_speed(&self, share: f64) {
        let state = &mut *self.state.borrow_mut();
        state.advance(self.clock.now());
        state.speed = (share.clamp(0.0, 1000.0) * FULL as f64) as u64;
        self.rearm(state);
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.state.borrow().cores as u32
    }

    /// Cores in use integrated over time, core nanoseconds.
    pub(crate) fn busy_area(&self) -> u128 {
        self.state.borrow().busy.area(self.clock.now())
    }

    /// Jobs that compute at this instant.
    #[cfg(test)]
    pub(crate) fn active(&self) -> u64 {
        self.state.borrow().active
    }

    /// Lets the timer stand for the job that will be done first.
    fn rearm(&self, state: &mut State) {
        let wanted = state.first().and_then(|(job, sequence)| {
            let at = state.moment_of(state.jobs[job as usize].target)?;
            Some((at, sequence, state.jobs[job as usize].process))
        });
        match (state.timer, wanted) {
            (Some(armed), Some((at, sequence, _)))
                if armed.at == at && armed.sequence == sequence => {}
            (armed, wanted) => {
                if let Some(armed) = armed {
                    self.clock.disarm(armed.slot);
                }
                state.timer = wanted.map(|(at, sequence, process)| Armed {
                    slot: self.clock.arm(at, process),
                    at,
                    sequence,
                });
            }
        }
    }

    fn leave(&self, state: &mut State, job: u32) {
        state.jobs[job as usize].sequence = 0;
        state.free.push(job);
        state.active -= 1;
        let busy = state.active.min(state.cores);
        state.busy.set(self.clock.now(), busy);
        self.rearm(state);
    }
}

impl State {
    /// Service a job attains per nanosecond, in units of 1/FULL.
    fn rate(&self) -> u64 {
        if self.active <= self.cores {
            return self.speed;
        }
        let (n, k) = (u128::from(self.cores), u128::from(self.active));
        let lost = u128::from(self.contention) * (k - n) / k;
        // Rounded up: two thirds of full speed for 150 ns must give 100 ns of service.
        (n * u128::from(self.speed) * (u128::from(FULL) - lost)).div_ceil(k * u128::from(FULL))
            as u64
    }

    fn advance(&mut self, now: Nanos) {
        if now == self.since {
            return;
        }
        let gained = (u128::from(now - self.since) * u128::from(self.rate())) >> (32 - FRACTION);
        self.attained += gained as u64;
        self.since = now;
        if self.active == 0 {
            // Nobody holds a target: start again, so that the sum cannot overflow.
            self.attained = 0;
            self.due.clear();
        }
    }

    /// The active job with the least target.
    fn first(&mut self) -> Option<(u32, u64)> {
        while let Some(Reverse((_, sequence, job))) = self.due.peek().copied() {
            if self.jobs[job as usize].sequence == sequence {
                return Some((job, sequence));
            }
            self.due.pop();
        }
        None
    }

    /// When a target is attained at the present rate; `None` while nothing moves.
    fn moment_of(&self, target: u64) -> Option<Nanos> {
        let left = u128::from(target.saturating_sub(self.attained)) << (32 - FRACTION);
        let rate = u128::from(self.rate());
        (rate > 0).then(|| self.since.saturating_add(left.div_ceil(rate) as u64))
    }
}

/// See [`Cores::run`].
pub(crate) struct Run<'c> {
    cores: &'c Cores<'c>,
    work: Nanos,
    job: Option<u32>,
}

impl Future for Run<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let cores = self.cores;
        let state = &mut *cores.state.borrow_mut();
        let now = cores.clock.now();
        let Some(job) = self.job else {
            if self.work == 0 {
                return Poll::Ready(());
            }
            state.advance(now);
            state.sequence += 1;
            let target = state.attained.saturating_add(self.work << FRACTION);
            let entry = Job { process: cores.clock.current(), sequence: state.sequence, target };
            let job = match state.free.pop() {
                Some(job) => {
                    state.jobs[job as usize] = entry;
                    job
                }
                None => {
                    state.jobs.push(entry);
                    state.jobs.len() as u32 - 1
                }
            };
            state.due.push(Reverse((target, entry.sequence, job)));
            state.active += 1;
            let busy = state.active.min(state.cores);
            state.busy.set(now, busy);
            cores.rearm(state);
            self.job = Some(job);
            return Poll::Pending;
        };
        // Only the timer of this very job ends it; any other poll is none of its business.
        let sequence = state.jobs[job as usize].sequence;
        match state.timer {
            Some(armed) if armed.sequence == sequence && cores.clock.take_fired(armed.slot) => {
                state.timer = None;
                state.advance(now);
                self.job = None;
                cores.leave(state, job);
                Poll::Ready(())
            }
            _ => Poll::Pending,
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Some(job) = self.job {
            let state = &mut *self.cores.state.borrow_mut();
            state.advance(self.cores.clock.now());
            self.cores.leave(state, job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::executor::{Limits, Sim};
    use crate::random::Streams;
    use std::cell::RefCell as Log;

    /// Jobs as (arrival, work); when each was done.
    fn done(cores: u32, contention: f64, jobs: &[(u64, u64)]) -> Vec<u64> {
        let clock = Clock::new();
        let cpu = Cores::new(&clock, cores, contention);
        let log = Log::new(vec![0; jobs.len()]);
        let sim = Sim::new(&clock);
        for (i, (arrival, work)) in jobs.iter().copied().enumerate() {
            let (clock, cpu, log) = (&clock, &cpu, &log);
            sim.spawn("job", async move {
                clock.sleep(arrival).await;
                cpu.run(work).await;
                log.borrow_mut()[i] = clock.now();
            });
        }
        sim.run(Limits::default()).unwrap();
        drop(sim);
        log.into_inner()
    }

    #[test]
    fn jobs_share_the_cores_equally() {
        assert_eq!(done(1, 0.0, &[(0, 100)]), [100]);
        // Two share from 50 on: 50 left of the first takes 100, then the second has 50 left.
        assert_eq!(done(1, 0.0, &[(0, 100), (50, 100)]), [150, 200]);
        assert_eq!(done(2, 0.0, &[(0, 100), (50, 100)]), [100, 150]);
        // Three on two cores: two thirds of full speed each.
        assert_eq!(done(2, 0.0, &[(0, 100), (0, 100), (0, 100)]), [150, 150, 150]);
        // Four on two cores with a tenth lost in the limit: capacity 2 * (1 - 0.1/2) = 1.9.
        assert_eq!(done(2, 0.1, &[(0, 190); 4]), [400; 4]);
    }

    #[test]
    fn no_work_takes_no_time_and_a_dropped_job_frees_its_share() {
        assert_eq!(done(1, 0.0, &[(0, 0), (0, 100)]), [0, 100]);
        let clock = Clock::new();
        let cpu = Cores::new(&clock, 1, 0.0);
        let log = Log::new(Vec::new());
        let sim = Sim::new(&clock);
        sim.spawn("gives up", async {
            let run = clock.timeout(40, cpu.run(1_000)).await;
            log.borrow_mut().push((clock.now(), run.is_some()));
        });
        sim.spawn("stays", async {
            cpu.run(100).await;
            log.borrow_mut().push((clock.now(), true));
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        // 20 attained by 40, the other 80 alone.
        assert_eq!(log.into_inner(), [(40, false), (120, true)]);
        assert_eq!((cpu.active(), cpu.busy_area()), (0, 120));
    }

    #[test]
    fn speed_changes_reach_running_jobs_and_a_standing_processor_resumes() {
        let clock = Clock::new();
        let cpu = Cores::new(&clock, 1, 0.0);
        let log = Log::new(0);
        let sim = Sim::new(&clock);
        sim.spawn("job", async {
            cpu.run(100).await;
            *log.borrow_mut() = clock.now();
        });
        sim.spawn("governor", async {
            clock.sleep(50).await;
            cpu.set_speed(0.0);
            clock.sleep(1_000).await;
            cpu.set_speed(0.5);
        });
        sim.run(Limits::default()).unwrap();
        drop(sim);
        assert_eq!(log.into_inner(), 1_150);
    }

    /// Random arrivals against a direct integration of the definition in small steps.
    #[test]
    fn random_jobs_agree_with_a_naive_integration() {
        for seed in 0..30 {
            let mut stream = Streams { seed, replication: 0 }.stream("jobs");
            let cores = stream.below(3) as u32 + 1;
            let jobs: Vec<(u64, u64)> =
                (0..12).map(|_| (stream.below(2_000_000), stream.below(800_000) + 1)).collect();
            let fast = done(cores, 0.0, &jobs);
            let slow = integrate(f64::from(cores), &jobs);
            for (a, b) in fast.iter().zip(&slow) {
                // Each end is rounded up to a nanosecond, which delays those behind it.
                assert!((*a as f64 - b).abs() <= 12.0, "seed {seed}: {fast:?} against {slow:?}");
            }
        }
    }

    /// Event by event in floating point, without any of the machinery above.
    fn integrate(cores: f64, jobs: &[(u64, u64)]) -> Vec<f64> {
        let mut left: Vec<f64> = jobs.iter().map(|(_, work)| *work as f64).collect();
        let mut done = vec![0.0; jobs.len()];
        let mut now = 0.0;
        while left.iter().any(|work| *work > 0.0) {
            let here: Vec<usize> =
                (0..jobs.len()).filter(|i| left[*i] > 0.0 && jobs[*i].0 as f64 <= now).collect();
            let next = jobs.iter().map(|(at, _)| *at as f64).filter(|at| *at > now);
            let next = next.fold(f64::INFINITY, f64::min);
            let rate = (cores / here.len() as f64).min(1.0);
            let finish = here.iter().map(|i| left[*i] / rate).fold(f64::INFINITY, f64::min) + now;
            let until = next.min(finish);
            for i in here {
                left[i] -= (until - now) * rate;
                if left[i] < 1e-6 {
                    (left[i], done[i]) = (0.0, until);
                }
            }
            now = until;
        }
        done
    }
}
