//! Commands that a text shows: what can be typed, with names, options and settings that exist.

use super::{Checker, Page};
use crate::content::Kind;
use crate::content::problem::Problem;
use crate::content::text::{Text, both};
use crate::marketplace::config::LoadKnobs;
use crate::marketplace::knobs::Raw;
use crate::sims::knee;
use crate::sims::spec::{Overrides, Spec};

/// Options of `prep lint` and `prep target-tps` that a text may use.
const LINT_OPTIONS: [&str; 8] = [
    "--profile",
    "--instances",
    "--max-connections",
    "--connections-per-request",
    "--gateway-timeout",
    "--wait-timeout",
    "--grace",
    "--json",
];
const TARGET_OPTIONS: [&str; 14] = [
    "--dau",
    "--requests-per-user",
    "--active-hours",
    "--peak-factor",
    "--margin",
    "--response",
    "--think",
    "--hold",
    "--thread-time",
    "--instances",
    "--cpu-per-request",
    "--cores",
    "--check",
    "--json",
];

impl Checker<'_> {
    /// Commands that a topic shows must be ones that can be typed.
    pub(super) fn commands(&self, page: &Page) -> Vec<Problem> {
        let commands = page.topic.commands.iter();
        commands
            .filter_map(|command| {
                let fault = self.command(&command.line)?;
                Some(page.source.problem(command.span.clone(), fault))
            })
            .collect()
    }

    /// What is wrong with a `prep` command line (without `prep`), if anything.
    pub(super) fn command(&self, line: &str) -> Option<Text> {
        let words = quoted_words(line);
        let mut words = words.iter().map(String::as_str);
        let (verb, name) = (words.next()?, words.next());
        let kind = match verb {
            "sim" => Kind::Sim,
            "topic" => Kind::Topic,
            "quiz" => Kind::Quiz,
            "interview" => Kind::Drill,
            // Their files and figures are the reader's.
            "lint" | "target-tps" => {
                let unknown = line.split_whitespace().find(|word| {
                    let option = word.starts_with('-');
                    option && !LINT_OPTIONS.contains(word) && !TARGET_OPTIONS.contains(word)
                });
                return unknown
                    .map(|other| both!("unknown option `{other}`", "알 수 없는 옵션 `{other}`"));
            }
            other => {
                return Some(both!(
                    "`prep {other}` cannot stand here: sim, topic, quiz, interview, lint or target-tps",
                    "여기에는 `prep {other}`을(를) 쓸 수 없습니다. sim, topic, quiz, interview, lint, target-tps만 됩니다"
                ));
            }
        };
        let name = name?;
        if !self.library.slugs(kind).contains(&name) {
            return Some(both!("`{name}` does not exist", "`{name}`이(가) 없습니다"));
        }
        let options = match Options::read(words) {
            Ok(options) => options,
            Err(what) => return Some(what),
        };
        if kind != Kind::Sim || self.unread(kind, name) {
            return None;
        }
        match crate::sims::load(self.library, name, &options.overrides) {
            Err(problems) => problems.into_iter().next().map(|problem| problem.what),
            Ok(spec) => options.fault(&spec),
        }
    }
}

/// The options of a command, as far as they can be judged.
#[derive(Default)]
struct Options<'c> {
    overrides: Overrides,
    finds_rate: bool,
    slo: Option<&'c str>,
    variant: Option<&'c str>,
}

impl<'c> Options<'c> {
    fn read(mut words: impl Iterator<Item = &'c str>) -> Result<Options<'c>, Text> {
        let mut options = Options::default();
        while let Some(option) = words.next() {
            match option {
                "--set" | "--vary" => options.setting(option, words.next().unwrap_or_default())?,
                "--shape" => {
                    let mut load = LoadKnobs::default();
                    let word = Raw::Word(words.next().unwrap_or_default().to_owned());
                    load.set("shape", &word).unwrap_or(Ok(()))?;
                    options.overrides.shape = Some(load.shape);
                }
                "--find-max-rate" => options.finds_rate = true,
                "--slo" => options.slo = Some(words.next().unwrap_or_default()),
                "--variant" => options.variant = Some(words.next().unwrap_or_default()),
                "--html" | "--knobs" | "--json" | "--markdown" | "--csv" | "--timeline" => {}
                // Files are the reader's.
                "--prices" | "-o" | "--count" | "--seed" | "--duration" | "--export"
                | "--spring" | "--profile" => {
                    words.next();
                }
                other => {
                    return Err(both!("unknown option `{other}`", "알 수 없는 옵션 `{other}`"));
                }
            }
        }
        Ok(options)
    }

    fn setting(&mut self, option: &str, pair: &str) -> Result<(), Text> {
        let Some((knob, value)) = pair.split_once('=') else {
            return Err(both!(
                "{option} takes KNOB=VALUE, not `{pair}`",
                "{option}에는 KNOB=VALUE 꼴을 쓰세요(현재 값: `{pair}`)"
            ));
        };
        if option == "--set" {
            self.overrides.set.push((knob.to_owned(), Raw::from_argument(value)));
        } else {
            let values = value.split(',').map(Raw::from_argument).collect();
            self.overrides.vary.push((knob.to_owned(), values));
        }
        Ok(())
    }

    /// What is wrong with them for a sim that takes their settings.
    fn fault(&self, spec: &Spec) -> Option<Text> {
        let position = |id: &str| spec.variants.iter().position(|variant| variant.id == id);
        let all = self.finds_rate && self.variant == Some("all");
        if let Some(id) = self.variant
            && !all
            && position(id).is_none()
        {
            return Some(both!("there is no variant `{id}`", "`{id}` 변형은 없습니다"));
        }
        if !self.finds_rate {
            return self.slo.map(|_| {
                both!("--slo goes with --find-max-rate", "--slo는 --find-max-rate와 함께 씁니다")
            });
        }
        if let Err((what, _)) = knee::target(spec, self.slo) {
            return Some(what);
        }
        let at = self.variant.and_then(position).unwrap_or(spec.baseline);
        let chosen = if all { 0..spec.variants.len() } else { at..at + 1 };
        chosen.into_iter().find_map(|at| knee::check(spec, at).err()).map(|(what, _)| what)
    }
}

/// The words of a command line; double quotes keep some together.
fn quoted_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Library;

    #[test]
    fn commands_with_a_target_or_a_shape_are_judged() {
        let library = Library::embedded();
        let mut checker = Checker::new(&library);
        checker.read();
        let says = |line: &str| checker.command(line).map(|text| text.en);
        let find = "sim pool-size --find-max-rate --slo \"latency_ms_p99 < 300, errors < 0.1%\"";
        assert_eq!(says(find), None);
        assert_eq!(says("sim pool-size --shape spike --duration 60s"), None);
        assert_eq!(says("sim cost --find-max-rate --variant all --prices own.toml"), None);
        for (line, expected) in [
            ("sim pool-size --find-max-rate --slo \"latency < 300\"", "unknown metric"),
            ("sim pool-size --find-max-rate --slo \"errors@cart < 1%\"", "`error_share@cart`"),
            ("sim pool-size --find-max-rate", "has none in [run]"),
            ("sim pool-size --slo \"errors < 1%\"", "goes with --find-max-rate"),
            ("sim cost --find-max-rate --variant as-bilt", "no variant `as-bilt`"),
            ("sim cost --variant all", "no variant `all`"),
            (
                "sim pool-size --find-max-rate --set load.shoppers.kind=closed --set load.shoppers.users=9 --slo \"errors < 1%\"",
                "no open load",
            ),
            ("sim pool-size --shape spikes", "none of: none, smoke"),
        ] {
            let said = says(line).unwrap_or_default();
            assert!(said.contains(expected), "{line}: {said}");
        }
    }
}
