//! Knobs: everything that can be set, each declared once with name, unit, range, default, words
//! and source. The parser, `--knobs`, the range checks and the JSON all come from that one row.

use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::engine::distribution::Distribution;
use crate::engine::time::{MICROSECOND, MILLISECOND, Nanos, SECOND};

/// One declaration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knob {
    /// The product's own dotted name; of a family only the last part.
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    /// Allowed values, both ends included, in the unit's terms (milliseconds for durations).
    pub(crate) least: f64,
    pub(crate) most: f64,
    /// Written as an author would write it.
    pub(crate) default: &'static str,
    pub(crate) en: &'static str,
    pub(crate) ko: &'static str,
    /// Where the default or the meaning comes from.
    pub(crate) source: &'static str,
}

/// What kind of value a knob takes, and what a bare number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    /// A count, or `"unlimited"`.
    Limit,
    /// A duration; a bare number is milliseconds, as in the product.
    Milliseconds,
    /// A duration; a bare number is seconds, as in the product.
    Seconds,
    /// A duration of ours; a bare number is refused.
    Duration,
    /// A random duration: `"exp 20ms"`.
    RandomTime,
    /// `"300/s"`.
    Rate,
    /// `"35%"`, or 0.35.
    Share,
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Weights by name: `{ view_product = 80, buy_now = 20 }`.
    Mix,
    /// Load over time: `"0s 10/s, 60s 300/s"`.
    Stages,
    /// Memory: `"64MiB"`; a bare number is bytes, as in the product.
    Size,
    /// `"poll 10ms"` or `"pubsub"`.
    Acquisition,
    /// A duration, or `"watchdog"`.
    Lease,
    /// `"9 x list_products after exp 2s"`.
    Journey,
    /// A number without a unit.
    Number,
    /// A count, or a share of a count.
    Portion,
    /// `"5% 30s, 50% 30s"`.
    CanarySteps,
    /// Rising durations: `"5ms 10ms 25ms"`.
    Durations,
}

impl Unit {
    /// The name in `--knobs` and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Limit => "count or \"unlimited\"",
            Unit::Milliseconds => "duration, bare number in ms",
            Unit::Seconds => "duration, bare number in s",
            Unit::Duration => "duration with its unit",
            Unit::RandomTime => "random time",
            Unit::Rate => "rate",
            Unit::Share => "share",
            Unit::Flag => "true or false",
            Unit::Choice(_) => "choice",
            Unit::Mix => "weights",
            Unit::Stages => "stages",
            Unit::Size => "size, bare number in bytes",
            Unit::Acquisition => "\"poll 10ms\" or \"pubsub\"",
            Unit::Journey => "stops",
            Unit::Number => "number",
            Unit::Portion => "count or share",
            Unit::CanarySteps => "shares and times",
            Unit::Durations => "durations",
            Unit::Lease => "duration or \"watchdog\"",
        }
    }
}

/// A value as written, before its knob is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Raw {
    Int(i64),
    Float(f64),
    Flag(bool),
    Word(String),
    Weights(Vec<(String, f64)>),
}

impl Raw {
    /// Reads what stands behind `=` in `--set`.
    pub(crate) fn from_argument(text: &str) -> Raw {
        let text = text.trim();
        if let Ok(number) = text.replace('_', "").parse::<i64>() {
            return Raw::Int(number);
        }
        match text {
            "true" => Raw::Flag(true),
            "false" => Raw::Flag(false),
            _ => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Raw::Float(number),
                _ => Raw::Word(text.trim_matches('"').to_owned()),
            },
        }
    }

    pub(crate) fn show(&self) -> String {
        match self {
            Raw::Int(number) => number.to_string(),
            Raw::Float(number) => number.to_string(),
            Raw::Flag(yes) => yes.to_string(),
            Raw::Word(word) => printable(word),
            Raw::Weights(weights) => show_weights(weights),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Raw::Int(number) => Some(*number as f64),
            Raw::Float(number) => Some(*number),
            _ => None,
        }
    }
}

fn show_weights(weights: &[(String, f64)]) -> String {
    let parts: Vec<String> =
        weights.iter().map(|(name, weight)| format!("{name} {weight}")).collect();
    parts.join(", ")
}

/// A type that a knob can have.
pub(crate) trait KnobValue: Sized {
    /// # Errors
    /// A sentence that says what was expected.
    fn parse(raw: &Raw, knob: &Knob) -> Result<Self, Text>;

    /// The value as JSON, in the knob's unit.
    fn json(&self, knob: &Knob) -> serde_json::Value;
}

fn expected(raw: &Raw, en: &str, ko: &str) -> Text {
    let found = raw.show();
    both!("{en} was expected, found `{found}`", "{ko}이(가) 필요합니다(현재 값: `{found}`)")
}

fn in_range(value: f64, raw: &Raw, knob: &Knob, suffix: &str) -> Result<f64, Text> {
    if value >= knob.least && value <= knob.most {
        return Ok(value);
    }
    let (found, least, most) = (raw.show(), knob.least, knob.most);
    Err(both!(
        "{found} is out of range: {least}{suffix} to {most}{suffix}",
        "{found}은(는) 범위를 벗어났습니다: {least}{suffix}~{most}{suffix}"
    ))
}

impl KnobValue for u32 {
    fn parse(raw: &Raw, knob: &Knob) -> Result<u32, Text> {
        let Raw::Int(number) = raw else {
            return Err(expected(raw, "a whole number", "정수"));
        };
        in_range(*number as f64, raw, knob, "").map(|value| value as u32)
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        (*self).into()
    }
}

/// A count that may be unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Of(u32),
    Unlimited,
}

impl Limit {
    /// The largest number when unlimited.
    pub(crate) fn count(self) -> u32 {
        match self {
            Limit::Of(count) => count,
            Limit::Unlimited => u32::MAX,
        }
    }
}

impl KnobValue for Limit {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Limit, Text> {
        match raw {
            Raw::Word(word) if word == "unlimited" => Ok(Limit::Unlimited),
            Raw::Int(_) => u32::parse(raw, knob).map(Limit::Of),
            _ => Err(expected(raw, "a whole number or \"unlimited\"", "정수 또는 \"unlimited\"")),
        }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        match self {
            Limit::Of(count) => (*count).into(),
            Limit::Unlimited => "unlimited".into(),
        }
    }
}

impl KnobValue for bool {
    fn parse(raw: &Raw, _: &Knob) -> Result<bool, Text> {
        match raw {
            Raw::Flag(yes) => Ok(*yes),
            _ => Err(expected(raw, "true or false", "true 또는 false")),
        }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        (*self).into()
    }
}

/// A fixed duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Nanos);

impl KnobValue for Span {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Span, Text> {
        let bare = match knob.unit {
            Unit::Milliseconds => Some(MILLISECOND),
            Unit::Seconds => Some(SECOND),
            _ => None,
        };
        let nanos = match (raw, raw.number(), bare) {
            (_, Some(number), Some(unit)) => number * unit as f64,
            (_, Some(_), None) => {
                let found = raw.show();
                return Err(both!(
                    "`{found}` has no unit: write \"{found}ms\" or \"{found}s\"",
                    "`{found}`에 단위가 없습니다. \"{found}ms\"나 \"{found}s\"처럼 쓰세요"
                ));
            }
            (Raw::Word(word), ..) => duration(word)
                .ok_or_else(|| expected(raw, "a duration such as \"20ms\"", "\"20ms\" 같은 시간"))?
                as f64,
            _ => return Err(expected(raw, "a duration such as \"20ms\"", "\"20ms\" 같은 시간")),
        };
        in_range(nanos / 1e6, raw, knob, " ms")?;
        Ok(Span((nanos + 0.5) as Nanos))
    }

    fn json(&self, knob: &Knob) -> serde_json::Value {
        match knob.unit {
            Unit::Milliseconds => json_number(self.0 as f64 / 1e6),
            Unit::Seconds => json_number(self.0 as f64 / 1e9),
            _ => show_duration(self.0).into(),
        }
    }
}

/// Bytes of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

const SIZES: [(&str, u64); 4] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)];

impl KnobValue for Size {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Size, Text> {
        let wrong = || expected(raw, "a size such as \"128MiB\"", "\"128MiB\" 같은 크기");
        let bytes = match raw {
            Raw::Int(bytes) => *bytes as f64,
            Raw::Word(word) => {
                let unit = SIZES.iter().find(|(unit, _)| word.ends_with(unit)).ok_or_else(wrong)?;
                let number = word[..word.len() - unit.0.len()].trim().replace('_', "");
                number.parse::<f64>().map_err(|_| wrong())? * unit.1 as f64
            }
            _ => return Err(wrong()),
        };
        in_range(bytes, raw, knob, " bytes").map(|bytes| Size(bytes as u64))
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        let whole = |unit: u64| self.0 > 0 && self.0.is_multiple_of(unit);
        let (name, unit) = match self.0 {
            _ if whole(1 << 30) => ("GiB", 1 << 30),
            _ if whole(1 << 20) => ("MiB", 1 << 20),
            _ if whole(1 << 10) => ("KiB", 1 << 10),
            _ => ("B", 1),
        };
        format!("{}{name}", self.0 / unit).into()
    }
}

/// Whole numbers without a fraction.
fn json_number(value: f64) -> serde_json::Value {
    if value == libm::floor(value) && value.abs() < 9e15 {
        (value as i64).into()
    } else {
        value.into()
    }
}

/// `20ms`, `1.5s`, `300us`, `2m`, `1h`.
pub(crate) fn duration(text: &str) -> Option<Nanos> {
    let text = text.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))?;
    let number: f64 = text[..digits].replace('_', "").parse().ok()?;
    let unit = match text[digits..].trim() {
        "ns" => 1,
        "us" | "µs" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" | "min" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        _ => return None,
    };
    let nanos = number * unit as f64 + 0.5;
    (nanos < 9e18).then_some(nanos as Nanos)
}

/// The shortest way to write a duration.
pub(crate) fn show_duration(nanos: Nanos) -> String {
    let shown = |unit: Nanos, name: &str| format!("{}{name}", nanos as f64 / unit as f64);
    match nanos {
        0 => "0ms".to_owned(),
        n if n < MICROSECOND => shown(1, "ns"),
        n if n < MILLISECOND => shown(MICROSECOND, "us"),
        n if n < SECOND => shown(MILLISECOND, "ms"),
        _ => shown(SECOND, "s"),
    }
}

const RANDOM_TIME_EN: &str = "a random time such as \"exp 20ms\", \"const 20ms\", \"uniform 5ms..15ms\", \"gamma 20ms cv 0.5\", \"lognormal 20ms cv 2\", \"pareto 20ms shape 2.5\", \"empirical 9ms, 12ms, 30ms\" or \"quantiles 0% 1ms, 50% 4ms, 100% 9ms\"";
const RANDOM_TIME_KO: &str = "\"exp 20ms\", \"const 20ms\", \"uniform 5ms..15ms\", \"gamma 20ms cv 0.5\", \"lognormal 20ms cv 2\", \"pareto 20ms shape 2.5\", \"empirical 9ms, 12ms, 30ms\", \"quantiles 0% 1ms, 50% 4ms, 100% 9ms\" 같은 확률 시간";

impl KnobValue for Distribution {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Distribution, Text> {
        let wrong = || expected(raw, RANDOM_TIME_EN, RANDOM_TIME_KO);
        let Raw::Word(word) = raw else {
            return Err(if raw.number().is_some() {
                let found = raw.show();
                both!(
                    "`{found}` has no unit: write \"{found}ms\" or \"exp {found}ms\"",
                    "`{found}`에 단위가 없습니다. \"{found}ms\"나 \"exp {found}ms\"처럼 쓰세요"
                )
            } else {
                wrong()
            });
        };
        let distribution = distribution(word).ok_or_else(wrong)?;
        in_range(distribution.mean() / 1e6, raw, knob, " ms")?;
        Ok(distribution)
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        show_distribution(self).into()
    }
}

/// Reads a random time; `None` for anything else.
pub(crate) fn distribution(text: &str) -> Option<Distribution> {
    let text = text.trim();
    if let Some(span) = duration(text) {
        return Some(Distribution::Constant(span));
    }
    let (kind, rest) = text.split_once(' ')?;
    let rest = rest.trim();
    // `20ms cv 0.5`: a mean and one named parameter.
    let mean_and = |name: &str, least: f64| {
        let (mean, parameter) = rest.split_once(name)?;
        let parameter: f64 = parameter.trim().parse().ok()?;
        let mean = duration(mean)? as f64;
        (parameter > least && parameter <= 1_000.0 && mean > 0.0).then_some((mean, parameter))
    };
    match kind {
        "const" => duration(rest).map(Distribution::Constant),
        "exp" => duration(rest).map(|mean| Distribution::Exponential { mean: mean as f64 }),
        "uniform" => {
            let (low, high) = rest.split_once("..")?;
            let (low, high) = (duration(low)?, duration(high)?);
            (low <= high).then_some(Distribution::Uniform { low, high })
        }
        "gamma" => mean_and("cv", 0.0).map(|(mean, cv)| Distribution::Gamma { mean, cv }),
        "lognormal" => mean_and("cv", 0.0).map(|(mean, cv)| Distribution::Lognormal { mean, cv }),
        "pareto" => {
            mean_and("shape", 1.0).map(|(mean, shape)| Distribution::Pareto { mean, shape })
        }
        "empirical" => {
            let values: Option<Vec<Nanos>> = rest.split(',').map(duration).collect();
            values.map(Distribution::Empirical)
        }
        "quantiles" => {
            let points = rest.split(',').map(|point| {
                let (share, value) = point.trim().split_once('%')?;
                Some((share.trim().parse::<f64>().ok()? / 100.0, duration(value)? as f64))
            });
            let points: Vec<(f64, f64)> = points.collect::<Option<_>>()?;
            let rising = points.windows(2).all(|p| p[0].0 < p[1].0 && p[0].1 <= p[1].1);
            let ends = points.first()?.0 == 0.0 && points.last()?.0 == 1.0;
            (rising && ends).then_some(Distribution::Quantiles(points))
        }
        _ => None,
    }
}

pub(crate) fn show_distribution(distribution: &Distribution) -> String {
    let mean_of = |mean: f64| show_duration(mean as Nanos);
    match distribution {
        Distribution::Constant(span) => show_duration(*span),
        Distribution::Exponential { mean } => format!("exp {}", mean_of(*mean)),
        Distribution::Uniform { low, high } => {
            format!("uniform {}..{}", show_duration(*low), show_duration(*high))
        }
        Distribution::Gamma { mean, cv } => format!("gamma {} cv {cv}", mean_of(*mean)),
        Distribution::Lognormal { mean, cv } => format!("lognormal {} cv {cv}", mean_of(*mean)),
        Distribution::Pareto { mean, shape } => format!("pareto {} shape {shape}", mean_of(*mean)),
        Distribution::Quantiles(points) => {
            let parts: Vec<String> = points
                .iter()
                .map(|(share, value)| {
                    let percent = (share * 1e6 + 0.5) as u64 as f64 / 1e4;
                    format!("{percent}% {}", mean_of(*value))
                })
                .collect();
            format!("quantiles {}", parts.join(", "))
        }
        Distribution::Empirical(values) => {
            let parts: Vec<String> = values.iter().map(|value| show_duration(*value)).collect();
            format!("empirical {}", parts.join(", "))
        }
    }
}

/// Events per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate(pub(crate) f64);

impl KnobValue for Rate {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Rate, Text> {
        let rate = match raw {
            Raw::Word(word) => rate(word),
            _ => None,
        };
        let rate = rate.ok_or_else(|| {
            let found = raw.show();
            if raw.number().is_some() {
                both!(
                    "`{found}` has no unit: write \"{found}/s\"",
                    "`{found}`에 단위가 없습니다. \"{found}/s\"처럼 쓰세요"
                )
            } else {
                expected(raw, "a rate such as \"300/s\"", "\"300/s\" 같은 비율")
            }
        })?;
        in_range(rate, raw, knob, "/s").map(Rate)
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        json_number(self.0)
    }
}

/// `300/s`, `20/min`.
pub(crate) fn rate(text: &str) -> Option<f64> {
    let (number, per) = text.trim().split_once('/')?;
    let number: f64 = number.trim().replace('_', "").parse().ok()?;
    let seconds = match per.trim() {
        "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    number.is_finite().then_some(number / seconds)
}

/// A part of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl KnobValue for Share {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Share, Text> {
        let share = match raw {
            Raw::Word(word) => word
                .trim()
                .strip_suffix('%')
                .and_then(|percent| percent.trim().parse::<f64>().ok())
                .map(|percent| percent / 100.0),
            _ => raw.number(),
        };
        let share = share
            .filter(|share| share.is_finite())
            .ok_or_else(|| expected(raw, "a share such as \"35%\"", "\"35%\" 같은 비중"))?;
        in_range(share, raw, knob, "").map(Share)
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        self.0.into()
    }
}

/// A number that needs no unit: cores, factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl KnobValue for Number {
    fn parse(raw: &Raw, knob: &Knob) -> Result<Number, Text> {
        let number = raw.number().filter(|number| number.is_finite());
        let number =
            number.ok_or_else(|| expected(raw, "a number such as 0.5", "0.5 같은 숫자"))?;
        in_range(number, raw, knob, "").map(Number)
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        json_number(self.0)
    }
}

/// Weights of endpoints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Mix(pub(crate) Vec<(String, f64)>);

impl KnobValue for Mix {
    fn parse(raw: &Raw, _: &Knob) -> Result<Mix, Text> {
        let wrong = || {
            expected(
                raw,
                "weights by endpoint such as { view_product = 80, buy_now = 20 }",
                "{ view_product = 80, buy_now = 20 } 같은 엔드포인트별 가중치",
            )
        };
        let weights = match raw {
            Raw::Weights(weights) => weights.clone(),
            Raw::Word(word) => word
                .split(',')
                .map(|part| {
                    let (name, weight) = part.trim().rsplit_once([' ', '='])?;
                    Some((name.trim().to_owned(), weight.trim().parse().ok()?))
                })
                .collect::<Option<Vec<(String, f64)>>>()
                .ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if weights.iter().any(|(_, weight)| !weight.is_finite() || *weight < 0.0) || sum <= 0.0 {
            return Err(both!(
                "weights must not be negative, and their sum must be positive",
                "가중치는 음수일 수 없고, 합은 0보다 커야 합니다"
            ));
        }
        Ok(Mix(weights))
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        show_weights(&self.0).into()
    }
}

/// Rates over time: straight lines between (moment, rate) points.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stages(pub(crate) Vec<(Nanos, f64)>);

impl KnobValue for Stages {
    fn parse(raw: &Raw, _: &Knob) -> Result<Stages, Text> {
        let wrong = || {
            expected(
                raw,
                "moments and rates such as \"0s 10/s, 60s 300/s\"",
                "\"0s 10/s, 60s 300/s\" 같은 시각과 비율",
            )
        };
        let Raw::Word(word) = raw else { return Err(wrong()) };
        if word.trim().is_empty() {
            return Ok(Stages::default());
        }
        let points = word.split(',').map(|part| {
            let (at, per_second) = part.trim().split_once(' ')?;
            Some((duration(at)?, rate(per_second).filter(|rate| (0.0..=1e7).contains(rate))?))
        });
        let points: Vec<(Nanos, f64)> = points.collect::<Option<_>>().ok_or_else(wrong)?;
        let rising = points.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        if rising { Ok(Stages(points)) } else { Err(wrong()) }
    }

    fn json(&self, _: &Knob) -> serde_json::Value {
        let parts: Vec<String> =
            self.0.iter().map(|(at, rate)| format!("{} {rate}/s", show_duration(*at))).collect();
        parts.join(", ").into()
    }
}

/// Declares an enum whose variants are a knob's words.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl $crate::marketplace::knobs::KnobValue for $name {
            fn parse(
                raw: &$crate::marketplace::knobs::Raw,
                _: &$crate::marketplace::knobs::Knob,
            ) -> Result<$name, $crate::content::text::Text> {
                match raw {
                    $($crate::marketplace::knobs::Raw::Word(word) if word == $word => Ok($name::$variant),)+
                    _ => Err($crate::marketplace::knobs::not_a_choice(raw, $name::WORDS)),
                }
            }

            fn json(&self, _: &$crate::marketplace::knobs::Knob) -> serde_json::Value {
                self.word().into()
            }
        }
    };
}
pub(crate) use choice;

pub(crate) fn not_a_choice(raw: &Raw, words: &[&str]) -> Text {
    let (found, known) = (raw.show(), words.join(", "));
    both!(
        "`{found}` is none of: {known}",
        "`{found}`은(는) 쓸 수 없는 값입니다. 가능한 값: {known}"
    )
}

/// Declares a struct of knobs: fields, defaults, rows and the checked setter from one list.
macro_rules! knobs {
    (
        $(#[$meta:meta])*
        $name:ident {
            $(
                $field:ident: $type:ty = $default:literal, $knob:literal, $unit:expr,
                $least:literal..=$most:literal, $en:literal, $ko:literal, $source:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $name { $(pub(crate) $field: $type),+ }

        impl $name {
            pub(crate) const KNOBS: &'static [$crate::marketplace::knobs::Knob] = &[
                $($crate::marketplace::knobs::Knob {
                    name: $knob,
                    unit: $unit,
                    least: $least as f64,
                    most: $most as f64,
                    default: $default,
                    en: $en,
                    ko: $ko,
                    source: $source,
                }),+
            ];

            /// Sets the knob of this name, if there is one.
            pub(crate) fn set(
                &mut self,
                name: &str,
                raw: &$crate::marketplace::knobs::Raw,
            ) -> Option<Result<(), $crate::content::text::Text>> {
                use $crate::marketplace::knobs::KnobValue as _;
                let mut rows = Self::KNOBS.iter();
                $(
                    if let Some(row) = rows.next() && row.name == name {
                        return Some(<$type>::parse(raw, row).map(|value| self.$field = value));
                    }
                )+
                None
            }

            /// All values by name, as JSON.
            pub(crate) fn values(&self) -> Vec<(&'static str, serde_json::Value)> {
                use $crate::marketplace::knobs::KnobValue as _;
                let mut rows = Self::KNOBS.iter();
                let mut values = Vec::new();
                $(
                    if let Some(row) = rows.next() {
                        values.push((row.name, self.$field.json(row)));
                    }
                )+
                values
            }
        }

        impl Default for $name {
            fn default() -> $name {
                use $crate::marketplace::knobs::KnobValue as _;
                let mut rows = Self::KNOBS.iter();
                let mut next = || rows.next().unwrap_or(&Self::KNOBS[0]);
                $name {
                    $($field: {
                        let row = next();
                        let raw = $crate::marketplace::knobs::Raw::from_argument($default);
                        <$type>::parse(&raw, row).unwrap_or_else(|error| {
                            unreachable!("default of {}: {}", row.name, error.en)
                        })
                    }),+
                }
            }
        }
    };
}
pub(crate) use knobs;

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Knob = Knob {
        name: "x",
        unit: Unit::Duration,
        least: 0.0,
        most: 60_000.0,
        default: "0ms",
        en: "",
        ko: "",
        source: "",
    };

    fn span(raw: &Raw, unit: Unit) -> Result<u64, String> {
        let knob = Knob { unit, ..ANY };
        Span::parse(raw, &knob).map(|span| span.0).map_err(|text| text.en)
    }

    #[test]
    fn a_bare_number_has_the_products_unit_or_is_refused() {
        assert_eq!(span(&Raw::Int(1000), Unit::Milliseconds), Ok(SECOND));
        assert_eq!(span(&Raw::Int(2), Unit::Seconds), Ok(2 * SECOND));
        assert_eq!(
            span(&Raw::Int(2), Unit::Duration),
            Err("`2` has no unit: write \"2ms\" or \"2s\"".to_owned())
        );
        assert_eq!(span(&Raw::Word("1.5s".to_owned()), Unit::Milliseconds), Ok(1_500_000_000));
        assert_eq!(
            span(&Raw::Word("90m".to_owned()), Unit::Duration),
            Err("90m is out of range: 0 ms to 60000 ms".to_owned())
        );
        assert_eq!(
            span(&Raw::Word("fast".to_owned()), Unit::Duration),
            Err("a duration such as \"20ms\" was expected, found `fast`".to_owned())
        );
    }

    #[test]
    fn random_times_are_read_and_shown_alike() {
        for text in [
            "20ms",
            "exp 20ms",
            "uniform 5ms..15ms",
            "gamma 20ms cv 0.5",
            "lognormal 2.5s cv 2",
            "pareto 20ms shape 2.5",
            "empirical 9ms, 12.5ms, 1s",
            "quantiles 0% 2us, 50% 12.5us, 99.9% 240us, 100% 470us",
        ] {
            let parsed = distribution(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(show_distribution(&parsed), text);
        }
        for text in [
            "exp",
            "exp 20",
            "gamma 20ms",
            "gamma 20ms cv 0",
            "gamma 20ms cv -1",
            "pareto 20ms shape 1",
            "uniform 9ms..5ms",
            "quantiles 10% 1ms, 100% 2ms",
            "quantiles 0% 3ms, 100% 2ms",
            "lognormal 1ms cv NaN",
            "",
        ] {
            assert_eq!(distribution(text), None, "{text}");
        }
    }

    #[test]
    fn rates_shares_and_weights() {
        assert_eq!(rate("300/s"), Some(300.0));
        assert_eq!(rate("120/min"), Some(2.0));
        assert_eq!(rate("300"), None);
        let share =
            |text: &str| Share::parse(&Raw::from_argument(text), &Knob { most: 1.0, ..ANY });
        assert_eq!(share("35%").unwrap(), Share(0.35));
        assert_eq!(share("0.35").unwrap(), Share(0.35));
        assert!(share("135%").unwrap_err().en.contains("out of range"));
        let mix = |text: &str| Mix::parse(&Raw::from_argument(text), &ANY).map_err(|text| text.en);
        assert_eq!(
            mix("view_product 80, buy_now=20"),
            Ok(Mix(vec![("view_product".to_owned(), 80.0), ("buy_now".to_owned(), 20.0)]))
        );
        assert!(mix("view_product -1").unwrap_err().contains("negative"));
        assert!(mix("view_product 0").unwrap_err().contains("positive"));
    }
}
