//! The metrics of an outcome as CSV (RFC 4180).

use std::fmt::Write as _;

use crate::sims::outcome::Outcome;

/// One line per variant and metric, numbers as in JSON; absent values are empty.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let mut out = "sim,variant,steady,metric,value,low,high,unit,n\n".to_owned();
    for variant in &outcome.variants {
        for (id, estimate) in &variant.metrics {
            let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "{},{},{},{},{},{},{},{},{}",
                field(&outcome.sim),
                field(&variant.name),
                variant.steady,
                field(id),
                number(estimate.value),
                number(estimate.low),
                number(estimate.high),
                estimate.unit,
                estimate.n
            );
        }
    }
    out
}

fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_with_separators_are_quoted() {
        assert_eq!(field("5, 10"), "\"5, 10\"");
        assert_eq!(field("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(field("plain"), "plain");
    }
}
