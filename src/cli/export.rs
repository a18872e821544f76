//! `--export KIND=FILE`: a replay as files for other tools.

use std::path::{Path, PathBuf};

use super::{Context, Failure};
use crate::content::problem::printable;
use crate::content::text::{Text, both};
use crate::engine::time::Nanos;
use crate::export::{chrome_trace, grafana, jtl, k6, openmetrics};
use crate::sims::recording::Recording;
use crate::sims::recording::episode::Episode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Trace,
    OpenMetrics,
    Jtl,
    K6,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Trace, "trace"),
    (Kind::OpenMetrics, "openmetrics"),
    (Kind::Jtl, "jtl"),
    (Kind::K6, "k6"),
];

/// One file to write.
pub(super) struct Export {
    kind: Kind,
    path: PathBuf,
}

/// Reads the pairs of `--export`.
///
/// # Errors
/// An unknown kind, no file, or a file that is named twice.
pub(super) fn parse(pairs: &[String]) -> Result<Vec<Export>, Failure> {
    let mut exports: Vec<Export> = Vec::new();
    for pair in pairs {
        let export = one(pair)?;
        let path = &export.path;
        let named =
            |other: &Export| other.path == *path || other.dashboard().as_ref() == Some(path);
        if exports
            .iter()
            .any(|other| named(other) || export.dashboard().as_ref() == Some(&other.path))
        {
            let path = shown(path);
            return Err(Failure::Words(
                both!(
                    "--export would write `{path}` twice",
                    "--export가 `{path}`에 두 번 쓰게 됩니다"
                ),
                None,
            ));
        }
        exports.push(export);
    }
    Ok(exports)
}

fn one(pair: &str) -> Result<Export, Failure> {
    let (word, path) = pair.split_once('=').unwrap_or((pair, ""));
    let Some((kind, word)) = KINDS.into_iter().find(|(_, known)| *known == word) else {
        let kind = printable(word);
        return Err(Failure::Words(
            both!("nothing is exported as `{kind}`", "`{kind}` 형식으로는 내보낼 수 없습니다"),
            Some(both!(
                "known: trace=FILE (Chrome trace events), openmetrics=FILE (Prometheus), jtl=FILE (JMeter), k6=FILE (k6's summary)",
                "쓸 수 있는 것: trace=FILE (Chrome trace events), openmetrics=FILE (Prometheus), jtl=FILE (JMeter), k6=FILE (k6 요약)"
            )),
        ));
    };
    if path.is_empty() {
        return Err(Failure::Words(
            both!(
                "--export {word}=FILE needs the name of a file",
                "--export {word}=FILE에 파일 이름이 필요합니다"
            ),
            None,
        ));
    }
    Ok(Export { kind, path: PathBuf::from(path) })
}

impl Export {
    /// The file that is written beside it.
    fn dashboard(&self) -> Option<PathBuf> {
        (self.kind == Kind::OpenMetrics).then(|| self.path.with_extension("dashboard.json"))
    }

    /// Writes the file and tells what is in it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(
        &self,
        context: &mut Context,
        recording: &Recording,
        episode: Option<&Episode>,
    ) -> Result<(), Failure> {
        let said = match self.kind {
            Kind::Trace => self.trace(context, recording, episode)?,
            Kind::OpenMetrics => self.openmetrics(context, recording)?,
            Kind::Jtl => {
                context.out.file(&self.path, &jtl::text(recording))?;
                self.requests(
                    recording,
                    &both!("any listener of JMeter reads it", "JMeter의 리스너로 읽을 수 있습니다"),
                )
            }
            Kind::K6 => {
                context.out.file(&self.path, &pretty(&k6::json(recording)))?;
                self.requests(
                    recording,
                    &both!(
                        "as k6 run --summary-export writes it",
                        "k6 run --summary-export와 같은 형식입니다"
                    ),
                )
            }
        };
        context.out.tell(said.get(context.lang));
        Ok(())
    }

    fn trace(
        &self,
        context: &Context,
        recording: &Recording,
        episode: Option<&Episode>,
    ) -> Result<Text, Failure> {
        let trace = chrome_trace::trace(recording, episode);
        let text = serde_json::to_string(&trace.json).unwrap_or_default() + "\n";
        context.out.file(&self.path, &text)?;
        let path = shown(&self.path);
        let (events, seconds) = (trace.events, |nanos: Nanos| nanos as f64 / 1e9);
        let (from, to) = (seconds(trace.from), seconds(trace.to));
        let variant = printable(&recording.variant);
        Ok(both!(
            "{path}: {events} events of variant {variant}, {from:.3} s to {to:.3} s; ui.perfetto.dev and chrome://tracing open it\n",
            "{path}: {variant} 변형의 {from:.3}초~{to:.3}초, 이벤트 {events}개. ui.perfetto.dev나 chrome://tracing에서 열 수 있습니다\n"
        ))
    }

    fn openmetrics(&self, context: &Context, recording: &Recording) -> Result<Text, Failure> {
        let (text, values) = openmetrics::text(recording);
        context.out.file(&self.path, &text)?;
        let beside = self.path.with_extension("dashboard.json");
        context.out.file(&beside, &pretty(&grafana::dashboard(recording)))?;
        let (path, beside) = (shown(&self.path), shown(&beside));
        let variant = printable(&recording.variant);
        let every = recording.watched.every as f64 / 1e9;
        Ok(both!(
            "{path}: {values} values of variant {variant}, each instance read every {every} s; promtool tsdb create-blocks-from openmetrics takes it (docs/monitoring.md)\n{beside}: its dashboard for Grafana\n",
            "{path}: {variant} 변형에서 인스턴스마다 {every}초 간격으로 읽은 값 {values}개. promtool tsdb create-blocks-from openmetrics로 넣습니다(docs/monitoring.md)\n{beside}: Grafana 대시보드\n"
        ))
    }

    fn requests(&self, recording: &Recording, reader: &Text) -> Text {
        let path = shown(&self.path);
        let requests = recording.watched.samples.len();
        let variant = printable(&recording.variant);
        let (en, ko) = (&reader.en, &reader.ko);
        both!(
            "{path}: {requests} requests of variant {variant}, warm-up included; {en}\n",
            "{path}: {variant} 변형의 요청 {requests}개(준비 구간 포함). {ko}\n"
        )
    }
}

fn pretty(json: &serde_json::Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default() + "\n"
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}
