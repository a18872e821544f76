//! The learning path: each topic after those that it requires.

use std::collections::BTreeSet;

use super::topic::{Shape, Topic};

/// Topics in an order in which they can be learnt; the page of myths is none.
pub(crate) fn path(topics: &[Topic]) -> Vec<&Topic> {
    let steps: Vec<&Topic> = topics.iter().filter(|topic| topic.shape == Shape::Topic).collect();
    let known = |slug: &String| topics.iter().any(|topic| topic.slug == *slug);
    let required = |topic: &&Topic| topic.requires.iter().filter(|s| known(s)).cloned().collect();
    let plain: Vec<(&str, Vec<String>)> =
        steps.iter().map(|topic| (topic.slug.as_str(), required(topic))).collect();
    order(&plain).into_iter().map(|at| steps[at]).collect()
}

/// The order in which topics can be learnt, each given as its slug and the slugs that it requires.
/// Of those that are open the next one builds on what came last, so that a thread is followed to
/// its end; between equals the slug decides. Topics that require each other in a circle come last.
pub(crate) fn order(topics: &[(&str, Vec<String>)]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..topics.len()).collect();
    left.sort_by_key(|at| topics[*at].0);
    let mut path: Vec<usize> = Vec::new();
    while !left.is_empty() {
        let place = |slug: &String| path.iter().position(|at| topics[*at].0 == slug);
        let is_open = |at: usize| topics[at].1.iter().all(|slug| place(slug).is_some());
        let latest = |at: usize| topics[at].1.iter().filter_map(place).max();
        let open = left.iter().enumerate().filter(|(_, at)| is_open(**at));
        // The first of those whose latest requirement is the latest.
        let next = open.rev().max_by_key(|(_, at)| latest(**at)).map(|(at, _)| at);
        let Some(next) = next else {
            path.append(&mut left);
            break;
        };
        path.push(left.remove(next));
    }
    path
}

/// A topic and all that it requires, whatever they require included.
pub(crate) fn leading_to<'t>(topics: &'t [Topic], slug: &str) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    let mut open = vec![slug];
    while let Some(slug) = open.pop() {
        if let Some(topic) = topics.iter().find(|topic| topic.slug == slug)
            && found.insert(topic.slug.as_str())
        {
            open.extend(topic.requires.iter().map(String::as_str));
        }
    }
    found
}

/// Topics that require themselves, directly or through others.
pub(crate) fn circle(topics: &[Topic]) -> Vec<&Topic> {
    let returns = |topic: &&Topic| {
        topic.requires.iter().any(|next| leading_to(topics, next).contains(topic.slug.as_str()))
    };
    topics.iter().filter(returns).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::problem::Source;
    use crate::knowledge::topic::SECTIONS;

    fn topics(all: &[(&str, &[&str])]) -> Vec<Topic> {
        let topic = |(slug, requires): &(&str, &[&str])| {
            let mut text = format!(
                "+++\ntitle = \"T\"\naliases = []\nrequires = {requires:?}\nsims = []\nchecked = {{ what = \"x\", on = \"2026-11-22\" }}\n+++\n"
            );
            for id in SECTIONS {
                text += &format!("\n## The {id} {{#{id}}}\n\nTen.\n");
            }
            Topic::read(&Source::new("t.md", text), slug).unwrap()
        };
        all.iter().map(topic).collect()
    }

    fn slugs<'t>(topics: &[&'t Topic]) -> Vec<&'t str> {
        topics.iter().map(|topic| topic.slug.as_str()).collect()
    }

    #[test]
    fn a_thread_is_followed_before_another_begins() {
        let topics = topics(&[
            ("caching", &["threads"]),
            ("cost", &["deploy", "nowhere"]),
            ("deploy", &[]),
            ("pool", &["threads"]),
            ("scaling", &["deploy", "pool"]),
            ("threads", &[]),
            ("tx", &["pool"]),
        ]);
        assert_eq!(
            slugs(&path(&topics)),
            ["deploy", "cost", "threads", "caching", "pool", "scaling", "tx"]
        );
        let to_scaling: Vec<&str> = leading_to(&topics, "scaling").into_iter().collect();
        assert_eq!(to_scaling, ["deploy", "pool", "scaling", "threads"]);
        assert_eq!(slugs(&circle(&topics)), [""; 0]);
    }

    #[test]
    fn a_circle_comes_last_and_is_named() {
        let topics =
            topics(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("d", &["a"]), ("e", &[])]);
        assert_eq!(slugs(&path(&topics)), ["e", "a", "b", "c", "d"]);
        assert_eq!(slugs(&circle(&topics)), ["a", "b", "c"]);
    }
}
