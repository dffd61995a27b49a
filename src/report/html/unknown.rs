//! Errors that no rule explains: a row for each template, its lines over time as small bars.

use super::excerpt::{Figure, figures};
use super::shown::{Shown, shown};
use crate::codes::Note;
use crate::report::view;
use crate::report::words::{clock, number, plural, span};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Templates that are open at once; the rest can be opened.
const OPEN: usize = 10;

/// Height of the highest bar.
const HEIGHT: u64 = 20;

/// Width of a bar with the gap behind it.
const STEP: usize = 5;

/// The section.
pub(super) struct Unknown {
    /// Number of templates.
    pub(super) total: String,
    /// How many lines there are.
    pub(super) lead: Shown,
    /// What the bars span; empty where no line has a time.
    pub(super) axis: String,
    pub(super) open: Vec<Row>,
    pub(super) folded: Vec<Row>,
    /// What is not listed; may be empty.
    pub(super) rest: Shown,
}

/// One template.
pub(super) struct Row {
    pub(super) template: Shown,
    pub(super) component: Shown,
    pub(super) severity: &'static str,
    pub(super) count: String,
    pub(super) when: String,
    pub(super) near_onset: bool,
    /// Nodes and pods.
    pub(super) places: Shown,
    pub(super) bars: Vec<Bar>,
    pub(super) samples: Vec<Figure>,
    /// What the samples are called.
    pub(super) samples_label: String,
    /// What the codes in them mean, the most telling first.
    pub(super) codes: Vec<Code>,
    /// Rules that know the lines and need more of them.
    pub(super) near: Vec<Shown>,
}

/// What a code in the lines means.
pub(super) struct Code {
    pub(super) note: Note,
    /// Whether a row above says the same.
    pub(super) above: bool,
}

/// One bar.
pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// Arranges the errors; `None` where there are none.
pub(super) fn unknown(errors: &view::UnknownErrors) -> Option<Unknown> {
    if errors.is_empty() {
        return None;
    }
    let mut told = BTreeSet::new();
    let listed = errors.listed.iter();
    let mut open: Vec<Row> = listed.map(|error| row(error, &mut told)).collect();
    let folded = open.split_off(open.len().min(OPEN));
    let axis = errors.from.as_deref().zip(errors.to.as_deref());
    Some(Unknown {
        total: number(errors.templates()),
        lead: shown(format!("{}.", errors.line())),
        axis: axis.map_or_else(String::new, |(from, to)| {
            format!("The bars span {} to {}.", clock(from), clock(to))
        }),
        open,
        folded,
        rest: shown(errors.rest()),
    })
}

/// One row; `told` are the titles of notes in the rows above.
fn row(error: &view::UnknownError, told: &mut BTreeSet<&'static str>) -> Row {
    let more = error.places_total.saturating_sub(error.places.len());
    let mut places = error.places.join(", ");
    if more > 0 {
        let _ = write!(places, " and {more} more");
    }
    let samples = figures(&error.samples);
    Row {
        template: shown(&error.template),
        component: shown(&error.component),
        severity: error.severity,
        count: number(error.count),
        when: span(error.first_seen.as_deref(), error.last_seen.as_deref()),
        near_onset: error.near_onset,
        places: shown(places),
        bars: bars(&error.histogram),
        samples_label: plural(error.samples.len(), "sample"),
        codes: error
            .codes
            .iter()
            .map(|note| Code {
                note: *note,
                above: !told.insert(note.sense.title),
            })
            .collect(),
        near: error
            .near
            .iter()
            .map(|near| shown(format!("{} ({}), {}", near.title, near.rule, near.takes)))
            .collect(),
        samples,
    }
}

/// Bars as high as their part of the largest one; what is there at all can be seen.
fn bars(histogram: &[u64]) -> Vec<Bar> {
    let most = histogram.iter().copied().max().unwrap_or(0).max(1);
    let places = histogram.iter().enumerate();
    places
        .filter(|(_, count)| **count > 0)
        .map(|(place, count)| {
            let height = (count.saturating_mul(HEIGHT) / most).clamp(2, HEIGHT);
            Bar {
                x: place * STEP,
                y: HEIGHT - height,
                height,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_line_beside_thousands_can_still_be_seen() {
        let bars = bars(&[1, 0, 5_000]);
        let seen: Vec<_> = bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(seen, [(0, 18, 2), (10, 0, 20)]);
        assert!(super::bars(&[]).is_empty());
    }
}
