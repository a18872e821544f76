//! An assignment as text, for a mentor who answered questions instead of writing a file.

use super::read::FORMAT;

/// What a mentor was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) title: String,
    /// RFC 3339 with offset; empty for none.
    pub(crate) opens: String,
    pub(crate) due: String,
    /// Quiz, how many of its questions, which kinds.
    pub(crate) items: Vec<(String, usize, Vec<String>)>,
    pub(crate) attempts: u32,
    /// Percent lost a day, and the last day that counts; `None`: nothing counts when late.
    pub(crate) late: Option<(u32, u32)>,
}

/// The file that says the same.
pub(crate) fn toml(wish: &Wish) -> String {
    // A JSON string is a TOML string.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!("format = {}\n", quoted(FORMAT));
    for (name, value) in [("id", &wish.id), ("class", &wish.class), ("title", &wish.title)] {
        text += &format!("{name} = {}\n", quoted(value));
    }
    for (name, moment) in [("opens", &wish.opens), ("due", &wish.due)] {
        if !moment.is_empty() {
            text += &format!("{name} = {}\n", quoted(moment));
        }
    }
    text += &format!("attempts = {}\n", wish.attempts);
    if let Some((percent, days)) = wish.late {
        text += &format!("late = {{ per_day = \"{percent}%\", until = {days} }}\n");
    }
    text += "items = [\n";
    for (quiz, count, kinds) in &wish.items {
        let kinds: Vec<String> = kinds.iter().map(|kind| quoted(kind)).collect();
        let kinds = match kinds.as_slice() {
            [] => String::new(),
            kinds => format!("kinds = [{}], ", kinds.join(", ")),
        };
        text += &format!("  {{ quiz = {}, {kinds}pick = {count}, points = 1 }},\n", quoted(quiz));
    }
    text + "]\n"
}
