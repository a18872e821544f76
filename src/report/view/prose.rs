//! The text of a topic as blocks of a document, with what sims measured filled in.

mod footnotes;

use super::column_heads::head;
use super::outcome::{cell, signed, table};
use crate::content::text::{Lang, both};
use crate::knowledge::markdown::{self, ClaimRef, Inline, Measured, Target};
use crate::knowledge::topic::DefaultSource;
use crate::marketplace::config::all_knobs;
use crate::report::document::{
    Align, Block, Check, Column, Footnote, Item, Page, Row, Span, Table, Tone, Verdict,
};
use crate::report::number;
use crate::sims::condition::{Reference, Side};
use crate::sims::metric;
use crate::sims::outcome::committed::Committed;
use crate::sims::outcome::{ClaimOutcome, ClaimVerdict};
use crate::sims::spec::Claim;

/// How text is turned into blocks.
#[derive(Clone, Copy)]
pub(in crate::report) struct Prose<'r> {
    /// The committed runs of the sims that the text names; a value of any other is shown as not
    /// measured yet.
    pub(in crate::report) runs: &'r [Committed],
    /// Sources of defaults that are no knobs'.
    pub(in crate::report) sources: &'r [DefaultSource],
    pub(in crate::report) lang: Lang,
}

impl<'r> Prose<'r> {
    /// Blocks of a text, with the footnotes of the whole that they refer to behind them.
    pub(in crate::report) fn body(
        self,
        part: &[markdown::Block],
        whole: &[markdown::Block],
    ) -> Vec<Block> {
        let mut shown = self.blocks(part);
        let found = whole.iter().filter_map(|block| match block {
            markdown::Block::Footnotes(footnotes) => Some(footnotes),
            _ => None,
        });
        let footnote = |footnote: &crate::knowledge::footnotes::Footnote| Footnote {
            number: footnote.number,
            references: 0,
            blocks: self.blocks(&footnote.blocks),
        };
        footnotes::append(&mut shown, found.flatten().map(footnote).collect());
        shown
    }

    /// Footnotes are left out: [`Prose::body`] has them.
    fn blocks(self, body: &[markdown::Block]) -> Vec<Block> {
        body.iter().flat_map(|block| self.block(block)).collect()
    }

    fn block(self, block: &markdown::Block) -> Vec<Block> {
        vec![match block {
            markdown::Block::Heading { level, id, text, .. } => {
                Block::Heading { level: *level, id: id.clone(), text: self.spans(text) }
            }
            markdown::Block::Paragraph(text) => Block::Paragraph(self.spans(text)),
            markdown::Block::List { first, items } => {
                let item = |item: &markdown::Item| Item {
                    done: item.done,
                    blocks: self.blocks(&item.blocks),
                };
                Block::List { first: *first, items: items.iter().map(item).collect() }
            }
            markdown::Block::Quote(inner) => Block::Quote(self.blocks(inner)),
            markdown::Block::Admonition { kind, blocks } => {
                Block::Admonition { kind: *kind, blocks: self.blocks(blocks) }
            }
            markdown::Block::Code(code) if code.language == "prep" => return self.commands(code),
            markdown::Block::Code(code) => {
                let lines = code.lines.iter().map(|(line, _)| format!("{line}\n"));
                Block::Code { language: code.language.clone(), text: lines.collect() }
            }
            markdown::Block::Claims { claims, .. } => {
                Block::Checks(claims.iter().map(|claim| self.claim(claim)).collect())
            }
            markdown::Block::Table(table) => {
                let table_and_sources =
                    [Some(Block::Table(self.table(table))), self.sources(table)];
                return table_and_sources.into_iter().flatten().collect();
            }
            markdown::Block::Rule => Block::Rule,
            markdown::Block::Footnotes(_) => return Vec::new(),
        }]
    }

    /// Commands; where one is the default run of a sim, its table follows.
    fn commands(self, code: &markdown::Code) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut text = String::new();
        let flush = |blocks: &mut Vec<Block>, text: &mut String| {
            if !text.trim().is_empty() {
                let text = std::mem::take(text);
                blocks.push(Block::Code { language: code.language.clone(), text });
            }
        };
        for (line, _) in &code.lines {
            let command = line.trim();
            if command.is_empty() {
                text.push('\n');
                continue;
            }
            text += &format!("prep {command}\n");
            if let Some(run) = command.strip_prefix("sim ").and_then(|sim| self.run(sim)) {
                flush(&mut blocks, &mut text);
                blocks.push(table(&run.spec, &run.outcome, self.lang));
                blocks.push(self.caption(run));
            }
        }
        flush(&mut blocks, &mut text);
        blocks
    }

    /// What the table of a default run rests on.
    fn caption(self, run: &Committed) -> Block {
        let (n, seed) = (run.outcome.run.replications, run.outcome.seed);
        let seconds = number::exact(run.outcome.run.measured_s);
        let text = both!(
            "{n} × {seconds} s, seed {seed}, ± 95 %; the command shows all of it",
            "{n} × {seconds}초, 시드 {seed}, ± 95%. 명령을 실행하면 전부 볼 수 있습니다"
        );
        Block::Paragraph(vec![Span::Toned(Tone::Muted, text.get(self.lang).to_owned())])
    }

    /// Where the defaults of a table come from. A knob's source has one place, the table of knobs.
    fn sources(self, table: &markdown::Table) -> Option<Block> {
        let knobs = all_knobs();
        let mut sources: Vec<(&str, Vec<String>)> = Vec::new();
        for row in &table.rows {
            let setting = row.cells.first().map(|cell| Inline::plain(cell)).unwrap_or_default();
            let setting = setting.trim();
            let of_knob = knobs.iter().find(|(known, _)| known == setting);
            let own = self.sources.iter().find(|own| own.setting == setting);
            let Some(source) =
                of_knob.map(|(_, knob)| knob.source).or(own.map(|own| own.source.as_str()))
            else {
                continue;
            };
            // The last part tells a knob from the others of one table.
            let name = match of_knob {
                Some(_) => setting.rsplit('.').next().unwrap_or(setting).to_owned(),
                None => setting.to_owned(),
            };
            match sources.iter_mut().find(|(other, _)| *other == source) {
                Some((_, names)) => names.push(name),
                None => sources.push((source, vec![name])),
            }
        }
        if sources.is_empty() {
            return None;
        }
        let mut spans =
            vec![Span::Toned(Tone::Muted, both!("Sources", "출처").get(self.lang).to_owned())];
        for (source, names) in sources {
            spans.push(Span::Break);
            spans.push(Span::Toned(Tone::Muted, format!("{}: {source}", names.join(", "))));
        }
        Some(Block::Paragraph(spans))
    }

    fn table(self, table: &markdown::Table) -> Table {
        let columns = table.head.iter().zip(&table.right).map(|(head, right)| Column {
            head: self.spans(head),
            align: if *right { Align::Right } else { Align::Left },
        });
        let columns: Vec<Column> = columns.collect();
        let cells = |cells: &[Vec<Inline>]| cells.iter().map(|cell| self.spans(cell)).collect();
        let rows = table.rows.iter().map(|row| Row::Cells(cells(&row.cells))).collect();
        // Every column of a study text matters: a narrow terminal shows records instead.
        Table { keep: columns.len(), columns, rows }
    }

    pub(super) fn spans(self, inlines: &[Inline]) -> Vec<Span> {
        let mut out = Vec::new();
        for inline in inlines {
            match inline {
                Inline::Text(words) => out.push(Span::text(words)),
                Inline::Strong(inner) => out.push(Span::Strong(self.spans(inner))),
                Inline::Emphasis(inner) => out.push(Span::Emphasis(self.spans(inner))),
                Inline::Code(words) => out.push(Span::code(words)),
                Inline::Measured(measured) => out.push(self.measured(measured)),
                Inline::Footnote(number) => {
                    out.push(Span::Footnote { number: *number, occurrence: 1 });
                }
                Inline::Break => out.push(Span::Break),
                Inline::Link { to, text, .. } => {
                    let text = self.spans(text);
                    out.push(match to {
                        Target::Web(url) => Span::Link { to: url.clone(), text },
                        Target::Section(id) => Span::Link { to: format!("#{id}"), text },
                        Target::Topic { slug, section } => {
                            let (slug, section) = (slug.clone(), section.clone());
                            Span::Jump { to: Page::Topic { slug, section }, text }
                        }
                        Target::Sim { slug } => {
                            Span::Jump { to: Page::Sim { slug: slug.clone() }, text }
                        }
                    });
                }
            }
        }
        out
    }

    fn run(self, sim: &str) -> Option<&'r Committed> {
        self.runs.iter().find(|run| run.outcome.sim == sim)
    }

    /// A value with its interval and unit, kept on one line.
    fn measured(self, measured: &Measured) -> Span {
        let Measured { sim, metric, variant, .. } = measured;
        let estimate = self
            .run(sim)
            .and_then(|run| run.outcome.variant(variant)?.metric(metric))
            .filter(|estimate| estimate.value.is_some());
        let Some(estimate) = estimate else {
            let missing = both!(
                "[{sim} {metric}({variant}): not measured yet]",
                "[{sim} {metric}({variant}): 아직 측정하지 않음]"
            );
            return Span::Toned(Tone::Bad, missing.get(self.lang).to_owned());
        };
        let shown = cell(Some(estimate));
        let shown = match (&*estimate.unit, self.lang) {
            ("count" | "share" | "money", _) => shown,
            ("1/s", _) => format!("{shown} /s"),
            ("s", Lang::Ko) => format!("{shown}초"),
            (unit, _) => format!("{shown} {unit}"),
        };
        Span::Toned(Tone::Accent, shown.replace(' ', "\u{a0}"))
    }

    /// The sentence of a claim, with its verdict and what was measured.
    fn claim(self, named: &ClaimRef) -> Check {
        let ClaimRef { sim, claim, .. } = named;
        let found = self.run(sim).and_then(|run| {
            let judged = run.outcome.claim(claim)?;
            let said = run.spec.claims.iter().find(|said| said.id == *claim)?;
            Some((said, judged))
        });
        let Some((said, judged)) = found else {
            let missing =
                both!("[{sim} {claim}: not judged yet]", "[{sim} {claim}: 아직 판정하지 않음]");
            let text = vec![Span::Toned(Tone::Bad, missing.get(self.lang).to_owned())];
            return Check { verdict: Verdict::Open, text };
        };
        let verdict = match judged.verdict {
            ClaimVerdict::Holds => Verdict::Yes,
            ClaimVerdict::Fails => Verdict::No,
            ClaimVerdict::Undecided | ClaimVerdict::NotJudged => Verdict::Open,
        };
        let mut text = Vec::new();
        if said.control {
            let control = both!("control: ", "대조: ").get(self.lang).to_owned();
            text.push(Span::Toned(Tone::Muted, control));
        }
        text.push(Span::text(said.says.get(self.lang)));
        text.push(Span::Break);
        let evidence = format!("{} ", self.evidence(said, judged));
        text.push(Span::Toned(Tone::Muted, evidence));
        text.push(Span::code(format!("prep sim {sim}")));
        Check { verdict, text }
    }

    /// Both sides as measured, and the interval of their difference.
    fn evidence(self, said: &Claim, judged: &ClaimOutcome) -> String {
        let Some(evidence) = &judged.evidence else { return judged.condition.clone() };
        let condition = &said.condition;
        let share = condition.references().any(|reference| {
            metric::find(&reference.id).is_some_and(|found| found.unit == "share")
        });
        let scale = if share { 100.0 } else { 1.0 };
        let size = |value: f64| {
            let size = signed(value * scale);
            if share { format!("{size} %") } else { size }
        };
        let side = |side: &Side, value: f64| match side {
            Side::Metric(reference) => format!("{}: {}", self.named(reference), size(value)),
            Side::Number(_) => size(value),
        };
        let sides = match (&condition.left, &condition.right) {
            // The same metric of two variants is named once.
            (
                Side::Metric(Reference { id, variant: Some(left), factor: 1.0 }),
                Side::Metric(Reference { id: other, variant: Some(right), factor: 1.0 }),
            ) if id == other => {
                let (head, one, two) =
                    (head(id, self.lang), size(evidence.left), size(evidence.right));
                format!("{head}: {one} ({left}), {two} ({right})")
            }
            (left, right) => {
                format!("{}, {}", side(left, evidence.left), side(right, evidence.right))
            }
        };
        let (low, high) = (size(evidence.difference_low), size(evidence.difference_high));
        both!("{sides}; difference [{low}, {high}], 95 %", "{sides}. 차이 [{low}, {high}], 95%")
            .get(self.lang)
            .to_owned()
    }

    fn named(self, reference: &Reference) -> String {
        let mut name = head(&reference.id, self.lang);
        if let Some(variant) = &reference.variant {
            name += &format!(" ({variant})");
        }
        if reference.factor == 1.0 { name } else { format!("{} × {name}", reference.factor) }
    }
}
