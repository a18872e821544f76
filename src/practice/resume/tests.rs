use super::*;
use crate::content::text::Lang;
use crate::content::{Kind, Library};
use crate::quiz::{drill, read};

fn told(text: &str) -> Vec<(usize, &'static str, String)> {
    let review = review(&Source::new("r.md", text)).unwrap();
    let findings = review.findings.into_iter();
    findings.map(|finding| (finding.line, finding.rule, finding.words)).collect()
}
