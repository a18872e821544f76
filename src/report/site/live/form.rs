//! The form of a sim: a field for each knob, those that the sim sets or varies first. A field says
//! which option of the terminal it stands for; the script sends those that were changed.

use serde_json::Value;

use super::{Filled, problems};
use crate::content::text::{Lang, Text, both};
use crate::marketplace::knobs::{Knob, Unit};
use crate::report::document::Span;
use crate::report::render::html::{self, escape};
use crate::report::view::sims::{declaration, range};
use crate::sims::spec::Spec;
use crate::sims::typed::{Typed, split};

/// Most characters of one value.
const VALUE_MAX: usize = 300;

struct Field {
    name: String,
    knob: &'static Knob,
    option: FieldOption,
    /// What the sim's file says.
    own: String,
    /// What stands in the field while it is empty.
    example: String,
    shown: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldOption {
    Set,
    /// The variants differ in it: it takes several values.
    Vary,
}

impl FieldOption {
    fn name(self) -> &'static str {
        match self {
            FieldOption::Set => "set",
            FieldOption::Vary => "vary",
        }
    }
}

pub(super) fn form(spec: &Spec, filled: &Filled<'_>, lang: Lang) -> String {
    let form = Form { lang, wrong: problems(filled.problems, lang) };
    let (first, others): (Vec<Field>, Vec<Field>) =
        fields(spec, filled.typed).into_iter().partition(|field| is_first(spec, field));
    let first = in_order(spec, first);
    let (slug, token) = (escape(&spec.name), escape(filled.token));
    let (heading, about) =
        (form.say(&both!("Run it with your settings", "설정을 바꿔 실행하기")), form.about());
    format!(
        "<form class=\"settings\" aria-labelledby=\"settings-title\" data-to=\"{slug}/runs\" \
         data-token=\"{token}\"{}>\n<h2 id=\"settings-title\">{heading}</h2>\n<p>{about}</p>\n\
         <noscript><p class=\"bad\">{}</p></noscript>\n\
         <div class=\"knobs\">\n{}</div>\n{}{}{}</form>\n",
        form.sentences(),
        form.say(&both!("Running needs JavaScript.", "실행하려면 JavaScript가 필요합니다.")),
        first.iter().map(|field| form.field(field)).collect::<String>(),
        form.folded(&others),
        form.compare(spec, filled.typed),
        form.foot(spec, filled.typed),
    )
}

/// Every knob of the baseline.
fn fields(spec: &Spec, typed: &Typed) -> Vec<Field> {
    let values = spec.variants[spec.baseline].config.values();
    let field = |(name, value): (String, Value)| {
        let knob = declaration(&name)?;
        let varied = spec.variants.iter().any(|variant| sets(&variant.settings, &name));
        let option = if varied { FieldOption::Vary } else { FieldOption::Set };
        let own = match option {
            FieldOption::Set => typeable(knob, &value),
            // Of several that differ together none can be repeated alone.
            FieldOption::Vary if spec.varied.as_deref() != Some(&name) => String::new(),
            FieldOption::Vary => variants(spec, knob, &name),
        };
        let example = match (option, own.as_str()) {
            (FieldOption::Vary, "") => variants(spec, knob, &name),
            _ => String::new(),
        };
        let pairs = match option {
            FieldOption::Set => &typed.set,
            FieldOption::Vary => &typed.vary,
        };
        let given = given(pairs, &name).unwrap_or_else(|| own.clone());
        Some(Field { name, knob, option, own, example, shown: given })
    };
    values.into_iter().filter_map(field).collect()
}

fn sets<T>(settings: &[(String, T)], name: &str) -> bool {
    settings.iter().any(|(other, _)| other == name)
}

/// The value that was typed for a knob; of several the last.
fn given(pairs: &[String], name: &str) -> Option<String> {
    let mut pairs = pairs.iter().filter_map(|pair| split(pair, "").ok());
    pairs.rfind(|(other, _)| *other == name).map(|(_, value)| value.trim().to_owned())
}

/// The values that a knob has in the variants, each once.
fn variants(spec: &Spec, knob: &Knob, name: &str) -> String {
    let mut values: Vec<String> = Vec::new();
    for variant in &spec.variants {
        let all = variant.config.values();
        let value = all.iter().find(|(other, _)| other == name);
        let value = value.map(|(_, value)| typeable(knob, value)).unwrap_or_default();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values.join(", ")
}

/// A value as it can be typed for its knob.
fn typeable(knob: &Knob, value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match knob.unit {
        Unit::Rate if value.is_number() => format!("{text}/s"),
        _ => text,
    }
}

/// Whether a field is shown before the others: the sim is about it, or the reader has changed it.
fn is_first(spec: &Spec, field: &Field) -> bool {
    field.option == FieldOption::Vary || spec.set.contains(&field.name) || field.shown != field.own
}

/// What is varied first, then as the file sets it.
fn in_order(spec: &Spec, mut fields: Vec<Field>) -> Vec<Field> {
    let place = |field: &Field| {
        let at = spec.set.iter().position(|name| *name == field.name);
        (field.option != FieldOption::Vary, at.unwrap_or(usize::MAX))
    };
    fields.sort_by_key(place);
    fields
}

/// The component of a knob: `mysql`, `load.shoppers`. Variables of MySQL and of Redis bear their own
/// names, without it.
fn component(name: &str) -> &str {
    if !name.contains('.') {
        return if name.starts_with("maxmemory") { "redis" } else { "mysql" };
    }
    let parts = if name.starts_with("load.") || name.starts_with("station.") { 2 } else { 1 };
    let end = name.match_indices('.').nth(parts - 1).map_or(name.len(), |(at, _)| at);
    &name[..end]
}

struct Form {
    lang: Lang,
    /// What is wrong, as HTML.
    wrong: String,
}

impl Form {
    fn say(&self, text: &Text) -> String {
        escape(text.get(self.lang))
    }

    fn about(&self) -> String {
        self.say(&both!(
            "Nothing leaves this machine, and nothing is kept: a run ends when its page is closed.",
            "모든 것은 이 컴퓨터에서만 실행되고 아무것도 저장하지 않습니다. 페이지를 닫으면 실행도 끝납니다."
        ))
    }

    /// What the script says while a run goes on.
    fn sentences(&self) -> String {
        let sentences = [
            (
                "waiting",
                both!("Waiting for another run to end", "다른 실행이 끝나기를 기다리는 중"),
            ),
            ("running", both!("Running", "실행 중")),
            (
                "count",
                both!("{{done}} of {{planned}} replications", "반복 {{planned}}회 중 {{done}}회"),
            ),
            ("done", both!("Done: the report is below.", "끝났습니다. 보고서는 아래에 있습니다.")),
            ("cancelled", both!("Cancelled.", "취소했습니다.")),
            ("failed", both!("It was not run.", "실행하지 못했습니다.")),
            (
                "gone",
                both!(
                    "The server does not answer. Is `prep serve` still running?",
                    "서버가 응답하지 않습니다. `prep serve`가 실행 중인지 확인하세요."
                ),
            ),
        ];
        let sentence = |(name, text): &(&str, Text)| format!(" data-{name}=\"{}\"", self.say(text));
        sentences.iter().map(sentence).collect()
    }

    fn field(&self, field: &Field) -> String {
        let name = escape(&field.name);
        let breakable = name.replace('.', ".<wbr>").replace('-', "-<wbr>");
        let marks = self.marks(&field.name);
        let attributes = format!(
            "id=\"knob-{name}\" data-knob=\"{name}\" data-option=\"{}\" data-own=\"{}\" \
             aria-describedby=\"about-{name}\"{marks}",
            field.option.name(),
            escape(&field.own)
        );
        let words: &[&str] = match (field.option, field.knob.unit) {
            (FieldOption::Set, Unit::Choice(words)) => words,
            (FieldOption::Set, Unit::Flag) => &["true", "false"],
            _ => &[],
        };
        let input = if words.contains(&field.shown.as_str()) {
            let option = |word: &&str| {
                let selected = if **word == field.shown { " selected" } else { "" };
                format!("<option{selected}>{}</option>", escape(word))
            };
            format!(
                "<select {attributes}>{}</select>",
                words.iter().map(option).collect::<String>()
            )
        } else {
            format!(
                "<input type=\"text\" {attributes} value=\"{}\" placeholder=\"{}\" \
                 maxlength=\"{VALUE_MAX}\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\">",
                escape(&field.shown),
                escape(&field.example)
            )
        };
        format!(
            "<div class=\"knob\">\n<label for=\"knob-{name}\"><code>{breakable}</code></label>\n\
             {input}\n<p id=\"about-{name}\">{}</p>\n</div>\n",
            self.meaning(field)
        )
    }

    /// Marks a field that a problem names.
    fn marks(&self, name: &str) -> &'static str {
        let named = self.wrong.contains(&html::spans(&[Span::code(name)]));
        if named { " aria-invalid=\"true\"" } else { "" }
    }

    /// What a knob is, what it takes, and what it is by default.
    fn meaning(&self, field: &Field) -> String {
        let knob = field.knob;
        let what = match self.lang {
            Lang::En => knob.en,
            Lang::Ko => knob.ko,
        };
        let unit = match self.lang {
            Lang::En => knob.unit.name(),
            Lang::Ko => korean(knob.unit),
        };
        let (range, default) = (range(knob), knob.default);
        let unit = if matches!(knob.unit, Unit::Choice(_) | Unit::Flag) { "" } else { unit };
        let mut parts = vec![escape(what)];
        if field.option == FieldOption::Vary {
            let several = both!("several values, compared", "값을 여러 개 쓰면 비교합니다");
            parts.push(self.say(&several));
        }
        let takes = [unit, range.as_str()].into_iter().filter(|part| !part.is_empty());
        parts.extend(takes.map(escape));
        if !default.is_empty() {
            parts.push(self.say(&both!("default {default}", "기본값 {default}")));
        }
        parts.join(" · ")
    }

    /// The other knobs, by component.
    fn folded(&self, fields: &[Field]) -> String {
        let mut components: Vec<(&str, Vec<&Field>)> = Vec::new();
        for field in fields {
            let component = component(&field.name);
            match components.iter_mut().find(|(name, _)| *name == component) {
                Some((_, fields)) => fields.push(field),
                None => components.push((component, vec![field])),
            }
        }
        let part = |(name, fields): &(&str, Vec<&Field>)| {
            let inner: String = fields.iter().map(|field| self.field(field)).collect();
            format!(
                "<details class=\"component\">\n<summary><code>{}</code> ({})</summary>\n\
                 <div class=\"knobs\">\n{inner}</div>\n</details>\n",
                escape(name),
                fields.len()
            )
        };
        let parts: String = components.iter().map(part).collect();
        let label = both!("All other knobs", "그 밖의 모든 설정");
        let count = fields.len();
        format!(
            "<details class=\"others\">\n<summary>{} ({count})</summary>\n{parts}</details>\n",
            self.say(&label)
        )
    }

    /// A place for knobs to vary that the sim does not vary itself.
    fn compare(&self, spec: &Spec, typed: &Typed) -> String {
        let own = |pair: &&String| {
            let name = split(pair, "").map_or("", |(name, _)| name);
            !spec.variants.iter().any(|variant| sets(&variant.settings, name))
        };
        let pairs: Vec<&str> = typed.vary.iter().filter(own).map(String::as_str).collect();
        let label = both!("Compare values of another knob", "다른 설정의 값을 비교하기");
        let about = both!(
            "KNOB=A,B,C, one on each line; it replaces the sim's own variants",
            "KNOB=A,B,C 꼴로 한 줄에 하나씩 씁니다. sim의 변형을 대신합니다"
        );
        format!(
            "<div class=\"knob compare\">\n<label for=\"compare\">{}</label>\n\
             <textarea id=\"compare\" rows=\"2\" maxlength=\"1000\" aria-describedby=\"about-compare\" \
             spellcheck=\"false\" placeholder=\"app.instances=1,2,4\">{}</textarea>\n\
             <p id=\"about-compare\">{}</p>\n</div>\n",
            self.say(&label),
            pairs.iter().map(|pair| escape(pair)).collect::<Vec<_>>().join("\n"),
            self.say(&about)
        )
    }

    fn foot(&self, spec: &Spec, typed: &Typed) -> String {
        let own = spec.run.seed.to_string();
        let seed = escape(typed.seed.as_deref().unwrap_or(&own));
        let slug = escape(&spec.name);
        let about = both!("Base of all random numbers", "모든 난수의 바탕");
        format!(
            "<div class=\"knob seed\">\n<label for=\"seed\">seed</label>\n\
             <input type=\"text\" id=\"seed\" inputmode=\"numeric\" value=\"{seed}\" data-own=\"{own}\" \
             maxlength=\"20\" autocomplete=\"off\" aria-describedby=\"about-seed\">\n\
             <p id=\"about-seed\">{}</p>\n</div>\n\
             <div class=\"problems\" role=\"alert\">{}</div>\n\
             <div class=\"actions\">\n<button type=\"submit\" hidden>{}</button>\n\
             <button type=\"button\" class=\"quiet cancel\" hidden>{}</button>\n\
             <a class=\"share\" href=\"{slug}.html\" hidden>{}</a>\n\
             <a class=\"reset\" href=\"{slug}.html\">{}</a>\n</div>\n\
             <div class=\"course\">\n<p role=\"status\"></p>\n<progress hidden aria-label=\"{}\"></progress>\n\
             <p class=\"count\"></p>\n</div>\n",
            self.say(&about),
            self.wrong,
            self.say(&both!("Run", "실행")),
            self.say(&both!("Cancel", "취소")),
            self.say(&both!("Link to these settings", "이 설정의 링크")),
            self.say(&both!("The sim's own settings", "기본 설정으로")),
            self.say(&both!("Replications", "반복")),
        )
    }
}

/// What kind of value a knob takes; in English it is the unit's name.
fn korean(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "개수",
        Unit::Limit => "개수 또는 \"unlimited\"",
        Unit::Milliseconds => "시간, 숫자만 쓰면 ms",
        Unit::Seconds => "시간, 숫자만 쓰면 초",
        Unit::Duration => "단위를 붙인 시간",
        Unit::RandomTime => "분포를 따르는 시간",
        Unit::Rate => "초당 건수",
        Unit::Share => "비율",
        Unit::Flag => "true 또는 false",
        Unit::Choice(_) => "선택",
        Unit::Mix => "가중치",
        Unit::Stages => "단계",
        Unit::Size => "크기, 숫자만 쓰면 바이트",
        Unit::Acquisition => "\"poll 10ms\" 또는 \"pubsub\"",
        Unit::Journey => "거쳐 가는 곳",
        Unit::Name => "가격 파일에 있는 이름",
        Unit::Number => "숫자",
        Unit::Portion => "개수 또는 비율",
        Unit::CanarySteps => "비율과 시간",
        Unit::Durations => "시간 여러 개",
        Unit::Lease => "시간 또는 \"watchdog\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Kind, Library};
    use crate::marketplace::knobs::Raw;
    use crate::sims::spec::Overrides;

    /// What a field shows can be sent back, and means the same.
    #[test]
    fn every_value_that_is_shown_can_be_typed() {
        let library = Library::embedded();
        let mut faults = Vec::new();
        for slug in library.slugs(Kind::Sim) {
            let spec = crate::sims::load(&library, slug, &Overrides::default()).unwrap();
            let config = &spec.variants[spec.baseline].config;
            let fields = fields(&spec, &Typed::default());
            assert_eq!(fields.len(), config.values().len(), "{slug} leaves knobs out");
            for field in fields.iter().filter(|field| field.option == FieldOption::Set) {
                let mut again = config.clone();
                let set = again.set(&field.name, &Raw::from_argument(&field.shown));
                if set != Ok(()) || again.values() != config.values() {
                    faults.push(format!("{slug}: {} = {}: {set:?}", field.name, field.shown));
                }
            }
        }
        assert_eq!(faults, Vec::<String>::new(), "\n{}", faults.join("\n"));
    }

    /// What the sim is about comes first; what a link changes is seen at once.
    #[test]
    fn the_first_fields_are_those_of_the_sim_and_of_the_link() {
        let library = Library::embedded();
        let spec = crate::sims::load(&library, "pool-size", &Overrides::default()).unwrap();
        let typed = Typed {
            set: vec!["app.cores=3".to_owned(), "load.shoppers.rate=300/s".to_owned()],
            ..Typed::default()
        };
        let first = fields(&spec, &typed).into_iter().filter(|field| is_first(&spec, field));
        let first = in_order(&spec, first.collect());
        let shown: Vec<String> = first
            .iter()
            .map(|field| format!("{} {}={}", field.option.name(), field.name, field.shown))
            .collect();
        assert_eq!(
            shown,
            [
                "vary spring.datasource.hikari.maximum-pool-size=2, 4, 10, 50",
                "set app.instances=2",
                "set mysql.cores=4",
                "set load.shoppers.rate=300/s",
                "set load.shoppers.mix=view_product 80, list_products 15, buy_now 5",
                "set app.cores=3",
            ]
        );
    }

    #[test]
    fn a_knob_belongs_to_its_component() {
        let names = ["mysql.cores", "load.shoppers.rate", "station.a.servers", "sync_binlog"];
        assert_eq!(names.map(component), ["mysql", "load.shoppers", "station.a", "mysql"]);
        assert_eq!(component("maxmemory-policy"), "redis");
    }
}
