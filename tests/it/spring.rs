//! `prep lint`, and `prep sim --spring`.

use serde_json::Value;

use crate::sandbox::{Sandbox, root};

const SECRET: &str = "hunter2";

/// Secrets wherever one may stand.
const SERVICE: &str = "\
spring:
  datasource:
    url: jdbc:mysql://root:hunter2@db/market?password=hunter2
    password: hunter2
    hikari: { maximum-pool-size: 12, password: hunter2, leak-detection-threshold: hunter2 }
  jpa.open-in-view: false
server.tomcat.threads.max: ${THREADS:100}
server.tomcat.accept-count: ${ACCEPT}
jwt:
  secrets: [hunter2, 'hunter2']
  key: |
    hunter2
";

#[test]
fn a_lint_says_line_reason_and_cure() {
    let sandbox = Sandbox::with(&[("application.yml", "server.tomcat.max-threads: 300\n")]);
    assert_eq!(
        sandbox.line("lint application.yml --connections-per-request 1 --width 100"),
        "exit 1
--- stdout
 application.yml
 ───────────────
 Profiles: default. Settings judged: 0, others: 1. To mend: 1, to know: 1.

 line 1: warning: server.tomcat.max-threads is not a setting
 ───────────────────────────────────────────────────────────
 Why    Spring Boot ignores a name that it does not know without a word: the default stays in force.
 Mend   did you mean server.tomcat.threads.max?
 More   prep topic tomcat-threads

 default: note: no REQUIRES_NEW inside a transaction with this pool: it needs 201, there are 10
 ──────────────────────────────────────────────────────────────────────────────────────────────
 Why    pool >= threads x (connections - 1) + 1 = 200 x 1 + 1 = 201. Below it all connections can be
        held by threads that each wait for one more: REQUIRES_NEW keeps the outer connection while
        it borrows a second.
 Mend   do not nest transactions that need a connection of their own, or make threads fewer; a
        larger pool only prevents the lock-up, it is no optimum
 More   prep topic spring-transactions

 Without meaning here (names only): server.tomcat.max-threads
"
    );
    sandbox.write("fine.properties", "server.port=80\n");
    assert!(sandbox.line("lint fine.properties").starts_with("exit 0\n"));
    assert!(sandbox.line("lint missing.yml").starts_with("exit 2\n"));
    assert!(sandbox.line("lint fine.properties --grace 0s").starts_with("exit 2\n"));
}

/// What is not understood may be a secret: it stands in no output, whatever is wrong with the file.
#[test]
fn no_secret_is_ever_shown() {
    let broken = [
        SERVICE.to_owned(),
        format!("{SERVICE}jwt: hunter2\n"),
        format!("{SERVICE}: [hunter2\n"),
        SERVICE.replace("12,", "hunter2,"),
        SERVICE.replace("100", "hunter2"),
        SERVICE.replace("url: ", "url: \"\\q"),
        SERVICE.replace("  password", "\tpassword"),
    ];
    for text in broken {
        let properties = text.replace(": ", "=");
        let sandbox = Sandbox::with(&[("a.yml", &text), ("a.properties", &properties)]);
        for file in ["a.yml", "a.properties"] {
            for command in [
                format!("lint {file}"),
                format!("lint {file} --json"),
                format!("lint {file} --lang ko"),
                format!("sim pool-size --replications 2 --duration 1s --json --spring {file}"),
                format!("sim pool-size --knobs --spring {file}"),
            ] {
                let said = sandbox.line(&command);
                assert!(!said.contains(SECRET), "{command}\n{text}\n{said}");
                assert!(!said.contains("panicked"), "{command}\n{text}\n{said}");
            }
        }
    }
}

#[test]
fn the_json_follows_its_schema() {
    let schema = std::fs::read_to_string(root().join("docs/schema/lint.schema.json")).unwrap();
    let validator =
        jsonschema::draft202012::new(&serde_json::from_str::<Value>(&schema).unwrap()).unwrap();
    let sandbox = Sandbox::with(&[("a.yml", SERVICE)]);
    let output = sandbox.command(&["lint", "a.yml", "--json"]).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let faults: Vec<String> = validator.iter_errors(&json).map(|fault| fault.to_string()).collect();
    assert_eq!(faults, Vec::<String>::new());
    let names: Vec<&str> =
        json["settings"].as_array().unwrap().iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "server.tomcat.threads.max",
            "spring.datasource.hikari.maximum-pool-size",
            "spring.jpa.open-in-view"
        ]
    );
}

fn knob(outcome: &Value, variant: usize, name: &str) -> Value {
    outcome["variants"][variant]["knobs"][name].clone()
}

/// Product default < base < `[set]` < `--spring` < variant < `--set`.
#[test]
fn the_file_wins_over_the_sim_and_loses_to_variants_and_options() {
    let size = "spring.datasource.hikari.maximum-pool-size";
    let threads = "server.tomcat.threads.max";
    let sim = format!(
        "format = \"prep.sim/1\"\nbase = \"stack\"\n[run]\nkind = \"steady\"\nmeasure = \"1s\"\nwarmup = \"0s\"\nreplications = {{ min = 2 }}\n[set]\n{size} = 3\n{threads} = 30\nload.all.rate = \"50/s\"\nload.all.mix = {{ ask = 1 }}\n[endpoint.ask]\nsteps = [{{ connection = [{{ wait = \"1ms\" }}] }}]\n[[variant]]\nid = \"a\"\n[[variant]]\nid = \"b\"\nset.{size} = 7\n[[claim]]\nid = \"c\"\nsays = \"x\"\nholds = \"completed_per_s(a) > 0\"\n"
    );
    let service = format!(
        "{size}: 5\n{threads}: 50\nserver.tomcat.accept-count: 60\nserver.tomcat.max-connections: 70\napp.name: x\n"
    );
    let sandbox = Sandbox::with(&[("my.toml", &sim), ("a.yml", &service)]);
    let args = ["sim", "--file", "my.toml", "--spring", "a.yml", "--json", "--set"];
    let set = "server.tomcat.accept-count=61";
    let output = sandbox.command(&[&args[..], &[set]].concat()).output().unwrap();
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    let values = |name| [knob(&outcome, 0, name), knob(&outcome, 1, name)];
    assert_eq!(values(size), [5, 7]);
    assert_eq!(values(threads), [50, 50]);
    assert_eq!(values("server.tomcat.accept-count"), [61, 61]);
    assert_eq!(values("server.tomcat.max-connections"), [70, 70]);
    assert_eq!(outcome["claims"][0]["verdict"], "not_judged");
    assert_eq!(
        outcome["command"],
        "prep sim --file my.toml --spring a.yml --set server.tomcat.accept-count=61 --seed 1"
    );
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "a.yml (profiles: default)
  used: server.tomcat.max-connections = 70, server.tomcat.threads.max = 50
  overruled by the variants: spring.datasource.hikari.maximum-pool-size
  overruled by --set: server.tomcat.accept-count
  Without meaning here (names only): app.name

"
    );
}
