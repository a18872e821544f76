//! Numbers for people: no more digits than their uncertainty allows, thousands separated, the
//! unit left to the column head.

/// What stands for a number that does not exist.
const NONE: &str = "–";
/// Decimals beyond which nothing is shown.
const DECIMALS_MAX: i32 = 6;
/// From here on digits are not written out.
const TOO_LONG: f64 = 1e15;

/// A value with half the width of its interval: `96 ±3`, `21.4 ±0.2`. The half-width has one
/// significant digit (two if it starts with 1), the value ends at the same place. An asymmetric
/// interval shows its larger half; an interval without width or end shows the value alone.
pub(crate) fn with_interval(value: f64, low: f64, high: f64) -> String {
    match halves(value, low, high) {
        None if !value.is_finite() => NONE.to_owned(),
        None if low == high => exact(value),
        None => plain(value),
        Some((value, half)) => format!("{value} ±{half}"),
    }
}

/// Three significant digits, thousands separated: `12,300`, `0.00321`.
pub(crate) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    to_place(value, exponent(value, 2) - 2, Zeros::Drop)
}

/// A share (1 is all) as a percentage: `0.41 % ±0.05`. A share of 0 shows its upper bound instead,
/// rounded up: `< 0.01 %`.
pub(crate) fn share_percent(value: f64, low: f64, high: f64) -> String {
    if !value.is_finite() {
        return NONE.to_owned();
    }
    let (value, low, high) = (value * 100.0, low * 100.0, high * 100.0);
    if value == 0.0 && high.is_finite() && high > 0.0 {
        return format!("< {} %", rounded_up(high));
    }
    match halves(value, low, high) {
        None if low == high => format!("{} %", exact(value)),
        None => format!("{} %", plain(value)),
        Some((value, half)) => format!("{value} % ±{half}"),
    }
}

/// Value and half-width as shown; `None` if the interval says nothing.
fn halves(value: f64, low: f64, high: f64) -> Option<(String, String)> {
    let half = (high - value).max(value - low);
    if !value.is_finite() || !low.is_finite() || !high.is_finite() || half <= 0.0 {
        return None;
    }
    let two_digits = format!("{half:.1e}");
    let digits_more = i32::from(two_digits.starts_with('1'));
    let place = (exponent(half, 1) - digits_more).max(exponent(value, 5) - 5).max(-DECIMALS_MAX);
    let half = to_place(half, place, Zeros::Keep);
    let says_nothing = half.chars().all(|c| matches!(c, '0' | '.'));
    (!says_nothing).then(|| (to_place(value, place, Zeros::Keep), half))
}

/// As many as six significant digits, without zeros at the end.
pub(crate) fn exact(value: f64) -> String {
    to_place(value, exponent(value, 5) - 5, Zeros::Drop)
}

/// The decimal exponent of a value after rounding to `digits + 1` significant digits.
fn exponent(value: f64, digits: usize) -> i32 {
    let shown = format!("{value:.digits$e}");
    shown.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// The next one-digit number that is not smaller.
fn rounded_up(value: f64) -> String {
    let place = exponent(value, 15).max(-DECIMALS_MAX);
    let scale = power_of_ten(place);
    let units = value / scale;
    // A bound such as 0.3 must not become 0.4 because 0.3 / 0.1 is a hair above 3.
    let units = if units - units.floor() < 1e-9 { units.floor() } else { units.ceil() };
    to_place(units.max(1.0) * scale, place, Zeros::Drop)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zeros {
    Keep,
    Drop,
}

/// The value rounded at the decimal place `place` (0: units, 1: tens, -1: tenths).
fn to_place(value: f64, place: i32, zeros: Zeros) -> String {
    if value.abs() >= TOO_LONG {
        return format!("{value:.2e}");
    }
    if place >= 0 {
        let scale = power_of_ten(place);
        return separated(&format!("{:.0}", (value / scale).round() * scale));
    }
    let decimals = usize::try_from(-place.max(-12)).unwrap_or(0);
    let shown = format!("{value:.decimals$}");
    match zeros {
        Zeros::Keep => separated(&shown),
        Zeros::Drop => separated(shown.trim_end_matches('0').trim_end_matches('.')),
    }
}

fn power_of_ten(place: i32) -> f64 {
    // The parser rounds correctly on every platform; powers do not.
    format!("1e{place}").parse().unwrap_or(1.0)
}

/// Thousands separated, and no negative zero.
fn separated(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) if rest.chars().any(|c| c.is_ascii_digit() && c != '0') => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", digits),
    };
    let (whole, rest) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const INF: f64 = f64::INFINITY;

    #[test]
    fn the_interval_decides_the_digits() {
        let cases = [
            ((96.2, 93.1, 99.3), "96 ±3"),
            ((21.43, 21.2, 21.6), "21.4 ±0.2"),
            ((0.00318, 0.0028, 0.0035), "0.0032 ±0.0004"),
            ((900.4, 898.6, 902.1), "900.4 ±1.8"),
            ((900.4, 898.41, 902.39), "900 ±2"),
            ((45_678.0, 43_300.0, 48_000.0), "46,000 ±2,000"),
            ((1_234_567.0, 1_222_000.0, 1_247_000.0), "1,235,000 ±13,000"),
            ((3.0, -37.0, 43.0), "0 ±40"),
            // The larger half of an asymmetric interval.
            ((10.0, 9.0, 15.0), "10 ±5"),
            // An exact number has no interval to show, an unknown one cannot.
            ((1234.0, 1234.0, 1234.0), "1,234"),
            ((0.0, 0.0, 0.0), "0"),
            ((12_345.0, NAN, NAN), "12,300"),
            ((12_345.0, 0.0, INF), "12,300"),
            ((NAN, 0.0, 1.0), "–"),
            ((INF, 0.0, INF), "–"),
            ((-0.04, -0.5, 0.4), "0.0 ±0.5"),
            ((-16.2, -24.0, -9.0), "-16 ±8"),
            ((0.96, 0.0, 1.0), "1.0 ±1.0"),
            ((900.0, 899.999_999_99, 900.000_000_01), "900"),
        ];
        for ((value, low, high), shown) in cases {
            assert_eq!(with_interval(value, low, high), shown, "{value} [{low}, {high}]");
        }
    }

    #[test]
    fn plain_has_three_digits() {
        let cases = [
            (12_345.0, "12,300"),
            (999.6, "1,000"),
            (9.996, "10"),
            (3.0, "3"),
            (0.003_214, "0.00321"),
            (0.5, "0.5"),
            (-0.0, "0"),
            (0.0, "0"),
            (-1234.0, "-1,230"),
            (1e300, "1.00e300"),
            (1e-300, "0"),
            (NAN, "–"),
            (-INF, "–"),
        ];
        for (value, shown) in cases {
            assert_eq!(plain(value), shown, "{value}");
        }
    }

    #[test]
    fn a_share_of_nothing_shows_its_bound() {
        let cases = [
            ((0.0041, 0.0036, 0.0046), "0.41 % ±0.05"),
            ((0.0, 0.0, 0.0001), "< 0.01 %"),
            ((0.0, 0.0, 0.000_083), "< 0.009 %"),
            ((0.0, 0.0, 0.003), "< 0.3 %"),
            ((0.0, 0.0, 1e-12), "< 0.000001 %"),
            ((0.0, 0.0, 0.0), "0 %"),
            ((-0.0, 0.0, NAN), "0 %"),
            ((1.0, 1.0, 1.0), "100 %"),
            ((0.423, 0.40, 0.44), "42 % ±2"),
            ((NAN, 0.0, 0.1), "–"),
        ];
        for ((value, low, high), shown) in cases {
            assert_eq!(share_percent(value, low, high), shown, "{value} [{low}, {high}]");
        }
    }
}
