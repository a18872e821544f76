//! What stands between the braces.

use crate::content::problem::printable;
use crate::content::text::both;
use crate::quiz::grade::is_within;
use crate::quiz::unit::Unit;

use super::block::{self, Token};
use super::{Format, GiftKind, GiftNumber, GiftOption, Reader, Refused};

/// Options are labelled with the letters of the alphabet.
const OPTIONS_MAX: usize = 26;

/// One option as it is written.
struct Marked<'t> {
    /// After `=`, which makes it the right one.
    equals: bool,
    /// In percent.
    weight: Option<f64>,
    text: &'t [Token],
    feedback: &'t [Token],
}

impl Reader<'_> {
    /// Reads the answers. `at` is the opening brace.
    pub(super) fn answers(
        &mut self,
        tokens: &[Token],
        at: &[Token],
        format: Format,
        unit: Option<Unit>,
    ) -> Result<GiftKind, Refused> {
        let Some(first) = tokens.first() else { return Ok(GiftKind::Open) };
        if first.is('#') {
            return self.number(&tokens[1..], at, format, unit);
        }
        if block::find(tokens, '~').is_some() {
            return self.options(tokens, at, format);
        }
        let has_arrow = tokens.windows(2).any(|two| two[0].is('-') && two[1].is('>'));
        if block::find(tokens, '=').is_some() && has_arrow {
            return Err(self.left_out(
                at,
                both!(
                    "left out: there is no kind for matching questions",
                    "제외: 짝 맞추기 문제에 맞는 유형이 없습니다"
                ),
            ));
        }
        let (answer, feedback) = split_feedback(tokens);
        match block::text(block::trim(answer)).as_str() {
            "T" | "TRUE" => self.true_or_false(true, feedback, format),
            "F" | "FALSE" => self.true_or_false(false, feedback, format),
            _ => Err(self.left_out(
                at,
                both!(
                    "left out: there is no kind for short answers; a choice asks the same",
                    "제외: 단답형에 맞는 유형이 없습니다. choice로 바꾸어 물을 수 있습니다"
                ),
            )),
        }
    }

    /// The first feedback is shown after the wrong answer, the second after the right one.
    fn true_or_false(
        &self,
        is_true: bool,
        feedback: &[Token],
        format: Format,
    ) -> Result<GiftKind, Refused> {
        let (wrong, right) = split_feedback(feedback);
        let (wrong, right) = (self.feedback(wrong, format)?, self.feedback(right, format)?);
        let option = |text: &str, holds: bool| GiftOption {
            text: text.to_owned(),
            why: if holds { right.clone() } else { wrong.clone() },
            right: holds,
        };
        Ok(GiftKind::Choice(vec![option("True", is_true), option("False", !is_true)]))
    }

    fn options(
        &mut self,
        tokens: &[Token],
        at: &[Token],
        format: Format,
    ) -> Result<GiftKind, Refused> {
        let marked = self.marked(tokens)?;
        let count = marked.len();
        if count > OPTIONS_MAX {
            let what = both!(
                "left out: {count} options, and at most {OPTIONS_MAX} have a letter",
                "제외: 보기가 {count}개입니다. 글자를 붙일 수 있는 것은 {OPTIONS_MAX}개까지입니다"
            );
            return Err(self.left_out(at, what));
        }
        if count < 2 {
            let what = both!("at least two options were expected", "보기가 둘 이상 필요합니다");
            return Err(Refused::Fault(self.problem(at, what)));
        }
        let single = marked.iter().any(|option| option.equals);
        let mut options = Vec::new();
        for option in &marked {
            let text = self.formatted(option.text, format)?;
            if text.is_empty() {
                let what = both!("an option is empty", "보기가 비어 있습니다");
                return Err(Refused::Fault(self.problem(at, what)));
            }
            let why = self.feedback(option.feedback, format)?;
            let weight = option.weight.unwrap_or(0.0);
            let right = if single { option.equals } else { weight > 0.0 };
            options.push(GiftOption { text, why, right });
        }
        match options.iter().filter(|option| option.right).count() {
            0 => {
                let what = both!(
                    "no option is right: mark it with `=`, or several with `~%50%`",
                    "정답인 보기가 없습니다. `=`로, 여럿이면 `~%50%`처럼 표시하세요"
                );
                return Err(Refused::Fault(self.problem(at, what)));
            }
            right if single && right > 1 => {
                let what = both!(
                    "left out: {right} options are right and only one can be chosen",
                    "제외: 정답이 {right}개인데 하나만 고를 수 있습니다"
                );
                return Err(self.left_out(at, what));
            }
            right => self.weights_are_ours(&marked, at, single, right),
        }
        Ok(if single { GiftKind::Choice(options) } else { GiftKind::Several(options) })
    }

    /// Tells where the weights differ from what an answer earns here.
    fn weights_are_ours(
        &mut self,
        marked: &[Marked<'_>],
        at: &[Token],
        single: bool,
        right: usize,
    ) {
        let part = 100.0 / right as f64;
        let ours = |option: &Marked<'_>| {
            let weight = option.weight.unwrap_or(0.0);
            let near = |other: f64| (weight.abs() - other).abs() < 0.01;
            // In percent to five digits; a wrong option may take off what a right one gives.
            if single { weight <= 0.0 } else { near(part) || (weight <= 0.0 && near(0.0)) }
        };
        if !marked.iter().all(ours) {
            self.without(
                at,
                both!(
                    "taken without its weights: every right option counts the same",
                    "배점은 가져오지 않았습니다. 정답인 보기는 모두 같은 점수입니다"
                ),
            );
        }
    }

    fn marked<'t>(&self, tokens: &'t [Token]) -> Result<Vec<Marked<'t>>, Refused> {
        let is_mark = |token: &Token| token.is('~') || token.is('=');
        if !tokens.first().is_some_and(is_mark) {
            let what = both!(
                "`~` or `=` was expected before an option",
                "보기 앞에는 `~`나 `=`가 필요합니다"
            );
            return Err(Refused::Fault(self.problem(&tokens[..1], what)));
        }
        let starts: Vec<usize> = (0..tokens.len()).filter(|at| is_mark(&tokens[*at])).collect();
        let ends = starts.iter().copied().skip(1).chain([tokens.len()]);
        let mut marked = Vec::new();
        for (start, end) in starts.iter().copied().zip(ends) {
            let equals = tokens[start].is('=');
            let inner = block::trim(&tokens[start + 1..end]);
            let (weight, inner) = if equals { (None, inner) } else { self.weight(inner)? };
            let (text, feedback) = split_feedback(inner);
            marked.push(Marked { equals, weight, text, feedback });
        }
        Ok(marked)
    }

    /// `%50%` at the start, in percent, and what follows it.
    fn weight<'t>(&self, tokens: &'t [Token]) -> Result<(Option<f64>, &'t [Token]), Refused> {
        const LONGEST: usize = 12;
        if !tokens.first().is_some_and(|token| token.is('%')) {
            return Ok((None, tokens));
        }
        let inner = &tokens[1..];
        let is_digit = |token: &&Token| token.c.is_ascii_digit() || matches!(token.c, '-' | '.');
        let length = inner.iter().take_while(is_digit).count();
        if length == 0 || !inner.get(length).is_some_and(|token| token.is('%')) {
            // A text that begins with a percent sign.
            return Ok((None, tokens));
        }
        let digits = block::text(&inner[..length]);
        let weight = digits.parse::<f64>().ok().filter(|it| it.abs() <= 100.0);
        match weight {
            Some(weight) if length <= LONGEST => Ok((Some(weight), &inner[length + 1..])),
            _ => {
                let what = both!(
                    "a weight is between -100 and 100 percent",
                    "배점은 -100에서 100 사이의 퍼센트입니다"
                );
                Err(Refused::Fault(self.problem(&tokens[..length + 2], what)))
            }
        }
    }

    fn number(
        &mut self,
        tokens: &[Token],
        at: &[Token],
        format: Format,
        unit: Option<Unit>,
    ) -> Result<GiftKind, Refused> {
        let (tokens, otherwise) = match block::find(tokens, '~') {
            Some(mark) => (&tokens[..mark], &tokens[mark + 1..]),
            None => (tokens, &[][..]),
        };
        let mut full = Vec::new();
        let mut wrong = Vec::new();
        let mut partly = !block::trim(otherwise).is_empty();
        for answer in tokens.split(|token| token.is('=')) {
            let answer = block::trim(answer);
            if answer.is_empty() {
                continue;
            }
            let (weight, rest) = self.weight(answer)?;
            let (value, feedback) = split_feedback(rest);
            let value = block::trim(value);
            if block::text(value) == "*" {
                partly = true;
                continue;
            }
            let (value, tolerance) = self.value(value, answer)?;
            let weight = weight.unwrap_or(100.0);
            if weight >= 100.0 {
                full.push((value, tolerance));
            } else if weight <= 0.0 {
                wrong.push((value, self.feedback(feedback, format)?));
            } else {
                partly = true;
            }
        }
        let (answer, tolerance) = match full[..] {
            [one] => one,
            [] => {
                let what =
                    both!("no number counts in full", "온전히 정답으로 치는 숫자가 없습니다");
                return Err(Refused::Fault(self.problem(at, what)));
            }
            _ => {
                let what = both!(
                    "left out: several numbers are right, and a question has one",
                    "제외: 정답인 숫자가 여럿입니다. 문제마다 하나만 둡니다"
                );
                return Err(self.left_out(at, what));
            }
        };
        let before = wrong.len();
        wrong.retain(|(value, _)| !is_within(*value, answer - tolerance, answer + tolerance));
        if partly || wrong.len() < before {
            self.without(
                at,
                both!(
                    "taken without what is said of other numbers: one is right, some are wrong",
                    "그 밖의 숫자에 대한 설명과 부분 점수는 가져오지 않았습니다"
                ),
            );
        }
        Ok(GiftKind::Number(GiftNumber { answer, tolerance, unit, wrong }))
    }

    /// `200`, `200:4` or `196..204` as a value and its tolerance.
    fn value(&self, tokens: &[Token], answer: &[Token]) -> Result<(f64, f64), Refused> {
        let text = block::text(tokens);
        let number = |digits: &str| {
            let found = digits.trim().parse::<f64>().ok();
            // Also `inf` and `nan` are read as numbers.
            found.filter(|number| number.is_finite() && number.abs() < 1e15)
        };
        let found = if let Some((low, high)) = text.split_once("..") {
            number(low)
                .zip(number(high))
                .map(|(low, high)| (f64::midpoint(low, high), (high - low) / 2.0))
        } else if let Some((value, tolerance)) = text.split_once(':') {
            number(value).zip(number(tolerance))
        } else {
            number(&text).map(|value| (value, 0.0))
        };
        found.filter(|(_, tolerance)| *tolerance >= 0.0).ok_or_else(|| {
            let text = printable(&text);
            let problem = self
                .problem(answer, both!("`{text}` is no number", "`{text}`은(는) 숫자가 아닙니다"));
            Refused::Fault(problem.hint(both!(
                "write `200`, `200:4` (value and tolerance) or `196..204`",
                "`200`, `200:4`(값과 허용 오차), `196..204`처럼 쓰세요"
            )))
        })
    }
}

/// What stands before the first `#`, and what behind it.
fn split_feedback(tokens: &[Token]) -> (&[Token], &[Token]) {
    match block::find(tokens, '#') {
        Some(at) => (&tokens[..at], &tokens[at + 1..]),
        None => (tokens, &[]),
    }
}
