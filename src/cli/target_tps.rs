//! `prep target-tps`: a target for a load test, derived from users.

use clap::Args;

use super::lint::time_or_none;
use super::sim::{available_threads, run_failed};
use super::{Context, Done, Failure};
use crate::content::problem::Source;
use crate::content::text::both;
use crate::report::render::terminal;
use crate::report::view;
use crate::sims::outcome::{Outcome, outcome};
use crate::sims::read;
use crate::sims::run::{self, Execution};
use crate::sims::spec::Overrides;
use crate::workload::Demand;

/// Derive the target of a load test, and what it needs, from users a day
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep target-tps --dau 1000000 --requests-per-user 10 --active-hours 12 --peak-factor 5\n  prep target-tps --dau 100000 --requests-per-user 20 --peak-factor 3 --margin 3 --hold 30ms --check\n\nExit codes: 0 fine, 2 wrong input"
)]
pub(super) struct TargetTpsArgs {
    /// Users a day
    #[arg(long, value_name = "N")]
    dau: f64,
    /// Requests of a user a day
    #[arg(long, value_name = "N")]
    requests_per_user: f64,
    /// Hours of the day in which users are active
    #[arg(long, value_name = "HOURS", default_value_t = 24.0)]
    active_hours: f64,
    /// The busiest hour over the average
    #[arg(long, value_name = "N", default_value_t = 5.0)]
    peak_factor: f64,
    /// Room for growth and surprises
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    margin: f64,
    /// Time until the answer (R)
    #[arg(long, value_name = "TIME", default_value = "500ms")]
    response: String,
    /// Time of a user between an answer and the next request (Z)
    #[arg(long, value_name = "TIME", default_value = "5s")]
    think: String,
    /// Time for which a request holds a connection
    #[arg(long, value_name = "TIME", default_value = "20ms")]
    hold: String,
    /// Time for which a request keeps a thread; otherwise the response
    #[arg(long, value_name = "TIME")]
    thread_time: Option<String>,
    /// Instances of the service
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    instances: u32,
    /// CPU time of a request in the service
    #[arg(long, value_name = "TIME")]
    cpu_per_request: Option<String>,
    /// Cores of each instance
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    cores: u32,
    /// Simulate the peak, and show what comes out beside each formula
    #[arg(long)]
    check: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &TargetTpsArgs) -> Result<Done, Failure> {
    let demand = demand(args)?;
    let found = if args.check { Some(check(context, &demand)?) } else { None };
    let text = if args.json {
        let json = view::target_tps::json(&demand, found.as_ref(), context.lang);
        serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
    } else {
        let document = view::target_tps::target(&demand, found.as_ref(), context.lang);
        terminal::render(&document, context.out.style(args.width))
    };
    context.out.print(&text)?;
    Ok(Done::Fine)
}

fn demand(args: &TargetTpsArgs) -> Result<Demand, Failure> {
    let seconds =
        |option: &str, text: &str| time_or_none(option, text).map(|nanos| nanos as f64 / 1e9);
    let response = seconds("--response", &args.response)?;
    let thread_time = args.thread_time.as_deref();
    let thread_time = thread_time.map(|text| seconds("--thread-time", text)).transpose()?;
    let cpu = args.cpu_per_request.as_deref();
    let demand = Demand {
        daily_users: positive("--dau", args.dau, 1e12)?,
        requests_per_user: positive("--requests-per-user", args.requests_per_user, 1e9)?,
        active_hours: positive("--active-hours", args.active_hours, 24.0)?,
        peak_factor: positive("--peak-factor", args.peak_factor, 1e6)?,
        margin: positive("--margin", args.margin, 1e6)?,
        response,
        think: seconds("--think", &args.think)?,
        hold: seconds("--hold", &args.hold)?,
        thread_time: thread_time.unwrap_or(response),
        instances: args.instances,
        cpu_per_request: cpu.map(|text| seconds("--cpu-per-request", text)).transpose()?,
        cores: args.cores,
    };
    let work = demand.hold + demand.cpu_per_request.unwrap_or(0.0);
    if work > demand.thread_time + 1e-9 {
        return Err(Failure::Words(
            both!(
                "a request cannot hold a connection and compute for longer than it keeps its thread",
                "요청이 커넥션을 쥐고 계산하는 시간이 스레드를 쓰는 시간보다 길 수 없습니다"
            ),
            Some(both!(
                "make --response (or --thread-time) longer, or --hold and --cpu-per-request shorter",
                "--response(또는 --thread-time)를 늘리거나 --hold와 --cpu-per-request를 줄이세요"
            )),
        ));
    }
    Ok(demand)
}

fn positive(option: &str, value: f64, most: f64) -> Result<f64, Failure> {
    if value > 0.0 && value <= most {
        return Ok(value);
    }
    Err(Failure::Words(
        both!(
            "{option} takes a number above 0 and at most {most}, not {value}",
            "{option}에는 0보다 크고 {most} 이하인 수를 쓰세요(현재 값: {value})"
        ),
        None,
    ))
}

fn check(context: &Context, demand: &Demand) -> Result<Outcome, Failure> {
    if !demand.can_be_simulated() {
        return Err(Failure::Words(
            both!(
                "--check simulates from 0.01 to 10,000 requests a second on at most 64 instances",
                "--check는 초당 0.01~10,000건, 인스턴스 64대까지 시뮬레이션합니다"
            ),
            Some(both!(
                "give one instance and its share of the users",
                "인스턴스 하나와 그 몫의 사용자 수를 주세요"
            )),
        ));
    }
    let source = Source::new("target-tps", demand.sim_file());
    let spec = read::read("target-tps", &source, None, &Overrides::default())?;
    let execution = Execution { threads: available_threads(), progress: &|_, _| (), cancel: None };
    let results = run::run(&spec, &execution).map_err(|failed| run_failed(&failed))?;
    Ok(outcome(&spec, &results, "prep target-tps".to_owned(), context.lang))
}
