//! The command line.
#![allow(clippy::print_stdout)]
use crate::content::Library;
use crate::content::text::Lang;
use crate::sims;
use std::process::ExitCode;
/// Runs.
#[allow(clippy::disallowed_methods)]
pub fn run() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    if name == "bench" {
        println!(
            "{}",
            serde_json::to_string_pretty(&crate::bench::run(1.0, |_| ()).unwrap()).unwrap()
        );
        return ExitCode::SUCCESS;
    }
    let library = Library::embedded();
    let spec = match sims::load(&library, &name, &Default::default()) {
        Ok(s) => s,
        Err(p) => {
            for p in p {
                println!("{}", p.show(Lang::En));
            }
            return ExitCode::from(2);
        }
    };
    let t = std::time::Instant::now();
    let r = sims::run::run(&spec, &sims::run::Execution { threads: 2, progress: &|_, _| () });
    match r {
        Ok(r) => {
            let o = sims::outcome::outcome(&spec, &r, "x".into(), Lang::En);
            for v in &o.variants {
                println!("{} steady={} reps={}", v.name, v.steady, v.replications);
                for (id, e) in &v.metrics {
                    if spec.columns.contains(id)
                        || id == "pool_busy_mean"
                        || id == "pool_hold_ms_mean"
                        || id.starts_with("latency_ms_p99@")
                        || id.starts_with("latency_ms_p50@")
                        || id == "offered_per_s"
                        || id == "thread_queue_mean"
                    {
                        println!("   {id} {:?} [{:?} {:?}]", e.value, e.low, e.high);
                    }
                }
                println!("   {:?}", v.stages);
            }
            if let Some(s) = &o.sweep {
                for p in &s.points {
                    println!("{p:?}");
                }
            }
            for c in &o.claims {
                println!("{:?} {} {:?}", c.verdict, c.id, c.evidence);
            }
            println!("events {} warmup {} {:?}", o.run.events, o.run.warmup_s, t.elapsed());
        }
        Err(e) => println!("{e:?}"),
    }
    ExitCode::SUCCESS
}
