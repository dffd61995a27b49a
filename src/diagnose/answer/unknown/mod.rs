//! What looks like trouble and no rule explains: lines of all logs and Warning events by template,
//! the ones to look at first on top.
//!
//! In: the error lines of each log, the events, and the rules that explain something. Out: templates with
//! their count, time, places and samples. Sums, minima and maxima alone join them, so no order can
//! change them. Lines of a template that a found rule or a noise rule hit are left out.

mod events;
mod explained;
mod fold;
mod pressing;
mod told;

pub(super) use explained::Explained;
pub use pressing::Pressing;
use pressing::Weight;

use crate::codes::{Kind, Lexicon, Note};
use crate::diagnose::finding::Citation;
use crate::evidence::{Evidence, LogError, LogSource};
use crate::examine::prefix::{self, Level};
use crate::rules::{Kind as RuleKind, MatcherId, Rate, RuleSet};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What stands for the component of events.
pub const EVENTS: &str = "events";

/// Bins of a histogram.
pub const BINS: usize = 24;

/// Places that are named; all are counted.
const PLACES: usize = 5;

/// Rows that a reader goes through; warnings take up to so many, errors as many as they are.
const CALM: usize = 20;

/// Rows that warnings have at least.
const FEWEST_WARNINGS: usize = 5;

/// Lines of all logs together that are a paste, and no log.
const PASTED_LINES: u64 = 50;

/// Lines of a warning that make it worth a look far from any incident.
const REPEATED: u64 = 3;

/// The same of what a program calls information: it will try again.
const OFTEN: u64 = 10;

/// How long before the first incident's begin an error may be its cause.
const BEFORE: SignedDuration = SignedDuration::from_mins(5);

/// How long after it an error may belong to it.
const AFTER: SignedDuration = SignedDuration::from_mins(10);

/// All errors that no rule explains.
#[derive(Debug, Clone, Default)]
pub struct UnknownErrors {
    /// Templates, the ones to look at first on top.
    pub listed: Vec<UnknownError>,
    /// Templates that are not listed.
    pub more_templates: u64,
    /// Their lines.
    pub more_lines: u64,
    /// Lines that were not told apart, because their log has too many templates.
    pub left_out: u64,
    /// What the histograms span.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Those that nobody should overlook.
    pub pressing: Option<Pressing>,
}

/// One template.
#[derive(Debug, Clone)]
pub struct UnknownError {
    /// Words of the lines, with placeholders for what varies.
    pub template: String,
    /// Component; of a workload its container; the file's name where neither is known.
    pub component: String,
    /// How bad, as the lines say.
    pub level: Level,
    /// Number of lines.
    pub count: u64,
    /// First line with a time.
    pub first: Option<Timestamp>,
    /// Last line with a time.
    pub last: Option<Timestamp>,
    /// Lines in each of [`BINS`] equal parts of the span.
    pub histogram: Vec<u64>,
    /// Whether the lines crowd around the begin of the first incident.
    pub near_onset: bool,
    /// Whether a report begins with it.
    pub presses: bool,
    /// Nodes and pods they were seen on, some of them.
    pub places: Vec<String>,
    /// How many these are.
    pub places_total: usize,
    /// The first line, the last, and one between.
    pub samples: Vec<Citation>,
    /// Reason and message of an event, whose samples are objects.
    pub event: Option<String>,
    /// What the codes in them mean, the most telling first.
    pub codes: Vec<Note>,
    /// Rules that know the lines and need more of them.
    pub near: Vec<NearRule>,
}

/// A rule that knows lines, of which there are too few for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearRule {
    /// Its id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// How many lines it takes, and in which time.
    pub rate: Rate,
}

/// Lines of one template, so far.
#[derive(Debug, Clone, Default)]
struct Joined {
    count: u64,
    times: Vec<(Timestamp, u64)>,
    places: BTreeSet<String>,
    samples: Vec<Citation>,
    /// Matchers that hit them.
    hit_by: BTreeSet<MatcherId>,
    /// Reason and message of an event, whose sample is an object.
    event: Option<String>,
    /// What tells how much they weigh.
    weight: Weight,
}

/// Component, level and template.
type Key = (String, Level, String);

/// The part of time that is looked at.
pub(super) type Bounds = (Option<Timestamp>, Option<Timestamp>);

/// Joins the error lines of all logs. `explained` is what findings tell, `onset` is when the
/// first incident began, `bounds` what the user asked for, `limit` how many templates are listed.
pub(super) fn errors(
    evidence: &Evidence,
    rules: &RuleSet,
    explained: &Explained<'_>,
    onset: Option<Timestamp>,
    bounds: Bounds,
    limit: usize,
) -> UnknownErrors {
    let mut joined: BTreeMap<Key, Joined> = BTreeMap::new();
    let mut left_out = 0;
    for source in &evidence.logs {
        left_out += source.errors_left_out;
        let unexplained = source
            .errors
            .iter()
            .filter(|error| !is_explained(rules, explained, error) && within(bounds, error));
        let mut here: BTreeMap<Key, u64> = BTreeMap::new();
        for error in unexplained {
            let key = (
                component(source, error),
                error.level,
                error.template.clone(),
            );
            *here.entry(key.clone()).or_default() += error.count;
            joined.entry(key).or_default().add(source, error);
        }
        let errors = here.iter().filter(|(key, _)| key.1 >= Level::Error);
        let errors = errors.map(|(_, count)| count).sum();
        for (key, count) in here {
            let weight = Weight::of_log(evidence, source, errors, count);
            joined.entry(key).or_default().weight.join(weight);
        }
    }
    let mut joined = told::join(fold::fold(joined));
    events::add(&mut joined, evidence, rules, explained, bounds);
    let (pressing, first_told) = pressing::of(
        &joined,
        evidence.capture.at,
        evidence.excerpt_of_events().is_some(),
    );
    let times = joined.values().flat_map(|lines| &lines.times);
    let first = times.clone().map(|(time, _)| *time).min();
    let last = times.map(|(time, _)| *time).max();
    let span = first.zip(last.max(evidence.capture.at));
    let mut listed: Vec<UnknownError> = joined
        .into_iter()
        .map(|(key, lines)| {
            let presses = first_told.contains(&key);
            lines.finish(key, span, onset, presses, rules)
        })
        .collect();
    sort(&mut listed);
    // Of what somebody pasted every line is meant.
    let lines: u64 = evidence.logs.iter().map(|log| log.lines).sum();
    let few = lines <= PASTED_LINES;
    let (mut listed, passing): (Vec<_>, Vec<_>) = listed
        .into_iter()
        .partition(|error| few || !is_in_passing(error));
    // Warnings fill the rows that errors leave.
    let errors = listed.iter().filter(|error| rank(error) > Level::Warning);
    let rows = CALM.max(errors.count() + FEWEST_WARNINGS).min(limit);
    let mut more = listed.split_off(rows.min(listed.len()));
    for error in &mut listed {
        error.codes = codes(error);
    }
    sort(&mut listed);
    more.extend(passing);
    UnknownErrors {
        listed,
        more_templates: more.len() as u64,
        more_lines: more.iter().map(|error| error.count).sum(),
        left_out,
        span,
        pressing,
    }
}

/// The ones to look at first on top.
fn sort(listed: &mut [UnknownError]) {
    listed.sort_by_cached_key(|error| {
        (
            !error.presses,
            !error.near_onset,
            Reverse(rank(error)),
            error
                .codes
                .first()
                .map_or(Kind::Generic, |note| note.sense.kind),
            Reverse(error.count),
            error.component.clone(),
            error.template.clone(),
        )
    });
}

/// What the codes in an event or in the first line mean.
fn codes(error: &UnknownError) -> Vec<Note> {
    match &error.event {
        Some(said) => Lexicon::builtin().notes(said),
        None => error
            .samples
            .first()
            .map_or_else(Vec::new, super::codes::of_line),
    }
}

/// Whether a program warned once, or gave a few failures as information, far from any incident: all do.
fn is_in_passing(error: &UnknownError) -> bool {
    let least = match error.level {
        Level::Warning if error.near_onset => 1,
        Level::Warning => REPEATED,
        Level::Info | Level::Debug if error.near_onset => REPEATED,
        Level::Info | Level::Debug => OFTEN,
        Level::Error | Level::Fatal => 1,
    };
    // A line without a level is no program's opinion.
    let levelled = || {
        let sample = error.samples.first();
        sample.is_some_and(|sample| {
            prefix::parse(sample.snippet.text.as_bytes())
                .level
                .is_some()
        })
    };
    error.count < least && error.component != EVENTS && levelled()
}

/// How bad a template counts: a component writes a Warning event where its log has an error.
fn rank(error: &UnknownError) -> Level {
    if error.component == EVENTS {
        Level::Error
    } else {
        error.level
    }
}

/// Whether a rule that is found, or one that knows the lines as harmless, hit these lines. Lines
/// below the rate of a rule show nowhere else, so they count as unexplained.
fn is_explained(rules: &RuleSet, explained: &Explained<'_>, error: &LogError) -> bool {
    let mut hits = error.hit_by.iter();
    hits.any(|matcher| explained.holds(rules, *matcher))
}

/// Whether any of the lines fall into the part of time that is looked at; lines without a time do.
fn within((since, until): Bounds, error: &LogError) -> bool {
    let sampled = error.samples.iter().filter_map(|(time, _)| *time);
    let times: Vec<Timestamp> = error
        .times
        .iter()
        .map(|(time, _)| *time)
        .chain(sampled)
        .collect();
    let after = since.is_none_or(|since| times.iter().max().is_none_or(|last| *last >= since));
    let before = until.is_none_or(|until| times.iter().min().is_none_or(|first| *first <= until));
    after && before
}

/// Whose lines these are.
fn component(source: &LogSource, error: &LogError) -> String {
    let container = source.role.container.as_deref();
    match (error.component, container) {
        (Some("workload") | None, Some(container)) => container.to_owned(),
        (Some(component), _) => component.to_owned(),
        (None, None) => source.path.file_name().to_owned(),
    }
}

impl Joined {
    /// Adds the lines of one log.
    fn add(&mut self, source: &LogSource, error: &LogError) {
        self.count += error.count;
        self.times.extend(&error.times);
        self.hit_by.extend(&error.hit_by);
        let role = &source.role;
        let pod = role.pod.as_ref().map(|pod| {
            let namespace = role.namespace.as_deref().unwrap_or_default();
            format!("{namespace}/{pod}")
        });
        let place = pod
            .or_else(|| error.host.clone())
            .or_else(|| role.node.clone());
        self.places.extend(place);
        let samples = error.samples.iter();
        self.samples.extend(samples.map(|(time, snippet)| Citation {
            path: source.path.clone(),
            time: *time,
            snippet: snippet.clone(),
        }));
        self.thin_samples();
    }

    /// Adds the lines of another template.
    fn join(&mut self, other: Self) {
        self.count += other.count;
        self.times.extend(other.times);
        self.places.extend(other.places);
        self.samples.extend(other.samples);
        self.hit_by.extend(other.hit_by);
        self.event = [self.event.take(), other.event].into_iter().flatten().min();
        self.weight.join(other.weight);
        self.thin_samples();
    }

    /// Keeps the first sample, the last, and of the rest the one with the smallest place. The first
    /// two by place are kept as well, because a further log may bring an earlier or a later line.
    fn thin_samples(&mut self) {
        let place = |sample: &Citation| (sample.path.clone(), sample.snippet.line);
        self.samples.sort_by_cached_key(place);
        self.samples
            .dedup_by(|a, b| a.path == b.path && a.snippet.line == b.snippet.line);
        let (first, last) = ends(&self.samples);
        let mut at = 0;
        self.samples.retain(|_| {
            let kept = at < 3 || Some(at) == first || Some(at) == last;
            at += 1;
            kept
        });
    }

    /// The template as a report tells it.
    fn finish(
        self,
        (component, level, template): Key,
        span: Option<(Timestamp, Timestamp)>,
        onset: Option<Timestamp>,
        presses: bool,
        rules: &RuleSet,
    ) -> UnknownError {
        let (first, last) = ends(&self.samples);
        let between = (0..self.samples.len()).find(|at| Some(*at) != first && Some(*at) != last);
        let mut chosen: Vec<usize> = [first, between, last].into_iter().flatten().collect();
        chosen.dedup();
        let samples: Vec<Citation> = chosen
            .into_iter()
            .filter_map(|at| self.samples.get(at).cloned())
            .collect();
        let shown = samples.iter().filter_map(|sample| sample.time);
        let times = self.times.iter().map(|(time, _)| *time).chain(shown);
        UnknownError {
            first: times.clone().min(),
            last: times.max(),
            histogram: span.map_or_else(Vec::new, |span| histogram(&self.times, span)),
            near_onset: onset.is_some_and(|onset| crowds(&self.times, onset)),
            presses,
            places_total: self.places.len(),
            places: self.places.into_iter().take(PLACES).collect(),
            count: self.count,
            template,
            component,
            level,
            event: self.event,
            codes: vec![],
            near: near(&self.hit_by, rules),
            samples,
        }
    }
}

/// The rules of failures that would tell these lines if there were more of them, each once.
fn near(hit_by: &BTreeSet<MatcherId>, rules: &RuleSet) -> Vec<NearRule> {
    let mut near: BTreeMap<String, NearRule> = BTreeMap::new();
    for id in hit_by {
        let rule = rules
            .rule_of(*id)
            .filter(|rule| rule.kind == RuleKind::Failure);
        let rate = rules.log_matcher(*id).and_then(|matcher| matcher.rate);
        if let (Some(rule), Some(rate)) = (rule, rate) {
            near.entry(rule.id.to_string()).or_insert_with(|| NearRule {
                rule: rule.id.to_string(),
                title: rule.title.clone(),
                rate,
            });
        }
    }
    near.into_values().collect()
}

/// Places of the earliest and the latest sample; those without a time count by their place.
fn ends(samples: &[Citation]) -> (Option<usize>, Option<usize>) {
    let first = (0..samples.len())
        .min_by_key(|at| (samples.get(*at).map(|s| (s.time.is_none(), s.time)), *at));
    let last = (0..samples.len()).max_by_key(|at| (samples.get(*at).map(|s| s.time), *at));
    (first, last)
}

/// Lines in each part of the span.
fn histogram(times: &[(Timestamp, u64)], (from, to): (Timestamp, Timestamp)) -> Vec<u64> {
    let mut bins = vec![0; BINS];
    let width = i128::from(to.as_second()) - i128::from(from.as_second()) + 1;
    for (time, count) in times {
        let place = i128::from(time.as_second()) - i128::from(from.as_second());
        let bin = (place * BINS as i128).checked_div(width).unwrap_or(0);
        let bin = usize::try_from(bin).unwrap_or(0).min(BINS - 1);
        if let Some(bin) = bins.get_mut(bin) {
            *bin += count;
        }
    }
    bins
}

/// Whether the lines began around `onset`, or at least half of them were written then.
fn crowds(times: &[(Timestamp, u64)], onset: Timestamp) -> bool {
    let near = |time: Timestamp| {
        let since = time.duration_since(onset);
        -BEFORE <= since && since <= AFTER
    };
    let all: u64 = times.iter().map(|(_, count)| count).sum();
    let crowd: u64 = times
        .iter()
        .filter(|(time, _)| near(*time))
        .map(|(_, count)| count)
        .sum();
    let begins = times.iter().map(|(time, _)| *time).min().is_some_and(near);
    crowd > 0 && (begins || crowd >= all.div_ceil(2))
}

#[cfg(test)]
mod tests;
