//! Knobs of whoever watches the instances, and of the instance that ought to be noticed.

use serde_json::Value;

use crate::content::text::{Text, both};
use crate::engine::time::Nanos;
use crate::marketplace::knobs::{
    Knob, KnobValue, Raw, Share, Span, Unit, duration, knobs, show_duration,
};

/// Most bounds of one histogram.
const BOUNDS_MAX: usize = 100;

/// Upper bounds of a histogram's buckets, rising.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bounds(pub(crate) Vec<Nanos>);

impl KnobValue for Bounds {
    fn parse(raw: &Raw, _: &Knob) -> Result<Bounds, Text> {
        let found = raw.show();
        let wrong = || {
            both!(
                "rising durations such as \"5ms 10ms 25ms\" were expected, at most {BOUNDS_MAX}, found `{found}`",
                "\"5ms 10ms 25ms\"처럼 커지는 시간이 {BOUNDS_MAX}개까지 필요합니다(현재 값: `{found}`)"
            )
        };
        let Raw::Word(word) = raw else { return Err(wrong()) };
        let words = word.split([',', ' ']).filter(|word| !word.is_empty());
        let bounds: Vec<Nanos> = words.map(duration).collect::<Option<_>>().ok_or_else(wrong)?;
        let rising = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        let some = bounds.first().is_some_and(|first| *first > 0) && bounds.len() <= BOUNDS_MAX;
        if rising && some { Ok(Bounds(bounds)) } else { Err(wrong()) }
    }

    fn json(&self, _: &Knob) -> Value {
        let bounds: Vec<String> = self.0.iter().map(|bound| show_duration(*bound)).collect();
        bounds.join(" ").into()
    }
}

knobs! {
    /// Prometheus, as it reads the metrics of each instance.
    MonitoringKnobs {
        scrape: Span = "0s", "monitoring.scrape", Unit::Duration, 0..=3_600_000,
            "how often each instance's metrics are read, each at a moment of its own; 0s: nobody looks", "인스턴스마다 메트릭을 읽는 간격. 읽는 시점은 인스턴스마다 다르고, 0s면 아무도 읽지 않는다",
            "Prometheus scrape_interval (default 1m)";
        buckets: Bounds = "5ms 10ms 25ms 50ms 100ms 250ms 500ms 1s 2.5s 5s 10s", "monitoring.buckets", Unit::Durations, 0..=0,
            "upper bounds of the buckets that latency is counted in", "지연 시간을 세는 버킷의 상한",
            "Prometheus Java client 1.x, DEFAULT_CLASSIC_UPPER_BOUNDS";
    }
}

knobs! {
    /// Hosts that are slower than the others.
    SlowKnobs {
        instances: u32 = "0", "app.slow.instances", Unit::Count, 0..=64,
            "how many instances, the first ones, are on a slow host", "느린 호스트에 놓인 인스턴스 수(앞 번호부터)",
            "ours";
        factor: Share = "1", "app.slow.factor", Unit::Share, 1..=1000,
            "how many times as long their CPU takes", "그 인스턴스의 CPU 작업이 몇 배로 오래 걸리는지",
            "ours";
    }
}

impl SlowKnobs {
    /// How long a computation takes on an instance.
    pub(crate) fn work(&self, instance: u32, work: Nanos) -> Nanos {
        if instance >= self.instances { work } else { (work as f64 * self.factor.0) as Nanos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_rise_and_are_shown_as_they_are_written() {
        let knob = MonitoringKnobs::KNOBS.iter().find(|knob| knob.unit == Unit::Durations);
        let knob = knob.unwrap();
        let shown = |text: &str| {
            let read = Bounds::parse(&Raw::from_argument(text), knob);
            read.map(|bounds| bounds.json(knob)).map_err(|error| error.en)
        };
        assert_eq!(shown("5ms, 0.25s 1s"), Ok("5ms 250ms 1s".into()));
        assert_eq!(shown(knob.default), Ok(knob.default.into()));
        for wrong in ["", "5ms 5ms", "10ms 5ms", "0ms 5ms", "5", "5ms x"] {
            assert!(shown(wrong).is_err_and(|error| error.starts_with("rising")), "{wrong}");
        }
    }
}
