//! Reading the steps of a described endpoint.

mod sql;

use crate::content::text::{Text, both};
use crate::content::toml_tree::{Fields, Node, Walk};
use crate::engine::distribution::Distribution;
use crate::marketplace::config::{BidKnobs, CacheKnobs, Config};
use crate::marketplace::knobs::{self, KnobValue as _, Raw, Span};
use crate::marketplace::mysql::table::TableId;
use crate::marketplace::redis::terms::{Acquisition, Lease};
use crate::marketplace::request::Failure;
use crate::marketplace::request::described::{CachedStep, Step, StepRetry, Variable};
use crate::marketplace::request::distributed_lock::LockTerms;
use crate::random::split_mix;

/// Reads `steps = [...]` of one endpoint. Stations and tables must have been read before; a table
/// that a step names without a declaration comes into being.
pub(super) fn read(walk: &mut Walk<'_>, node: &Node, config: &mut Config) -> Option<Vec<Step>> {
    let mut fields = walk.fields(node)?;
    let steps = fields.need(walk, "steps")?;
    fields.finish(walk);
    let mut reader = Steps { config, variables: Vec::new() };
    reader.list(walk, steps, false)
}

struct Steps<'c> {
    config: &'c mut Config,
    /// Names of the rows that statements have read so far, with their tables.
    variables: Vec<(String, TableId)>,
}

impl Steps<'_> {
    fn list(&mut self, walk: &mut Walk<'_>, node: &Node, held: bool) -> Option<Vec<Step>> {
        let items = walk.array(node)?;
        let steps: Vec<Option<Step>> =
            items.iter().map(|item| self.step(walk, item, held)).collect();
        steps.into_iter().collect()
    }

    fn step(&mut self, walk: &mut Walk<'_>, node: &Node, held: bool) -> Option<Step> {
        let mut fields = walk.fields(node)?;
        let step = if let Some(node) = fields.take("sql") {
            if !held {
                walk.report(
                    node.span.clone(),
                    both!(
                        "a statement needs a connection: put it inside `connection = [..]` or `tx = [..]`",
                        "구문에는 커넥션이 필요합니다. `connection = [..]`이나 `tx = [..]` 안에 쓰세요"
                    ),
                );
            }
            sql::read(walk, node, &mut fields, self)
        } else if let Some(node) = fields.take("redis_lock") {
            self.redis_lock(walk, node, &mut fields, held)
        } else if let Some(node) = fields.take("cache") {
            self.cached(walk, node, &mut fields, held)
        } else if let Some(node) = fields.take("cpu") {
            random_time(walk, node).map(Step::Cpu)
        } else if let Some(node) = fields.take("wait") {
            random_time(walk, node).map(Step::Wait)
        } else if let Some(node) = fields.take("use") {
            station(walk, node, &mut fields, self.config)
        } else if let Some(steps) = fields.take("connection") {
            let on_replica = on_replica(walk, &mut fields);
            let steps = self.list(walk, steps, true);
            steps.map(|steps| Step::Connection {
                transaction: false,
                lazy: false,
                on_replica,
                retry: None,
                steps,
                after_commit: Vec::new(),
            })
        } else if let Some(steps) = fields.take("tx") {
            self.transaction(walk, steps, &mut fields)
        } else if let Some(node) = fields.take("fail") {
            self.fail(walk, node, &mut fields)
        } else if let Some(node) = fields.take("reply") {
            (walk.bool(node)?).then_some(Step::Reply)
        } else {
            let first = fields.span.start..fields.span.start + 1;
            walk.report(
                first,
                both!(
                    "no known step here: cpu, wait, use, connection, tx, sql, redis_lock, cache, fail or reply",
                    "알 수 없는 단계입니다. cpu, wait, use, connection, tx, sql, redis_lock, cache, fail, reply 중 하나를 쓰세요"
                ),
            );
            fields.rest();
            None
        };
        fields.finish(walk);
        step
    }

    fn transaction(
        &mut self,
        walk: &mut Walk<'_>,
        steps: &Node,
        fields: &mut Fields<'_>,
    ) -> Option<Step> {
        let lazy = match fields.take("begin") {
            None => Some(false),
            Some(node) => match walk.str(node) {
                Some("eager") => Some(false),
                Some("lazy") => Some(true),
                _ => {
                    walk.report(
                        node.span.clone(),
                        both!("\"eager\" or \"lazy\"", "\"eager\" 또는 \"lazy\"를 쓰세요"),
                    );
                    None
                }
            },
        };
        let on_replica = on_replica(walk, fields);
        let retry = fields.take("retry").map(|node| retry(walk, node));
        let steps = self.list(walk, steps, true);
        let after = match fields.take("after-commit") {
            None => Some(Vec::new()),
            Some(node) => self.list(walk, node, true),
        };
        let (retry, steps, lazy) = (retry.map_or(Some(None), |r| r.map(Some))?, steps?, lazy?);
        Some(Step::Connection {
            transaction: true,
            lazy,
            on_replica,
            retry,
            steps,
            after_commit: after?,
        })
    }

    fn fail(&mut self, walk: &mut Walk<'_>, node: &Node, fields: &mut Fields<'_>) -> Option<Step> {
        // A refusal of the service's own making is `business`, whatever it is called.
        let failure = Failure::from_label(walk.str(node)?).unwrap_or(Failure::Business);
        let share = match fields.take("share") {
            None => Some(1.0),
            Some(node) => share(walk, node),
        };
        let condition = match fields.take("if") {
            None => None,
            Some(node) => {
                let condition = walk.fields(node)?.rest();
                let [(key, value)] = condition.as_slice() else {
                    walk.report(node.span.clone(), one_condition());
                    return None;
                };
                let (variable, column) = self.variable(walk, &key.name, key.span.clone())?;
                let compared = sql::number_compared(walk, value)?;
                Some((variable, compared.guard(column)))
            }
        };
        Some(Step::Fail { failure, share: share?, condition })
    }

    fn redis_lock(
        &mut self,
        walk: &mut Walk<'_>,
        node: &Node,
        fields: &mut Fields<'_>,
        held: bool,
    ) -> Option<Step> {
        let name = walk.str(node)?;
        let key = number_of(name);
        let base = &self.config.bid;
        let mut terms = LockTerms {
            acquire: base.lock_acquire,
            wait: base.lock_wait.0,
            lease: base.lock_lease,
        };
        let knob = |name: &str| BidKnobs::KNOBS.iter().find(|knob| knob.name == name);
        let mut wrong = false;
        let mut set = |walk: &mut Walk<'_>, name: &'static str, full: &str| {
            let node = fields.take(name)?;
            let raw = Raw::Word(walk.str(node)?.to_owned());
            Some((node, raw, knob(full)?))
        };
        let mut report = |walk: &mut Walk<'_>, node: &Node, what: Text| {
            walk.report(node.span.clone(), what);
            wrong = true;
        };
        if let Some((node, raw, knob)) = set(walk, "acquire", "bid.lock.acquire") {
            match Acquisition::parse(&raw, knob) {
                Ok(acquire) => terms.acquire = acquire,
                Err(what) => report(walk, node, what),
            }
        }
        if let Some((node, raw, knob)) = set(walk, "wait", "bid.lock.wait") {
            match Span::parse(&raw, knob) {
                Ok(wait) => terms.wait = wait.0,
                Err(what) => report(walk, node, what),
            }
        }
        if let Some((node, raw, knob)) = set(walk, "lease", "bid.lock.lease") {
            match Lease::parse(&raw, knob) {
                Ok(lease) => terms.lease = lease,
                Err(what) => report(walk, node, what),
            }
        }
        let steps = fields.need(walk, "do").and_then(|node| self.list(walk, node, held))?;
        (!wrong).then_some(Step::RedisLock { key, terms, steps })
    }

    /// `{ cache = "bids/key", ttl = "1s", load = [STEPS] }`
    fn cached(
        &mut self,
        walk: &mut Walk<'_>,
        node: &Node,
        fields: &mut Fields<'_>,
        held: bool,
    ) -> Option<Step> {
        let name = walk.str(node)?;
        let (name, by_row) = match name.strip_suffix("/key") {
            Some(name) => (number_of(name), true),
            None => (number_of(name), false),
        };
        let ttl = match fields.take("ttl") {
            None => Some(self.config.cache.ttl),
            Some(node) => {
                let knob = CacheKnobs::KNOBS.iter().find(|knob| knob.name == "cache.ttl")?;
                match Span::parse(&Raw::Word(walk.str(node)?.to_owned()), knob) {
                    Ok(ttl) => Some(ttl),
                    Err(what) => {
                        walk.report(node.span.clone(), what);
                        None
                    }
                }
            }
        };
        let steps = fields.need(walk, "load").and_then(|node| self.list(walk, node, held))?;
        Some(Step::Cached(CachedStep { name, by_row, ttl: ttl?.0 }, steps))
    }

    /// `b.stock`: a column of a row that was read before.
    fn variable(
        &self,
        walk: &mut Walk<'_>,
        text: &str,
        span: std::ops::Range<usize>,
    ) -> Option<(Variable, usize)> {
        let found = text.split_once('.').and_then(|(name, column)| {
            let at = self.variables.iter().position(|(known, _)| known == name)?;
            let tables = self.config.tables();
            let column = tables[self.variables[at].1.0 as usize].column(column)?;
            Some((at, column))
        });
        if found.is_none() {
            let text = crate::content::problem::printable(text);
            walk.report_with(
                span,
                both!("there is no `{text}` here", "`{text}`은(는) 여기에 없습니다"),
                both!(
                    "name a row with `into = \"b\"` in an earlier statement and a column of its table: \"b.stock\"",
                    "앞 구문에 `into = \"b\"`를 쓰고 그 테이블의 컬럼을 \"b.stock\"처럼 적으세요"
                ),
            );
        }
        found
    }
}

/// Names become numbers; the same name is the same key in every endpoint.
fn number_of(name: &str) -> u64 {
    name.bytes().fold(1, |key, byte| split_mix(key ^ u64::from(byte)))
}

/// `on = "replica"`
fn on_replica(walk: &mut Walk<'_>, fields: &mut Fields<'_>) -> bool {
    let Some(node) = fields.take("on") else { return false };
    let word = walk.str(node);
    if !matches!(word, Some("primary" | "replica")) {
        walk.report(
            node.span.clone(),
            both!("\"primary\" or \"replica\"", "\"primary\" 또는 \"replica\"를 쓰세요"),
        );
    }
    word == Some("replica")
}

fn one_condition() -> Text {
    both!(
        "one condition such as {{ \"b.stock\" = \"<= 0\" }} was expected",
        "{{ \"b.stock\" = \"<= 0\" }} 같은 조건 하나가 필요합니다"
    )
}

/// `{ on = ["deadlock"], max = 3, backoff = "10ms", inside = "connection" }`
fn retry(walk: &mut Walk<'_>, node: &Node) -> Option<StepRetry> {
    let mut fields = walk.fields(node)?;
    let on = fields.need(walk, "on");
    let mut failures = Vec::new();
    for item in on.and_then(|node| walk.array(node)).unwrap_or_default() {
        let word = walk.str(item)?;
        match Failure::from_label(word) {
            Some(failure) => failures.push(failure),
            None if word == "none" => failures.push(Failure::OptimisticExhausted),
            None => {
                let known = Failure::ALL.map(Failure::label).join(", ");
                let word = crate::content::problem::printable(word);
                walk.report(
                    item.span.clone(),
                    both!(
                        "`{word}` is no kind of failure: none, {known}",
                        "`{word}`은(는) 실패 종류가 아닙니다: none, {known}"
                    ),
                );
            }
        }
    }
    let max = fields.need(walk, "max").and_then(|node| walk.int(node, 0..=1_000));
    let backoff = match fields.take("backoff") {
        None => Some(Distribution::ZERO),
        Some(node) => random_time(walk, node),
    };
    let keep_connection = match fields.take("inside") {
        None => false,
        Some(node) if walk.str(node) == Some("connection") => true,
        Some(node) => {
            walk.report(
                node.span.clone(),
                both!("\"connection\" was expected", "\"connection\"이 필요합니다"),
            );
            false
        }
    };
    fields.finish(walk);
    Some(StepRetry { on: failures, max: max? as u32, backoff: backoff?, keep_connection })
}

fn random_time(walk: &mut Walk<'_>, node: &Node) -> Option<Distribution> {
    let text = walk.str(node)?;
    let found = knobs::distribution(text);
    if found.is_none() {
        let text = crate::content::problem::printable(text);
        walk.report(
            node.span.clone(),
            both!(
                "`{text}` is no random time; examples: \"20ms\", \"exp 20ms\", \"gamma 20ms cv 0.5\"",
                "`{text}`은(는) 확률 시간이 아닙니다. 예: \"20ms\", \"exp 20ms\", \"gamma 20ms cv 0.5\""
            ),
        );
    }
    found
}

fn share(walk: &mut Walk<'_>, node: &Node) -> Option<f64> {
    let text = walk.str(node)?;
    let share = text.strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
    let share = share.filter(|percent| (0.0..=100.0).contains(percent));
    if share.is_none() {
        walk.report(
            node.span.clone(),
            both!("a share such as \"10%\" was expected", "\"10%\" 같은 비율이 필요합니다"),
        );
    }
    share.map(|percent| percent / 100.0)
}

fn station(
    walk: &mut Walk<'_>,
    node: &Node,
    fields: &mut Fields<'_>,
    config: &Config,
) -> Option<Step> {
    let name = walk.str(node)?.to_owned();
    let time = fields.need(walk, "for").and_then(|node| random_time(walk, node));
    if !config.stations.contains_key(&name) {
        let shown = crate::content::problem::printable(&name);
        walk.report_with(
            node.span.clone(),
            both!("there is no station `{shown}`", "`{shown}` 스테이션은 없습니다"),
            both!(
                "declare it: [station.{shown}] with servers = 1",
                "[station.{shown}] servers = 1 처럼 선언하세요"
            ),
        );
        return None;
    }
    Some(Step::Use { station: name, time: time? })
}
