//! `prep lint`: what is dangerous in an `application.yml`.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Done, Failure};
use crate::content::Kind;
use crate::content::problem::printable;
use crate::content::read_file;
use crate::content::text::both;
use crate::marketplace::knobs;
use crate::report::render::terminal;
use crate::report::view;
use crate::spring;
use crate::spring::lint::{Level, Surroundings, lint};

/// Find dangerous settings in an application.yml or application.properties
///
/// Values of settings that are not understood are never shown. The environment is not read:
/// placeholders count with their defaults.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  prep lint application.yml\n  prep lint application.yml --profile prod --instances 4 --max-connections 151\n  prep lint application.yml --gateway-timeout 30s\n\nExit codes: 0 nothing to mend, 1 findings, 2 wrong input"
)]
pub(super) struct LintArgs {
    /// application.yml, .yaml or .properties
    file: PathBuf,
    /// Profile to activate; may be repeated; otherwise those of spring.profiles.active
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Instances of the service
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    instances: u32,
    /// Connections that the database accepts (max_connections)
    #[arg(long, value_name = "N", default_value_t = Surroundings::usual().max_connections, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,
    /// Connections that one request needs at once: 2 with REQUIRES_NEW inside a transaction
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections_per_request: u32,
    /// How long the gateway waits for an answer (nginx proxy_read_timeout, ELB idle timeout)
    #[arg(long, value_name = "TIME", default_value = "60s")]
    gateway_timeout: String,
    /// How long the database keeps an idle connection (wait_timeout)
    #[arg(long, value_name = "TIME", default_value = "8h")]
    wait_timeout: String,
    /// From the request to stop to the kill (terminationGracePeriodSeconds)
    #[arg(long, value_name = "TIME", default_value = "30s")]
    grace: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
    /// Columns to write for; otherwise those of the terminal
    #[arg(long, value_name = "N")]
    width: Option<usize>,
}

pub(super) fn run(context: &mut Context, args: &LintArgs) -> Result<Done, Failure> {
    let around = Surroundings {
        instances: args.instances,
        max_connections: args.max_connections,
        connections_per_request: args.connections_per_request,
        gateway_timeout: time("--gateway-timeout", &args.gateway_timeout)?,
        wait_timeout: time("--wait-timeout", &args.wait_timeout)?,
        grace: time("--grace", &args.grace)?,
    };
    let application = spring::read(&read_file(&args.file)?, &args.profile)?;
    let findings = lint(&application, &around);
    let topics = context.library.slugs(Kind::Topic);
    if args.json {
        let json = view::lint::json(&application, &findings, &topics, context.lang);
        let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
        context.out.print(&text)?;
    } else {
        let document = view::lint::lint(&application, &findings, &topics, context.lang);
        let text = terminal::render(&document, context.out.style(args.width));
        context.out.print(&text)?;
    }
    let mend = findings.iter().any(|finding| finding.level == Level::Warning);
    Ok(if mend { Done::No } else { Done::Fine })
}

/// Nanoseconds of an option.
fn time(option: &str, text: &str) -> Result<u64, Failure> {
    match time_or_none(option, text)? {
        0 => Err(Failure::Words(
            both!("{option} must be more than nothing", "{option}은(는) 0보다 커야 합니다"),
            None,
        )),
        time => Ok(time),
    }
}

/// Nanoseconds of an option that may be 0.
pub(super) fn time_or_none(option: &str, text: &str) -> Result<u64, Failure> {
    // Longer than any service needs, and short enough for every sum.
    const MOST: u64 = 1_000_000_000_000_000_000;
    knobs::duration(text).filter(|time| *time <= MOST).ok_or_else(|| {
        let text = printable(text);
        Failure::Words(
            both!(
                "{option} takes a time such as 30s, not `{text}`",
                "{option}에는 30s 같은 시간을 쓰세요(현재 값: `{text}`)"
            ),
            None,
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: LintArgs,
    }

    /// The defaults of the options are those of the rules.
    #[test]
    fn the_options_default_to_the_usual_surroundings() {
        let args = Line::parse_from(["lint", "a.yml"]).args;
        let read = |text: &str| time("", text).unwrap_or(0);
        let around = Surroundings {
            instances: args.instances,
            max_connections: args.max_connections,
            connections_per_request: args.connections_per_request,
            gateway_timeout: read(&args.gateway_timeout),
            wait_timeout: read(&args.wait_timeout),
            grace: read(&args.grace),
        };
        assert_eq!(around, Surroundings::usual());
    }
}
