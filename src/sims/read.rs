//! Reading a sim file, with everything that is wrong with it.

mod labels;
mod schedule;
mod story;
mod tables;
#[cfg(test)]
mod tests;
mod theory;
mod variants;

use super::condition;
use super::metric;
use super::prices;
use super::spec::{Claim, Overrides, Precision, Replications, RunKind, RunSpec, Spec, Story};
use super::steps;
use super::target::{self, Target};
use crate::content::problem::{Problem, Source, nearest};
use crate::content::text::{Text, both};
use crate::content::toml_tree::{self, Fields, Key, Node, Value, Walk};
use crate::engine::time::{Nanos, SECOND, to_seconds};
use crate::marketplace::bill::Prices;
use crate::marketplace::config::{Base, Config, SetError};
use crate::marketplace::knobs::{self, Raw};

/// Events that a run may take unless it says otherwise.
const EVENTS_DEFAULT: u64 = 200_000_000;
/// Replications of a run with `--shape`, which is long, unless more are asked for.
const SHAPED_REPLICATIONS: u32 = 3;
/// Time for those who still wait when a load test ends: k6's default of `gracefulStop`.
const SHAPED_DRAIN: Nanos = 30 * SECOND;
/// Events that such a run may take at least.
const SHAPED_EVENTS: u64 = 1_000_000_000;
/// Longest simulated time of one replication.
const MEASURE_MAX: Nanos = 7 * 24 * 3_600 * SECOND;

/// Reads a sim with its Korean words and the changes of the command line.
///
/// # Errors
/// Every problem found, with its place.
pub(crate) fn read(
    name: &str,
    english: &Source,
    korean: Option<&Source>,
    overrides: &Overrides,
) -> Result<Spec, Vec<Problem>> {
    read_priced(name, english, korean, overrides, prices::embedded())
}

/// As [`read`], with other prices than those that come with the program.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_priced(
    name: &str,
    english: &Source,
    korean: Option<&Source>,
    overrides: &Overrides,
    prices: Prices,
) -> Result<Spec, Vec<Problem>> {
    let root = toml_tree::parse(english)?;
    let prices = overrides.prices.clone().unwrap_or(prices);
    let mut reader = Reader { walk: Walk::new(english), vary: Vec::new(), set: Vec::new(), prices };
    let spec = reader.spec(name, &root, overrides);
    let mut problems = reader.walk.problems;
    match spec {
        Some(mut spec) if problems.is_empty() => {
            if let Some(korean) = korean {
                spec.translated = true;
                problems.extend(super::words::apply(&mut spec, korean));
            }
            if problems.is_empty() { Ok(spec) } else { Err(problems) }
        }
        _ => {
            if problems.is_empty() {
                problems
                    .push(english.problem_of_file(both!("not a sim file", "sim 파일이 아닙니다")));
            }
            Err(problems)
        }
    }
}

struct Reader<'s> {
    walk: Walk<'s>,
    /// Names of knobs in which the variants differ.
    vary: Vec<String>,
    /// Names of knobs that the file sets for all.
    set: Vec<String>,
    prices: Prices,
}

/// Settings with the place they were written at.
type Settings = Vec<(String, Raw, std::ops::Range<usize>)>;

impl Reader<'_> {
    fn spec(&mut self, name: &str, root: &Node, overrides: &Overrides) -> Option<Spec> {
        let mut fields = self.walk.fields(root)?;
        self.format(&mut fields);
        let mut spec = Spec {
            name: name.to_owned(),
            topic: self.optional_str(&mut fields, "topic"),
            title: self.words(&mut fields, "title").unwrap_or_else(|| Text::same(name)),
            question: self.words(&mut fields, "question").unwrap_or_default(),
            see: self.words(&mut fields, "see").unwrap_or_default(),
            why: self.words(&mut fields, "why").unwrap_or_default(),
            next: fields.take("next").and_then(|node| self.walk.strings(node)).unwrap_or_default(),
            run: self.run(&mut fields, overrides),
            set: Vec::new(),
            variants: Vec::new(),
            baseline: 0,
            varied: None,
            sweep: None,
            columns: Vec::new(),
            stages: false,
            claims: Vec::new(),
            theory: None,
            measured: None,
            story: Story::default(),
            modified: overrides.modify(),
            translated: false,
        };
        let base = self.base(&mut fields);
        let mut config = self.config(base, &mut fields);
        spec.set = std::mem::take(&mut self.set);
        self.apply_service(&mut config, &overrides.spring);
        self.variants(&mut fields, &config, &mut spec, overrides);
        self.show(&mut fields, &mut spec);
        if let Some(node) = fields.take("claim") {
            self.claims(node, &mut spec, overrides);
        }
        if let Some(node) = fields.take("story") {
            spec.story = self.story(node, &spec, overrides);
        }
        spec.theory = fields.take("theory").and_then(|node| self.theory(node));
        spec.measured = fields.take("measured").and_then(|node| self.measured(node));
        fields.finish(&mut self.walk);
        if self.walk.problems.is_empty() {
            self.check_configs(&spec, root, overrides.option());
            self.check_labels(&spec, root);
        }
        Some(spec)
    }

    fn format(&mut self, fields: &mut Fields<'_>) {
        if let Some(node) = fields.need(&mut self.walk, "format")
            && let Some(format) = self.walk.str(node)
            && format != "prep.sim/1"
        {
            self.walk.report(
                node.span.clone(),
                both!("this is not the format `prep.sim/1`", "`prep.sim/1` 형식이 아닙니다"),
            );
        }
    }

    fn optional_str(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Option<String> {
        let node = fields.take(name)?;
        self.walk.str(node).map(str::to_owned)
    }

    /// English words; the Korean ones come from the other file.
    fn words(&mut self, fields: &mut Fields<'_>, name: &'static str) -> Option<Text> {
        self.optional_str(fields, name).map(Text::same)
    }

    fn base(&mut self, fields: &mut Fields<'_>) -> Base {
        let Some(node) = fields.take("base") else { return Base::Marketplace };
        match self.walk.str(node) {
            Some("marketplace") | None => Base::Marketplace,
            Some("stack") => Base::Stack,
            Some(other) => {
                let other = other.to_owned();
                self.walk.report(
                    node.span.clone(),
                    both!(
                        "unknown base `{other}`: \"marketplace\" or \"stack\"",
                        "알 수 없는 base `{other}`. \"marketplace\" 또는 \"stack\"을 쓰세요"
                    ),
                );
                Base::Stack
            }
        }
    }

    fn run(&mut self, fields: &mut Fields<'_>, overrides: &Overrides) -> RunSpec {
        let mut spec = RunSpec {
            kind: RunKind::Steady { warm_up: None },
            measure: 10 * SECOND,
            replications: Replications { min: 20, max: 20, step: 10 },
            precision: None,
            target: None,
            events: EVENTS_DEFAULT,
            seed: 1,
        };
        let Some(node) = fields.need(&mut self.walk, "run") else { return spec };
        let Some(mut run) = self.walk.fields(node) else { return spec };
        let kind = run.need(&mut self.walk, "kind");
        let kind_name = kind.and_then(|node| self.walk.str(node)).unwrap_or("steady").to_owned();
        let warm_up = run.take("warmup");
        let warm_up = warm_up
            .filter(|node| node.value != Value::Str("auto".to_owned()))
            .and_then(|node| self.span(node));
        // Each kind has its own fields; one of another kind would be ignored without a word.
        let drains = ["window", "episode"].contains(&kind_name.as_str());
        let drain = if drains { run.take("drain") } else { None };
        let (step, until) = if kind_name == "episode" {
            (run.take("step"), run.take("until"))
        } else {
            (None, None)
        };
        let requests = until.and_then(|node| self.requests(node));
        let length = run.take("measure").or(until.filter(|_| requests.is_none()));
        if let Some(node) = length {
            spec.measure = self.span(node).unwrap_or(spec.measure);
        }
        let drain = drain.and_then(|node| self.span(node)).unwrap_or(0);
        let step = step.and_then(|node| self.span(node)).unwrap_or(SECOND);
        spec.kind = match kind_name.as_str() {
            "steady" => RunKind::Steady { warm_up },
            "window" => RunKind::Window { warm_up: warm_up.unwrap_or(0), drain },
            "episode" => RunKind::Episode { step: step.max(1), requests, drain },
            _ => {
                if let Some(node) = kind {
                    self.walk.report(
                        node.span.clone(),
                        both!(
                            "unknown kind of run `{kind_name}`: steady, window or episode",
                            "알 수 없는 실행 종류 `{kind_name}`. steady, window, episode 중 하나를 쓰세요"
                        ),
                    );
                }
                spec.kind
            }
        };
        self.effort(&mut run, &mut spec);
        run.finish(&mut self.walk);
        if spec.measure == 0 || spec.measure > MEASURE_MAX {
            let head = node.span.start..node.span.start + 1;
            self.walk.report(
                head,
                both!(
                    "`measure` must be more than nothing and at most 7 days",
                    "`measure`는 0보다 크고 7일 이하여야 합니다"
                ),
            );
        }
        self.apply_overrides(&mut spec, overrides);
        spec
    }

    /// `{ requests = 400 }`; `None` where a moment ends the episode.
    fn requests(&mut self, node: &Node) -> Option<u64> {
        let Value::Table(_) = node.value else { return None };
        let mut fields = self.walk.fields(node)?;
        let requests = fields.need(&mut self.walk, "requests");
        let requests = requests.and_then(|node| self.walk.int(node, 1..=1_000_000_000));
        fields.finish(&mut self.walk);
        // A fault has been reported; no second one about a duration.
        Some(requests.unwrap_or(1) as u64)
    }

    fn effort(&mut self, run: &mut Fields<'_>, spec: &mut RunSpec) {
        if let Some(node) = run.take("replications")
            && let Some(mut table) = self.walk.fields(node)
        {
            let mut number = |walk: &mut Walk<'_>, name, least| {
                table.take(name).and_then(|node| walk.int(node, least..=10_000)).map(|n| n as u32)
            };
            let min = number(&mut self.walk, "min", 2).unwrap_or(spec.replications.min);
            let max = number(&mut self.walk, "max", 2).unwrap_or(min);
            let step = number(&mut self.walk, "step", 1).unwrap_or(10);
            spec.replications = Replications { min, max: max.max(min), step };
            table.finish(&mut self.walk);
        }
        if let Some(node) = run.take("precision")
            && let Some(mut table) = self.walk.fields(node)
        {
            let of = table.need(&mut self.walk, "of").and_then(|node| self.metric(node));
            let relative = table.need(&mut self.walk, "relative").and_then(|node| self.share(node));
            if let (Some(of), Some(relative)) = (of, relative) {
                spec.precision = Some(Precision { of, relative });
            }
            table.finish(&mut self.walk);
        }
        if let Some(node) = run.take("target") {
            spec.target = self.target(node);
        }
        if let Some(node) = run.take("events") {
            let events = self.walk.int(node, 1_000..=2_000_000_000);
            spec.events = events.unwrap_or(EVENTS_DEFAULT as i64) as u64;
        }
        if let Some(node) = run.take("seed") {
            spec.seed = self.walk.int(node, 0..=i64::MAX).unwrap_or(1) as u64;
        }
    }

    fn target(&mut self, node: &Node) -> Option<Target> {
        match target::parse(self.walk.str(node)?) {
            Ok(target) => Some(target),
            Err(what) => {
                self.walk.report(node.span.clone(), what);
                None
            }
        }
    }

    fn apply_overrides(&mut self, spec: &mut RunSpec, overrides: &Overrides) {
        spec.seed = overrides.seed.unwrap_or(spec.seed);
        if let Some(shape) = overrides.shape {
            // The whole course of the test, from start to end.
            let (step, drain) = match spec.kind {
                RunKind::Episode { step, drain, .. } => (step, drain),
                RunKind::Window { drain, .. } => (SECOND, drain),
                RunKind::Steady { .. } => (SECOND, 0),
            };
            let drain = drain.max(SHAPED_DRAIN);
            spec.kind = RunKind::Episode { step, requests: None, drain };
            spec.measure = shape.default_length();
            spec.precision = None;
            spec.events = spec.events.max(SHAPED_EVENTS);
            let count = spec.replications.min.min(SHAPED_REPLICATIONS);
            spec.replications = Replications { min: count, max: count, step: count };
        }
        if let Some(duration) = overrides.duration {
            if !(1..=MEASURE_MAX).contains(&duration) {
                let what = both!(
                    "must be more than nothing and at most 7 days",
                    "0보다 크고 7일 이하여야 합니다"
                );
                self.argument("--duration", what, None);
            }
            spec.measure = duration;
        }
        if let Some(count) = overrides.replications {
            spec.replications = Replications { min: count, max: count, step: count };
        }
        if overrides.precision.is_some() && spec.precision.is_none() {
            let what = both!(
                "this sim runs a fixed number of replications: use --replications",
                "이 sim은 정해진 횟수만 반복합니다. --replications를 쓰세요"
            );
            self.argument("--precision", what, None);
        }
        if let (Some(relative), Some(precision)) = (overrides.precision, &mut spec.precision) {
            precision.relative = relative;
            // A finer target needs room: the half-width falls with the root of the effort.
            spec.replications.max = spec.replications.max.max(1_000);
        }
    }

    fn span(&mut self, node: &Node) -> Option<Nanos> {
        let text = self.walk.str(node)?;
        let span = knobs::duration(text);
        if span.is_none() {
            let found = crate::content::problem::printable(text);
            self.walk.report(
                node.span.clone(),
                both!(
                    "a duration such as \"30s\" was expected, found `{found}`",
                    "\"30s\" 같은 시간이 필요합니다(현재 값: `{found}`)"
                ),
            );
        }
        span
    }

    fn share(&mut self, node: &Node) -> Option<f64> {
        let share = match &node.value {
            Value::Str(text) => {
                text.strip_suffix('%').and_then(|p| p.trim().parse::<f64>().ok()).map(|p| p / 100.0)
            }
            _ => None,
        };
        let share = share.filter(|share| *share > 0.0 && *share <= 1.0);
        if share.is_none() {
            self.walk.report(
                node.span.clone(),
                both!("a share such as \"5%\" was expected", "\"5%\" 같은 비율이 필요합니다"),
            );
        }
        share
    }

    fn metric(&mut self, node: &Node) -> Option<String> {
        let id = self.walk.str(node)?.to_owned();
        if metric::find(&id).is_none() {
            self.walk.report(node.span.clone(), condition::unknown_metric(&id));
            return None;
        }
        Some(id)
    }

    /// The configuration before variants: base, `[set]`, stations, endpoints, schedule.
    fn config(&mut self, base: Base, fields: &mut Fields<'_>) -> Config {
        let mut config = Config { prices: self.prices.clone(), ..Config::of(base) };
        if let Some(node) = fields.take("station") {
            let settings = self.settings(node, "station");
            self.apply(&mut config, &settings);
        }
        if let Some(node) = fields.take("table") {
            self.tables(node, base, &mut config);
        }
        if let Some(node) = fields.take("endpoint")
            && let Some(mut endpoints) = self.walk.fields(node)
        {
            for (key, node) in endpoints.rest() {
                if let Some(steps) = steps::read(&mut self.walk, node, &mut config) {
                    config.described.insert(key.name.clone(), steps);
                }
            }
        }
        if let Some(node) = fields.take("set") {
            let settings = self.settings(node, "");
            // The first mention of a load replaces the base's own.
            if base == Base::Marketplace
                && settings.iter().any(|(name, ..)| name.starts_with("load."))
                && !settings.iter().any(|(name, ..)| name.starts_with("load.shoppers."))
            {
                config.loads.remove("shoppers");
            }
            self.apply(&mut config, &settings);
            self.set = settings.into_iter().map(|(name, ..)| name).collect();
        }
        if let Some(node) = fields.take("at") {
            self.schedule(node, &mut config);
        }
        config
    }

    /// Flattens nested tables to dotted names.
    fn settings(&mut self, node: &Node, prefix: &str) -> Settings {
        let mut settings = Vec::new();
        self.flatten(node, prefix, &mut settings);
        settings
    }

    fn flatten(&mut self, node: &Node, name: &str, settings: &mut Settings) {
        let raw = match &node.value {
            Value::Table(entries) if name.ends_with(".mix") => {
                let weights = entries
                    .iter()
                    .map(|(key, node)| Some((key.name.clone(), self.walk.number(node)?)));
                weights.collect::<Option<Vec<_>>>().map(Raw::Weights)
            }
            Value::Table(entries) => {
                for (Key { name: part, .. }, node) in entries {
                    let full =
                        if name.is_empty() { part.clone() } else { format!("{name}.{part}") };
                    self.flatten(node, &full, settings);
                }
                return;
            }
            Value::Str(word) => Some(Raw::Word(word.clone())),
            Value::Int(number) => Some(Raw::Int(*number)),
            Value::Float(number) => Some(Raw::Float(*number)),
            Value::Bool(yes) => Some(Raw::Flag(*yes)),
            Value::Array(_) => {
                self.walk.report(
                    node.span.clone(),
                    both!("a single value was expected", "값 하나가 필요합니다"),
                );
                None
            }
        };
        if let Some(raw) = raw {
            settings.push((name.to_owned(), raw, node.span.clone()));
        }
    }

    fn apply(&mut self, config: &mut Config, settings: &Settings) {
        for (name, raw, span) in settings {
            if let Err(error) = config.set(name, raw) {
                self.report_set(name, error, span.clone());
            }
        }
    }

    fn report_set(&mut self, name: &str, error: SetError, span: std::ops::Range<usize>) {
        match set_error(name, error) {
            (what, None) => self.walk.report(span, what),
            (what, Some(hint)) => self.walk.report_with(span, what, hint),
        }
    }

    /// The settings of `--spring`, which have been checked one by one where the file was read.
    fn apply_service(&mut self, config: &mut Config, settings: &[(String, Raw)]) {
        for (name, raw) in settings {
            if let Err(error) = config.set(name, raw) {
                let (what, hint) = set_error(name, error);
                self.argument("--spring", what, hint);
            }
        }
    }

    fn apply_set(&mut self, config: &mut Config, set: &[(String, Raw)]) {
        for (name, raw) in set {
            // Only a file can bring a load or station into being: a misspelt name is noticed.
            let error = match config.stranger(name) {
                Some(nearest) => SetError::Unknown { nearest },
                None => match config.set(name, raw) {
                    Err(error) => error,
                    Ok(()) => continue,
                },
            };
            let (what, hint) = set_error(name, error);
            self.argument("--set", what, hint);
        }
    }

    /// Reports a fault of a command-line option, once.
    fn argument(&mut self, option: &str, what: Text, hint: Option<Text>) {
        let problem = Problem { hint, ..Source::new(option, "").problem_of_file(what) };
        if !self.walk.problems.contains(&problem) {
            self.walk.problems.push(problem);
        }
    }

    fn show(&mut self, fields: &mut Fields<'_>, spec: &mut Spec) {
        let Some(node) = fields.take("show") else { return };
        let Some(mut show) = self.walk.fields(node) else { return };
        if let Some(node) = show.take("columns") {
            for item in self.walk.array(node).unwrap_or_default() {
                spec.columns.extend(self.metric(item));
            }
        }
        if let Some(node) = show.take("stages") {
            spec.stages = self.walk.bool(node).unwrap_or(false);
        }
        show.finish(&mut self.walk);
    }

    fn claims(&mut self, node: &Node, spec: &mut Spec, overrides: &Overrides) {
        for item in self.walk.array(node).unwrap_or_default() {
            let Some(mut fields) = self.walk.fields(item) else { continue };
            let id = fields.need(&mut self.walk, "id").and_then(|node| self.walk.str(node));
            let id = id.unwrap_or_default().to_owned();
            let says = fields.need(&mut self.walk, "says").and_then(|node| self.walk.str(node));
            let says = says.map(Text::same).unwrap_or_default();
            let control = fields.take("control").and_then(|node| self.walk.bool(node));
            let control = control.unwrap_or(false);
            let holds = fields.need(&mut self.walk, "holds");
            let text = holds.and_then(|node| self.walk.str(node)).unwrap_or_default().to_owned();
            let set = match fields.take("set") {
                Some(node) => self.settings(node, ""),
                None => Vec::new(),
            };
            let replications = fields.take("replications");
            let replications = replications.and_then(|node| self.walk.int(node, 2..=10_000));
            let replications = replications.map(|count| count as u32);
            fields.finish(&mut self.walk);
            let span = holds.map_or(item.span.clone(), |node| node.span.clone());
            // With --vary the file's variants are gone, and its claims with them.
            if !overrides.vary.is_empty() || holds.is_none() {
                continue;
            }
            match condition::parse(&text) {
                Err(what) => self.walk.report(span, what),
                Ok(condition) => {
                    let own = self.claim_variants(spec, &condition, &set, span);
                    let holds = text;
                    spec.claims.push(Claim {
                        id,
                        says,
                        control,
                        condition,
                        holds,
                        own,
                        replications,
                    });
                }
            }
        }
    }

    /// Checks that the variants of a condition exist; with settings of its own, makes them.
    fn claim_variants(
        &mut self,
        spec: &Spec,
        condition: &condition::Condition,
        set: &Settings,
        span: std::ops::Range<usize>,
    ) -> Vec<(usize, Config)> {
        let mut own: Vec<(usize, Config)> = Vec::new();
        for reference in condition.references() {
            let at = match &reference.variant {
                None if spec.variants.len() == 1 => Some(0),
                None => None,
                Some(id) => spec.variants.iter().position(|variant| variant.id == *id),
            };
            let Some(at) = at else {
                let id = reference.variant.clone().unwrap_or_default();
                let known: Vec<&str> = spec.variants.iter().map(|v| v.id.as_str()).collect();
                let near = nearest(&id, known.iter().copied()).unwrap_or_default().to_owned();
                let known = known.join(", ");
                self.walk.report_with(
                    span.clone(),
                    both!("there is no variant `{id}`", "`{id}` 변형은 없습니다"),
                    if near.is_empty() {
                        both!("the variants are: {known}", "변형 목록: {known}")
                    } else {
                        both!("did you mean `{near}`? ({known})", "혹시 `{near}`인가요? ({known})")
                    },
                );
                continue;
            };
            if !set.is_empty() && own.iter().all(|(other, _)| *other != at) {
                let mut config = spec.variants[at].config.clone();
                self.apply(&mut config, set);
                own.push((at, config));
            }
        }
        own
    }

    /// A fault of the whole: in the file, or made by the command line.
    fn report_whole(&mut self, option: Option<&str>, root: &Node, what: Text) {
        match option {
            Some(option) => self.argument(option, what, None),
            None => self.walk.report(root.span.start..root.span.start + 1, what),
        }
    }

    /// Combinations that are impossible, once every single value is known to be fine.
    fn check_configs(&mut self, spec: &Spec, root: &Node, option: Option<&str>) {
        for variant in &spec.variants {
            if let Err(what) = variant.config.check() {
                self.report_whole(option, root, what);
                return;
            }
        }
        let arrivals = spec.variants.iter().flat_map(|variant| variant.config.loads.values());
        let most = arrivals.map(|load| load.rate.0).fold(0.0, f64::max);
        let requests = most * to_seconds(spec.run.measure) * f64::from(spec.run.replications.min);
        if requests > spec.run.events as f64 {
            let events = spec.run.events;
            self.report_whole(
                option,
                root,
                both!(
                    "a load of {most}/s, {requests:.0} requests in all, cannot be simulated with {events} events: shorten `measure`, lower the rate or raise `events`",
                    "초당 {most}건, 모두 {requests:.0}건의 부하는 이벤트 {events}개로 실행할 수 없습니다. `measure`나 비율을 줄이거나 `events`를 늘리세요"
                ),
            );
        }
    }
}

/// What is wrong with a setting, and what to write instead.
fn set_error(name: &str, error: SetError) -> (Text, Option<Text>) {
    let name = crate::content::problem::printable(name);
    match error {
        SetError::Value(text) => {
            let (en, ko) = (text.en, text.ko);
            (both!("`{name}`: {en}", "`{name}`: {ko}"), None)
        }
        SetError::Unknown { nearest } => {
            let hint = match nearest {
                Some(near) => both!("did you mean `{near}`?", "혹시 `{near}`인가요?"),
                None => both!(
                    "`prep sim pool-size --knobs` lists them all",
                    "`prep sim pool-size --knobs`로 모두 볼 수 있습니다"
                ),
            };
            (both!("unknown knob `{name}`", "알 수 없는 설정 `{name}`"), Some(hint))
        }
    }
}
