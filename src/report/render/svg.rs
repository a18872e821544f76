//! Line charts as inline SVG. Colours come from the page's style sheet by class, so that they
//! follow its light and dark scheme.

use super::axis::{Axis, Tick, tick};
use super::html::escape;
use crate::content::text::{Lang, both};
use crate::report::document::{Chart, Mark, Point};
use crate::report::number;

/// The coordinates of the drawing; the page scales it.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 270.0;
/// Room for labels such as `100,000`, on a phone in larger letters.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 44.0;
/// Classes of colour that the style sheet knows.
pub(super) const COLORS: usize = 8;
/// Room that one character of a tick label takes.
const DIGIT: f64 = 7.0;

/// The chart without its title; `None` if no point can be shown.
pub(super) fn chart(chart: &Chart, lang: Lang) -> Option<String> {
    let (x, y) = Axis::of_chart(chart)?;
    let label = escape(&chart.y_title);
    let mut out =
        format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{label}\">\n");
    for tick in y.ticks(6) {
        let Some(share) = y.at(tick.value) else { continue };
        let (at, right) = (down(share), WIDTH - RIGHT);
        out += &format!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
            LEFT - 8.0,
            at + 4.0,
            tick.label
        );
    }
    out += &x_axis(chart, &x);
    for (at, series) in chart.series.iter().enumerate() {
        out += &format!("<g class=\"s{}\">\n", at % COLORS);
        out += &band(&x, &y, &series.points);
        out += &line(&x, &y, &series.points);
        for point in &series.points {
            out += &dot(chart, &x, &y, point, &series.name, lang);
        }
        out += "</g>\n";
    }
    Some(out + "</svg>")
}

fn across(share: f64) -> f64 {
    LEFT + 8.0 + share * (WIDTH - LEFT - RIGHT - 16.0)
}

fn down(share: f64) -> f64 {
    TOP + (1.0 - share) * (HEIGHT - TOP - BOTTOM)
}

/// The place of a value, if it can be shown.
fn place(x: &Axis, y: &Axis, at: f64, value: f64) -> Option<String> {
    Some(format!("{:.1},{:.1}", across(x.at(at)?), down(y.at(value)?)))
}

fn x_axis(chart: &Chart, x: &Axis) -> String {
    let base = HEIGHT - BOTTOM;
    let mut out = format!(
        "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{base}\" y2=\"{base}\"/>\n",
        WIDTH - RIGHT
    );
    for (at, label) in x_labels(chart, x) {
        out += &format!(
            "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{base}\" y2=\"{}\"/>\
             <text class=\"tick\" x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>\n",
            base + 4.0,
            base + 17.0
        );
    }
    out + &format!(
        "<text class=\"title\" x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        across(0.5),
        HEIGHT - 6.0,
        escape(&chart.x_title)
    )
}

/// Labels that do not overlap: of the variants where there are any, else of round values.
fn x_labels(chart: &Chart, x: &Axis) -> Vec<(f64, String)> {
    let points = chart.series.iter().flat_map(|series| &series.points);
    let variants = points.filter(|point| point.mark != Mark::Sweep && point.x.is_finite());
    let mut values: Vec<f64> = variants.map(|point| point.x).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let ticks: Vec<Tick> = if values.len() < 2 {
        x.ticks(7)
    } else {
        let last = values.pop();
        last.into_iter().chain(values).map(tick).collect()
    };
    let mut labels: Vec<(f64, String)> = Vec::new();
    for tick in ticks {
        let Some(share) = x.at(tick.value) else { continue };
        let at = across(share);
        let half = |label: &str| (label.chars().count() as f64 * DIGIT + 4.0) / 2.0;
        let apart =
            |(other, label): &(f64, String)| (at - other).abs() >= half(label) + half(&tick.label);
        if labels.iter().all(apart) {
            labels.push((at, tick.label));
        }
    }
    labels
}

/// The interval of each point as one area.
fn band(x: &Axis, y: &Axis, points: &[Point]) -> String {
    let low = points.iter().filter_map(|point| place(x, y, point.x, point.low));
    let high = points.iter().rev().filter_map(|point| place(x, y, point.x, point.high));
    let corners: Vec<String> = low.chain(high).collect();
    if corners.len() < 4 {
        return String::new();
    }
    format!("<polygon class=\"band\" points=\"{}\"/>\n", corners.join(" "))
}

fn line(x: &Axis, y: &Axis, points: &[Point]) -> String {
    let corners = points.iter().filter_map(|point| place(x, y, point.x, point.y));
    let corners: Vec<String> = corners.collect();
    if corners.len() < 2 {
        return String::new();
    }
    format!("<polyline class=\"line\" points=\"{}\"/>\n", corners.join(" "))
}

/// A dot that tells its numbers when pointed at.
fn dot(chart: &Chart, x: &Axis, y: &Axis, point: &Point, name: &str, lang: Lang) -> String {
    let (Some(across_share), Some(down_share)) = (x.at(point.x), y.at(point.y)) else {
        return String::new();
    };
    let (class, radius) = match point.mark {
        Mark::Variant => ("dot", 4.0),
        Mark::Sweep => ("dot small", 1.8),
        Mark::Unsettled => ("dot hollow", 4.0),
    };
    let at = number::plain(point.x);
    let value = number::with_interval(point.y, point.low, point.high);
    let unsettled = match point.mark {
        Mark::Unsettled => both!(" (does not settle)", " (안정되지 않음)"),
        Mark::Variant | Mark::Sweep => both!("", ""),
    };
    let name = if name.is_empty() { String::new() } else { format!("{name}, ") };
    let title =
        format!("{name}{} {at}: {} {value}{}", chart.x_title, chart.y_title, unsettled.get(lang));
    format!(
        "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"><title>{}</title></circle>\n",
        across(across_share),
        down(down_share),
        escape(&title)
    )
}
