//! `--spring`: a simulation with the settings of the reader's own service, and what of them counts.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Failure};
use crate::content::read_file;
use crate::report::view;
use crate::sims::spec::{Overrides, Spec};
use crate::spring::lint::{self, Surroundings};
use crate::spring::{self, Application};

#[derive(Args)]
pub(super) struct ServiceArgs {
    /// Use the settings of your own application.yml or application.properties
    #[arg(long, value_name = "FILE")]
    spring: Option<PathBuf>,
    /// With --spring: profile to activate; may be repeated
    #[arg(long, value_name = "NAME", requires = "spring")]
    profile: Vec<String>,
}

impl ServiceArgs {
    /// The options, for the line that gives the same numbers again.
    pub(super) fn words(&self) -> Vec<(&'static str, String)> {
        let file = self.spring.iter().map(|path| ("--spring", path.display().to_string()));
        let profiles = self.profile.iter().map(|name| ("--profile", name.clone()));
        file.chain(profiles).collect()
    }
}

pub(super) fn read(args: &ServiceArgs) -> Result<Option<Application>, Failure> {
    let Some(path) = &args.spring else { return Ok(None) };
    Ok(Some(spring::read(&read_file(path)?, &args.profile)?))
}

/// Tells which settings the simulation uses, which it does not, and what is dangerous in them.
pub(super) fn tell(context: &mut Context, service: &Application, spec: &Spec, over: &Overrides) {
    let mut used = Vec::new();
    let mut overruled = Vec::new();
    for (name, _) in &over.spring {
        let varies =
            spec.variants.iter().any(|v| v.settings.iter().any(|(other, _)| other == name));
        let set = over.set.iter().any(|(other, _)| other == name);
        if set || varies { overruled.push((name.as_str(), set)) } else { used.push(name.as_str()) }
    }
    let mut text = view::lint::used(service, &used, &overruled, context.lang);
    let config = &spec.variants[spec.baseline].config;
    let around = Surroundings {
        instances: config.app.instances,
        max_connections: config.mysql.max_connections,
        ..Surroundings::usual()
    };
    text += &view::lint::brief(service, &lint::lint(service, &around), context.lang);
    text.push('\n');
    context.out.tell(&text);
}
