//! What a report consists of, before it becomes text, markdown or HTML. Plain data in one
//! language: a view makes it, a renderer reads it.

/// One page: a report, a topic, a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Document {
    /// The name of the page, for an HTML title; blocks repeat it as a heading where it is shown.
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// `id` is the anchor, where the heading can be linked to.
    Heading {
        level: u8,
        id: Option<String>,
        text: Vec<Span>,
    },
    Paragraph(Vec<Span>),
    /// `first` is the number of the first item of an ordered list.
    List {
        first: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    Quote(Vec<Block>),
    Code {
        language: String,
        text: String,
    },
    Table(Table),
    Chart(Chart),
    Bars(Bars),
    Timeline(Timeline),
    Checks(Vec<Check>),
    /// Short labelled lines, aligned: `Why`, `Next`.
    Labelled(Vec<(String, Vec<Span>)>),
    Rule,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Span {
    Text(String),
    Strong(Vec<Span>),
    Emphasis(Vec<Span>),
    Code(String),
    Link {
        to: String,
        text: Vec<Span>,
    },
    /// A link to another page of ours. Where pages are files it is a link; else the words are
    /// followed by the command that shows the page.
    Jump {
        to: Page,
        text: Vec<Span>,
    },
    Toned(Tone, String),
    /// A line break that the author asked for.
    Break,
}

/// A page of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Topic { slug: String, section: Option<String> },
    Sim { slug: String },
    Quiz { slug: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Muted,
    Accent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A table. Where the width does not suffice a terminal drops columns from the right down to
/// `keep`, then shows each row as a record of `head: cell` lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Columns from the left that are never dropped.
    pub(crate) keep: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) head: Vec<Span>,
    pub(crate) align: Align,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Row {
    Cells(Vec<Vec<Span>>),
    /// A first cell, and a sentence across all other columns.
    Note {
        first: Vec<Span>,
        text: Vec<Span>,
    },
}

/// A line chart of one quantity over another, each point with its interval.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    /// What the vertical axis shows, with the unit.
    pub(crate) y_title: String,
    pub(crate) x_title: String,
    pub(crate) x_log: bool,
    pub(crate) y_log: bool,
    pub(crate) series: Vec<Series>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// Empty when the chart has a single series.
    pub(crate) name: String,
    /// In order of `x`.
    pub(crate) points: Vec<Point>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) mark: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A variant of the table: a filled dot.
    Variant,
    /// A point of the sweep only: part of the line.
    Sweep,
    /// A setting that does not settle: a hollow dot, its value depends on the length of the run.
    Unsettled,
}

/// Horizontal bars, one a row: where the time goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bars {
    pub(crate) title: String,
    pub(crate) rows: Vec<Bar>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) label: String,
    /// The value as shown, with its unit.
    pub(crate) shown: String,
    /// The length of the bar, 0 to 1.
    pub(crate) share: f64,
}

/// What several parties had, wanted and did over time, a line for each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timeline {
    /// The unit of the axis.
    pub(crate) unit: String,
    /// Both ends of the axis.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Stretches of the axis that are not worth their room, in order and apart.
    pub(crate) gaps: Vec<(f64, f64)>,
    /// What is said of them below.
    pub(crate) left_out: String,
    pub(crate) lanes: Vec<Lane>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lane {
    /// Whose line it is; empty below the first line of the same party.
    pub(crate) party: String,
    /// What the line is about.
    pub(crate) about: String,
    /// Where two overlap the later one in the list is seen.
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) fill: Fill,
    /// Shown inside, if there is room.
    pub(crate) label: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    Waits,
    Holds,
    Works,
    /// A moment at which it ended well, or badly.
    Ends(Verdict),
}

/// One line with a verdict.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Check {
    pub(crate) verdict: Verdict,
    pub(crate) text: Vec<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No,
    Open,
}

impl Span {
    pub(crate) fn text(words: impl Into<String>) -> Span {
        Span::Text(words.into())
    }

    pub(crate) fn code(words: impl Into<String>) -> Span {
        Span::Code(words.into())
    }

    /// The words alone.
    pub(crate) fn plain(spans: &[Span]) -> String {
        let mut out = String::new();
        for span in spans {
            match span {
                Span::Text(words) | Span::Code(words) | Span::Toned(_, words) => out += words,
                Span::Strong(inner)
                | Span::Emphasis(inner)
                | Span::Link { text: inner, .. }
                | Span::Jump { text: inner, .. } => out += &Span::plain(inner),
                Span::Break => out.push('\n'),
            }
        }
        out
    }
}

impl Page {
    /// What to type to see it.
    pub(crate) fn command(&self) -> String {
        match self {
            Page::Topic { slug, section: None } => format!("prep topic {slug}"),
            Page::Topic { slug, section: Some(section) } => format!("prep topic {slug}#{section}"),
            Page::Sim { slug } => format!("prep sim {slug}"),
            Page::Quiz { slug } => format!("prep quiz {slug}"),
        }
    }

    /// The page that a command shows; `None` for any other command, one with options included.
    pub(crate) fn of_command(command: &str) -> Option<Page> {
        let mut words = command.split_whitespace();
        let (Some("prep"), Some(verb), Some(name), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return None;
        };
        let slug = name.to_owned();
        match (verb, name.split_once('#')) {
            _ if name.starts_with('-') => None,
            ("topic", Some((slug, section))) => {
                Some(Page::Topic { slug: slug.to_owned(), section: Some(section.to_owned()) })
            }
            ("topic", None) => Some(Page::Topic { slug, section: None }),
            ("sim", None) => Some(Page::Sim { slug }),
            ("quiz", None) => Some(Page::Quiz { slug }),
            _ => None,
        }
    }

    /// A link to it where there are only commands: the words, and the command for the whole page,
    /// short enough to be read in the middle of a sentence.
    pub(crate) fn spelled(&self, text: &[Span]) -> Vec<Span> {
        let command = self.command();
        let whole = command.split('#').next().unwrap_or(&command);
        let mut spans = text.to_vec();
        spans.extend([Span::text(" ("), Span::code(whole), Span::text(")")]);
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_options_is_a_page() {
        let section = Some("defaults".to_owned());
        let pages = [
            Page::Topic { slug: "db-locks".to_owned(), section: None },
            Page::Topic { slug: "db-locks".to_owned(), section },
            Page::Sim { slug: "deadlock".to_owned() },
            Page::Quiz { slug: "db-locks".to_owned() },
        ];
        for page in pages {
            assert_eq!(Page::of_command(&page.command()), Some(page));
        }
        for other in
            ["prep sim", "prep sim --json", "prep sim a --seed 1", "sim a", "prep quiz a#b"]
        {
            assert_eq!(Page::of_command(other), None, "{other}");
        }
    }
}
