//! What a month costs, item by item, and who meets the target.

use crate::content::text::{Lang, Text, both};
use crate::marketplace::bill::Item;
use crate::report::document::{Align, Block, Column, Row, Span, Table, Tone};
use crate::report::number;
use crate::sims::outcome::{Outcome, PricesOutcome, VariantOutcome};
use crate::sims::target::Met;

/// Amounts below this show nothing.
const NOTHING: f64 = 0.005;

/// The breakdown, where a column of the sim is about money.
pub(super) fn breakdown(outcome: &Outcome, columns: &[String], lang: Lang) -> Vec<Block> {
    let Some(prices) = &outcome.prices else { return Vec::new() };
    if !columns.iter().any(|column| column.starts_with("cost_")) {
        return Vec::new();
    }
    let currency = &prices.currency;
    let title = both!("The bill of a month, {currency}", "한 달 청구서, {currency}");
    let heading = vec![Span::text(title.get(lang))];
    let head = |text: &str, align| Column { head: vec![Span::text(text)], align };
    let mut columns = vec![head(both!("item", "항목").get(lang), Align::Left)];
    columns.extend(outcome.variants.iter().map(|variant| head(&variant.name, Align::Right)));
    let amount = |variant: &VariantOutcome, id: &str| {
        let found = variant.metrics.iter().find(|(name, _)| name == id);
        found.and_then(|(_, estimate)| estimate.value).unwrap_or(0.0)
    };
    let row = |name: Vec<Span>, id: &str| {
        let amounts: Vec<f64> =
            outcome.variants.iter().map(|variant| amount(variant, id)).collect();
        let shown = amounts.iter().any(|amount| *amount >= NOTHING);
        let cells = amounts.iter().map(|amount| vec![Span::text(money(*amount))]);
        shown.then(|| Row::Cells(std::iter::once(name).chain(cells).collect()))
    };
    let mut rows: Vec<Row> = Item::ALL
        .into_iter()
        .filter_map(|item| {
            let id = format!("cost_per_month@{}", item.label());
            row(vec![Span::text(item_words(item).get(lang))], &id)
        })
        .collect();
    let total = vec![Span::Strong(vec![Span::text(both!("total", "합계").get(lang))])];
    rows.extend(row(total, "cost_per_month"));
    vec![
        Block::Heading { level: 2, id: None, text: heading },
        Block::Table(Table { columns, rows, keep: 3 }),
        Block::Paragraph(vec![Span::Toned(Tone::Muted, origin(prices).get(lang).to_owned())]),
    ]
}

/// Where the prices come from.
pub(super) fn origin(prices: &PricesOutcome) -> Text {
    let PricesOutcome { currency, date, file, source, .. } = prices;
    if prices.example {
        both!(
            "{currency}, example prices of {date} ({file}: {source}). For your own: --prices FILE.",
            "{currency}, {date} 기준 예시 가격({file}: {source}). 직접 쓰려면 --prices FILE."
        )
    } else {
        both!(
            "{currency}, prices of {date} ({file}: {source}).",
            "{currency}, {date} 기준 가격({file}: {source})."
        )
    }
}

/// Two digits behind the point where they matter.
pub(super) fn money(amount: f64) -> String {
    match amount {
        _ if amount < NOTHING => "0".to_owned(),
        _ if amount < 100.0 => format!("{amount:.2}"),
        _ => number::exact(libm::round(amount)),
    }
}

pub(super) fn item_words(item: Item) -> Text {
    match item {
        Item::App => both!("app instances", "앱 인스턴스"),
        Item::Nodes => both!("cluster nodes", "클러스터 노드"),
        Item::Deploys => both!("deployments", "배포"),
        Item::Database => both!("databases", "DB"),
        Item::Replicas => both!("replicas", "복제본"),
        Item::Storage => both!("storage", "저장 용량"),
        Item::Cache => both!("cache nodes", "캐시 노드"),
        Item::Balancer => both!("load balancer", "로드 밸런서"),
        Item::NatGateways => both!("NAT gateways", "NAT 게이트웨이"),
        Item::NatTraffic => both!("NAT traffic", "NAT 트래픽"),
        Item::Internet => both!("internet traffic", "인터넷 트래픽"),
        Item::CrossZone => both!("zone traffic", "영역 간 트래픽"),
        Item::Addresses => both!("public addresses", "공인 IP"),
    }
}

/// Who meets the target, in one line.
pub(super) fn target(outcome: &Outcome, lang: Lang) -> Option<Block> {
    let target = outcome.target.as_ref()?;
    let say = |text: Text| text.get(lang).to_owned();
    let mut spans = vec![Span::code(target)];
    let named = |wanted: Met| {
        let those = outcome.variants.iter().filter(|variant| variant.target_met == Some(wanted));
        those.map(|variant| variant.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let lone = outcome.variants.len() == 1;
    for (met, tone, words) in [
        (Met::Yes, Tone::Good, both!("met", "만족")),
        (Met::No, Tone::Bad, both!("missed", "미달")),
        (Met::Undecided, Tone::Muted, both!("undecided", "판정 불가")),
    ] {
        let names = named(met);
        if names.is_empty() {
            continue;
        }
        spans.push(Span::text("  "));
        spans.push(Span::Toned(tone, say(words)));
        if !lone {
            spans.push(Span::text(format!(": {names}")));
        }
    }
    Some(Block::Labelled(vec![(say(both!("Target", "목표")), spans)]))
}
