//! Settings as a person types them, in a terminal or in a page: `KNOB=VALUE` and `KNOB=A,B,C`.

use super::spec::Overrides;
use crate::content::problem::{Problem, Source, printable};
use crate::content::text::{Text, both};
use crate::marketplace::knobs::Raw;

/// Most settings that a page may ask for at once.
const SETTINGS_MAX: usize = 100;

/// What a page asks of a sim; a link to it carries the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    /// `KNOB=VALUE` each.
    pub(crate) set: Vec<String>,
    /// `KNOB=A,B,C` each.
    pub(crate) vary: Vec<String>,
    pub(crate) seed: Option<String>,
}

impl Typed {
    /// Reads the parameters of a link or a form. Names that mean nothing here are left alone: a link
    /// may have been given some on its way.
    pub(crate) fn from_pairs(pairs: &[(String, String)]) -> Typed {
        let mut typed = Typed::default();
        for (name, value) in pairs.iter().filter(|(_, value)| !value.trim().is_empty()) {
            match name.as_str() {
                "set" => typed.set.push(value.clone()),
                "vary" => typed.vary.push(value.clone()),
                "seed" => typed.seed = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        typed
    }

    /// # Errors
    /// One that has no `=`, a seed that is no number, or more than anybody would type.
    pub(crate) fn overrides(&self) -> Result<Overrides, Problem> {
        let of = |option: &str, what| Source::new(option, "").problem_of_file(what);
        let count = self.set.len() + self.vary.len();
        if count > SETTINGS_MAX {
            return Err(of(
                "--set",
                both!(
                    "{count} settings; at most {SETTINGS_MAX} are read",
                    "설정이 {count}개입니다. 최대 {SETTINGS_MAX}개까지 읽습니다"
                ),
            ));
        }
        let seed = self.seed.as_deref().map(|text| {
            text.parse::<u64>().map_err(|_| {
                let text = printable(text);
                both!(
                    "a whole number was expected, found `{text}`",
                    "정수가 필요합니다(현재 값: `{text}`)"
                )
            })
        });
        Ok(Overrides {
            set: set(&self.set).map_err(|what| of("--set", what))?,
            vary: vary(&self.vary).map_err(|what| of("--vary", what))?,
            seed: seed.transpose().map_err(|what| of("--seed", what))?,
            ..Overrides::default()
        })
    }

    /// The line that gives the same numbers in a terminal.
    pub(crate) fn command(&self, sim: &str, seed: u64) -> String {
        let mut line = format!("prep sim {sim}");
        for (option, pairs) in [("--set", &self.set), ("--vary", &self.vary)] {
            for pair in pairs {
                line += &format!(" {option} {}", quoted(pair));
            }
        }
        format!("{line} --seed {seed}")
    }
}

/// Reads what is given to `--set`.
///
/// # Errors
/// One that has no `=`.
pub(crate) fn set(pairs: &[String]) -> Result<Vec<(String, Raw)>, Text> {
    let read = |pair: &String| {
        let (name, value) = split(pair, "--set")?;
        Ok((name.to_owned(), Raw::from_argument(value)))
    };
    pairs.iter().map(read).collect()
}

/// Reads what is given to `--vary`.
///
/// # Errors
/// One that has no `=`.
pub(crate) fn vary(pairs: &[String]) -> Result<Vec<(String, Vec<Raw>)>, Text> {
    let read = |pair: &String| {
        let (name, values) = split(pair, "--vary")?;
        Ok((name.to_owned(), values.split(',').map(Raw::from_argument).collect()))
    };
    pairs.iter().map(read).collect()
}

/// Name and value.
///
/// # Errors
/// There is no `=`; `option` is what the sentence names.
pub(crate) fn split<'p>(pair: &'p str, option: &str) -> Result<(&'p str, &'p str), Text> {
    pair.split_once('=').map(|(name, value)| (name.trim(), value)).ok_or_else(|| {
        let pair = printable(pair);
        both!(
            "{option} takes KNOB=VALUE, not `{pair}`",
            "{option}에는 KNOB=VALUE 꼴을 쓰세요(현재 값: `{pair}`)"
        )
    })
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let word = printable(word);
    let plain = |c: char| c.is_alphanumeric() || "-_./=,%:".contains(c);
    if word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let owned = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Typed::from_pairs(&owned.collect::<Vec<_>>())
    }

    #[test]
    fn a_link_holds_what_the_terminal_takes() {
        let link = typed(&[
            ("set", "load.shoppers.rate=300/s"),
            ("vary", "app.cores = 1,2"),
            ("set", "load.shoppers.mix=view_product 1, buy_now 2"),
            ("seed", " 7 "),
            ("utm", "x"),
            ("set", " "),
        ]);
        assert_eq!(
            link.command("pool-size", 7),
            "prep sim pool-size --set load.shoppers.rate=300/s --set 'load.shoppers.mix=view_product 1, buy_now 2' --vary 'app.cores = 1,2' --seed 7"
        );
        let word = |text: &str| Raw::Word(text.to_owned());
        let expected = Overrides {
            set: vec![
                ("load.shoppers.rate".to_owned(), word("300/s")),
                ("load.shoppers.mix".to_owned(), word("view_product 1, buy_now 2")),
            ],
            vary: vec![("app.cores".to_owned(), vec![Raw::Int(1), Raw::Int(2)])],
            seed: Some(7),
            ..Overrides::default()
        };
        assert_eq!(link.overrides(), Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_names_its_option() {
        let faults = [("set", "rate"), ("vary", "cores"), ("seed", "-1")].map(|pair| {
            let problem = typed(&[pair]).overrides().unwrap_err();
            format!("{}: {}", problem.path, problem.what.en)
        });
        assert_eq!(
            faults,
            [
                "--set: --set takes KNOB=VALUE, not `rate`",
                "--vary: --vary takes KNOB=VALUE, not `cores`",
                "--seed: a whole number was expected, found `-1`",
            ]
        );
        let many = typed(&[("set", "a=1"); 101]).overrides().unwrap_err();
        assert_eq!(many.what.en, "101 settings; at most 100 are read");
    }
}
