//! What a run compares: `[vary]`, `[[variant]]` and `--vary`.

use super::{Reader, Settings, set_error};
use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node};
use crate::marketplace::config::{Config, SetError};
use crate::marketplace::knobs::{Raw, Span};
use crate::sims::spec::{Overrides, Spec, Sweep, SweepPoint, VARIANTS_MAX, Variant};

impl Reader<'_> {
    pub(super) fn variants(
        &mut self,
        fields: &mut Fields<'_>,
        config: &Config,
        spec: &mut Spec,
        overrides: &Overrides,
    ) {
        let listed = fields.take("variant");
        let vary = fields.take("vary");
        let mut variants: Vec<(String, Settings)> = Vec::new();
        if let Some(node) = vary {
            self.vary(node, config, spec, &mut variants);
        }
        if let Some(node) = listed {
            self.listed(node, spec, &mut variants);
        }
        if !overrides.vary.is_empty() {
            variants = self.product(config, overrides, spec);
        }
        let names: Vec<String> =
            variants.iter().flat_map(|(_, s)| s.iter().map(|(name, ..)| name.clone())).collect();
        self.vary = names;
        if variants.is_empty() {
            variants.push(("default".to_owned(), Vec::new()));
        }
        if variants.len() > VARIANTS_MAX {
            self.walk.report(0..1, too_many(variants.len()));
            return;
        }
        for (name, _) in &overrides.set {
            if self.vary.contains(name) {
                let name = printable(name);
                let what = both!(
                    "`{name}` is what the variants differ in: use `--vary {name}=A,B`",
                    "`{name}`은(는) 변형마다 다른 설정입니다. `--vary {name}=A,B`를 쓰세요"
                );
                self.argument("--set", what, None);
            }
        }
        for (id, settings) in variants {
            let mut own = config.clone();
            self.apply(&mut own, &settings);
            self.apply_set(&mut own, &overrides.set);
            if let Some(shape) = overrides.shape {
                for load in own.loads.values_mut() {
                    (load.shape, load.shape_length) = (shape, Span(spec.run.measure));
                }
            }
            let settings = settings.into_iter().map(|(name, raw, _)| (name, raw)).collect();
            spec.variants.push(Variant { id, settings, config: own });
        }
        if overrides.shape.is_some() {
            spec.sweep = None;
        }
        if let Some(sweep) = &mut spec.sweep {
            for point in &mut sweep.points {
                self.apply_set(&mut point.config, &overrides.set);
            }
        }
    }

    /// `[vary]`: values of one knob become variants, named by the value.
    fn vary(
        &mut self,
        node: &Node,
        config: &Config,
        spec: &mut Spec,
        variants: &mut Vec<(String, Settings)>,
    ) {
        let Some(mut fields) = self.walk.fields(node) else { return };
        let knob = fields.need(&mut self.walk, "knob").and_then(|node| self.walk.str(node));
        let Some(knob) = knob.map(str::to_owned) else { return };
        let values = fields.need(&mut self.walk, "values");
        let values = values.and_then(|node| self.walk.array(node)).unwrap_or_default();
        for value in values {
            let settings = self.settings(value, &knob);
            if let [(_, raw, span)] = settings.as_slice() {
                let id = raw.show();
                if variants.iter().any(|(other, _)| *other == id) {
                    self.walk.report(
                        span.clone(),
                        both!("two variants are called `{id}`", "`{id}` 변형이 둘입니다"),
                    );
                }
                variants.push((id, settings));
            }
        }
        if let Some(node) = fields.take("baseline") {
            let id = self.settings(node, "baseline").pop().map(|(_, raw, _)| raw.show());
            match variants.iter().position(|(variant, _)| Some(variant) == id.as_ref()) {
                Some(at) => spec.baseline = at,
                None => self.walk.report(
                    node.span.clone(),
                    both!("the baseline is none of the values", "baseline이 values에 없습니다"),
                ),
            }
        }
        if let Some(node) = fields.take("sweep") {
            self.sweep(node, &knob, config, spec, variants);
        }
        spec.varied = Some(knob);
        fields.finish(&mut self.walk);
    }

    fn sweep(
        &mut self,
        node: &Node,
        knob: &str,
        config: &Config,
        spec: &mut Spec,
        variants: &[(String, Settings)],
    ) {
        let Some(mut fields) = self.walk.fields(node) else { return };
        let values = fields.need(&mut self.walk, "values");
        let plot = fields.need(&mut self.walk, "plot").and_then(|node| self.metric(node));
        let log = match fields.take("scale").map(|node| (node, self.walk.str(node))) {
            None | Some((_, Some("linear"))) => false,
            Some((_, Some("log"))) => true,
            Some((node, _)) => {
                self.walk.report(
                    node.span.clone(),
                    both!("\"log\" or \"linear\"", "\"log\" 또는 \"linear\"를 쓰세요"),
                );
                false
            }
        };
        fields.finish(&mut self.walk);
        let mut points = Vec::new();
        for value in values.and_then(|node| self.walk.array(node)).unwrap_or_default() {
            let Some((name, raw, span)) = self.settings(value, knob).pop() else { continue };
            let mut own = config.clone();
            self.apply(&mut own, &vec![(name.clone(), raw.clone(), span)]);
            let shown = raw.show();
            let variant = variants.iter().position(|(id, _)| *id == shown);
            points.push(SweepPoint { at: position(&own, &name), variant, config: own });
        }
        if let Some(metric) = plot {
            spec.sweep = Some(Sweep { points, metric, log });
        }
    }

    /// `[[variant]]`: settings under a name.
    fn listed(&mut self, node: &Node, spec: &mut Spec, variants: &mut Vec<(String, Settings)>) {
        for item in self.walk.array(node).unwrap_or_default() {
            let Some(mut fields) = self.walk.fields(item) else { continue };
            let id = fields.need(&mut self.walk, "id").and_then(|node| self.walk.str(node));
            let id = id.unwrap_or_default().to_owned();
            let settings = match fields.take("set") {
                Some(node) => self.settings(node, ""),
                None => Vec::new(),
            };
            if fields.take("baseline").and_then(|node| self.walk.bool(node)) == Some(true) {
                spec.baseline = variants.len();
            }
            if variants.iter().any(|(other, _)| *other == id) {
                self.walk.report(
                    item.span.clone(),
                    both!("two variants are called `{id}`", "`{id}` 변형이 둘입니다"),
                );
            }
            fields.finish(&mut self.walk);
            variants.push((id, settings));
        }
    }

    /// `--vary`: all combinations; none when a value is wrong.
    fn product(
        &mut self,
        config: &Config,
        overrides: &Overrides,
        spec: &mut Spec,
    ) -> Vec<(String, Settings)> {
        let known = self.walk.problems.len();
        for (name, values) in &overrides.vary {
            self.check_vary(config, name, values, overrides);
        }
        let counts = overrides.vary.iter().map(|(_, values)| values.len());
        let count = counts.fold(1, usize::saturating_mul);
        if count > VARIANTS_MAX {
            self.argument("--vary", too_many(count), None);
        }
        if self.walk.problems.len() > known {
            return Vec::new();
        }
        let mut variants: Vec<(String, Settings)> = vec![(String::new(), Vec::new())];
        for (name, values) in &overrides.vary {
            let mut more = Vec::new();
            for (id, settings) in &variants {
                for raw in values {
                    let id =
                        if id.is_empty() { raw.show() } else { format!("{id}, {}", raw.show()) };
                    let mut settings = settings.clone();
                    settings.push((name.clone(), raw.clone(), 0..0));
                    more.push((id, settings));
                }
            }
            variants = more;
        }
        spec.sweep = None;
        spec.baseline = 0;
        spec.varied = match overrides.vary.as_slice() {
            [(name, _)] => Some(name.clone()),
            _ => None,
        };
        variants
    }

    fn check_vary(&mut self, config: &Config, name: &str, values: &[Raw], overrides: &Overrides) {
        let shown = printable(name);
        if overrides.vary.iter().filter(|(other, _)| other == name).count() > 1 {
            let what = both!(
                "`{shown}` is varied twice: give all its values at once",
                "`{shown}`을(를) 두 번 지정했습니다. 값을 한꺼번에 쓰세요"
            );
            self.argument("--vary", what, None);
        }
        if let Some(nearest) = config.stranger(name) {
            let (what, hint) = set_error(name, SetError::Unknown { nearest });
            self.argument("--vary", what, hint);
            return;
        }
        for (at, raw) in values.iter().enumerate() {
            if let Err(error) = config.clone().set(name, raw) {
                let (what, hint) = set_error(name, error);
                self.argument("--vary", what, hint);
            } else if values[..at].contains(raw) {
                let value = printable(&raw.show());
                let what = both!(
                    "`{shown}`: the value {value} is given twice",
                    "`{shown}`: {value} 값이 두 번 있습니다"
                );
                self.argument("--vary", what, None);
            }
        }
    }
}

fn too_many(count: usize) -> Text {
    both!(
        "{count} variants; at most {VARIANTS_MAX} are run",
        "변형이 {count}개입니다. 최대 {VARIANTS_MAX}개까지 실행합니다"
    )
}

/// Where a value stands on the axis of a sweep.
fn position(config: &Config, knob: &str) -> f64 {
    let value = config.values().into_iter().find(|(name, _)| name == knob);
    value.and_then(|(_, value)| value.as_f64()).unwrap_or(f64::NAN)
}
