//! The knee of a service: the rate first, then what runs out there and what it costs.

use super::bill;
use super::column_heads::head;
use crate::content::text::{Lang, Text, both};
use crate::report::document::{Align, Block, Column, Document, Row, Span, Table, Tone};
use crate::report::number;
use crate::sims::knee::{Knee, Limits, Resource, StoppedBy, There, VariantKnee};
use crate::sims::outcome::Estimate;
use crate::sims::target::Met;

/// The document of one search.
pub(crate) fn knee(knee: &Knee, lang: Lang) -> Document {
    let page = Page { knee, lang };
    let mut blocks = vec![page.heading()];
    if knee.variants.len() > 1 {
        blocks.push(page.table());
    }
    for variant in &knee.variants {
        blocks.extend(page.variant(variant));
    }
    blocks.push(page.foot());
    Document { title: knee.title.clone(), blocks }
}

struct Page<'a> {
    knee: &'a Knee,
    lang: Lang,
}

impl Page<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "called with sentences made on the spot")]
    fn say(&self, text: Text) -> String {
        text.get(self.lang).to_owned()
    }

    fn heading(&self) -> Block {
        let question = self.say(both!(
            "the highest rate that meets the target: ",
            "목표를 만족하는 최대 요청률: "
        ));
        let text = vec![
            Span::text(format!("{}   {question}", self.knee.sim)),
            Span::code(&self.knee.target),
        ];
        Block::Heading { level: 1, id: None, text }
    }

    /// All variants beside each other.
    fn table(&self) -> Block {
        let mut heads = vec![
            self.say(both!("variant", "변형")),
            self.say(both!("highest rate /s", "최대 요청률 /s")),
            self.say(both!("missed from /s", "미달 시작 /s")),
            self.say(both!("fullest", "가장 찬 자원")),
        ];
        if let Some(prices) = &self.knee.prices {
            let currency = &prices.currency;
            heads.push(self.say(both!("{currency} a month", "월 {currency}")));
        }
        let columns = heads.into_iter().enumerate().map(|(at, text)| Column {
            head: vec![Span::text(text)],
            align: if at == 0 || at == 3 { Align::Left } else { Align::Right },
        });
        let rate = |rate: Option<f64>| number::plain(rate.unwrap_or(f64::NAN));
        let rows = self.knee.variants.iter().map(|variant| {
            let there = variant.there.as_ref();
            let fullest = there.and_then(|there| there.resources.first());
            let fullest = fullest.map_or_else(String::new, |first| {
                format!("{} {}", self.resource(first), percent(first.utilisation))
            });
            let mut cells = vec![
                vec![Span::Strong(vec![Span::text(&variant.name)])],
                vec![Span::text(rate(variant.rate_per_s))],
                vec![Span::text(rate(variant.missed_at_per_s))],
                vec![Span::text(fullest)],
            ];
            if self.knee.prices.is_some() {
                let cost = there.and_then(|there| there.cost_per_month.as_ref()?.value);
                cells.push(vec![Span::text(cost.map_or_else(String::new, bill::money))]);
            }
            Row::Cells(cells)
        });
        Block::Table(Table { columns: columns.collect(), rows: rows.collect(), keep: 3 })
    }

    fn variant(&self, variant: &VariantKnee) -> Vec<Block> {
        let mut blocks = Vec::new();
        if self.knee.variants.len() > 1 {
            let text = vec![Span::text(&variant.name)];
            blocks.push(Block::Heading { level: 2, id: None, text });
        }
        blocks.push(Block::Paragraph(self.answer(variant)));
        let mut rows = Vec::new();
        if let Some(there) = &variant.there {
            if variant.loads.len() > 1 {
                let loads = variant.loads.iter();
                let loads = loads.map(|(name, rate)| format!("{name} {}/s", number::plain(*rate)));
                let loads = loads.collect::<Vec<_>>().join(", ");
                rows.push((self.say(both!("Loads", "부하")), vec![Span::text(loads)]));
            }
            rows.push((self.say(both!("There", "그 지점")), self.values(there)));
            rows.push((self.say(both!("In use", "사용률")), self.resources(there)));
            let mut limit = self.limit(there);
            if self.knee.kind == "episode" {
                limit += &self.say(both!(
                    " These are means over the whole episode, its quiet parts included.",
                    " 한가한 구간까지 포함한 에피소드 전체의 평균입니다."
                ));
            }
            rows.push((self.say(both!("Limit", "한계")), vec![Span::text(limit)]));
            rows.extend(self.cost(there));
        }
        rows.push((
            self.say(both!("Tried", "시도")),
            vec![Span::Toned(Tone::Muted, self.tried(variant))],
        ));
        blocks.push(Block::Labelled(rows));
        blocks
    }

    /// The rate, and how sure it is.
    fn answer(&self, variant: &VariantKnee) -> Vec<Span> {
        let shown = |rate: f64| number::plain(rate);
        let events = variant.stopped_by == StoppedBy::Events;
        let mut spans = Vec::new();
        match (variant.rate_per_s, variant.missed_at_per_s) {
            (Some(yes), Some(no)) => {
                let (yes, no) = (shown(yes), shown(no));
                spans.push(Span::Strong(vec![Span::text(format!("{yes}/s"))]));
                spans.push(Span::text(self.say(both!(
                    " meets the target, {no}/s misses it; in between 95 % intervals do not decide or were not asked.",
                    "에서는 만족하고 {no}/s에서는 미달합니다. 그 사이는 95% 구간으로 가릴 수 없거나 시도하지 않았습니다."
                ))));
            }
            (Some(yes), None) => {
                let yes = shown(yes);
                spans.push(Span::Strong(vec![Span::text(format!("{yes}/s"))]));
                spans.push(Span::text(self.say(both!(
                    " meets the target, and no rate that was tried misses it: nothing in this model runs out.",
                    "에서도 만족하며, 시도한 어떤 요청률도 미달하지 않았습니다. 이 모델에서는 바닥나는 자원이 없습니다."
                ))));
            }
            (None, Some(no)) => {
                let no = shown(no);
                spans.push(Span::Toned(Tone::Bad, self.say(both!(
                    "No rate meets the target: it is missed at {no}/s already. Look at a single request, not at the load.",
                    "목표를 만족하는 요청률이 없습니다. {no}/s에서도 미달합니다. 부하가 아니라 요청 하나의 비용을 보세요."
                ))));
            }
            (None, None) => spans.push(Span::Toned(Tone::Bad, self.say(both!(
                "No rate was decided: the runs are too short for this target (--duration).",
                "판정된 요청률이 없습니다. 이 목표에는 실행이 너무 짧습니다(--duration을 늘리세요)."
            )))),
        }
        if events {
            spans.push(Span::text(" "));
            spans.push(Span::Toned(Tone::Bad, self.say(both!(
                "The search ended early: it would have taken more events than `run.events` allows.",
                "탐색이 일찍 끝났습니다. `run.events`가 허용하는 이벤트를 넘습니다."
            ))));
        }
        spans
    }

    fn values(&self, there: &There) -> Vec<Span> {
        let shown = there
            .metrics
            .iter()
            .map(|(id, estimate)| format!("{} {}", head(id, self.lang), value(estimate)));
        vec![Span::text(shown.collect::<Vec<_>>().join(" · "))]
    }

    fn resources(&self, there: &There) -> Vec<Span> {
        let mut spans = Vec::new();
        for resource in &there.resources {
            if !spans.is_empty() {
                spans.push(Span::text(" · "));
            }
            let mut text = format!("{} {}", self.resource(resource), percent(resource.utilisation));
            if let Some(waiting) = resource.waiting.filter(|waiting| *waiting >= 0.005) {
                let waiting = number::plain(waiting);
                text += &self.say(both!(" ({waiting} wait)", "({waiting} 대기)"));
            }
            spans.push(if spans.is_empty() {
                Span::Strong(vec![Span::text(text)])
            } else {
                Span::text(text)
            });
        }
        if spans.is_empty() {
            spans.push(Span::text(self.say(both!("nothing that is limited", "한정된 자원 없음"))));
        }
        spans
    }

    fn limit(&self, there: &There) -> String {
        let of = |name: &str| {
            let found = there.resources.iter().find(|resource| resource.name == name);
            percent(found.map_or(0.0, |resource| resource.utilisation))
        };
        let (pool, database) = (of("pool"), of("db_cores"));
        match (there.limits, there.resources.first()) {
            (Limits::DatabaseBehindPool, _) => self.say(both!(
                "The database's cores ({database}). Connections are busy ({pool}) because their statements wait for a core: a larger pool would only move the queue into the database.",
                "DB 코어입니다({database}). 구문이 코어를 기다리느라 커넥션도 바쁩니다({pool}). 풀을 키우면 대기열이 DB 안으로 옮겨 갈 뿐입니다."
            )),
            (Limits::PoolAlone, _) => self.say(both!(
                "The pool ({pool}), while the database's cores have room ({database}): connections are held for something else, such as the network, a commit, a lock, a remote call. Hold them for less time, or have more of them.",
                "커넥션 풀입니다({pool}). DB 코어에는 여유가 있으니({database}) 커넥션을 다른 일(네트워크, 커밋, 락, 외부 호출)에 쥐고 있는 것입니다. 점유 시간을 줄이거나 풀을 늘리세요."
            )),
            (Limits::Resource, Some(first)) => {
                let (name, used) = (self.resource(first), percent(first.utilisation));
                self.say(both!(
                    "{name} ({used}): the first to run out as the rate grows.",
                    "{name}({used}): 요청률이 늘 때 가장 먼저 바닥나는 자원입니다."
                ))
            }
            (Limits::Nothing, _) | (Limits::Resource, None) if self.knee.kind == "episode" => {
                self.say(both!(
                    "No resource is half in use over the whole run; an episode's levels are means over its quiet parts too, so that they do not tell what was full at its peak.",
                    "전체 실행에서 절반 넘게 쓰인 자원은 없습니다. 에피소드의 사용률은 한산한 구간까지 합친 평균이라, 가장 붐빌 때 무엇이 가득 찼는지는 알 수 없습니다."
                ))
            }
            (Limits::Nothing, _) | (Limits::Resource, None) => self.say(both!(
                "No resource is half in use: the target is missed for another reason, such as row locks, rare slow requests or failures of the requests themselves.",
                "절반 넘게 쓰인 자원이 없습니다. 행 락, 드문 느린 요청, 요청 자체의 실패 등 다른 이유로 미달합니다."
            )),
        }
    }

    fn cost(&self, there: &There) -> Option<(String, Vec<Span>)> {
        let prices = self.knee.prices.as_ref()?;
        let month = bill::money(there.cost_per_month.as_ref()?.value?);
        let currency = &prices.currency;
        let mut text = self.say(both!("{month} {currency} a month", "월 {month} {currency}"));
        if let Some(each) = there.cost_per_1000_requests.as_ref().and_then(|cost| cost.value) {
            let each = number::plain(each);
            text += &self.say(both!(
                ", {each} per 1,000 requests, for a month like this run (bill.* knobs)",
                ", 1,000건당 {each}(이 실행과 같은 한 달, bill.* 설정 기준)"
            ));
        }
        text.push('.');
        let origin = format!(" {}", bill::origin(prices).get(self.lang));
        let spans = vec![Span::text(text), Span::Toned(Tone::Muted, origin)];
        Some((self.say(both!("Cost", "비용")), spans))
    }

    fn tried(&self, variant: &VariantKnee) -> String {
        let rates = variant.tried.iter().map(|tried| {
            let mark = match tried.met {
                Met::Yes => self.say(both!("met", "만족")),
                Met::No => self.say(both!("missed", "미달")),
                Met::Undecided => "?".to_owned(),
            };
            format!("{} {mark}", number::plain(tried.rate_per_s))
        });
        rates.collect::<Vec<_>>().join(", ")
    }

    fn resource(&self, resource: &Resource) -> String {
        let words = match resource.name.as_str() {
            "threads" => both!("Tomcat threads", "톰캣 스레드"),
            "pool" => both!("connection pool", "커넥션 풀"),
            "app_cores" => both!("application cores", "앱 코어"),
            "db_cores" => both!("database cores", "DB 코어"),
            "replica_cores" => both!("replica cores", "복제본 코어"),
            "read_store_cores" => both!("read store cores", "조회 저장소 코어"),
            "redis" => both!("Redis' thread", "Redis 스레드"),
            other => {
                let name = other.split_once('@').map_or(other, |(_, name)| name);
                both!("station {name}", "스테이션 {name}")
            }
        };
        self.say(words)
    }

    fn foot(&self) -> Block {
        let seed = self.knee.seed;
        let text = self.say(both!(
            "Rates of all open loads together, scaled alike; the same draws at every rate, seed {seed}. Again: ",
            "모든 open 부하를 같은 비율로 조절한 합계. 요청률마다 같은 난수, 시드 {seed}. 다시 실행: "
        ));
        Block::Paragraph(vec![Span::Toned(Tone::Muted, text), Span::code(&self.knee.command)])
    }
}

fn percent(share: f64) -> String {
    format!("{} %", number::plain(100.0 * share))
}

fn value(estimate: &Estimate) -> String {
    let of = |part: Option<f64>| part.unwrap_or(f64::NAN);
    let (middle, low, high) = (of(estimate.value), of(estimate.low), of(estimate.high));
    match &*estimate.unit {
        "share" => number::share_percent(middle, low, high),
        _ => number::with_interval(middle, low, high),
    }
}
