//! `unknown_errors` and `unknown_errors_more`.

use crate::codes::Note;
use crate::report::json::cited::{Citation, citation};
use crate::report::view;
use serde::Serialize;

/// Error lines that no rule explains, with one template.
#[derive(Serialize)]
pub(super) struct UnknownError<'r> {
    template: &'r str,
    component: &'r str,
    severity: &'static str,
    count: u64,
    first_seen: Option<&'r str>,
    last_seen: Option<&'r str>,
    near_onset: bool,
    histogram: &'r [u64],
    places: &'r [String],
    places_total: usize,
    samples: Vec<Citation<'r>>,
    codes: &'r [Note],
    near_rules: Vec<NearRule<'r>>,
}

/// A rule that knows the lines and needs more of them.
#[derive(Serialize)]
struct NearRule<'r> {
    rule: &'r str,
    title: &'r str,
    takes: &'r str,
}

/// What is not in the list of unknown errors, and what their histograms span.
#[derive(Serialize)]
pub(super) struct More<'r> {
    templates: u64,
    lines: u64,
    lines_not_told_apart: u64,
    histogram_from: Option<&'r str>,
    histogram_to: Option<&'r str>,
}

/// One unknown error.
pub(super) fn unknown_error(error: &view::UnknownError) -> UnknownError<'_> {
    UnknownError {
        template: &error.template,
        component: &error.component,
        severity: error.severity,
        count: error.count,
        first_seen: error.first_seen.as_deref(),
        last_seen: error.last_seen.as_deref(),
        near_onset: error.near_onset,
        histogram: &error.histogram,
        places: &error.places,
        places_total: error.places_total,
        samples: error.samples.iter().map(citation).collect(),
        codes: &error.codes,
        near_rules: error
            .near
            .iter()
            .map(|near| NearRule {
                rule: &near.rule,
                title: &near.title,
                takes: &near.takes,
            })
            .collect(),
    }
}

/// What is not listed of them.
pub(super) fn more(unknown: &view::UnknownErrors) -> More<'_> {
    More {
        templates: unknown.more_templates,
        lines: unknown.more_lines,
        lines_not_told_apart: unknown.left_out,
        histogram_from: unknown.from.as_deref(),
        histogram_to: unknown.to.as_deref(),
    }
}
