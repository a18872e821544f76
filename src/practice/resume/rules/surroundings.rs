//! What stands around the work: graphs, links, emphasis.

use crate::content::text::both;

use super::super::layout::{Kind, Layout, Line};
use super::super::{Finding, Level};
use super::shown;

/// Fewer characters than this are too few to speak of a share.
const EMPHASIS_OF: usize = 200;
/// More than this share of the characters shines.
const EMPHASIS_SHARE: f64 = 0.3;
/// More links to posts than anybody can speak about.
const POSTS: usize = 5;
const GRAPHS: [&str; 6] = [
    "ghchart.rshah.org",
    "activity-graph",
    "github-readme-stats",
    "github-contribution",
    "contribution graph",
    "activity graph",
];

const BLOGS: [&str; 8] = [
    "velog.io",
    "tistory.com",
    "medium.com",
    "brunch.co.kr",
    "blog.naver.com",
    "dev.to",
    "hashnode",
    "github.io",
];

/// An activity graph, above all one that is called a contribution.
pub(super) fn graphs(layout: &Layout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in layout.lines.iter().enumerate().filter(|(_, it)| it.kind != Kind::Code) {
        let lower = line.raw.to_lowercase();
        let by_name =
            GRAPHS.iter().find(|name| lower.contains(*name)).map(|name| (*name).to_owned());
        let grass = line.prose.contains("잔디").then(|| "잔디".to_owned());
        let title = lower.trim().trim_matches(['#', '*', ' ', ':', '_']);
        let is_title =
            matches!(title, "contribution" | "contributions" | "github contributions" | "기여도");
        let has_image = layout.next_after(at).is_some_and(|next| {
            next.raw.contains("![") || next.raw.to_lowercase().contains("<img")
        });
        let label = (is_title && has_image).then(|| title.to_owned());
        let Some(words) = label.or(by_name).or(grass) else { continue };
        let near = |known: &Finding| line.number - known.line <= 3;
        if findings.last().is_some_and(near) {
            continue;
        }
        findings.push(Finding {
            rule: "graph",
            level: Level::Mend,
            line: line.number,
            words,
            why: both!(
                "an activity graph shows when, not what; with months left empty it has no merit, and it is no contribution",
                "잔디는 무엇을 했는지가 아니라 언제 했는지만 보여 줍니다. 몇 달이 비어 있으면 장점이 없고, 기여도도 아닙니다"
            ),
            mend: both!(
                "leave it out, and write under contribution what you built",
                "빼고, 기여에는 직접 만든 것을 적으세요"
            ),
            section: "surroundings",
        });
    }
    findings
}

/// Links to posts: each is a question.
pub(super) fn posts(layout: &Layout) -> Vec<Finding> {
    let links: Vec<(&Line, &str)> = layout
        .lines
        .iter()
        .filter(|line| line.kind != Kind::Code)
        .flat_map(|line| {
            let lower = line.raw.to_lowercase();
            let hosts = BLOGS.iter().filter(move |host| lower.contains(*host));
            hosts.map(move |host| (line, *host))
        })
        .collect();
    let Some((first, host)) = links.first() else { return Vec::new() };
    let count = links.len();
    let many = count > POSTS;
    vec![Finding {
        rule: "blog",
        level: if many { Level::Mend } else { Level::Note },
        line: first.number,
        words: (*host).to_owned(),
        why: both!(
            "{count} links to a blog: be ready to speak about every post, and copied ones fall at the first \"why?\"",
            "블로그 링크가 {count}개입니다. 글마다 자신 있게 말할 수 있어야 하고, 복붙한 글은 첫 번째 \"왜요?\"에서 드러납니다"
        ),
        mend: both!(
            "link those that you can explain for 5 minutes without notes, and read them again before the interview",
            "메모 없이 5분 설명할 수 있는 글만 걸고 면접 전에 다시 읽으세요"
        ),
        section: "surroundings",
    }]
}

/// Too much that shines.
pub(super) fn emphasis(layout: &Layout) -> Option<Finding> {
    let visible = |line: &&Line| matches!(line.kind, Kind::Text | Kind::Item);
    let lines = || layout.lines.iter().filter(visible);
    let all: usize =
        lines().map(|line| line.prose.chars().filter(|c| !c.is_whitespace()).count()).sum();
    let shining: usize = lines().map(|line| line.emphasised).sum();
    let share = shining as f64 / all.max(1) as f64;
    if all < EMPHASIS_OF || share <= EMPHASIS_SHARE {
        return None;
    }
    let first = lines().find(|line| line.emphasised > 0)?;
    let percent = (share * 100.0).round().min(100.0);
    Some(Finding {
        rule: "emphasis",
        level: Level::Mend,
        line: first.number,
        words: shown(&first.raw),
        why: both!(
            "{percent} % of the words are bold or coloured: if nearly all shine, none does",
            "글자의 {percent} %가 굵거나 색이 있습니다. 거의 다 빛나면 아무것도 눈에 띄지 않습니다"
        ),
        mend: both!("one figure a project", "프로젝트마다 숫자 하나만 강조하세요"),
        section: "surroundings",
    })
}
