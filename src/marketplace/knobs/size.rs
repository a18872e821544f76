//! Sizes: bytes, with or without a unit.

use super::{Knob, KnobValue, Raw, expected, in_range};
use crate::content::text::Text;

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
