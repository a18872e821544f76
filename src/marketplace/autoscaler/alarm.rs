//! Alarms of CloudWatch's kind: so many values in a row on one side of a bound.

use std::collections::VecDeque;

use crate::marketplace::config::AutoscaleKnobs;

/// Target tracking takes nothing away before the metric is below this share of the target.
const LOW: f64 = 0.9;

/// The last values, newest last.
#[derive(Default)]
pub(super) struct Alarms {
    values: VecDeque<f64>,
}

impl Alarms {
    /// A period has ended; without a value nothing is known of it.
    pub(super) fn note(&mut self, value: Option<f64>, knobs: &AutoscaleKnobs) {
        self.values.extend(value);
        while self.values.len() > knobs.out_datapoints.max(knobs.in_datapoints) as usize {
            self.values.pop_front();
        }
    }

    pub(super) fn is_high(&self, knobs: &AutoscaleKnobs) -> bool {
        self.last(knobs.out_datapoints, |value| value > knobs.target.0)
    }

    pub(super) fn is_low(&self, knobs: &AutoscaleKnobs) -> bool {
        self.last(knobs.in_datapoints, |value| value < LOW * knobs.target.0)
    }

    /// Whether there are so many values, and something is so of all of them.
    fn last(&self, so_many: u32, so: impl Fn(f64) -> bool) -> bool {
        let so_many = so_many as usize;
        self.values.len() >= so_many && self.values.iter().rev().take(so_many).all(|it| so(*it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marketplace::knobs::Number;

    #[test]
    fn an_alarm_needs_all_values_in_a_row() {
        let knobs = AutoscaleKnobs {
            target: Number(60.0),
            out_datapoints: 2,
            in_datapoints: 3,
            ..AutoscaleKnobs::default()
        };
        let mut alarms = Alarms::default();
        let values = [
            Some(61.0),
            Some(60.0),
            Some(61.0),
            None,
            Some(70.0),
            Some(53.9),
            Some(53.0),
            Some(9.0),
        ];
        let seen = values.map(|value| {
            alarms.note(value, &knobs);
            (alarms.is_high(&knobs), alarms.is_low(&knobs))
        });
        // 60 is not above 60; 54 is nine tenths.
        let (calm, high, low) = ((false, false), (true, false), (false, true));
        assert_eq!(seen, [calm, calm, calm, calm, high, calm, calm, low]);
    }
}
