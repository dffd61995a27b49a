//! Errors that no rule explains, masked and in words.

use super::Citation;
use crate::codes::Note;
use crate::diagnose;
use crate::diagnose::unknown::EVENTS;
use crate::redact::Masker;
use crate::report::view::cited::{citation, time};
use crate::report::words::{number, plural};

/// Rules named in a summary that know some of the lines.
const NEAR: usize = 3;

/// Errors that no rule explains.
#[derive(Debug, Clone, Default)]
pub struct UnknownErrors {
    /// Templates, the ones to look at first on top.
    pub listed: Vec<UnknownError>,
    /// Templates that are not listed.
    pub more_templates: u64,
    /// Their lines.
    pub more_lines: u64,
    /// Lines that were not told apart.
    pub left_out: u64,
    /// Where the histograms begin.
    pub from: Option<String>,
    /// Where they end.
    pub to: Option<String>,
}

/// One template.
#[derive(Debug, Clone)]
pub struct UnknownError {
    /// Words of the lines, with placeholders for what varies.
    pub template: String,
    /// Whose lines they are.
    pub component: String,
    /// `warning`, `error` or `fatal`.
    pub severity: &'static str,
    /// Number of lines.
    pub count: u64,
    /// First line.
    pub first_seen: Option<String>,
    /// Last line.
    pub last_seen: Option<String>,
    /// Lines in equal parts of the span.
    pub histogram: Vec<u64>,
    /// Whether the lines crowd around the begin of the first incident.
    pub near_onset: bool,
    /// Some of the nodes and pods they were seen on.
    pub places: Vec<String>,
    /// How many these are.
    pub places_total: usize,
    /// The first line, the last, and one between.
    pub samples: Vec<Citation>,
    /// What the codes in them mean, the most telling first.
    pub codes: Vec<Note>,
    /// Rules that know the lines and need more of them.
    pub near: Vec<NearRule>,
}

/// A rule that knows lines, of which there are too few for it.
#[derive(Debug, Clone)]
pub struct NearRule {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// What it takes: "reported at 5 lines or more within 10 min".
    pub takes: String,
}

impl UnknownErrors {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.more_templates == 0 && self.left_out == 0
    }

    /// Number of lines of all templates.
    pub fn lines(&self) -> u64 {
        let listed: u64 = self.listed.iter().map(|error| error.count).sum();
        listed + self.more_lines + self.left_out
    }

    /// Number of templates, listed or not.
    pub fn templates(&self) -> u64 {
        self.listed.len() as u64 + self.more_templates
    }

    /// What the lines look like, by rules that need more of them: each rule once, of the first few
    /// templates.
    pub fn looks_like(&self) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for near in self.listed.iter().take(NEAR).flat_map(|error| &error.near) {
            let line = format!("{} ({}, {})", near.title, near.rule, near.takes);
            if said.len() < NEAR && !said.contains(&line) {
                said.push(line);
            }
        }
        said
    }

    /// "1,204 error lines that no rule explains, in 17 kinds".
    pub fn line(&self) -> String {
        let kinds = usize::try_from(self.templates()).unwrap_or(usize::MAX);
        let lines = usize::try_from(self.lines()).unwrap_or(usize::MAX);
        format!(
            "{} {} that no rule explains, in {}",
            number(self.lines()),
            self.what(lines == 1),
            plural(kinds, "kind")
        )
    }

    /// What is counted: lines of logs, events, or both.
    fn what(&self, one: bool) -> &'static str {
        let mut listed = self.listed.iter();
        let events = listed.clone().any(|error| error.component == EVENTS);
        let lines = self.left_out > 0 || listed.any(|error| error.component != EVENTS);
        match (lines, events, one) {
            (false, true, true) => "warning event",
            (false, true, false) => "warning events",
            (true, true, _) => "error lines and warning events",
            (_, false, true) => "error line",
            (_, false, false) => "error lines",
        }
    }

    /// What is not listed; empty where everything is.
    pub fn rest(&self) -> String {
        let mut rest = Vec::new();
        if self.more_templates > 0 {
            rest.push(format!(
                "not listed: {} of them in {} rarer templates",
                number(self.more_lines),
                number(self.more_templates)
            ));
        }
        if self.left_out > 0 {
            rest.push(format!(
                "{} more error lines were counted but not grouped, because their logs contain too many different ones",
                number(self.left_out)
            ));
        }
        rest.join("; ")
    }
}

/// Masks the errors.
pub(super) fn build(m: &mut Masker, unknown: &diagnose::UnknownErrors) -> UnknownErrors {
    UnknownErrors {
        listed: unknown.listed.iter().map(|e| error(m, e)).collect(),
        more_templates: unknown.more_templates,
        more_lines: unknown.more_lines,
        left_out: unknown.left_out,
        from: time(unknown.span.map(|(from, _)| from)),
        to: time(unknown.span.map(|(_, to)| to)),
    }
}

/// One template.
fn error(m: &mut Masker, error: &diagnose::UnknownError) -> UnknownError {
    UnknownError {
        template: m.text(&error.template),
        component: m.text(&error.component),
        severity: error.level.as_str(),
        count: error.count,
        first_seen: time(error.first),
        last_seen: time(error.last),
        histogram: error.histogram.clone(),
        near_onset: error.near_onset,
        places: error.places.iter().map(|place| m.text(place)).collect(),
        places_total: error.places_total,
        samples: error.samples.iter().map(|c| citation(m, c)).collect(),
        codes: error.codes.clone(),
        near: error.near.iter().map(|rule| near(m, rule)).collect(),
    }
}

/// One rule that needs more lines.
fn near(m: &mut Masker, near: &diagnose::NearRule) -> NearRule {
    let lines = plural(
        usize::try_from(near.rate.at_least).unwrap_or(usize::MAX),
        "line",
    );
    let within = near
        .rate
        .within
        .map_or_else(String::new, |within| match within.as_secs() {
            seconds @ 0..60 => format!(" within {seconds} s"),
            seconds @ 60..7_200 => format!(" within {} min", seconds / 60),
            seconds => format!(" within {} h", seconds / 3_600),
        });
    NearRule {
        rule: m.text(&near.rule),
        title: m.text(&near.title),
        takes: format!("reported at {lines} or more{within}"),
    }
}
