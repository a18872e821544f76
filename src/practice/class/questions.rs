//! What a class shows about each question.

use std::collections::BTreeMap;

use super::{Answered, Marked, Row};
use crate::content::text::Text;
use crate::practice::key::{Key, KeyQuestion};

/// Fewer scores than this say nothing about a question.
const SCORES_MIN: usize = 5;

/// One question over all students who were asked.
#[derive(Clone, Debug)]
pub(crate) struct QuestionRow<'k> {
    pub(crate) key: &'k KeyQuestion,
    /// Students who were asked, and who have a graded answer.
    pub(crate) asked: usize,
    pub(crate) graded: usize,
    /// Share of the graded answers that are right in full; `None` without any.
    pub(crate) right: Option<f64>,
    /// The misconception that most answers show, and how many do.
    pub(crate) trap: Option<(Text, usize)>,
    /// Mean confidence, 1 to 5, of those who gave one.
    pub(crate) sure: Option<f64>,
    /// Point-biserial correlation of the score with the share of the other points; `None` for
    /// fewer than 5 scores, or where one of the two does not vary.
    pub(crate) discrimination: Option<f64>,
}

pub(super) fn rows<'k>(key: &'k Key, rows: &[Row<'k>]) -> Vec<QuestionRow<'k>> {
    key.questions.iter().map(|question| row(question, rows)).collect()
}

fn row<'k>(key: &'k KeyQuestion, rows: &[Row<'k>]) -> QuestionRow<'k> {
    let mut asked = 0;
    let mut right = Vec::new();
    let mut sure = Vec::new();
    let mut pairs = Vec::new();
    let mut traps: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let Some(answered) = row.answers.iter().find(|answered| answered.key.id == key.id) else {
            continue;
        };
        asked += 1;
        if answered.state != Marked::Waits {
            pairs.extend(rest(row, answered).map(|rest| (answered.score(), rest)));
        }
        let Marked::Graded(grade) = &answered.state else { continue };
        right.push(f64::from(u8::from(grade.score >= 1.0)));
        sure.extend(answered.line.as_ref().and_then(|line| line.sure).map(f64::from));
        for misconception in &key.misconceptions {
            if grade.traps.iter().any(|trap| trap.id == misconception.id) {
                *traps.entry(&misconception.id).or_default() += 1;
            }
        }
    }
    // Of equals the first by name, so that the same files give the same table.
    let most = traps.iter().max_by_key(|(id, count)| (**count, std::cmp::Reverse(**id)));
    let trap = most.and_then(|(id, count)| {
        let found = key.misconceptions.iter().find(|misconception| misconception.id == **id)?;
        Some((found.text.clone(), *count))
    });
    QuestionRow {
        key,
        asked,
        graded: right.len(),
        right: mean(&right),
        trap,
        sure: mean(&sure),
        discrimination: correlation(&pairs),
    }
}

/// The share of the points of all other questions that the student got.
fn rest(row: &Row<'_>, of: &Answered<'_>) -> Option<f64> {
    let others = row.answers.iter().filter(|answered| answered.key.id != of.key.id);
    let (mut got, mut most) = (0.0, 0.0);
    for answered in others {
        got += answered.score() * answered.drawn.points;
        most += answered.drawn.points;
    }
    (most > 0.0).then(|| got / most)
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Pearson's correlation, which is the point-biserial one where scores are 0 or 1.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < SCORES_MIN {
        return None;
    }
    let n = pairs.len() as f64;
    let (x, y) = (
        pairs.iter().map(|pair| pair.0).sum::<f64>() / n,
        pairs.iter().map(|pair| pair.1).sum::<f64>() / n,
    );
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| of(p.0 - x, p.1 - y)).sum();
    let (xy, xx, yy): (f64, f64, f64) =
        (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    (xx > 1e-12 && yy > 1e-12).then(|| (xy / libm::sqrt(xx * yy)).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::correlation;

    /// Ten students with 8, 9, 6, 7, 9 (right) and 3, 5, 4, 6, 2 (wrong) points of the rest: means
    /// 7.8 and 4, all together a mean of 5.9 and a mean square of 40.1, hence a standard deviation
    /// of 2.3; r = (7.8 - 4) / 2.3 * sqrt(0.5 * 0.5) = 0.82609.
    #[test]
    fn discrimination_is_the_point_biserial_correlation() {
        let right = [8.0, 9.0, 6.0, 7.0, 9.0].map(|rest| (1.0, rest));
        let wrong = [3.0, 5.0, 4.0, 6.0, 2.0].map(|rest| (0.0, rest));
        let all = [right, wrong].concat();
        let r = correlation(&all).unwrap();
        assert!((r - 0.826_09).abs() < 1e-4, "{r}");
        assert_eq!(correlation(&all[..4]), None);
        assert_eq!(correlation(&right), None, "the item does not vary");
    }
}
