//! Where a value lies on an axis, and which values deserve a tick. Shared by the charts of the
//! terminal and of the HTML page.

use crate::report::document::Chart;
use crate::report::number;

/// A linear or logarithmic scale between two values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

/// A value on an axis, worth a label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

impl Axis {
    /// An axis that holds all finite ones of `values`; `None` if there are none. It is logarithmic
    /// if that was asked for and every value is above zero.
    fn holding(values: &[f64], log: bool) -> Option<Axis> {
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let low = finite().reduce(f64::min)?;
        let high = finite().reduce(f64::max)?;
        let log = log && low > 0.0;
        if low < high {
            return Some(Axis { low, high, log });
        }
        Some(match log {
            true => Axis { low: low / 2.0, high: high * 2.0, log },
            false => Axis { low: low - 0.5, high: high + 0.5, log },
        })
    }

    /// A linear axis from one value to another; `None` if it has no length.
    pub(super) fn between(low: f64, high: f64) -> Option<Axis> {
        let fine = low.is_finite() && high.is_finite() && low < high;
        fine.then_some(Axis { low, high, log: false })
    }

    /// Both axes of a chart: x holds the points, y holds their values, starts at zero where that
    /// costs little, and ends at ticks.
    pub(super) fn of_chart(chart: &Chart) -> Option<(Axis, Axis)> {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let xs: Vec<f64> = points().map(|point| point.x).collect();
        let ys: Vec<f64> = points().map(|point| point.y).collect();
        let x = Axis::holding(&xs, chart.x_log)?;
        let mut y = Axis::holding(&ys, chart.y_log)?;
        if !y.log && y.low >= 0.0 && y.low < 0.6 * y.high {
            y.low = 0.0;
        }
        y.round_out();
        Some((x, y))
    }

    /// Widens the axis to the next values that make good ticks.
    fn round_out(&mut self) {
        if self.log {
            let steps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
            let floor = decade(self.low);
            let below = steps.iter().rev().map(|step| step * floor).find(|at| *at <= self.low);
            let ceiling = decade(self.high);
            let above = steps.iter().map(|step| step * ceiling).find(|at| *at >= self.high);
            self.low = below.unwrap_or(self.low);
            self.high = above.unwrap_or(self.high);
        } else {
            let step = nice_step((self.high - self.low) / 4.0);
            self.low = (self.low / step + 1e-9).floor() * step;
            self.high = (self.high / step - 1e-9).ceil() * step;
        }
    }

    /// Where a value lies: 0 at the low end, 1 at the high end; `None` if it cannot be shown.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let share = if self.log {
            libm::log10(value / self.low) / libm::log10(self.high / self.low)
        } else {
            // Halved, so that the span of the largest numbers does not overflow.
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        share.is_finite().then(|| share.clamp(0.0, 1.0))
    }

    /// About `most` round values within the axis, in ascending order.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        let values = if self.log { self.log_values(most) } else { self.linear_values(most) };
        values.into_iter().map(tick).collect()
    }

    fn linear_values(&self, most: usize) -> Vec<f64> {
        let mut step = nice_step((self.high - self.low) / most.max(1) as f64);
        if !step.is_finite() || step <= 0.0 {
            return Vec::new();
        }
        loop {
            let first = (self.low / step - 1e-9).ceil();
            let last = (self.high / step + 1e-9).floor();
            let count = last - first + 1.0;
            if count <= most.max(2) as f64 {
                let count = if count >= 1.0 { count as usize } else { 0 };
                return (0..count).map(|i| (first + i as f64) * step).collect();
            }
            step = nice_step(step * 1.5);
        }
    }

    fn log_values(&self, most: usize) -> Vec<f64> {
        let (from, to) = (self.low * (1.0 - 1e-9), self.high * (1.0 + 1e-9));
        let all = |steps: &[f64]| {
            let mut values = Vec::new();
            let mut floor = decade(self.low);
            while floor <= to && values.len() < 2000 {
                values.extend(steps.iter().map(|step| step * floor));
                floor *= 10.0;
            }
            values.retain(|value| (from..=to).contains(value));
            values
        };
        for steps in [&[1.0, 2.0, 3.0, 5.0][..], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]] {
            let values = all(steps);
            if values.len() <= most {
                return values;
            }
        }
        let values = all(&[1.0]);
        let every = values.len().div_ceil(most.max(1));
        values.into_iter().step_by(every).collect()
    }
}

pub(super) fn tick(value: f64) -> Tick {
    Tick { value, label: number::plain(value) }
}

/// The power of ten at or below a positive value.
fn decade(value: f64) -> f64 {
    let power = libm::floor(libm::log10(value) + 1e-12);
    libm::pow(10.0, power).max(f64::MIN_POSITIVE)
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `step`.
fn nice_step(step: f64) -> f64 {
    let floor = decade(step);
    let nice = [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * floor);
    nice.into_iter().find(|candidate| *candidate >= step * (1.0 - 1e-9)).unwrap_or(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, log: bool, most: usize) -> Vec<String> {
        let mut axis = Axis { low, high, log };
        axis.round_out();
        axis.ticks(most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(labels(0.0, 96.0, false, 5), ["0", "50", "100"]);
        assert_eq!(labels(0.0, 96.0, false, 6), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(labels(96.0, 2900.0, true, 4), ["100", "300", "1,000", "3,000"]);
        assert_eq!(labels(40.0, 2900.0, true, 5), ["100", "300", "1,000", "3,000"]);
        assert_eq!(labels(20.0, 80.0, true, 6), ["20", "30", "50"]);
        assert_eq!(labels(1e-3, 1e9, true, 4), ["0.001", "10", "100,000", "1,000,000,000"]);
    }

    #[test]
    fn strange_values_find_no_place_and_do_no_harm() {
        assert_eq!(Axis::holding(&[f64::NAN, f64::INFINITY], true), None);
        let flat = Axis::holding(&[5.0, 5.0], false).unwrap();
        assert_eq!(flat.at(5.0), Some(0.5));
        let zero = Axis::holding(&[0.0, 10.0], true).unwrap();
        assert_eq!((zero.at(0.0), zero.at(10.0)), (Some(0.0), Some(1.0)));
        let huge = Axis::holding(&[-f64::MAX, f64::MAX], false).unwrap();
        assert_eq!(huge.at(0.0), Some(0.5));
        assert_eq!(huge.ticks(5), []);
        let log = Axis::holding(&[1.0, 100.0], true).unwrap();
        assert_eq!((log.at(-1.0), log.at(10.0)), (None, Some(0.5)));
    }
}
