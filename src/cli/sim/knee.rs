//! `prep sim NAME --find-max-rate`.

use super::{Context, Done, Failure, SimArgs, available_threads, command, emit, show, variant};
use crate::content::text::both;
use crate::report::view;
use crate::sims::knee;
use crate::sims::run::Execution;
use crate::sims::spec::Spec;
use crate::sims::target::{self, Target};

/// Finds the highest rate that meets the target, and shows it.
pub(super) fn run(context: &mut Context, args: &SimArgs, spec: &Spec) -> Result<Done, Failure> {
    let target = target(args, spec)?;
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
        knee::find(spec, &variants, &target, line, lang, &Execution { threads, progress })
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

fn target(args: &SimArgs, spec: &Spec) -> Result<Target, Failure> {
    let example = || {
        Some(both!(
            "such as --slo \"latency_ms_p99 < 300, errors < 0.1%\"",
            "예: --slo \"latency_ms_p99 < 300, errors < 0.1%\""
        ))
    };
    let target = match (&args.slo, &spec.run.target) {
        (Some(text), _) => target::parse(text).map_err(|what| {
            let (en, ko) = (what.en, what.ko);
            Failure::Words(both!("--slo: {en}", "--slo: {ko}"), example())
        })?,
        (None, Some(target)) => target.clone(),
        (None, None) => {
            return Err(Failure::Words(
                both!(
                    "--find-max-rate needs a target, and this sim has none in [run]: give --slo",
                    "--find-max-rate에는 목표가 필요한데 이 sim의 [run]에는 없습니다. --slo로 지정하세요"
                ),
                example(),
            ));
        }
    };
    check_labels(spec, &target)?;
    Ok(target)
}

/// A label that names nothing here would never be met, in silence.
fn check_labels(spec: &Spec, target: &Target) -> Result<(), Failure> {
    let unknown = target.bounds.iter().find(|bound| !spec.knows_label(&bound.id));
    unknown.map_or(Ok(()), |bound| {
        let id = &bound.id;
        let known = spec.labels().join(", ");
        Err(Failure::Words(
            both!(
                "--slo: nothing here is called as in `{id}`",
                "--slo: `{id}`의 라벨은 여기에 없습니다"
            ),
            Some(both!("known here: {known}", "여기서 쓸 수 있는 라벨: {known}")),
        ))
    })
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
