//! A key: what stays with the mentor. It has the paper, every question with its answers, and the
//! bands that the simulator gave when it was made, so that another version grades the same.

use serde::{Deserialize, Serialize};

use super::paper::{BYTES_MAX, Paper, Setting};
use super::received::{self, Fault};
use super::sealed;
use super::signing::{self, Secret};
use crate::content::text::{Text, both};
use crate::quiz::grade::Band;
use crate::quiz::question::{Misconception, Question};

const FORMAT: &str = "prep.key/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    format: String,
    /// Signs the paper and the key.
    secret: String,
    /// Of the paper's file.
    pub(crate) digest: String,
    pub(crate) paper: Paper,
    pub(crate) questions: Vec<KeyQuestion>,
}

/// A question with what grades it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyQuestion {
    /// `topic/question`.
    pub(crate) id: String,
    /// Its options have the ids of the paper.
    pub(crate) question: Question,
    /// Those that its wrong answers name.
    pub(crate) misconceptions: Vec<Misconception>,
    /// In the order of the paper; none where no simulation is asked.
    pub(crate) variants: Vec<KeyVariant>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyVariant {
    pub(crate) values: Vec<Setting>,
    /// The right value as the simulator gave it when the key was made.
    pub(crate) band: Band,
}

impl Key {
    pub(super) fn new(
        secret: &Secret,
        paper: Paper,
        digest: String,
        questions: Vec<KeyQuestion>,
    ) -> Key {
        Key { format: FORMAT.to_owned(), secret: secret.to_hex(), digest, paper, questions }
    }

    /// The file of the key.
    pub(super) fn seal(&self, secret: &Secret) -> String {
        let body = serde_json::to_string(self).expect("a key has finite numbers and string keys");
        sealed::seal(&body, secret)
    }

    pub(crate) fn question(&self, id: &str) -> Option<&KeyQuestion> {
        self.questions.iter().find(|question| question.id == id)
    }
}

impl KeyQuestion {
    /// The topic that answers it.
    pub(crate) fn topic(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// Why the right answer is right, with the values of the variant.
    pub(crate) fn why(&self, variant: Option<usize>) -> Text {
        let values = variant.and_then(|at| self.variants.get(at)).map(|v| v.values.as_slice());
        super::paper::filled(&self.question.why, values.unwrap_or_default())
    }
}

/// Reads the file of a key.
///
/// # Errors
/// Damage, edits, or values that a key cannot have.
pub(crate) fn open(bytes: &[u8]) -> Result<Key, Fault> {
    let opened = sealed::open(bytes, BYTES_MAX)?;
    let key: Key = received::json(opened.body, 1, Some(FORMAT))?;
    key.paper.check()?;
    let own = Secret::from_hex(&key.secret).map(|secret| secret.public());
    if own.as_ref() != Some(&opened.key) || key.paper.signer != opened.key {
        return Err(Fault::Signature { line: 2 });
    }
    let body = serde_json::to_string(&key.paper).unwrap_or_default();
    if signing::digest(&body) != key.digest {
        let what = both!("it is not the digest of the paper", "시험지의 다이제스트와 다릅니다");
        return Err(Fault::value("digest", what));
    }
    for asked in key.paper.questions() {
        let answered = key.question(&asked.id);
        let variants = asked.kind.sim().map_or(0, |sim| sim.variants.len());
        if answered.is_none_or(|question| question.variants.len() != variants) {
            let what = both!("has no answer here", "정답이 없습니다");
            return Err(Fault::value(&asked.id, what));
        }
    }
    Ok(key)
}
