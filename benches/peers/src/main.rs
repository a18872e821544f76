//! `peers <engine> <workload> <customers> <seed>`: one measurement, one line of JSON.

mod asim_peer;
mod nexosim_peer;
mod odem;
mod waker_pool;
mod workloads;

use std::process::ExitCode;
use std::time::Instant;

use workloads::{Tally, W1, W2, W3};

const USAGE: &str = "usage: peers odem-rs|asim|nexosim W1|W2|W3 <customers> <seed>";

fn simulate(engine: &str, workload: &str, n: u64, seed: u64) -> Result<Tally, String> {
    let stopped = || format!("{engine}: the run stopped before the last customer left");
    match (engine, workload) {
        // Only here does the engine's own resource of one unit fit.
        ("odem-rs", "W1") => odem::single_server(n, W1, seed).ok_or_else(stopped),
        ("odem-rs", "W2") => odem::multi_server(n, W2, seed).ok_or_else(stopped),
        ("odem-rs", "W3") => odem::nested_pools(n, W3, seed).ok_or_else(stopped),
        ("asim", "W1") => Ok(asim_peer::multi_server(n, W1, seed)),
        ("asim", "W2") => Ok(asim_peer::multi_server(n, W2, seed)),
        ("asim", "W3") => Ok(asim_peer::nested_pools(n, W3, seed)),
        ("nexosim", "W1" | "W2" | "W3") => {
            let run = match workload {
                "W1" => nexosim_peer::multi_server(n, W1, seed),
                "W2" => nexosim_peer::multi_server(n, W2, seed),
                _ => nexosim_peer::nested_pools(n, W3, seed),
            };
            run.map_err(|error| format!("{engine}: {error}"))?.ok_or_else(stopped)
        }
        _ => Err(USAGE.to_owned()),
    }
}

fn measure(arguments: &[String]) -> Result<String, String> {
    let [engine, workload, n, seed] = arguments else { return Err(USAGE.to_owned()) };
    let number = |text: &String| text.parse::<u64>().map_err(|_| USAGE.to_owned());
    let (n, seed) = (number(n)?, number(seed)?);
    if n == 0 {
        return Err(USAGE.to_owned());
    }
    let start = Instant::now();
    let tally = simulate(engine, workload, n, seed)?;
    let seconds = start.elapsed().as_secs_f64();
    if tally.gone() != n {
        return Err(format!("{engine}: {} of {n} customers left {workload}", tally.gone()));
    }
    let (mean, abandoned) = (tally.mean_seconds(), tally.abandoned_percent());
    let ran = format!(r#""engine":"{engine}","workload":"{workload}","customers":{n}"#);
    let found = format!(r#""mean_seconds":{mean},"abandoned_percent":{abandoned}"#);
    let rejected = tally.rejected;
    Ok(format!(r#"{{{ran},"seconds":{seconds},{found},"rejected":{rejected}}}"#))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All draw the same numbers in the same order, so a model that differs anywhere shows. asim
    /// rounds every span down to a microsecond, hence the tolerance.
    #[test]
    fn the_engines_find_the_same() {
        for workload in ["W1", "W2", "W3"] {
            let [odem, asim, nexosim] = ["odem-rs", "asim", "nexosim"]
                .map(|engine| simulate(engine, workload, 20_000, 7).unwrap());
            for other in [asim, nexosim] {
                let apart = (other.mean_seconds() / odem.mean_seconds() - 1.0).abs();
                assert!(apart < 0.01, "{workload}: {odem:?} {other:?}");
                let lost = other.abandoned.abs_diff(odem.abandoned);
                assert!(lost <= odem.abandoned / 20, "{workload}: {odem:?} {other:?}");
            }
            assert_eq!(odem.abandoned > 0, workload == "W3", "{odem:?}");
        }
    }

    /// Four times the load fills the queue for threads.
    #[test]
    fn the_engines_reject_the_same_when_the_queue_is_full() {
        let model = workloads::NestedPools { interarrival: 0.0025, timeout: 10.0, ..W3 };
        let odem = odem::nested_pools(20_000, model, 7).unwrap();
        let nexosim = nexosim_peer::nested_pools(20_000, model, 7).unwrap().unwrap();
        let asim = asim_peer::nested_pools(20_000, model, 7);
        assert!(odem.rejected > 1_000, "{odem:?}");
        for other in [nexosim, asim] {
            let apart = other.rejected.abs_diff(odem.rejected);
            assert!(apart <= odem.rejected / 100, "{odem:?} {other:?}");
        }
    }
}
