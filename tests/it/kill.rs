//! What happens to the record when the program is killed, again and again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::sandbox::{QUIZ, Sandbox};

const PROCESSES: u64 = 240;
/// Processes that write at once.
const THREADS: u64 = 4;
/// Answers any question: what does not fit one is asked again.
const ANSWERS: &str = "a\n100\na\n100\na\n100\na\n100\na\n100\na\n100\n";

/// A fixed sequence of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// When a process is killed.
enum Moment {
    After(Duration),
    /// Once so many answers were acknowledged, and this long after.
    Acknowledged(u64, Duration),
}

/// Runs a session with this seed until the moment comes; how many answers were acknowledged.
fn killed(sandbox: &Sandbox, seed: u64, moment: &Moment) -> u64 {
    let seed = seed.to_string();
    let args = ["quiz", "queues", "--content", "my", "--seed", &seed];
    let mut child = sandbox.command(&args).stdin(Stdio::piped()).spawn().unwrap();
    // The pipe holds all answers, and its end keeps the program waiting.
    let mut input = child.stdin.take().unwrap();
    input.write_all(ANSWERS.as_bytes()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let is_feedback = |line: &String| line.trim_start().starts_with("Why ");
    let mut acknowledged = 0;
    match *moment {
        Moment::After(delay) => std::thread::sleep(delay),
        Moment::Acknowledged(wanted, delay) => {
            while acknowledged < wanted {
                let Some(line) = lines.next() else { break };
                acknowledged += u64::from(is_feedback(&line.unwrap()));
            }
            std::thread::sleep(delay);
        }
    }
    // SIGKILL: nothing can be tidied up.
    child.kill().unwrap();
    child.wait().unwrap();
    // What it printed before it died is still in the pipe; the last line may be a part of one.
    acknowledged + lines.map_while(Result::ok).filter(is_feedback).count() as u64
}

/// The questions kept of the session with this seed.
fn kept(database: &Connection, seed: u64) -> Vec<String> {
    let mut query =
        database.prepare("select question from attempt where seed = ?1 order by seq").unwrap();
    let rows = query.query_map([seed.to_string()], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn whatever_was_acknowledged_is_kept_once_when_processes_are_killed_at_any_moment() {
    let sandbox = Sandbox::with(QUIZ);
    let start = Instant::now();
    // How long a whole session takes here: the moments are drawn from that time.
    let whole = killed(&sandbox, 0, &Moment::Acknowledged(4, Duration::ZERO));
    let session = start.elapsed();
    assert!(whole >= 4, "{whole}");
    // Other moments in every run; a failure tells the number, and that of the process.
    let base = u64::from(std::process::id());
    let next = AtomicU64::new(1);
    let results: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let work = || {
            let mut results = Vec::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed > PROCESSES {
                    return results;
                }
                let mut numbers = Numbers(base ^ (seed << 32));
                let span = session.as_micros() as u64;
                let moment = if seed.is_multiple_of(3) {
                    // Four run at once, each of them slower than alone.
                    Moment::After(Duration::from_micros(numbers.below(3 * span)))
                } else {
                    let wanted = numbers.below(5);
                    Moment::Acknowledged(wanted, Duration::from_micros(numbers.below(8_000)))
                };
                results.push((seed, killed(&sandbox, seed, &moment)));
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.len() as u64, PROCESSES);
    let database = Connection::open(sandbox.path("data/prep.db")).unwrap();
    let (mut all, mut died_in_the_middle) = (kept(&database, 0).len(), 0);
    for (seed, acknowledged) in results {
        let kept = kept(&database, seed);
        let mut once = kept.clone();
        once.sort();
        once.dedup();
        assert_eq!(
            once.len(),
            kept.len(),
            "numbers {base}, seed {seed}: something is counted twice: {kept:?}"
        );
        // One answer more may be on the disk, if the process died before it could say so.
        let found = kept.len() as u64;
        assert!(
            (acknowledged..=acknowledged + 1).contains(&found),
            "numbers {base}, seed {seed}: {acknowledged} acknowledged, {found} kept"
        );
        died_in_the_middle += u32::from(acknowledged > 0 && acknowledged < 6);
        all += kept.len();
    }
    assert!(died_in_the_middle > 50, "{died_in_the_middle}");
    let count: i64 =
        database.query_row("select count(*) from attempt", [], |row| row.get(0)).unwrap();
    assert_eq!(count, all as i64);
    let sound: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
}
