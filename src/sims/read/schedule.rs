//! Reading `[[at]]`: what happens at a moment of the run.

use super::Reader;
use crate::content::text::both;
use crate::content::toml_tree::Node;
use crate::marketplace::config::{Action, ActionKind, Config};
use crate::marketplace::knobs::{Raw, Span};

impl Reader<'_> {
    pub(super) fn schedule(&mut self, node: &Node, config: &mut Config) {
        let Some(items) = self.walk.array(node) else { return };
        for item in items {
            let Some(mut fields) = self.walk.fields(item) else { continue };
            let at = fields.need(&mut self.walk, "time").and_then(|node| self.span(node));
            let at = Span(at.unwrap_or(0));
            let mut kinds = Vec::new();
            for (name, make) in [
                ("drain", ActionKind::Drain as fn(u32) -> ActionKind),
                ("start", ActionKind::Start as fn(u32) -> ActionKind),
            ] {
                if let Some(node) = fields.take(name) {
                    let number = self.walk.int(node, 0..=63);
                    kinds.extend(number.map(|number| make(number as u32)));
                }
            }
            for (name, what) in [
                ("crash", ActionKind::MysqlCrash),
                ("deploy", ActionKind::Deploy),
                ("redis-failover", ActionKind::RedisFailover),
                ("rebuild", ActionKind::Rebuild),
                ("redis-crash", ActionKind::RedisCrash),
                ("redis-reshard", ActionKind::RedisReshard),
            ] {
                if let Some(node) = fields.take(name)
                    && self.walk.bool(node) == Some(true)
                {
                    kinds.push(what);
                }
            }
            if let Some(node) = fields.take("broker-down") {
                let span = self.span(node);
                kinds.extend(span.map(|span| ActionKind::BrokerDown(Span(span))));
            }
            if let Some(node) = fields.take("set") {
                for (name, raw, span) in self.settings(node, "") {
                    kinds.extend(self.live(config, &name, &raw, span));
                }
            }
            fields.finish(&mut self.walk);
            config.schedule.extend(kinds.into_iter().map(|what| Action { at, what }));
        }
    }

    /// A knob that can change while the run goes on.
    fn live(
        &mut self,
        config: &Config,
        name: &str,
        raw: &Raw,
        span: std::ops::Range<usize>,
    ) -> Option<ActionKind> {
        let mut trial = config.clone();
        if let Err(error) = trial.set(name, raw) {
            self.report_set(name, error, span);
            return None;
        }
        if name == "mysql.speed" {
            return Some(ActionKind::MysqlSpeed(trial.mysql.speed.0));
        }
        let load = name.strip_prefix("load.").and_then(|rest| rest.strip_suffix(".rate"));
        match load.and_then(|load| Some((load, trial.loads.get(load)?))) {
            Some((load, knobs)) if config.loads.contains_key(load) => {
                Some(ActionKind::LoadRate { load: load.to_owned(), rate: knobs.rate.0 })
            }
            _ => {
                self.walk.report_with(
                    span,
                    both!(
                        "`{name}` cannot change during a run",
                        "`{name}`은(는) 실행 중에 바꿀 수 없습니다"
                    ),
                    both!(
                        "what can: load.NAME.rate, mysql.speed",
                        "바꿀 수 있는 것: load.이름.rate, mysql.speed"
                    ),
                );
                None
            }
        }
    }
}
