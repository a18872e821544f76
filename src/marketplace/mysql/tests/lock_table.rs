//! The lock table against one that is obviously right.

use crate::marketplace::mysql::lock::{LockTable, Mode, Owner, Part, Requested, Target};
use crate::random::Stream;

const OWNERS: u64 = 8;
const PARTS: [Part; 4] = [Part::Table, Part::Record, Part::Gap, Part::Unique];

/// Every lock that is held or wanted, in the order of asking.
#[derive(Clone, Debug, Default)]
struct Naive {
    locks: Vec<Asked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    owner: Owner,
    target: Target,
    mode: Mode,
    granted: bool,
}

/// The manual's table, by who asks and what is there already.
fn conflict(asked: Mode, there: Mode) -> bool {
    use Mode::{Exclusive, Gap, Insert, Shared};
    [(Shared, Exclusive), (Exclusive, Shared), (Exclusive, Exclusive), (Insert, Gap)]
        .contains(&(asked, there))
}

impl Naive {
    /// Whom a request waits for; `at` is its place.
    fn blockers(&self, at: usize) -> Vec<Owner> {
        let asked = self.locks[at];
        let stands_in_the_way = |(place, other): &(usize, &Asked)| {
            other.owner != asked.owner
                && other.target == asked.target
                && (other.granted || *place < at)
                && conflict(asked.mode, other.mode)
        };
        let others = self.locks.iter().enumerate().filter(stands_in_the_way);
        let mut owners: Vec<Owner> = others.map(|(_, other)| other.owner).collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    fn waiting(&self, owner: Owner) -> Option<usize> {
        self.locks.iter().position(|lock| lock.owner == owner && !lock.granted)
    }

    fn blockers_of(&self, owner: Owner) -> Vec<Owner> {
        self.waiting(owner).map_or_else(Vec::new, |at| self.blockers(at))
    }

    fn held(&self, owner: Owner) -> Vec<(Target, Mode)> {
        let held = self.locks.iter().filter(|lock| lock.owner == owner && lock.granted);
        // Only the strongest of the modes on a target counts.
        let stronger = |lock: &Asked| {
            self.locks.iter().any(|other| {
                let pair = (other.mode, lock.mode);
                other.granted
                    && other.owner == owner
                    && other.target == lock.target
                    && (pair == (Mode::Exclusive, Mode::Shared)
                        || pair == (Mode::IntentionExclusive, Mode::IntentionShared))
            })
        };
        let strongest = held.filter(|lock| !stronger(lock));
        let mut held: Vec<_> = strongest.map(|lock| (lock.target, lock.mode)).collect();
        held.sort_unstable();
        held.dedup();
        held
    }

    fn request(&mut self, owner: Owner, target: Target, mode: Mode) -> Requested {
        let pair = |held: Mode| (held, mode);
        let enough = |(at, held): &(Target, Mode)| {
            *at == target
                && (*held == mode
                    || pair(*held) == (Mode::Exclusive, Mode::Shared)
                    || pair(*held) == (Mode::IntentionExclusive, Mode::IntentionShared))
        };
        if self.held(owner).iter().any(enough) {
            return Requested::Granted;
        }
        self.locks.push(Asked { owner, target, mode, granted: false });
        let at = self.locks.len() - 1;
        if self.blockers(at).is_empty() {
            self.grant(at);
            return Requested::Granted;
        }
        Requested::Waits
    }

    fn grant(&mut self, at: usize) {
        self.locks[at].granted = true;
        if self.locks[at].mode == Mode::Insert {
            self.locks.remove(at);
        }
    }

    /// Grants whatever can be, in the order of asking; gives who got something.
    fn settle(&mut self) -> Vec<Owner> {
        let mut granted = Vec::new();
        while let Some(at) = (0..self.locks.len())
            .find(|at| !self.locks[*at].granted && self.blockers(*at).is_empty())
        {
            granted.push(self.locks[at].owner);
            self.grant(at);
        }
        granted.sort_unstable();
        granted
    }

    fn forget(&mut self, which: impl Fn(&Asked) -> bool) -> Vec<Owner> {
        self.locks.retain(|lock| !which(lock));
        self.settle()
    }

    /// Every owner that can be reached along edges of waiting, the first step included.
    fn reaches_itself(&self, owner: Owner) -> bool {
        let mut reached = self.blockers_of(owner);
        let mut at = 0;
        while at < reached.len() {
            for next in self.blockers_of(reached[at]) {
                if !reached.contains(&next) {
                    reached.push(next);
                }
            }
            at += 1;
        }
        reached.contains(&owner)
    }
}

fn modes_of(part: Part) -> &'static [Mode] {
    match part {
        Part::Table => &[Mode::IntentionShared, Mode::IntentionExclusive],
        Part::Record | Part::Unique => &[Mode::Shared, Mode::Exclusive],
        Part::Gap => &[Mode::Gap, Mode::Insert],
    }
}

fn sorted(mut owners: Vec<Owner>) -> Vec<Owner> {
    owners.sort_unstable();
    owners
}

fn pick<T: Copy>(random: &mut Stream, of: &[T]) -> T {
    of[random.below(of.len() as u64) as usize]
}

fn check_all(table: &LockTable, naive: &Naive, owners: &[Owner], context: &str) {
    for &owner in owners {
        let mut held = table.held(owner).to_vec();
        held.sort_unstable();
        assert_eq!(held, naive.held(owner), "held by {owner}: {context}");
        let wanted = naive.waiting(owner).map(|at| (naive.locks[at].target, naive.locks[at].mode));
        assert_eq!(table.wanted(owner), wanted, "wanted by {owner}: {context}");
        let mut blockers: Vec<Owner> = table.blockers(owner).collect();
        blockers.sort_unstable();
        blockers.dedup();
        assert_eq!(blockers, naive.blockers_of(owner), "blockers of {owner}: {context}");
        // No wake-up was lost.
        assert_eq!(wanted.is_some(), !blockers.is_empty(), "{owner} waits for nobody: {context}");
        let cycle = table.cycle(owner);
        assert_eq!(cycle.is_some(), naive.reaches_itself(owner), "cycle of {owner}: {context}");
        for (at, member) in cycle.iter().flatten().enumerate() {
            let cycle = cycle.as_deref().unwrap();
            let next = cycle[(at + 1) % cycle.len()];
            assert_eq!(cycle[0], owner, "{context}");
            assert!(naive.blockers_of(*member).contains(&next), "no cycle {cycle:?}: {context}");
        }
    }
    let mut targets: Vec<Target> = naive.locks.iter().map(|lock| lock.target).collect();
    targets.sort_unstable();
    targets.dedup();
    assert_eq!(table.len(), targets.len(), "{context}");
}

/// One random life of a lock table.
fn live(seed: u64) {
    let mut random = Stream::from_seed(seed);
    let (mut table, mut naive) = (LockTable::default(), Naive::default());
    let owners: Vec<Owner> = (0..2 + random.below(OWNERS - 1)).map(|_| table.enter()).collect();
    let keys = 1 + random.below(3);
    for step in 0..60 {
        let owner = pick(&mut random, &owners);
        let part = pick(&mut random, &PARTS);
        let target = Target { table: 0, part, key: random.below(keys) };
        let mode = pick(&mut random, modes_of(part));
        let mut granted = Vec::new();
        let (did, expected) = match random.below(20) {
            0..=1 => {
                table.release(owner, &mut granted);
                (format!("release {owner}"), naive.forget(|lock| lock.owner == owner))
            }
            2 => {
                table.cancel(owner, &mut granted);
                let own = |lock: &Asked| lock.owner == owner && !lock.granted;
                (format!("cancel {owner}"), naive.forget(own))
            }
            3 if table.holds(owner, target) && naive.waiting(owner).is_none() => {
                table.release_one(owner, target, &mut granted);
                let own = |lock: &Asked| lock.owner == owner && lock.target == target;
                (format!("release {owner} {target:?}"), naive.forget(own))
            }
            _ if naive.waiting(owner).is_none() => {
                let (got, expected) =
                    (table.request(owner, target, mode), naive.request(owner, target, mode));
                let did = format!("{owner} {mode:?} on {part:?} {}", target.key);
                assert_eq!(got, expected, "{did}, step {step}, seed {seed}");
                (did, Vec::new())
            }
            _ => continue,
        };
        let context = format!("after {did}, step {step}, seed {seed}");
        assert_eq!(sorted(granted), expected, "{context}");
        check_all(&table, &naive, &owners, &context);
    }
    for owner in owners {
        table.release(owner, &mut Vec::new());
        table.leave(owner);
    }
    assert_eq!(table.len(), 0, "seed {seed}");
}

#[test]
fn random_lives_agree_with_the_naive_table() {
    for seed in 0..400 {
        live(seed);
    }
}
