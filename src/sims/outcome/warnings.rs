//! What limits the numbers of an outcome.

use super::Warning;
use crate::content::text::{Lang, Text, both};
use crate::engine::time::to_seconds;
use crate::marketplace::config::Config;
use crate::marketplace::request::Failure;
use crate::sims::run::{Measurement, Results, StoppedBy};
use crate::sims::spec::Spec;

/// Share of failed requests from which a report shows them beside the successful ones.
const ERRORS_WORTH_TELLING: f64 = 0.001;

/// A kind of warning as it stands in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Overloaded,
    Errors,
    SlowWarmUp,
    DroppedSyns,
    NoDeployment,
    UnfinishedDeployment,
    MaxConnections,
    Imprecise,
}

impl Kind {
    const ALL: [Kind; 8] = [
        Kind::Overloaded,
        Kind::Errors,
        Kind::SlowWarmUp,
        Kind::DroppedSyns,
        Kind::NoDeployment,
        Kind::UnfinishedDeployment,
        Kind::MaxConnections,
        Kind::Imprecise,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::Overloaded => "overloaded",
            Kind::Errors => "errors",
            Kind::SlowWarmUp => "slow_warm_up",
            Kind::DroppedSyns => "dropped_syns",
            Kind::NoDeployment => "no_deployment",
            Kind::UnfinishedDeployment => "unfinished_deployment",
            Kind::MaxConnections => "max_connections",
            Kind::Imprecise => "imprecise",
        }
    }

    /// How it is said, with its figures in the order of the English sentence.
    fn says(self, [a, b, c]: [&str; 3]) -> Text {
        match self {
            Kind::Overloaded => both!(
                "{a}/s offered, {b}/s served: the queue grows as long as the run lasts; latencies are those of the first {c} s from an empty start",
                "초당 {a}건이 들어오는데 {b}건만 처리됩니다. 대기열이 실행 내내 늘어나므로, 지연 시간은 빈 상태에서 시작한 처음 {c}초의 값입니다",
            ),
            Kind::Errors => both!(
                "{a} % of the requests failed, mostly `{b}`, half of them within {c} ms; latencies are those of the successful ones",
                "요청의 {a}%가 실패했습니다(대부분 `{b}`, 절반은 {c} ms 안에). 지연 시간은 성공한 요청의 값입니다",
            ),
            Kind::SlowWarmUp => both!(
                "the warm-up is not over after half of {a} s; measure longer (--duration)",
                "{a}초의 절반이 지나도 준비 구간이 끝나지 않았습니다. --duration으로 더 길게 측정하세요",
            ),
            Kind::DroppedSyns => both!(
                "connection attempts were dropped: clients that retried waited 1, 3, 7 or 15 s",
                "연결 시도가 버려졌습니다. 다시 시도한 클라이언트는 1초, 3초, 7초, 15초를 기다렸습니다",
            ),
            Kind::NoDeployment => both!(
                "no deployment was in the run: the bill has only `bill.deploy-overlap` for them",
                "실행 중에 배포가 없어, 청구서의 배포 비용은 `bill.deploy-overlap`뿐입니다",
            ),
            Kind::UnfinishedDeployment => both!(
                "the deployment went on when the run ended: the bill has what it had taken by then, and `bill.deploy-overlap`",
                "실행이 끝날 때까지 배포가 끝나지 않아, 청구서에는 그때까지의 시간과 `bill.deploy-overlap`만 들어 있습니다",
            ),
            Kind::MaxConnections => both!(
                "the database refused connections: the pools together are larger than max_connections",
                "DB가 커넥션을 거절했습니다. 풀을 모두 합치면 max_connections보다 큽니다",
            ),
            Kind::Imprecise => both!(
                "stopped before the wanted precision was reached: read the intervals",
                "원하는 정밀도에 이르기 전에 멈췄습니다. 구간을 함께 읽으세요",
            ),
        }
    }
}

/// Puts a warning that was read into a language: its figures are those of the English sentence.
/// One that is not understood stays as it is.
pub(super) fn translate(warning: &mut Warning, lang: Lang) {
    const HOLES: [&str; 3] = ["\u{1}", "\u{2}", "\u{3}"];
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == warning.kind);
    let Some(kind) = kind else { return };
    let pattern = kind.says(HOLES).en;
    let mut figures = [""; 3];
    let mut rest = warning.text.as_str();
    let mut parts = pattern.split(|c| HOLES.iter().any(|hole| hole.starts_with(c)));
    let Some(after) = rest.strip_prefix(parts.next().unwrap_or_default()) else { return };
    rest = after;
    for (figure, part) in figures.iter_mut().zip(parts) {
        let end = if part.is_empty() { Some(rest.len()) } else { rest.find(part) };
        let Some(end) = end else { return };
        *figure = &rest[..end];
        rest = &rest[end + part.len()..];
    }
    warning.text = kind.says(figures).get(lang).to_owned();
}

/// Share, most frequent kind and median time of what failed, where it is more than
/// [`ERRORS_WORTH_TELLING`].
fn failures_told(found: &Measurement) -> Option<[String; 3]> {
    let all = &found.merged.all;
    let finished = (all.ok + all.failed()).max(1);
    if all.failed() as f64 <= ERRORS_WORTH_TELLING * finished as f64 {
        return None;
    }
    let percent = short(100.0 * all.failed() as f64 / finished as f64);
    let worst = Failure::ALL.into_iter().max_by_key(|f| all.failures[*f as usize]);
    let worst = worst.map_or("", Failure::label).to_owned();
    let after = short(found.merged.failed_latency.quantile(0.5).unwrap_or(0.0) / 1e6);
    Some([percent, worst, after])
}

/// What of the deployments of a month is not in the bill.
fn deployments_unpaid(config: &Config, found: &Measurement) -> Option<Kind> {
    if found.merged.bill.is_none() || config.bill.deploys == 0 {
        return None;
    }
    let fleet = &found.merged.fleet;
    if fleet.deployments == 0 {
        return Some(Kind::NoDeployment);
    }
    (fleet.unfinished > 0).then_some(Kind::UnfinishedDeployment)
}

pub(super) fn warnings(spec: &Spec, results: &Results, lang: Lang) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind: Kind, variant: &str, figures: [&str; 3]| {
        let text = kind.says(figures).get(lang).to_owned();
        warnings.push(Warning { kind: kind.name().into(), variant: variant.to_owned(), text });
    };
    for (variant, found) in spec.variants.iter().zip(&results.variants) {
        let mean = |id: &str| {
            let at = found.rows.iter().position(|row| row.id == id);
            let values = at.map(|at| found.values[at].iter().copied().flatten().collect());
            let values: Vec<f64> = values.unwrap_or_default();
            short(values.iter().sum::<f64>() / values.len().max(1) as f64)
        };
        let seconds = to_seconds(spec.run.measure).to_string();
        if !found.steady {
            let (offered, served) = (mean("offered_per_s"), mean("completed_per_s"));
            warn(Kind::Overloaded, &variant.id, [&offered, &served, &seconds]);
        }
        if let Some([share, worst, after]) = failures_told(found) {
            warn(Kind::Errors, &variant.id, [&share, &worst, &after]);
        }
        if found.slow {
            warn(Kind::SlowWarmUp, &variant.id, [&seconds, "", ""]);
        }
        if found.merged.dropped_syns > 0 {
            warn(Kind::DroppedSyns, &variant.id, [""; 3]);
        }
        if let Some(kind) = deployments_unpaid(&variant.config, found) {
            warn(kind, &variant.id, [""; 3]);
        }
        if found.merged.refused_connections > 0 {
            warn(Kind::MaxConnections, &variant.id, [""; 3]);
        }
    }
    if results.stopped_by != StoppedBy::Precision && spec.run.precision.is_some() {
        warn(Kind::Imprecise, "", [""; 3]);
    }
    warnings
}

/// A number in a sentence: three significant digits are enough.
fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}
