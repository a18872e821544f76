use super::*;
use crate::marketplace::knobs;
use crate::random::Stream;

fn file(name: &str, text: &str) -> Result<Application, Vec<Problem>> {
    read(&Source::new(name, text), &[])
}

/// Names with their values and lines, as short text.
fn settings(application: &Application) -> Vec<String> {
    let settings = application.settings.iter();
    settings
        .map(|setting| {
            let name = setting.known.name.rsplit('.').next().unwrap_or_default();
            format!("{name} = {} @{}", setting.value.show(), setting.line)
        })
        .collect()
}

fn strangers(application: &Application) -> Vec<String> {
    application.strangers.iter().map(|stranger| stranger.name.clone().unwrap_or_default()).collect()
}

fn said(result: Result<Application, Vec<Problem>>) -> String {
    let problems = result.expect_err("a fault was expected");
    problems.iter().map(|problem| problem.show(crate::content::text::Lang::En)).collect()
}

#[test]
fn yaml_with_profiles_placeholders_and_merge_keys() {
    let text = "\
defaults: &pool
  maximum-pool-size: 5
  connection-timeout: 3000
spring:
  profiles.active: ${PROFILE:prod}, metrics
  datasource.hikari:
    <<: *pool
    maximumPoolSize: ${app.pool}
app:
  pool: ${POOL:${app.fallback}}
  fallback: 12
---
spring.config.activate.on-profile: dev
server.tomcat.threads.max: 1
---
spring:
  config.activate.on-profile: [prod & !eu]
  jpa:
    open-in-view: off
server.tomcat:
  THREADS: { MAX: 300 }
  accept_count: ${BACKLOG}
";
    let read = file("application.yml", text).unwrap();
    assert_eq!(read.profiles, ["prod", "metrics"]);
    assert_eq!(
        settings(&read),
        [
            "max = 300 @21",
            "connection-timeout = 3s @3",
            "maximum-pool-size = 12 @8",
            "open-in-view = false @19"
        ]
    );
    let unusable: Vec<_> =
        read.unusable.iter().map(|lost| (lost.known.name.as_str(), lost.line, lost.why)).collect();
    assert_eq!(unusable, [("server.tomcat.accept-count", 22, Why::Unresolved)]);
    assert_eq!(
        strangers(&read),
        ["defaults.maximum-pool-size", "defaults.connection-timeout", "app.pool", "app.fallback"]
    );
    let dev = super::read(&Source::new("a.yaml", text), &["dev".to_owned()]).unwrap();
    assert_eq!(dev.profiles, ["dev"]);
    let max = dev.setting("server.tomcat.threads.max").unwrap();
    assert_eq!((max.value.clone(), max.line), (Raw::Int(1), 14));
}

#[test]
fn properties_with_every_way_to_write_a_line() {
    let text = "\
# a comment = 1
! another
server.tomcat.threads.max=300
server.tomcat.max-connections : -1
  spring.datasource.hikari.maximum-pool-size   20
spring.datasource.hikari.connection-timeout = \\
    20\\
    00
sp\\u0072ing.jpa.open-in-view=false\r
app.greeting = a \\= b \\\\
#---
spring.config.activate.on-profile=!prod
spring.threads.virtual.enabled=true
!---
spring.config.activate.on-profile=prod
spring.threads.virtual.enabled=false
";
    let read = file("application.properties", text).unwrap();
    assert_eq!(
        settings(&read),
        [
            "max-connections = unlimited @4",
            "max = 300 @3",
            "connection-timeout = 2s @6",
            "maximum-pool-size = 20 @5",
            "open-in-view = false @9",
            "enabled = true @13",
        ]
    );
    assert_eq!(strangers(&read), ["app.greeting"]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_nothing_of_it() {
    let deep = (0..40).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect::<String>();
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, at| {
        let one = format!("*a{}", at - 1);
        text + &format!("a{at}: &a{at} [{one}, {one}]\n")
    });
    let rows = [
        ("a.yml", "a: 1\nb: [hunter2\n", "not valid YAML"),
        ("a.yml", "a:\n  b: hunter2\n  b: 2\n", "a key stands twice"),
        ("a.yml", "a: hunter2\u{7}\n", "a control character"),
        ("a.yml", "? [hunter2]\n: 1\n", "a key must be a plain text"),
        ("a.yml", "a: &a [hunter2, *a]\n", "refers to itself"),
        ("a.yml", deep.as_str(), "nested more than 16 deep"),
        ("a.yml", bomb.as_str(), "more than 100000 values"),
        ("a.properties", "a=hunter2\\uZZZZ\n", "\\u without four hexadecimal digits"),
        ("a.yml", "spring.config.activate.on-profile: hunter2 &&\n", "no profile expression"),
        ("a.yml", "hunter2\n", "a map of settings was expected"),
        ("a.yml", "- hunter2\n", "a map of settings was expected"),
        ("a.toml", "a = 1", "neither .yml"),
    ];
    for (name, text, wanted) in rows {
        let said = said(file(name, text));
        assert!(said.contains(wanted), "{name} {wanted}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let tall = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        text + &format!("a{at}: &a{at} [*a{}]\n", at - 1)
    });
    assert!(said(file("a.yml", &tall)).contains("nested more than 16 deep"));
    let profiles = (0..200).map(|at| format!("p{at}")).collect::<Vec<_>>().join(",");
    let many = format!("spring.profiles.active: {profiles}\n");
    assert!(said(file("a.yml", &many)).contains("more than 100 profiles"));
    let nothing = file("a.yml", "# nothing\n---\n").unwrap();
    assert_eq!((nothing.settings, nothing.strangers), (vec![], vec![]));
    assert!(said(file("a.yml", &"#".repeat(BYTES_MAX + 1))).contains("1 MiB"));
}

/// Circles and fans of placeholders end.
#[test]
fn placeholders_cannot_run_away() {
    let mut text = "spring.datasource.hikari.maximum-pool-size: ${a0}\na: ${a}\n".to_owned();
    for at in 0..12 {
        let next = format!("${{a{}}}", at + 1);
        text += &format!("a{at}: \"{}\"\n", next.repeat(10));
    }
    let read = file("a.yml", &text).unwrap();
    assert_eq!((read.settings.len(), read.unusable.len()), (0, 1));
}

/// What stands where a name belongs may be a value: a line of a key without its continuation, a
/// password in braces.
#[test]
fn a_value_in_the_place_of_a_name_is_not_shown() {
    let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ";
    let text = format!("jwt.key={key}\n{key}==\nhunter2\nhunter3 hunter2\n{key}.a=1\n");
    let read = file("a.properties", &text).unwrap();
    assert_eq!(strangers(&read), ["jwt.key", "", "", "", ""]);
    let read = file("a.yml", &format!("password: {{hunter2}}\n{key}: 1\n")).unwrap();
    assert_eq!(strangers(&read), ["", ""]);
}

#[test]
fn a_value_that_a_simulation_cannot_use_is_not_repeated() {
    let text =
        "spring.datasource.hikari:\n  maximum-pool-size: hunter2\n  connection-timeout: 100\n";
    let problems = file("a.yml", text).unwrap().knobs().expect_err("two faults");
    let lines: Vec<_> =
        problems.iter().map(|problem| problem.place.as_ref().map(|place| place.line)).collect();
    assert_eq!(lines, [Some(2), Some(3)]);
    let said: String =
        problems.iter().map(|problem| problem.show(crate::content::text::Lang::Ko)).collect();
    assert!(!said.contains("hunter2"), "{said}");
    let unlimited = file("a.yml", "spring.datasource.hikari.connection-timeout: 0").unwrap();
    let day = Raw::Word("24h".to_owned());
    assert_eq!(
        unlimited.knobs(),
        Ok(vec![("spring.datasource.hikari.connection-timeout".to_owned(), day)])
    );
}

/// One spelling of a name's part.
fn spelled(part: &str, stream: &mut Stream) -> String {
    match stream.below(4) {
        0 => part.to_owned(),
        1 => part.replace('-', "_"),
        2 => part.to_uppercase(),
        _ => {
            let words = part.split('-').enumerate();
            let camel = words.map(|(at, word)| match word.chars().next() {
                Some(first) if at > 0 => first.to_uppercase().to_string() + &word[1..],
                _ => word.to_owned(),
            });
            camel.collect()
        }
    }
}

fn random_value(known: &Known, stream: &mut Stream) -> String {
    match known.unit {
        knobs::Unit::Flag => ["true", "false"][stream.below(2) as usize].to_owned(),
        knobs::Unit::Choice(words) => words[stream.below(words.len() as u64) as usize].to_owned(),
        _ => (1 + stream.below(9_999)).to_string(),
    }
}

/// A name's parts joined at random into keys, and the keys nested.
fn yaml_entry(parts: &[String], value: &str, stream: &mut Stream) -> String {
    let mut keys: Vec<String> = Vec::new();
    for part in parts {
        match keys.last_mut() {
            Some(key) if stream.below(2) == 0 => *key += &format!(".{part}"),
            _ => keys.push(part.clone()),
        }
    }
    let mut text = String::new();
    for (depth, key) in keys.iter().enumerate() {
        let end = if depth + 1 == keys.len() { format!(" {value}") } else { String::new() };
        text += &format!("{}{key}:{end}\n", "  ".repeat(depth));
    }
    text
}

/// Nested or dotted, in any spelling, as YAML or as properties: the same settings.
#[test]
fn every_way_to_write_the_same_settings_is_the_same() {
    let all = known::all();
    for seed in 0..300 {
        let mut stream = Stream::from_seed(seed);
        let mut wanted: Vec<(String, Raw)> = Vec::new();
        let (mut yaml, mut properties) = (String::new(), String::new());
        for known in &all {
            if stream.below(3) > 0 {
                continue;
            }
            let value = random_value(known, &mut stream);
            let raw = value::read(known, &value).unwrap();
            wanted.push((known.name.clone(), raw));
            let parts: Vec<String> =
                known.name.split('.').map(|part| spelled(part, &mut stream)).collect();
            // One document each, so that two spellings of a parent are no duplicate key.
            yaml += &format!("---\n{}", yaml_entry(&parts, &value, &mut stream));
            let sign = ["=", ":", " ", " = "][stream.below(4) as usize];
            properties += &format!("{}{sign}{value}\n", parts.join("."));
        }
        for (name, text) in [("a.yml", &yaml), ("a.properties", &properties)] {
            let read = file(name, text).unwrap_or_else(|_| panic!("seed {seed}:\n{text}"));
            let found =
                read.settings.into_iter().map(|setting| (setting.known.name, setting.value));
            assert_eq!(found.collect::<Vec<_>>(), wanted, "seed {seed}, {name}:\n{text}");
            assert_eq!(read.strangers, [], "seed {seed}");
        }
    }
}

/// Texts of the characters that mean something to a reader end in settings or in problems.
#[test]
fn random_texts_never_panic() {
    let pieces = [
        "spring",
        "server.tomcat.threads.max",
        ":",
        "=",
        " ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: ",
        "!",
        "|",
        ">",
        "\"",
        "'",
        "\\",
        "${",
        "}",
        "---\n",
        "#---\n",
        "on-profile",
        "? ",
        ",",
        "%",
        "@",
        "`",
        "\t",
        "\r",
        "풀",
        "\u{feff}",
        "\\u12",
        "0",
        "PT",
        "#",
    ];
    for seed in 0..4_000 {
        let mut stream = Stream::from_seed(seed);
        let mut text = String::new();
        for _ in 0..stream.below(40) {
            if stream.below(8) == 0 {
                text.extend(char::from_u32(stream.below(0x3000) as u32));
            } else {
                text += pieces[stream.below(pieces.len() as u64) as usize];
            }
        }
        for name in ["a.yml", "a.properties"] {
            let outcome = std::panic::catch_unwind(|| {
                if let Ok(read) = file(name, &text) {
                    let _ = read.knobs();
                }
            });
            assert!(outcome.is_ok(), "seed {seed}, {name}: {text:?}");
        }
    }
}
