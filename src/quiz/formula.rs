//! Arithmetic over the params of a question: how a known wrong value is computed.
//!
//! `{rate} * 0.02 / {pool}`: numbers, `{param}`, `+ - * /` and parentheses.

use serde::{Deserialize, Serialize};

use crate::content::text::{Text, both};

/// Sums and products nest no deeper than this.
const DEPTH_MAX: usize = 16;

/// A formula as it is written; [`Formula::parse`] has found it well-formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Formula(String);

impl Formula {
    /// Reads a formula whose braces name some of `params`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn parse(text: &str, params: &[&str]) -> Result<Formula, Text> {
        // Which value stands for a param does not matter for the form.
        let known: Vec<(&str, f64)> = params.iter().map(|name| (*name, 1.0)).collect();
        evaluate(text, &known)?;
        Ok(Formula(text.to_owned()))
    }

    /// The value with these params; `None` where it is none: a division by zero.
    pub(crate) fn value(&self, params: &[(&str, f64)]) -> Option<f64> {
        evaluate(&self.0, params).ok().filter(|value| value.is_finite())
    }
}

/// The number that a setting begins with: 300 for `300/s`, 20 for `20ms`.
pub(crate) fn leading_number(setting: &str) -> Option<f64> {
    let digits = setting.trim_start().replace('_', "");
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    digits[..end].parse().ok()
}

fn evaluate(text: &str, params: &[(&str, f64)]) -> Result<f64, Text> {
    let mut reader = Reader { text, at: 0, params };
    let value = reader.sum(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.unexpected());
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    params: &'t [(&'t str, f64)],
}

impl Reader<'_> {
    fn sum(&mut self, depth: usize) -> Result<f64, Text> {
        let mut value = self.product(depth)?;
        loop {
            if self.take('+') {
                value += self.product(depth)?;
            } else if self.take('-') {
                value -= self.product(depth)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self, depth: usize) -> Result<f64, Text> {
        let mut value = self.atom(depth)?;
        loop {
            if self.take('*') {
                value *= self.atom(depth)?;
            } else if self.take('/') {
                value /= self.atom(depth)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn atom(&mut self, depth: usize) -> Result<f64, Text> {
        if depth > DEPTH_MAX {
            return Err(both!(
                "the formula is nested deeper than {DEPTH_MAX}",
                "식의 괄호가 {DEPTH_MAX}단계를 넘습니다"
            ));
        }
        if self.take('(') {
            let value = self.sum(depth + 1)?;
            return if self.take(')') { Ok(value) } else { Err(self.unexpected()) };
        }
        if self.take('{') {
            let rest = &self.text[self.at..];
            let Some((name, _)) = rest.split_once('}') else { return Err(self.unexpected()) };
            self.at += name.len() + 1;
            let found = self.params.iter().find(|(known, _)| *known == name);
            let name = crate::content::problem::printable(name);
            return found.map(|(_, value)| *value).ok_or_else(|| {
                both!("`{{{name}}}` names no param", "`{{{name}}}`에 해당하는 param이 없습니다")
            });
        }
        self.space();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = rest[..end].parse().map_err(|_| self.unexpected())?;
        self.at += end;
        Ok(number)
    }

    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, sign: char) -> bool {
        self.space();
        let found = self.text[self.at..].starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn unexpected(&self) -> Text {
        let rest = crate::content::problem::printable(&self.text[self.at..]);
        let text = crate::content::problem::printable(self.text);
        both!(
            "`{text}` is no formula (numbers, {{param}}, + - * / and parentheses), from: `{rest}`",
            "`{text}`은(는) 식이 아닙니다(숫자, {{param}}, + - * /, 괄호만 씁니다). 문제가 되는 곳: `{rest}`"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: [(&str, f64); 2] = [("rate", 300.0), ("pool", 10.0)];

    fn value(text: &str) -> Option<f64> {
        let names = PARAMS.map(|(name, _)| name);
        Formula::parse(text, &names).ok().and_then(|formula| formula.value(&PARAMS))
    }

    #[test]
    fn formulas_follow_the_rules_of_arithmetic() {
        let cases = [
            ("2", Some(2.0)),
            ("1 + 2 * 3", Some(7.0)),
            ("(1 + 2) * 3", Some(9.0)),
            ("12 / 2 / 3", Some(2.0)),
            ("10 - 2 - 3", Some(5.0)),
            ("{rate}/{pool} - 0.5", Some(29.5)),
            ("1 / ({pool} - 10)", None),
        ];
        assert_eq!(cases.map(|(text, _)| value(text)), cases.map(|(_, value)| value));
    }

    #[test]
    fn what_is_no_formula_is_named() {
        let names = PARAMS.map(|(name, _)| name);
        let faults = ["", "1 +", "(1", "1 2", "{size}", "{rate", "x"]
            .map(|text| Formula::parse(text, &names).map_err(|fault| fault.en));
        let of = |text: &str, rest: &str| {
            Err(format!(
                "`{text}` is no formula (numbers, {{param}}, + - * / and parentheses), from: \
                 `{rest}`"
            ))
        };
        assert_eq!(
            faults,
            [
                of("", ""),
                of("1 +", ""),
                of("(1", ""),
                of("1 2", "2"),
                Err("`{size}` names no param".to_owned()),
                of("{rate", "rate"),
                of("x", "x"),
            ]
        );
        let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(
            Formula::parse(&deep, &names).map_err(|fault| fault.en),
            Err("the formula is nested deeper than 16".to_owned())
        );
    }

    #[test]
    fn settings_begin_with_a_number() {
        let found = ["300/s", "20ms", "1_000", "2.5", "aside"].map(leading_number);
        assert_eq!(found, [Some(300.0), Some(20.0), Some(1_000.0), Some(2.5), None]);
    }
}
