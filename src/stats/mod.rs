//! Pure mathematics of what was observed: estimates with their uncertainty, comparisons, warm-up,
//! and the closed forms that the simulator is checked against.

pub(crate) mod buckets;
pub(crate) mod comparison;
pub(crate) mod histogram;
pub(crate) mod interval;
pub(crate) mod theory;
pub(crate) mod warm_up;

/// Rounds to 6 significant digits, so that the last bit of a library cannot change a byte of a
/// report. Every number passes here before it is compared, printed or written.
pub(crate) fn six_digits(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { 0.0 } else { value };
    }
    // Formatting rounds correctly and the same way everywhere.
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::six_digits;

    #[test]
    fn six_digits_are_kept() {
        let cases = [
            (0.0, 0.0),
            (-0.0, 0.0),
            (123_456_789.0, 123_457_000.0),
            (0.000_123_456_49, 0.000_123_456),
            (-2.0 / 3.0, -0.666_667),
            (100.0, 100.0),
        ];
        for (value, rounded) in cases {
            assert_eq!(six_digits(value).to_bits(), f64::to_bits(rounded), "{value}");
        }
        assert!(six_digits(f64::NAN).is_nan());
    }
}
