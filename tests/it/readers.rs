//! Exports under the eyes of the programs that they are for. A program that is not installed is
//! said so, and its test shows nothing.

use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

const WATCHED: &str = include_str!("fixtures/watched.toml");
const READ_JTL: &str = include_str!("fixtures/read-jtl.bsh");

/// A sandbox with a run in it, and the number of values or requests that was told.
fn exported(kind: &str, file: &str) -> (Sandbox, u64) {
    let sandbox = Sandbox::with(&[("watched.toml", WATCHED), ("read-jtl.bsh", READ_JTL)]);
    let said = sandbox.line(&format!("sim --file watched.toml --variant a --export {kind}={file}"));
    let told = said.strip_prefix(&format!("exit 0\n--- stderr\n{file}: ")).expect(&said);
    let count = told.split(' ').next().unwrap().parse().expect(&said);
    (sandbox, count)
}

#[expect(clippy::print_stderr, reason = "why a test shows nothing is said")]
fn installed(program: &str, paths: &[&str]) -> bool {
    let found = paths.iter().any(|path| Path::new(path).exists());
    if !found {
        eprintln!("not tried: {program} is not installed");
    }
    found
}

/// The program's standard output; it must succeed.
fn output(command: &mut Command, sandbox: &Sandbox) -> String {
    let output = command.current_dir(sandbox.path("")).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn prometheus_takes_the_metrics() {
    if !installed("promtool", &["/usr/bin/promtool", "/usr/local/bin/promtool"]) {
        return;
    }
    let (sandbox, values) = exported("openmetrics", "run.om");
    let promtool = || Command::new("promtool");
    let blocks = ["tsdb", "create-blocks-from", "openmetrics", "run.om", "data"];
    let created = output(promtool().args(blocks), &sandbox);
    // BLOCK ULID, MIN TIME, MAX TIME, DURATION, NUM SAMPLES, ...
    let samples: u64 = created
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().nth(4).unwrap().parse::<u64>().expect(line))
        .sum();
    assert_eq!(samples, values, "{created}");
}

/// As recording rules, which Prometheus parses.
#[test]
fn prometheus_understands_the_queries_of_the_dashboard() {
    if !installed("promtool", &["/usr/bin/promtool", "/usr/local/bin/promtool"]) {
        return;
    }
    let (sandbox, _) = exported("openmetrics", "run.om");
    let dashboard: serde_json::Value =
        serde_json::from_str(&sandbox.read("run.dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let rules: Vec<serde_json::Value> = queries
        .enumerate()
        .map(|(at, target)| serde_json::json!({ "record": format!("q:{at}"), "expr": target["expr"] }))
        .collect();
    let group = serde_json::json!({ "groups": [{ "name": "panels", "rules": rules }] });
    // JSON is YAML.
    sandbox.write("rules.yml", group.to_string());
    let checked = output(Command::new("promtool").args(["check", "rules", "rules.yml"]), &sandbox);
    assert!(checked.contains(&format!("{} rules found", rules.len())), "{checked}");
}

/// JMeter 2.13, which Debian has, is older than the column `sentBytes`, which it therefore does not
/// get to see. Its batch mode cannot load a test plan (`ForbiddenClassException` of the XStream
/// that Debian gives it), so its reader is called by BeanShell, which it brings along.
#[test]
fn jmeter_reads_the_requests() {
    if !installed("jmeter", &["/usr/share/jmeter/lib/ext/ApacheJMeter_core.jar"])
        || !installed("BeanShell", &["/usr/share/java/bsh.jar"])
    {
        return;
    }
    let (sandbox, requests) = exported("jtl", "run.jtl");
    let (mut good, mut elapsed, mut connect, mut threads, mut old) = (0, 0, 0, 0, String::new());
    for (at, line) in sandbox.read("run.jtl").lines().enumerate() {
        let mut fields: Vec<&str> = line.split(',').collect();
        if at > 0 {
            let number = |at: usize| fields[at].parse::<u64>().expect(line);
            good += u64::from(fields[7] == "true");
            elapsed += number(1);
            connect += number(16);
            threads = number(12).max(threads);
        }
        let sent = fields.remove(10);
        assert_eq!(sent, if at == 0 { "sentBytes" } else { "0" });
        old += &(fields.join(",") + "\n");
    }
    sandbox.write("run.jtl", old);
    let classes = "/usr/share/jmeter/lib/*:/usr/share/jmeter/lib/ext/*:/usr/share/java/*";
    let java = ["-Djava.awt.headless=true", "-cp", classes, "bsh.Interpreter", "read-jtl.bsh"];
    let said = output(Command::new("java").args(java), &sandbox);
    let expected = format!("read {requests} {good} {elapsed} {connect} {threads}");
    assert!(said.lines().any(|line| line == expected), "{expected}\n{said}");
}
