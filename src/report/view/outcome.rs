//! The report of a sim: the answer first, with its uncertainty, then why and what next.

use super::column_heads::{head, stage};
use crate::content::text::{Lang, Text, both};
use crate::report::document::{
    Align, Bar, Bars, Block, Chart, Check, Column, Document, Mark, Point, Row, Series, Span, Table,
    Tone, Verdict,
};
use crate::report::number;
use crate::sims::outcome::{
    ClaimVerdict, ComparisonOutcome, Estimate, Outcome, VariantOutcome, Warning,
};
use crate::sims::spec::Spec;
use crate::stats::comparison::Verdict as Difference;

/// The document of one outcome. `seconds` is how long the run took, where that is worth telling.
pub(crate) fn outcome(spec: &Spec, outcome: &Outcome, lang: Lang) -> Document {
    let page = Page { spec, outcome, lang };
    let mut blocks = page.head();
    blocks.push(page.table());
    blocks.extend(super::bill::target(outcome, lang));
    blocks.extend(page.chart());
    blocks.extend(page.comparisons());
    blocks.extend(super::bill::breakdown(outcome, &spec.columns, lang));
    blocks.extend(page.stages());
    blocks.extend(page.series());
    blocks.extend(page.theory());
    blocks.extend(page.claims());
    blocks.extend(page.warnings());
    blocks.push(page.words());
    blocks.push(page.foot());
    Document { title: outcome.title.clone(), blocks }
}

/// The table of variants alone.
pub(super) fn table(spec: &Spec, outcome: &Outcome, lang: Lang) -> Block {
    Page { spec, outcome, lang }.table()
}

struct Page<'a> {
    spec: &'a Spec,
    outcome: &'a Outcome,
    lang: Lang,
}

impl Page<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "called with sentences made on the spot")]
    fn say(&self, text: Text) -> String {
        text.get(self.lang).to_owned()
    }

    fn head(&self) -> Vec<Block> {
        let question = self.spec.question.get(self.lang);
        let mut heading = vec![Span::text(&self.outcome.sim)];
        if !question.is_empty() {
            heading.push(Span::text(format!("   {question}")));
        }
        let mut blocks = vec![Block::Heading { level: 1, id: None, text: heading }];
        let setting = self.setting();
        if !setting.is_empty() {
            blocks.push(Block::Paragraph(vec![Span::Toned(Tone::Muted, setting)]));
        }
        let see = self.spec.see.get(self.lang);
        // What the file says one sees is true of the file's own settings only.
        if !see.is_empty() && !self.outcome.modified {
            blocks.push(Block::Paragraph(vec![Span::text(see)]));
        }
        blocks
    }

    /// What all variants share, in one line.
    fn setting(&self) -> String {
        let Some(first) = self.outcome.variants.first() else { return String::new() };
        let same = |name: &str| {
            let value = knob(first, name)?;
            let others = &self.outcome.variants[1..];
            others.iter().all(|other| knob(other, name) == Some(value)).then_some(value)
        };
        let mut parts = Vec::new();
        if let Some(n) = same("app.instances").and_then(serde_json::Value::as_u64) {
            parts.push(self.say(match n {
                1 => both!("1 app instance", "앱 인스턴스 1대"),
                _ => both!("{n} app instances", "앱 인스턴스 {n}대"),
            }));
        }
        if let Some(n) = same("mysql.cores").and_then(serde_json::Value::as_u64) {
            parts.push(self.say(both!("MySQL on {n} cores", "MySQL {n}코어")));
        }
        for load in self.spec.variants[0].config.loads.keys() {
            let at = |part: &str| same(&format!("load.{load}.{part}"));
            match (at("kind").and_then(|kind| kind.as_str()), at("rate"), at("users")) {
                (Some("open"), ..)
                    if !self.spec.variants[0].config.loads[load].stages.0.is_empty() =>
                {
                    parts.push(
                        self.say(both!("a load that changes over time", "시간에 따라 변하는 부하")),
                    );
                }
                (Some("open"), Some(rate), _) => {
                    parts.push(self.say(both!("{rate} requests/s, open", "초당 {rate}건(open)")));
                }
                (Some("closed"), _, Some(users)) => {
                    parts
                        .push(self.say(both!("{users} users, closed", "사용자 {users}명(closed)")));
                }
                _ => {}
            }
        }
        parts.join(" · ")
    }

    fn columns(&self) -> Vec<String> {
        if self.spec.columns.is_empty() {
            ["completed_per_s", "latency_ms_p50", "latency_ms_p99", "error_share"]
                .map(str::to_owned)
                .to_vec()
        } else {
            self.spec.columns.clone()
        }
    }

    fn table(&self) -> Block {
        let ids = self.columns();
        let first = match &self.spec.varied {
            Some(knob) => knob.clone(),
            None => self.say(both!("variant", "변형")),
        };
        let mut columns = vec![Column { head: vec![Span::text(first)], align: Align::Left }];
        columns.extend(
            ids.iter().map(|id| Column {
                head: vec![Span::text(head(id, self.lang))],
                align: Align::Right,
            }),
        );
        let rows = self.outcome.variants.iter().map(|variant| self.row(variant, &ids)).collect();
        Block::Table(Table { columns, rows, keep: 3 })
    }

    fn row(&self, variant: &VariantOutcome, ids: &[String]) -> Row {
        let mut name = vec![Span::Strong(vec![Span::text(&variant.name)])];
        if variant.name == self.outcome.baseline && self.outcome.variants.len() > 1 {
            let mark = self.say(both!(" (baseline)", " (기준)"));
            name.push(Span::Toned(Tone::Muted, mark));
        }
        if !variant.steady {
            let value = |id: &str| {
                let value = variant.metric(id).and_then(|estimate| estimate.value);
                number::plain(value.unwrap_or(f64::NAN))
            };
            let (offered, served) = (value("offered_per_s"), value("completed_per_s"));
            let (p50, seconds) = (value("latency_ms_p50"), self.outcome.run.measured_s);
            let text = self.say(both!(
                "does not settle: {served}/s served of {offered}/s offered; in the first {seconds} s p50 is {p50} ms and growing",
                "안정되지 않음: 초당 {offered}건 중 {served}건만 처리. 처음 {seconds}초의 p50은 {p50} ms이고 계속 늘어남"
            ));
            return Row::Note { first: name, text: vec![Span::Toned(Tone::Bad, text)] };
        }
        let cells = ids.iter().map(|id| vec![Span::text(cell(variant.metric(id)))]);
        Row::Cells(std::iter::once(name).chain(cells).collect())
    }

    fn chart(&self) -> Option<Block> {
        let sweep = self.outcome.sweep.as_ref()?;
        let points: Vec<Point> = sweep
            .points
            .iter()
            .filter_map(|point| {
                let (y, low, high) = (point.value?, point.low?, point.high?);
                let mark = match (point.steady, &point.variant) {
                    (false, _) => Mark::Unsettled,
                    (true, Some(_)) => Mark::Variant,
                    (true, None) => Mark::Sweep,
                };
                Some(Point { x: point.at, y, low, high, mark })
            })
            .collect();
        (points.len() > 1).then(|| {
            Block::Chart(Chart {
                y_title: head(&sweep.metric, self.lang),
                x_title: sweep.knob.clone(),
                x_log: true,
                y_log: sweep.log,
                series: vec![Series { name: String::new(), points }],
            })
        })
    }

    fn comparisons(&self) -> Vec<Block> {
        if self.outcome.comparisons.is_empty() {
            return Vec::new();
        }
        let baseline = &self.outcome.baseline;
        let title = self.say(both!(
            "Against {baseline}, on the same requests",
            "기준({baseline})과 비교, 같은 요청으로"
        ));
        let mut rows = Vec::new();
        for variant in &self.outcome.variants {
            let mine: Vec<_> = self
                .outcome
                .comparisons
                .iter()
                .filter(|comparison| comparison.variant == variant.name)
                .collect();
            if mine.is_empty() {
                continue;
            }
            let mut spans = Vec::new();
            let told = |c: &&&ComparisonOutcome| {
                !matches!(c.verdict, Difference::NotShown | Difference::Negligible)
            };
            for shown in mine.iter().filter(told) {
                if !spans.is_empty() {
                    spans.push(Span::Break);
                }
                let (scale, unit) =
                    if shown.unit == "share" { (100.0, "%p") } else { (1.0, &*shown.unit) };
                let unit = match unit {
                    "count" => "",
                    "money" => self.outcome.prices.as_ref().map_or("", |prices| &prices.currency),
                    _ => unit,
                };
                let sign = if shown.difference > 0.0 { "+" } else { "−" };
                let size = number::plain((shown.difference * scale).abs());
                let (low, high) = (signed(shown.low * scale), signed(shown.high * scale));
                let name = head(&shown.metric, self.lang);
                spans.push(Span::text(format!("{name} {sign}{size} {unit} [{low}, {high}]  ")));
                spans.push(match shown.verdict {
                    Difference::Better => {
                        Span::Toned(Tone::Good, self.say(both!("better", "나음")))
                    }
                    Difference::Worse => Span::Toned(Tone::Bad, self.say(both!("worse", "나쁨"))),
                    _ => Span::Toned(Tone::Muted, self.say(both!("different", "다름"))),
                });
            }
            let named = |verdict: Difference| -> String {
                let same = mine.iter().filter(|c| c.verdict == verdict);
                same.map(|c| head(&c.metric, self.lang)).collect::<Vec<_>>().join(", ")
            };
            let small = named(Difference::Negligible);
            let quiet = named(Difference::NotShown);
            if mine.iter().all(|c| c.verdict == Difference::NotShown) {
                let text = self.say(both!(
                    "no difference shown in any column",
                    "어느 열에서도 차이가 드러나지 않음"
                ));
                rows.push((variant.name.clone(), vec![Span::Toned(Tone::Muted, text)]));
                continue;
            }
            let lines = [
                (!small.is_empty())
                    .then(|| both!("less than 1 % apart: {small}", "차이 1% 미만: {small}")),
                (!quiet.is_empty()).then(|| {
                    both!("no difference shown: {quiet}", "차이가 드러나지 않음: {quiet}")
                }),
            ];
            for line in lines.into_iter().flatten() {
                if !spans.is_empty() {
                    spans.push(Span::Break);
                }
                spans.push(Span::Toned(Tone::Muted, self.say(line)));
            }
            rows.push((variant.name.clone(), spans));
        }
        let heading = Block::Heading { level: 2, id: None, text: vec![Span::text(title)] };
        vec![heading, Block::Labelled(rows)]
    }

    /// Where the time goes, for the baseline: bars for the slowest 1 %, the median beside.
    fn stages(&self) -> Vec<Block> {
        if !self.spec.stages {
            return Vec::new();
        }
        let Some(variant) = self.outcome.variants.iter().find(|v| v.name == self.outcome.baseline)
        else {
            return Vec::new();
        };
        let total: f64 = variant.stages.slowest.iter().map(|(_, ms)| ms).sum();
        if total <= 0.0 {
            return Vec::new();
        }
        let name = &variant.name;
        let title = self.say(both!(
            "Where the slowest 1 % spend their time ({name}); in brackets, those at the median",
            "가장 느린 1%가 시간을 쓰는 곳({name}). 괄호 안은 중앙값 부근의 요청"
        ));
        let rows = variant
            .stages
            .slowest
            .iter()
            .zip(&variant.stages.median)
            .filter(|((_, slow), (_, median))| *slow > 0.0005 || *median > 0.0005)
            .map(|((key, slow), (_, median))| Bar {
                label: self.say(stage(key)),
                shown: format!("{} ms ({})", tenths(*slow), tenths(*median)),
                share: slow / total,
            })
            .collect();
        vec![Block::Bars(Bars { title, rows })]
    }

    /// Episodes over time: what was completed, and the instances where their number changes.
    fn series(&self) -> Vec<Block> {
        let ready = "ready_instances";
        let changes =
            self.outcome.variants.iter().flat_map(|variant| &variant.series).any(|it| {
                it.metric == ready && it.values.windows(2).any(|pair| pair[0] != pair[1])
            });
        let shown = ["completed_per_s"].into_iter().chain(changes.then_some(ready));
        shown.filter_map(|metric| self.over_time(metric)).collect()
    }

    /// A chart of one metric.
    fn over_time(&self, shown: &str) -> Option<Block> {
        let series: Vec<Series> = self
            .outcome
            .variants
            .iter()
            .filter_map(|variant| {
                let series = variant.series.iter().find(|series| series.metric == shown)?;
                let points = series.values.iter().zip(&series.low).zip(&series.high).enumerate();
                let points = points.filter_map(|(at, ((y, low), high))| {
                    let x = at as f64 * series.step_s;
                    Some(Point { x, y: (*y)?, low: (*low)?, high: (*high)?, mark: Mark::Sweep })
                });
                Some(Series { name: variant.name.clone(), points: points.collect() })
            })
            .collect();
        (!series.is_empty()).then(|| {
            Block::Chart(Chart {
                y_title: head(shown, self.lang),
                x_title: "s".to_owned(),
                x_log: false,
                y_log: false,
                series,
            })
        })
    }

    fn theory(&self) -> Vec<Block> {
        if self.outcome.theory.is_empty() {
            return Vec::new();
        }
        let title = self.say(both!("Beside the closed form", "닫힌 해와 비교"));
        let heads = [
            both!("metric", "지표"),
            both!("exact", "이론값"),
            both!("simulated", "시뮬레이션"),
            both!("difference in standard errors", "차이(표준오차 단위)"),
        ];
        let columns = heads
            .into_iter()
            .enumerate()
            .map(|(at, text)| Column {
                head: vec![Span::text(self.say(text))],
                align: if at == 0 { Align::Left } else { Align::Right },
            })
            .collect();
        let rows = self.outcome.theory.iter().map(|row| {
            Row::Cells(vec![
                vec![Span::text(head(&row.metric, self.lang))],
                vec![Span::text(number::with_interval(row.exact, row.exact, row.exact))],
                vec![Span::text(number::with_interval(row.value, row.low, row.high))],
                vec![Span::text(format!("{:+.1}", row.z))],
            ])
        });
        let heading = Block::Heading { level: 2, id: None, text: vec![Span::text(title)] };
        vec![heading, Block::Table(Table { columns, rows: rows.collect(), keep: 3 })]
    }

    fn claims(&self) -> Vec<Block> {
        if self.outcome.claims.is_empty() {
            return Vec::new();
        }
        if self.outcome.modified {
            let text = self.say(both!(
                "Settings were changed, so the claims of this sim are not judged.",
                "설정을 바꾸었으므로 이 sim의 주장은 판정하지 않습니다."
            ));
            return vec![Block::Paragraph(vec![Span::Toned(Tone::Muted, text)])];
        }
        let checks = self.outcome.claims.iter().map(|claim| {
            let verdict = match claim.verdict {
                ClaimVerdict::Holds => Verdict::Yes,
                ClaimVerdict::Fails => Verdict::No,
                ClaimVerdict::Undecided | ClaimVerdict::NotJudged => Verdict::Open,
            };
            let mut text = Vec::new();
            if claim.control {
                let control = self.say(both!("control: ", "대조: "));
                text.push(Span::Toned(Tone::Muted, control));
            }
            text.push(Span::text(&claim.says));
            Check { verdict, text }
        });
        vec![Block::Checks(checks.collect())]
    }

    fn warnings(&self) -> Vec<Block> {
        let shown: Vec<&Warning> =
            self.outcome.warnings.iter().filter(|warning| warning.kind != "overloaded").collect();
        if shown.is_empty() {
            return Vec::new();
        }
        let label = self.say(both!("Note", "주의"));
        // One note for all variants of which the same is said.
        let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
        for warning in shown {
            match notes.iter_mut().find(|(text, _)| *text == warning.text) {
                Some((_, variants)) => variants.push(&warning.variant),
                None => notes.push((&warning.text, vec![&warning.variant])),
            }
        }
        let rows = notes.into_iter().map(|(text, variants)| {
            let names = variants.join(", ");
            let at = if names.is_empty() { String::new() } else { format!("{names}: ") };
            (label.clone(), vec![Span::text(format!("{at}{text}"))])
        });
        vec![Block::Labelled(rows.collect())]
    }

    fn words(&self) -> Block {
        let mut rows = Vec::new();
        let why = self.spec.why.get(self.lang);
        if !why.is_empty() {
            rows.push((self.say(both!("Why", "이유")), vec![Span::text(why)]));
        }
        if !self.spec.next.is_empty() {
            let mut spans = Vec::new();
            for command in &self.spec.next {
                if !spans.is_empty() {
                    spans.push(Span::Break);
                }
                spans.push(Span::code(format!("prep {command}")));
            }
            rows.push((self.say(both!("Next", "다음")), spans));
        }
        Block::Labelled(rows)
    }

    fn foot(&self) -> Block {
        let run = &self.outcome.run;
        let (n, seconds, seed) = (run.replications, run.measured_s, self.outcome.seed);
        let warm_up = number::plain(run.warmup_s);
        let warm_up = match &*run.kind {
            "steady" if run.warmup_s == 0.0 => self
                .say(both!(", no warm-up to remove (MSER-5)", ", 제외할 준비 구간 없음(MSER-5)")),
            "steady" => self.say(both!(
                ", warm-up of up to {warm_up} s removed",
                ", 준비 구간(최대 {warm_up}초) 제외"
            )),
            "window" => self.say(both!(", after {warm_up} s", ", {warm_up}초 뒤부터")),
            _ => String::new(),
        };
        let text = self.say(both!(
            "{n} replications of {seconds} s{warm_up}, seed {seed}; ± is a 95 % interval. Again: ",
            "{seconds}초씩 {n}회 반복{warm_up}, 시드 {seed}. ±는 95% 구간. 다시 실행: "
        ));
        let knobs = self.say(both!(
            "  --knobs shows every setting.",
            "  --knobs로 모든 설정을 볼 수 있습니다."
        ));
        Block::Paragraph(vec![
            Span::Toned(Tone::Muted, text),
            Span::code(&self.outcome.command),
            Span::Toned(Tone::Muted, knobs),
        ])
    }
}

fn knob<'v>(variant: &'v VariantOutcome, name: &str) -> Option<&'v serde_json::Value> {
    variant.knobs.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// One estimate as a cell of a table.
pub(super) fn cell(estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return number::plain(f64::NAN) };
    let value = |part: Option<f64>| part.unwrap_or(f64::NAN);
    let (middle, low, high) = (value(estimate.value), value(estimate.low), value(estimate.high));
    match &*estimate.unit {
        "share" => number::share_percent(middle, low, high),
        _ => number::with_interval(middle, low, high),
    }
}

pub(super) fn signed(value: f64) -> String {
    let size = number::plain(value.abs());
    if value < 0.0 { format!("−{size}") } else { size }
}

fn tenths(ms: f64) -> String {
    if ms >= 100.0 { format!("{ms:.0}") } else { format!("{ms:.1}") }
}
