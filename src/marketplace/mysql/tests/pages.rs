//! Pages against a naive list, and walks over a table that changes meanwhile.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{alone, config, table};
use crate::engine::executor::Limits;
use crate::engine::time::{MILLISECOND, Nanos, SECOND, from_seconds};
use crate::marketplace::checker::{PageTurns, Witness};
use crate::marketplace::config::{Fault, PageKnobs, PageMethod};
use crate::marketplace::mysql::pages::Page;
use crate::marketplace::mysql::table::{Table, TableId, Values, Version, View, Writer};
use crate::marketplace::mysql::{Database, Statement};
use crate::marketplace::walk::Walk;
use crate::random::Stream;

const BIDS: TableId = TableId(0);
const SEEDS: u64 = 500;

#[test]
fn a_page_is_the_part_of_the_list_that_a_view_shows() {
    for seed in 0..2_000 {
        let random = &mut Stream::from_seed(seed);
        let rows = random.below(30);
        let mut bids = Table::new(&table("bids", rows, &[]));
        let view = View { commits: random.below(8), own: 1 };
        for number in 1..=random.below(20) {
            let key = match random.below(2) {
                0 => bids.take_key(),
                _ => 1 + random.below(rows + 10),
            };
            let writer = match random.below(4) {
                0 => Writer::Open(1),
                1 => Writer::Open(2),
                _ => Writer::Commit(random.below(10)),
            };
            let live = random.below(3) > 0;
            bids.write(key, Version { values: Values::default(), live, writer, number });
        }
        let shown = |key: &u64| bids.read(*key, view).is_some();
        let below = random.below(50);
        let list: Vec<u64> = (1..below).rev().filter(shown).collect();
        let (skip, take) = (random.below(30), 1 + random.below(12));
        let found = bids.newest_first(view, below, skip, take as usize);
        let keys: Vec<u64> = list.iter().skip(skip as usize).take(take as usize).copied().collect();
        assert_eq!(found.keys, keys, "seed {seed}: {bids:#?}");
        if !keys.is_empty() {
            assert_eq!(found.skipped, skip, "seed {seed}");
        }
        let committed = (1..60).filter(|key| bids.newest_committed(*key).is_some()).count();
        assert_eq!(bids.count(), committed as u64, "seed {seed}: {bids:#?}");
    }
}

/// Row by row this would take hours.
#[test]
fn untouched_rows_are_passed_over_by_arithmetic() {
    let mut bids = Table::new(&table("bids", 1 << 60, &[]));
    let version =
        Version { values: Values::default(), live: false, writer: Writer::Commit(1), number: 1 };
    bids.write(1 << 59, version);
    let view = View { commits: 9, own: 0 };
    let found = bids.newest_first(view, u64::MAX, (1 << 60) - 4, 5);
    assert_eq!((found.skipped, found.keys), ((1 << 60) - 4, vec![3, 2, 1]));
    assert_eq!(bids.count(), (1 << 60) - 1);
    assert_eq!(bids.newest_keys(2), [1 << 60, (1 << 60) - 1]);
}

/// What a page costs, in entries and nanoseconds, and what it shows of a table of 1,000 rows.
#[test]
fn a_page_costs_the_rows_that_are_examined_for_it() {
    let costs: &[(&str, &str)] = &[
        ("page.base", "1us"),
        ("page.row-clustered", "2ns"),
        ("page.row-covering", "3ns"),
        ("page.row-lookup", "50ns"),
        ("page.sort-row", "7ns"),
        ("page.sort-from", "50%"),
    ];
    let cost = |method, index, depth: u64, more: &[(&str, &str)]| {
        let asked = [("page.method", method), ("page.index", index)];
        let config = config(&[costs, &asked, more].concat());
        alone(&config, &[table("bids", 1_000, &[])], |alone| {
            let (database, clock) = (alone.database, alone.clock);
            alone.sim.spawn("reader", async move {
                let open = database.begin(0);
                let page = Page { below: None, skip: depth, size: 20 };
                let found = database.execute(open, &Statement::page(BIDS, page), 0, 0).await;
                let keys = database.take_page(open);
                let expected: Vec<u64> = (1..=1_000 - depth).rev().take(20).collect();
                assert_eq!((found.unwrap().rows, &keys), (expected.len() as u64, &expected));
                database.commit(open, 0, 0, 0).await.unwrap();
            });
            alone.sim.run(Limits::default()).unwrap();
            let work = database.work_done();
            assert_eq!((work.pages, work.reads.cpu), (1, clock.now()));
            (work.rows_examined, clock.now() - 1_000)
        })
    };
    assert_eq!(cost("offset", "clustered", 0, &[]), (20, 40));
    assert_eq!(cost("offset", "clustered", 600, &[]), (620, 1_240));
    assert_eq!(cost("offset", "covering", 600, &[]), (620, 1_860));
    assert_eq!(cost("offset", "secondary", 400, &[]), (420, 21_000));
    // The optimizer sorts; a hint forbids it.
    assert_eq!(cost("offset", "secondary", 600, &[]), (1_000, 7_000));
    assert_eq!(cost("offset", "secondary", 600, &[("page.optimizer", "false")]), (620, 31_000));
    assert_eq!(cost("deferred-join", "secondary", 600, &[]), (640, 1_860 + 1_000));
    assert_eq!(cost("keyset", "secondary", 600, &[]), (20, 1_000));
    assert_eq!(cost("keyset", "clustered", 600, &[]), (20, 40));
    // The table ends before the page is full, and before the offset is.
    assert_eq!(cost("offset", "clustered", 995, &[]), (1_000, 2_000));
    assert_eq!(cost("offset", "clustered", 1_000, &[]), (1_000, 2_000));
}

/// Turns of one user who walks ten pages of twenty, again and again, with `pause` between two pages
/// of a walk, while others insert at the head and delete one of the newest twenty rows.
fn turns(method: &str, inserts: f64, deletes: f64, pause: Nanos, walks: u32) -> PageTurns {
    const SEED: u64 = 11;
    let settings = [("page.method", method), ("page.depth", "100")];
    let config = config(&settings);
    alone(&config, &[table("bids", 100_000, &[])], |alone| {
        let (database, clock) = (alone.database, alone.clock);
        let over = Rc::new(Cell::new(false));
        for (rate, inserts, seed) in [(inserts, true, SEED), (deletes, false, SEED + 1)] {
            let (mut random, over) = (Stream::from_seed(seed), Rc::clone(&over));
            alone.sim.spawn("writer", async move {
                while rate > 0.0 && !over.get() {
                    clock.sleep(from_seconds(random.exponential() / rate)).await;
                    let open = database.begin(0);
                    let newest = database.with_table(BIDS, |bids| bids.newest_keys(20));
                    let write = match inserts {
                        true => Statement::insert(BIDS, Values::default()),
                        false => Statement::delete(BIDS, newest[random.below(20) as usize]),
                    };
                    database.execute(open, &write, 0, 0).await.unwrap();
                    database.commit(open, 0, 0, 0).await.unwrap();
                }
            });
        }
        let (witness, knobs) = (alone.witness, config.page.clone());
        alone.sim.spawn("reader", async move {
            for number in 0..u64::from(walks) {
                let mut walk = Walk::begin(number);
                for page in 0..10 {
                    if page > 0 {
                        clock.sleep(pause).await;
                    }
                    turn(database, witness, &knobs, &mut walk).await;
                }
            }
            over.set(true);
        });
        alone.sim.run(Limits::default()).unwrap();
        alone.witness.page_turns()
    })
}

/// Shows the next page of a walk, in a transaction of its own.
async fn turn(
    database: &Database<'_>,
    witness: &Witness<'_>,
    knobs: &PageKnobs,
    walk: &mut Walk,
) -> Vec<u64> {
    let since = witness.commits();
    let page = walk.next_page(knobs, Fault::None);
    let open = database.begin(walk.first);
    database.execute(open, &Statement::page(BIDS, page), 0, 0).await.unwrap();
    let keys = database.take_page(open);
    database.commit(open, 0, 0, 0).await.unwrap();
    walk.turn(0, &keys);
    witness.page_shown(walk.first, walk.first, since, &keys);
    keys
}

/// Between two pages a Poisson number of rows comes or goes, with mean rate times pause.
#[test]
fn an_offset_drifts_by_rate_times_pause() {
    const WALKS: u32 = 500;
    for (rate, pause) in [(0.5, 2 * SECOND), (4.0, 500 * MILLISECOND), (2.0, 2 * SECOND)] {
        let expected = rate * pause as f64 / 1e9;
        let check = |found: PageTurns, drifted: u64, steady: u64| {
            assert_eq!((found.turns, steady), (u64::from(9 * WALKS), 0), "{found:?}");
            let mean = drifted as f64 / found.turns as f64;
            let z = (mean - expected) / (expected / found.turns as f64).sqrt();
            assert!(z.abs() < 3.3, "rate {rate}, pause {pause}: {mean}, {z} standard errors");
        };
        let inserted = turns("offset", rate, 0.0, pause, WALKS);
        check(inserted, inserted.repeated, inserted.skipped);
        let deleted = turns("offset", 0.0, rate, pause, WALKS);
        check(deleted, deleted.skipped, deleted.repeated);
        let still = turns("offset", 0.0, 0.0, pause, WALKS);
        assert_eq!((still.repeated, still.skipped), (0, 0));
        let keyset = turns("keyset", rate, rate, pause, WALKS);
        let expected = PageTurns { turns: u64::from(9 * WALKS), ..PageTurns::default() };
        assert_eq!(keyset, expected);
    }
}

/// What a walk to the end of a table that changes has shown.
struct Shown {
    keys: Vec<u64>,
    /// Rows that were there before its first page and after its last.
    stayed: BTreeSet<u64>,
    found: PageTurns,
}

/// Writers insert and delete, some roll back; a user walks from the head to the end.
fn walk_to_the_end(seed: u64, method: PageMethod) -> Shown {
    let random = &mut Stream::from_seed(seed);
    let level = ["read-committed", "repeatable-read", "serializable"][random.below(3) as usize];
    let size = (1 + random.below(5)).to_string();
    let flush = format!("{}ms", random.below(3));
    let mut config = config(&[
        ("mysql.isolation", level),
        ("page.size", &size),
        ("page.row-clustered", "200us"),
        ("mysql.redo-flush", &flush),
    ]);
    config.page.method = method;
    let rows = random.below(60);
    alone(&config, &[table("bids", rows, &[])], |alone| {
        let (database, clock) = (alone.database, alone.clock);
        for _ in 0..1 + random.below(5) {
            let mut random = Stream::from_seed(random.bits());
            alone.sim.spawn("writer", async move {
                for _ in 0..8 {
                    clock.sleep(random.below(20) * MILLISECOND).await;
                    let open = database.begin(0);
                    for _ in 0..1 + random.below(3) {
                        let write = match random.below(2) {
                            0 => Statement::insert(BIDS, Values::default()),
                            _ => Statement::delete(BIDS, 1 + random.below(rows + 20)),
                        };
                        if database.execute(open, &write, 0, 0).await.is_err() {
                            break;
                        }
                        clock.sleep(random.below(4) * MILLISECOND).await;
                    }
                    // A deadlock's victim cannot commit.
                    if random.below(4) > 0 && database.commit(open, 0, 0, 0).await.is_ok() {
                        continue;
                    }
                    database.roll_back(open);
                }
            });
        }
        let committed = move || -> BTreeSet<u64> {
            database.with_table(BIDS, |bids| {
                (1..rows + 200).filter(|key| bids.newest_committed(*key).is_some()).collect()
            })
        };
        let begins = random.below(30) * MILLISECOND;
        let shown = Rc::new(RefCell::new((Vec::new(), BTreeSet::new())));
        let told = Rc::clone(&shown);
        let (witness, knobs) = (alone.witness, config.page.clone());
        let pause = random.below(12) * MILLISECOND;
        alone.sim.spawn("reader", async move {
            clock.sleep(begins).await;
            let (before, mut walk) = (committed(), Walk::begin(0));
            loop {
                let page = turn(database, witness, &knobs, &mut walk).await;
                told.borrow_mut().0.extend(&page);
                if page.len() < knobs.size as usize {
                    break;
                }
                clock.sleep(pause).await;
            }
            told.borrow_mut().1 = before.intersection(&committed()).copied().collect();
        });
        alone.sim.run(Limits::default()).unwrap();
        let (keys, stayed) = shown.take();
        Shown { keys, stayed, found: alone.witness.page_turns() }
    })
}

#[test]
fn a_walk_by_key_neither_repeats_nor_skips_what_stays() {
    for seed in 0..SEEDS {
        let shown = walk_to_the_end(seed, PageMethod::Keyset);
        let falls = shown.keys.windows(2).all(|pair| pair[0] > pair[1]);
        assert!(falls, "seed {seed}: {:?}", shown.keys);
        let missing: Vec<&u64> =
            shown.stayed.iter().filter(|key| !shown.keys.contains(key)).collect();
        assert_eq!(missing, Vec::<&u64>::new(), "seed {seed}");
        let PageTurns { repeated, skipped, .. } = shown.found;
        assert_eq!((repeated, skipped), (0, 0), "seed {seed}");
    }
}

/// The same tables by offset: the checker counts what a look at all rows counts.
#[test]
fn the_checker_counts_what_a_walk_by_offset_repeats_and_skips() {
    let mut sums = (0, 0);
    for seed in 0..SEEDS {
        let shown = walk_to_the_end(seed, PageMethod::Offset);
        let mut times: BTreeMap<u64, u64> = BTreeMap::new();
        for key in &shown.keys {
            *times.entry(*key).or_default() += 1;
        }
        let repeated: u64 = times.values().map(|times| times - 1).sum();
        assert_eq!(shown.found.repeated, repeated, "seed {seed}");
        // Above the first row that was shown, and below the last, nobody has walked.
        let (low, high) = (times.keys().next(), times.keys().next_back());
        let passed =
            |key: &&u64| low.is_some_and(|low| low < *key) && high.is_some_and(|h| *key < h);
        let skipped = shown.stayed.iter().filter(passed).filter(|key| !times.contains_key(key));
        let skipped = skipped.count() as u64;
        assert_eq!(shown.found.skipped, skipped, "seed {seed}");
        sums = (sums.0 + repeated, sums.1 + skipped);
    }
    assert!(sums.0 > SEEDS && sums.1 > SEEDS / 4, "{sums:?} test little");
}
