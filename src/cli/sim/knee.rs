//! `prep sim NAME --find-max-rate`.

use super::{Context, Done, Failure, SimArgs, available_threads, command, emit, show, variant};
use crate::report::view;
use crate::sims::knee;
use crate::sims::run::Execution;
use crate::sims::spec::Spec;

/// Finds the highest rate that meets the target, and shows it.
pub(super) fn run(context: &mut Context, args: &SimArgs, spec: &Spec) -> Result<Done, Failure> {
    let target = knee::target(spec, args.slo.as_deref())
        .map_err(|(what, hint)| Failure::Words(what, Some(hint)))?;
    let variants: Vec<usize> = match args.variant.as_deref() {
        None => vec![spec.baseline],
        Some("all") if spec.variants.iter().all(|variant| variant.id != "all") => {
            (0..spec.variants.len()).collect()
        }
        Some(id) => vec![variant(spec, id)?],
    };
    for at in &variants {
        knee::check(spec, *at).map_err(|(what, hint)| Failure::Words(what, Some(hint)))?;
    }
    let line = line(args, spec);
    let lang = context.lang;
    let found = super::with_progress(context, spec, |progress| {
        let threads = args.threads.map_or_else(available_threads, usize::from);
        knee::find(
            spec,
            &variants,
            &target,
            line,
            lang,
            &Execution { threads, progress, cancel: None },
        )
    })?;
    let text = if args.json {
        serde_json::to_string_pretty(&found).unwrap_or_default() + "\n"
    } else {
        show(context, args, &view::knee::knee(&found, lang))
    };
    emit(context, args, &text)?;
    let met = found.variants.iter().all(|variant| variant.rate_per_s.is_some());
    Ok(if met { Done::Fine } else { Done::No })
}

/// The line that gives the same numbers again.
fn line(args: &SimArgs, spec: &Spec) -> String {
    let mut line = command(args, &spec.name) + " --find-max-rate";
    if let Some(slo) = &args.slo {
        line += &format!(" --slo {}", super::quoted(slo));
    }
    if let Some(id) = &args.variant {
        line += &format!(" --variant {}", super::quoted(id));
    }
    line
}
