//! `[theory]` and `[measured]`: what a simulation is put beside.

use super::Reader;
use crate::content::text::both;
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::engine::time::to_seconds;
use crate::marketplace::knobs;
use crate::sims::spec::Measured;
use crate::sims::theory::{FORMULAS, Theory};
use crate::stats::theory::Patience;

impl Reader<'_> {
    pub(super) fn theory(&mut self, node: &Node) -> Option<Theory> {
        let mut fields = self.walk.fields(node)?;
        let formula = fields.need(&mut self.walk, "formula");
        let formula_name = formula.and_then(|node| self.walk.str(node))?.to_owned();
        let mut numbers = TheoryNumbers { reader: self, fields: &mut fields };
        let theory = match formula_name.as_str() {
            "mmc" => {
                numbers.mmc().map(|(rate, servers, service)| Theory::Mmc { rate, servers, service })
            }
            "mg1" => numbers
                .rate()
                .zip(numbers.seconds("service"))
                .zip(numbers.number("scv"))
                .map(|((rate, service), scv)| Theory::Mg1 { rate, service, scv }),
            "mg1-ps" => numbers
                .rate()
                .zip(numbers.seconds("service"))
                .map(|(rate, service)| Theory::Mg1Sharing { rate, service }),
            "mmck" => numbers.mmc().zip(numbers.count("capacity")).map(
                |((rate, servers, service), capacity)| Theory::Mmck {
                    rate,
                    servers,
                    service,
                    capacity,
                },
            ),
            "impatient" | "impatient-constant" => numbers
                .mmc()
                .zip(numbers.seconds("patience"))
                .map(|((rate, servers, service), patience)| {
                    let patience = if formula_name == "impatient" {
                        Patience::Exponential(patience)
                    } else {
                        Patience::Constant(patience)
                    };
                    Theory::Impatient { rate, servers, service, patience }
                }),
            "machine-repairman" => {
                let (users, think) = (numbers.count("users"), numbers.seconds("think"));
                let (service, servers) = (numbers.seconds("service"), numbers.count("servers"));
                users.zip(think).zip(service.zip(servers)).map(
                    |((users, think), (service, servers))| Theory::MachineRepairman {
                        users,
                        think,
                        service,
                        servers,
                    },
                )
            }
            "closed-network" => {
                let (users, think) = (numbers.count("users"), numbers.seconds("think"));
                let demands = numbers.all_seconds("demands");
                users.zip(think).zip(demands).map(|((users, think), demands)| {
                    Theory::ClosedNetwork { users, think, demands }
                })
            }
            _ => {
                let known = FORMULAS.join(", ");
                if let Some(node) = formula {
                    self.walk.report(
                        node.span.clone(),
                        both!(
                            "unknown formula `{formula_name}`; known: {known}",
                            "알 수 없는 공식 `{formula_name}`. 가능한 값: {known}"
                        ),
                    );
                }
                None
            }
        };
        fields.finish(&mut self.walk);
        theory
    }

    pub(super) fn measured(&mut self, node: &Node) -> Option<Measured> {
        let mut fields = self.walk.fields(node)?;
        let mut word = |walk: &mut Walk<'_>, name| {
            fields.need(walk, name).and_then(|node| walk.str(node)).map(str::to_owned)
        };
        let (file, experiment, case) = (
            word(&mut self.walk, "file"),
            word(&mut self.walk, "experiment"),
            word(&mut self.walk, "case"),
        );
        fields.finish(&mut self.walk);
        Some(Measured { file: file?, experiment: experiment?, case: case? })
    }
}

/// Parameters of a formula.
struct TheoryNumbers<'r, 's, 'f, 'n> {
    reader: &'r mut Reader<'s>,
    fields: &'f mut Fields<'n>,
}

impl TheoryNumbers<'_, '_, '_, '_> {
    fn mmc(&mut self) -> Option<(f64, u32, f64)> {
        let (rate, servers, service) =
            (self.rate(), self.count("servers"), self.seconds("service"));
        Some((rate?, servers?, service?))
    }

    fn rate(&mut self) -> Option<f64> {
        let node = self.fields.need(&mut self.reader.walk, "rate")?;
        let text = self.reader.walk.str(node)?;
        let rate = knobs::rate(text);
        if rate.is_none() {
            let found = crate::content::problem::printable(text);
            self.reader.walk.report(
                node.span.clone(),
                both!(
                    "a rate such as \"80/s\" was expected, found `{found}`",
                    "\"80/s\" 같은 비율이 필요합니다(현재 값: `{found}`)"
                ),
            );
        }
        rate
    }

    fn count(&mut self, name: &'static str) -> Option<u32> {
        let node = self.fields.need(&mut self.reader.walk, name)?;
        self.reader.walk.int(node, 1..=1_000_000).map(|n| n as u32)
    }

    fn number(&mut self, name: &'static str) -> Option<f64> {
        let node = self.fields.need(&mut self.reader.walk, name)?;
        self.reader.walk.number(node)
    }

    fn seconds(&mut self, name: &'static str) -> Option<f64> {
        let node = self.fields.need(&mut self.reader.walk, name)?;
        self.reader.span(node).map(to_seconds)
    }

    fn all_seconds(&mut self, name: &'static str) -> Option<Vec<f64>> {
        let node = self.fields.need(&mut self.reader.walk, name)?;
        let items = self.reader.walk.array(node)?;
        items.iter().map(|item| self.reader.span(item).map(to_seconds)).collect()
    }
}
