//! `[theory]` and `[measured]`: what a simulation is put beside.

use super::Reader;
use crate::content::text::both;
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::engine::time::to_seconds;
use crate::marketplace::knobs;
use crate::sims::spec::Measured;
use crate::sims::theory::{FORMULAS, JacksonStation, Theory};
use crate::stats::theory::Patience;

impl Reader<'_> {
    pub(super) fn theory(&mut self, node: &Node) -> Option<Theory> {
        read(&mut self.walk, node)
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
        let repeat = fields.take("repeat").and_then(|node| self.walk.int(node, 1..=1_000));
        let repeat = repeat.map(|repeat| repeat as u32);
        let calibration = fields.take("calibration").and_then(|node| self.walk.bool(node));
        let calibration = calibration.unwrap_or(false);
        fields.finish(&mut self.walk);
        Some(Measured { file: file?, experiment: experiment?, case: case?, repeat, calibration })
    }
}

/// Reads `[theory]`; what is wrong with it is reported to `walk`.
fn read(walk: &mut Walk<'_>, node: &Node) -> Option<Theory> {
    let mut fields = walk.fields(node)?;
    let formula = fields.need(walk, "formula")?;
    let name = walk.str(formula)?.to_owned();
    let theory = {
        let mut numbers = Numbers { walk, fields: &mut fields };
        match name.as_str() {
            "mmc" | "mg1" | "mg1-ps" | "mmck" | "impatient" | "impatient-constant" => {
                numbers.open(&name)
            }
            "machine-repairman" | "reply-early" | "closed-network" => numbers.closed(&name),
            "jackson" => {
                let (rate, stations) = (numbers.rate(), numbers.stations());
                rate.zip(stations).map(|(rate, stations)| Theory::Jackson { rate, stations })
            }
            _ => {
                let known = FORMULAS.join(", ");
                let shown = crate::content::problem::printable(&name);
                walk.report(
                    formula.span.clone(),
                    both!(
                        "unknown formula `{shown}`; known: {known}",
                        "알 수 없는 공식 `{shown}`. 가능한 값: {known}"
                    ),
                );
                fields.rest();
                None
            }
        }
    };
    fields.finish(walk);
    theory
}

/// Parameters of a formula. All are asked for before any is missed, so that every mistake is told.
struct Numbers<'w, 's, 'f, 'n> {
    walk: &'w mut Walk<'s>,
    fields: &'f mut Fields<'n>,
}

impl Numbers<'_, '_, '_, '_> {
    /// One station with arrivals from outside.
    fn open(&mut self, formula: &str) -> Option<Theory> {
        let (rate, service) = (self.rate(), self.seconds("service"));
        if formula == "mg1-ps" {
            return Some(Theory::Mg1Sharing { rate: rate?, service: service? });
        }
        if formula == "mg1" {
            let scv = self.number("scv");
            return Some(Theory::Mg1 { rate: rate?, service: service?, scv: scv? });
        }
        let servers = self.count("servers");
        Some(match formula {
            "mmck" => {
                let capacity = self.count("capacity");
                let (rate, servers, service) = (rate?, servers?, service?);
                Theory::Mmck { rate, servers, service, capacity: capacity? }
            }
            "mmc" => Theory::Mmc { rate: rate?, servers: servers?, service: service? },
            _ => {
                let patience = self.seconds("patience");
                let (rate, servers, service, patience) = (rate?, servers?, service?, patience?);
                let patience = if formula == "impatient" {
                    Patience::Exponential(patience)
                } else {
                    Patience::Constant(patience)
                };
                Theory::Impatient { rate, servers, service, patience }
            }
        })
    }

    /// Users who think.
    fn closed(&mut self, formula: &str) -> Option<Theory> {
        let (users, think) = (self.count("users"), self.seconds("think"));
        Some(match formula {
            "reply-early" => {
                let (before, after) = (self.seconds("before"), self.seconds("after"));
                let (users, think) = (users?, think?);
                Theory::ReplyEarly { users, think, before: before?, after: after? }
            }
            "closed-network" => {
                let demands = self.all_seconds("demands");
                Theory::ClosedNetwork { users: users?, think: think?, demands: demands? }
            }
            _ => {
                let (service, servers) = (self.seconds("service"), self.count("servers"));
                let (users, think) = (users?, think?);
                Theory::MachineRepairman { users, think, service: service?, servers: servers? }
            }
        })
    }

    fn rate(&mut self) -> Option<f64> {
        let node = self.fields.need(self.walk, "rate")?;
        let text = self.walk.str(node)?;
        let rate = knobs::rate(text);
        if rate.is_none() {
            let found = crate::content::problem::printable(text);
            self.walk.report(
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
        let node = self.fields.need(self.walk, name)?;
        self.walk.int(node, 1..=1_000_000).map(|n| n as u32)
    }

    fn number(&mut self, name: &'static str) -> Option<f64> {
        let node = self.fields.need(self.walk, name)?;
        self.walk.number(node)
    }

    fn seconds(&mut self, name: &'static str) -> Option<f64> {
        let node = self.fields.need(self.walk, name)?;
        seconds(self.walk, node)
    }

    fn all_seconds(&mut self, name: &'static str) -> Option<Vec<f64>> {
        let node = self.fields.need(self.walk, name)?;
        let items = self.walk.array(node)?;
        items.iter().map(|item| seconds(self.walk, item)).collect()
    }

    fn stations(&mut self) -> Option<Vec<JacksonStation>> {
        let node = self.fields.need(self.walk, "stations")?;
        let items = self.walk.array(node)?;
        items.iter().map(|item| station(self.walk, item)).collect()
    }
}

fn station(walk: &mut Walk<'_>, node: &Node) -> Option<JacksonStation> {
    let mut fields = walk.fields(node)?;
    let name = fields.need(walk, "station").and_then(|node| walk.str(node)).map(str::to_owned);
    let mut numbers = Numbers { walk, fields: &mut fields };
    let (visits, servers, service) =
        (numbers.number("visits"), numbers.count("servers"), numbers.seconds("service"));
    fields.finish(walk);
    Some(JacksonStation { station: name?, visits: visits?, servers: servers?, service: service? })
}

fn seconds(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let text = walk.str(node)?;
    let span = knobs::duration(text);
    if span.is_none() {
        let found = crate::content::problem::printable(text);
        walk.report(
            node.span.clone(),
            both!(
                "a duration such as \"30s\" was expected, found `{found}`",
                "\"30s\" 같은 시간이 필요합니다(현재 값: `{found}`)"
            ),
        );
    }
    span.map(to_seconds)
}
