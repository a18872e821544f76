//! Labels behind the `@` of metrics: endpoints, loads and stations that the sim has.

use super::Reader;
use crate::content::problem::{nearest, printable};
use crate::content::text::both;
use crate::content::toml_tree::Node;
use crate::marketplace::bill::Item;
use crate::marketplace::config::Config;
use crate::marketplace::request::Failure;
use crate::sims::spec::Spec;

impl Reader<'_> {
    /// A label that names nothing here would give no value, in silence.
    pub(super) fn check_labels(&mut self, spec: &Spec, root: &Node) {
        let known = spec.labels();
        let precision = spec.run.precision.iter().map(|precision| &precision.of);
        let sweep = spec.sweep.iter().map(|sweep| &sweep.metric);
        let claims = spec.claims.iter().flat_map(|claim| claim.condition.references());
        let mut metrics: Vec<&String> = spec.columns.iter().chain(precision).chain(sweep).collect();
        metrics.extend(claims.map(|reference| &reference.id));
        let target = spec.run.target.iter().flat_map(|target| &target.bounds);
        metrics.extend(target.map(|bound| &bound.id));
        for metric in metrics {
            let Some((_, label)) = metric.split_once('@') else { continue };
            if known.iter().any(|known| known == label) {
                continue;
            }
            let near = nearest(label, known.iter().map(String::as_str)).unwrap_or_default();
            let (metric, label) = (printable(metric), printable(label));
            let what = both!(
                "`{metric}`: there is no endpoint, load, station or kind of error `{label}` here",
                "`{metric}`: `{label}`(이)라는 엔드포인트, 부하, 스테이션, 오류 종류가 없습니다"
            );
            let head = root.span.start..root.span.start + 1;
            if near.is_empty() {
                self.walk.report(head, what);
            } else {
                let hint = both!("did you mean `{near}`?", "혹시 `{near}`인가요?");
                self.walk.report_with(head, what, hint);
            }
            return;
        }
    }
}

impl Spec {
    /// Everything that may stand behind an `@` here.
    pub(crate) fn labels(&self) -> Vec<String> {
        let configs = self.variants.iter().map(|variant| &variant.config);
        let mut known: Vec<String> = configs.flat_map(labels).collect();
        known.extend(Failure::ALL.map(|failure| failure.label().to_owned()));
        known.extend(Item::ALL.map(|item| item.label().to_owned()));
        known.sort();
        known.dedup();
        known
    }

    /// Whether a metric's label, if it has one, names something here.
    pub(crate) fn knows_label(&self, metric: &str) -> bool {
        let label = metric.split_once('@').map(|(_, label)| label);
        label.is_none_or(|label| self.labels().iter().any(|known| known == label))
    }
}

fn labels(config: &Config) -> Vec<String> {
    let mut labels = config.endpoint_names();
    labels.extend(config.loads.keys().cloned());
    labels.extend(config.stations.keys().cloned());
    labels
}

#[cfg(test)]
mod tests {
    use crate::content::problem::Source;
    use crate::content::text::Lang;
    use crate::sims::read::read;
    use crate::sims::spec::Overrides;

    #[test]
    fn a_label_names_something_that_the_sim_has() {
        let shown = |column: &str| {
            let file = format!(
                "format = \"prep.sim/1\"\ntitle = \"t\"\n[run]\nkind = \"window\"\n[show]\ncolumns = [\"{column}\"]\n"
            );
            let source = Source::new("s.toml", &file);
            match read("s", &source, None, &Overrides::default()) {
                Ok(_) => String::new(),
                Err(problems) => problems[0].show(Lang::En),
            }
        };
        for fine in ["latency_ms_p99@buy_now", "completed_per_s@shoppers", "error_share@deadlock"] {
            assert_eq!(shown(fine), "");
        }
        let wrong = shown("latency_ms_p99@buy_nwo");
        assert!(wrong.contains("there is no endpoint, load, station or kind of error `buy_nwo`"));
        assert!(wrong.contains("did you mean `buy_now`?"), "{wrong}");
    }
}
