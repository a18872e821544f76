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

/// What failed, where it is more than [`ERRORS_WORTH_TELLING`].
fn failures_told(found: &Measurement) -> Option<Text> {
    let all = &found.merged.all;
    let finished = (all.ok + all.failed()).max(1);
    if all.failed() as f64 <= ERRORS_WORTH_TELLING * finished as f64 {
        return None;
    }
    let percent = short(100.0 * all.failed() as f64 / finished as f64);
    let worst = Failure::ALL.into_iter().max_by_key(|f| all.failures[*f as usize]);
    let worst = worst.map_or("", Failure::label);
    let after = short(found.merged.failed_latency.quantile(0.5).unwrap_or(0.0) / 1e6);
    Some(both!(
        "{percent} % of the requests failed, mostly `{worst}`, half of them within {after} ms; latencies are those of the successful ones",
        "요청의 {percent}%가 실패했습니다(대부분 `{worst}`, 절반은 {after} ms 안에). 지연 시간은 성공한 요청의 값입니다",
    ))
}

/// What of the deployments of a month is not in the bill.
fn deployments_unpaid(config: &Config, found: &Measurement) -> Option<(&'static str, Text)> {
    if found.merged.bill.is_none() || config.bill.deploys == 0 {
        return None;
    }
    let fleet = &found.merged.fleet;
    if fleet.deployments == 0 {
        return Some((
            "no_deployment",
            both!(
                "no deployment was in the run: the bill has only `bill.deploy-overlap` for them",
                "실행 중에 배포가 없어, 청구서의 배포 비용은 `bill.deploy-overlap`뿐입니다",
            ),
        ));
    }
    (fleet.unfinished > 0).then(|| {
        (
            "unfinished_deployment",
            both!(
                "the deployment went on when the run ended: the bill has what it had taken by then, and `bill.deploy-overlap`",
                "실행이 끝날 때까지 배포가 끝나지 않아, 청구서에는 그때까지의 시간과 `bill.deploy-overlap`만 들어 있습니다",
            ),
        )
    })
}

pub(super) fn warnings(spec: &Spec, results: &Results, lang: Lang) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind: &'static str, variant: &str, text: Text| {
        let text = text.get(lang).to_owned();
        warnings.push(Warning { kind: kind.into(), variant: variant.to_owned(), text });
    };
    for (variant, found) in spec.variants.iter().zip(&results.variants) {
        let mean = |id: &str| {
            let at = found.rows.iter().position(|row| row.id == id);
            let values = at.map(|at| found.values[at].iter().copied().flatten().collect());
            let values: Vec<f64> = values.unwrap_or_default();
            short(values.iter().sum::<f64>() / values.len().max(1) as f64)
        };
        let seconds = to_seconds(spec.run.measure);
        if !found.steady {
            let (offered, served) = (mean("offered_per_s"), mean("completed_per_s"));
            warn(
                "overloaded",
                &variant.id,
                both!(
                    "{offered}/s offered, {served}/s served: the queue grows as long as the run lasts; latencies are those of the first {seconds} s from an empty start",
                    "초당 {offered}건이 들어오는데 {served}건만 처리됩니다. 대기열이 실행 내내 늘어나므로, 지연 시간은 빈 상태에서 시작한 처음 {seconds}초의 값입니다",
                ),
            );
        }
        if let Some(text) = failures_told(found) {
            warn("errors", &variant.id, text);
        }
        if found.slow {
            warn(
                "slow_warm_up",
                &variant.id,
                both!(
                    "the warm-up is not over after half of {seconds} s; measure longer (--duration)",
                    "{seconds}초의 절반이 지나도 준비 구간이 끝나지 않았습니다. --duration으로 더 길게 측정하세요",
                ),
            );
        }
        if found.merged.dropped_syns > 0 {
            warn(
                "dropped_syns",
                &variant.id,
                both!(
                    "connection attempts were dropped: clients that retried waited 1, 3, 7 or 15 s",
                    "연결 시도가 버려졌습니다. 다시 시도한 클라이언트는 1초, 3초, 7초, 15초를 기다렸습니다",
                ),
            );
        }
        if let Some((kind, text)) = deployments_unpaid(&variant.config, found) {
            warn(kind, &variant.id, text);
        }
        if found.merged.refused_connections > 0 {
            warn(
                "max_connections",
                &variant.id,
                both!(
                    "the database refused connections: the pools together are larger than max_connections",
                    "DB가 커넥션을 거절했습니다. 풀을 모두 합치면 max_connections보다 큽니다",
                ),
            );
        }
    }
    if results.stopped_by != StoppedBy::Precision && spec.run.precision.is_some() {
        warn(
            "imprecise",
            "",
            both!(
                "stopped before the wanted precision was reached: read the intervals",
                "원하는 정밀도에 이르기 전에 멈췄습니다. 구간을 함께 읽으세요",
            ),
        );
    }
    warnings
}

/// A number in a sentence: three significant digits are enough.
fn short(value: f64) -> String {
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}
