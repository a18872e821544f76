//! What the record tells about a person.

use super::quiz::inline;
use crate::content::text::{Lang, Text, both};
use crate::practice::statistics::{CALIBRATION_MIN, Calibration, Count, Level, Statistics, Week};
use crate::report::document::{Align, Bar, Bars, Block, Column, Document, Row, Span, Table, Tone};

/// Most topics that are named.
const TOPICS_MOST: usize = 5;

pub(crate) fn stats(stats: &Statistics, lang: Lang) -> Document {
    let title = both!("Statistics", "통계").get(lang).to_owned();
    let mut blocks = vec![Block::Heading { level: 1, id: None, text: vec![Span::text(&title)] }];
    let (answers, answered, of) = (stats.answers, stats.questions_answered, stats.questions);
    if answers == 0 {
        let words = both!(
            "There are no answers yet. Begin with ",
            "아직 답이 없습니다. 이렇게 시작하세요: "
        );
        blocks.push(Block::Paragraph(vec![Span::text(words.get(lang)), Span::code("prep review")]));
        return Document { title, blocks };
    }
    blocks.push(paragraph(
        &both!(
            "{answers} answers to {answered} of {of} questions.",
            "답 {answers}개, 문제 {of}개 중 {answered}개를 풀었습니다."
        ),
        lang,
    ));
    blocks.extend(retention(&stats.retention, lang));
    blocks.extend(counts(&both!("Answers a day", "하루 답 수"), &stats.answers_per_day, lang));
    blocks.extend(counts(&both!("Reviews due", "예정된 복습"), &stats.forecast, lang));
    blocks.extend(calibration(&stats.calibration, lang));
    blocks.extend(topics(stats, lang));
    blocks.extend(blind_spots(stats, lang));
    blocks.extend(leeches(stats, lang));
    Document { title, blocks }
}

fn heading(words: &Text, lang: Lang) -> Block {
    Block::Heading { level: 2, id: None, text: vec![Span::text(words.get(lang))] }
}

fn paragraph(words: &Text, lang: Lang) -> Block {
    Block::Paragraph(vec![Span::text(words.get(lang))])
}

fn muted(words: &Text, lang: Lang) -> Block {
    Block::Paragraph(vec![Span::Toned(Tone::Muted, words.get(lang).to_owned())])
}

/// The interval of Wilson (1927) that holds a share with a confidence of 95 %.
fn wilson(events: usize, of: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, share) = (of as f64, events as f64 / of as f64);
    let centre = share + Z * Z / (2.0 * n);
    let spread = Z * ((share * (1.0 - share) + Z * Z / (4.0 * n)) / n).sqrt();
    let whole = 1.0 + Z * Z / n;
    (((centre - spread) / whole).max(0.0), ((centre + spread) / whole).min(1.0))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn retention(weeks: &[Week], lang: Lang) -> Vec<Block> {
    let mut blocks = vec![heading(&both!("How much stays", "얼마나 남는가"), lang)];
    let of: usize = weeks.iter().map(|week| week.of).sum();
    if of == 0 {
        blocks.push(muted(
            &both!(
                "Nothing was reviewed on a later day yet.",
                "다른 날에 복습한 문제가 아직 없습니다."
            ),
            lang,
        ));
        return blocks;
    }
    let known: usize = weeks.iter().map(|week| week.known).sum();
    let (low, high) = wilson(known, of);
    let (share, low, high) = (percent(known as f64 / of as f64), percent(low), percent(high));
    blocks.push(paragraph(
        &both!(
            "Of {of} reviews on a later day {known} were still known: {share} [{low}, {high}].",
            "다른 날에 한 복습 {of}번 중 {known}번을 기억했습니다: {share} [{low}, {high}]."
        ),
        lang,
    ));
    let rows = weeks.iter().map(|week| {
        let share = week.known as f64 / week.of as f64;
        let shown = format!("{} ({}/{})", percent(share), week.known, week.of);
        Bar { label: week.from.clone(), shown, share }
    });
    let title = both!("Still known, by week", "주별로 기억한 비율");
    blocks.push(Block::Bars(Bars { title: title.get(lang).to_owned(), rows: rows.collect() }));
    blocks
}

fn counts(title: &Text, counts: &[Count], lang: Lang) -> Vec<Block> {
    let most = counts.iter().map(|count| count.count).max().unwrap_or(0);
    if most == 0 {
        return vec![heading(title, lang), muted(&both!("none", "없음"), lang)];
    }
    let rows = counts.iter().map(|count| Bar {
        label: count.day.clone(),
        shown: count.count.to_string(),
        share: count.count as f64 / most as f64,
    });
    vec![Block::Bars(Bars { title: title.get(lang).to_owned(), rows: rows.collect() })]
}

fn calibration(calibration: &Calibration, lang: Lang) -> Vec<Block> {
    let mut blocks =
        vec![heading(&both!("Do you know what you know?", "아는 것을 알고 있는가"), lang)];
    let (of, least) = (calibration.of, CALIBRATION_MIN);
    let Some(brier) = calibration.brier.filter(|_| of >= least) else {
        blocks.push(muted(
            &both!(
                "{of} answers came with a confidence; from {least} on they tell something.",
                "확신 정도를 적은 답은 {of}개입니다. {least}개부터 판단할 수 있습니다."
            ),
            lang,
        ));
        return blocks;
    };
    let brier = format!("{brier:.2}");
    blocks.push(paragraph(
        &both!(
            "Brier score {brier} over {of} answers: 0 is perfect, 0.25 is a coin.",
            "답 {of}개의 브라이어 점수는 {brier}입니다. 0이면 완벽하고 0.25면 동전 던지기입니다."
        ),
        lang,
    ));
    let heads = [
        (both!("sure", "확신"), Align::Right),
        (both!("right", "정답"), Align::Right),
        (both!("answers", "답 수"), Align::Right),
        (both!("so", "판단"), Align::Left),
    ];
    let columns =
        heads.map(|(head, align)| Column { head: vec![Span::text(head.get(lang))], align });
    let rows = calibration.levels.iter().map(|level| {
        let (low, high) = wilson(level.right, level.of);
        let right = percent(level.right as f64 / level.of as f64);
        Row::Cells(vec![
            vec![Span::text(percent(level.sure))],
            vec![Span::text(format!("{right} [{}, {}]", percent(low), percent(high)))],
            vec![Span::text(level.of.to_string())],
            vec![judged(level, low, high, lang)],
        ])
    });
    blocks.push(Block::Table(Table { columns: columns.into(), rows: rows.collect(), keep: 2 }));
    blocks
}

fn judged(level: &Level, low: f64, high: f64, lang: Lang) -> Span {
    let (tone, words) = if level.sure > high {
        (Tone::Bad, both!("too sure", "지나친 확신"))
    } else if level.sure < low {
        (Tone::Accent, both!("better than you think", "생각보다 잘 앎"))
    } else {
        (Tone::Muted, both!("no error shown", "어긋남이 보이지 않음"))
    };
    Span::Toned(tone, words.get(lang).to_owned())
}

fn topics(stats: &Statistics, lang: Lang) -> Vec<Block> {
    if stats.topics.is_empty() {
        return Vec::new();
    }
    let rows = stats.topics.iter().take(TOPICS_MOST).map(|topic| Bar {
        label: topic.topic.clone(),
        shown: format!("{} ({}/{})", percent(topic.known), topic.answered, topic.of),
        share: topic.known.clamp(0.0, 1.0),
    });
    let title = both!(
        "Weakest topics: known tomorrow (answered/questions)",
        "약한 주제: 내일 기억할 비율 (푼 문제/전체)"
    );
    let weakest = &stats.topics[0].topic;
    let mut line = vec![Span::code(format!("prep topic {weakest}"))];
    line.extend([Span::text("   "), Span::code(format!("prep quiz {weakest}"))]);
    vec![
        Block::Bars(Bars { title: title.get(lang).to_owned(), rows: rows.collect() }),
        Block::Paragraph(line),
    ]
}

fn blind_spots(stats: &Statistics, lang: Lang) -> Vec<Block> {
    if stats.blind_spots.is_empty() {
        return Vec::new();
    }
    let heads = [
        (both!("times", "횟수"), Align::Right),
        (both!("what was believed", "잘못 믿은 것"), Align::Left),
        (both!("topic", "주제"), Align::Left),
    ];
    let columns =
        heads.map(|(head, align)| Column { head: vec![Span::text(head.get(lang))], align });
    let rows = stats.blind_spots.iter().map(|spot| {
        let topic = spot.id.split('/').next().unwrap_or_default();
        Row::Cells(vec![
            vec![Span::text(spot.count.to_string())],
            inline(spot.believes.get(lang)),
            vec![Span::code(topic)],
        ])
    });
    let table = Table { columns: columns.into(), rows: rows.collect(), keep: 2 };
    vec![heading(&both!("Blind spots", "약점"), lang), Block::Table(table)]
}

fn leeches(stats: &Statistics, lang: Lang) -> Vec<Block> {
    if stats.leeches.is_empty() {
        return Vec::new();
    }
    let rows = stats.leeches.iter().map(|leech| {
        let times = leech.lapses;
        let words = both!("forgotten {times} times: ", "{times}번 잊음: ");
        let read = format!("prep topic {}#{}", leech.topic, leech.section);
        (leech.question.clone(), vec![Span::text(words.get(lang)), Span::code(read)])
    });
    let title = both!("Read these sections again", "다시 읽을 절");
    vec![heading(&title, lang), Block::Labelled(rows.collect())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_share_is_wilsons() {
        // 8 of 10: [0.490, 0.943] by the published formula.
        let (low, high) = wilson(8, 10);
        assert!((low - 0.4902).abs() < 5e-4 && (high - 0.9433).abs() < 5e-4, "{low} {high}");
        let (low, high) = wilson(0, 5);
        assert!(low == 0.0 && high > 0.3 && high < 0.5, "{low} {high}");
    }

    #[test]
    fn confidence_is_judged_only_where_the_answers_tell() {
        let level = |sure, right, of| {
            let (low, high) = wilson(right, of);
            judged(&Level { sure, right, of }, low, high, Lang::En)
        };
        let toned = |tone, words: &str| Span::Toned(tone, words.to_owned());
        assert_eq!(level(0.95, 10, 20), toned(Tone::Bad, "too sure"));
        assert_eq!(level(0.3, 18, 20), toned(Tone::Accent, "better than you think"));
        assert_eq!(level(0.9, 1, 2), toned(Tone::Muted, "no error shown"));
    }
}
