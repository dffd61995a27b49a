//! What the first page says of the whole archive.

use super::matrix::legend;
use super::{Extras, Unexplained, shown};
use crate::batch::digest::Archive;
use crate::batch::index::shown::span;
use crate::batch::record::Class;
use crate::batch::runs::Change;
use crate::report::words::{cut, number, plural, size};

/// Characters of a template that are shown; its report has all.
const TEMPLATE: usize = 240;

/// The head of the index.
pub(super) struct Top {
    /// Times and what is new, in one sentence each.
    pub(super) lead: String,
    /// Said where the run was stopped.
    pub(super) partial: String,
    /// Boxes of the bar: where, how wide (in percent), class.
    pub(super) bar: Vec<(String, String, &'static str)>,
    /// The bar in words.
    pub(super) bar_words: String,
    /// Number, class and words, for those that occur.
    pub(super) legend: Vec<(String, &'static str, &'static str)>,
    /// Name, value and note.
    pub(super) facts: Vec<(&'static str, String, String)>,
    /// Templates that no rule explains.
    pub(super) unexplained: Vec<Row>,
    /// What changed.
    pub(super) change: Option<ChangeView>,
}

/// A template.
pub(super) struct Row {
    /// Whose lines.
    pub(super) component: String,
    /// The lines.
    pub(super) text: String,
    /// Cases.
    pub(super) cases: String,
    /// Lines.
    pub(super) lines: String,
    /// Days.
    pub(super) days: String,
    /// Id.
    pub(super) id: String,
    /// Names of some cases, and their reports.
    pub(super) some: Vec<(String, String)>,
    /// How many more.
    pub(super) more: usize,
}

/// Title, what an empty list means, and for each rule what happened to it.
pub(super) type ChangeList = (&'static str, &'static str, Vec<(String, String)>);

/// What changed since the last run.
pub(super) struct ChangeView {
    /// In one sentence.
    pub(super) lead: String,
    /// Title, what an empty list means, rows of rule and words.
    pub(super) lists: Vec<ChangeList>,
}

/// "302 cases: 20 not explained yet, 138 with a serious open problem".
pub(super) fn headline(archive: &Archive) -> String {
    let of = |class| archive.of_class(class);
    let serious = of(Class::Critical) + of(Class::High);
    let quiet = of(Class::Ended) + of(Class::Healthy);
    let unreadable = archive.lines.len() - archive.readable();
    let mut parts = Vec::new();
    let mut say = |count: usize, words: &str| {
        if count > 0 {
            parts.push(format!("{} {words}", number(count as u64)));
        }
    };
    say(of(Class::Unexplained), "not explained yet");
    say(serious, "with a serious open problem");
    say(of(Class::Minor), "with only minor problems");
    say(quiet, "without an open problem");
    say(unreadable, "not readable");
    format!(
        "{}: {}",
        plural(archive.lines.len(), "case"),
        parts.join(", ")
    )
}

impl Top {
    /// The head of this archive.
    pub(super) fn new(archive: &Archive, extras: &Extras<'_>) -> Self {
        let change = extras.runs.change();
        let (bar, bar_words, legend) = bar(archive);
        Self {
            lead: lead(archive, change.as_ref()),
            partial: match extras.missing {
                0 => String::new(),
                missing => format!(
                    "The run was stopped: {} not read yet and not counted here. Run the same command again to continue.",
                    plural(missing, "case") + if missing == 1 { " was" } else { " were" }
                ),
            },
            bar,
            bar_words,
            legend,
            facts: facts(archive, extras),
            unexplained: extras.unexplained.iter().map(template).collect(),
            change: change.as_ref().map(changed),
        }
    }
}

/// When the bundles were taken, and how many are new.
fn lead(archive: &Archive, change: Option<&Change>) -> String {
    let days = archive.read().map(|(.., read)| read.captured());
    let mut days: Vec<&str> = days.filter(|day| !day.is_empty()).collect();
    days.sort_unstable();
    let days = span(days.first().copied(), days.last().copied());
    let mut lead = match days.as_str() {
        "" => "No case states when it was captured.".to_owned(),
        days => format!("Captured {days}."),
    };
    if let Some(change) = change.filter(|change| change.bundles_new > 0) {
        let verb = if change.bundles_new == 1 { "is" } else { "are" };
        let new = number(change.bundles_new as u64);
        lead = format!("{lead} {new} {verb} new since the last run.");
    }
    lead
}

/// Boxes, words and legend of the bar.
type Bar = (
    Vec<(String, String, &'static str)>,
    String,
    Vec<(String, &'static str, &'static str)>,
);

/// The classes as one bar.
fn bar(archive: &Archive) -> Bar {
    let all = archive.lines.len().max(1);
    let mut counts: Vec<(usize, &'static str, &'static str)> = Class::ALL
        .iter()
        .zip(legend())
        .map(|(class, (name, words))| (archive.of_class(*class), name, words))
        .collect();
    counts.push((
        archive.lines.len() - archive.readable(),
        "unreadable",
        "Not readable",
    ));
    counts.retain(|(count, ..)| *count > 0);
    let mut boxes = Vec::new();
    let mut before = 0;
    let hundredths = |part: usize| format!("{}.{:02}", part / 100, part % 100);
    for (count, name, _) in &counts {
        let (from, to) = (before * 10_000 / all, (before + count) * 10_000 / all);
        // A thin line of paper parts the boxes.
        let width = (to - from).saturating_sub(15).max(10);
        boxes.push((hundredths(from), hundredths(width), *name));
        before += count;
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(count, _, words)| format!("{count} {}", words.to_lowercase()))
        .collect();
    let legend = counts
        .iter()
        .map(|(count, name, words)| (number(*count as u64), *name, *words))
        .collect();
    (boxes, words.join(", "), legend)
}

/// What the archive is made of.
fn facts(archive: &Archive, extras: &Extras<'_>) -> Vec<(&'static str, String, String)> {
    let bytes: u64 = archive.lines.iter().map(|line| line.bytes).sum();
    let copies: usize = archive
        .lines
        .iter()
        .map(|line| line.other_paths.len())
        .sum();
    let (ran, checks) = archive.read().fold((0, 0), |(ran, all), (.., read)| {
        (ran + read.ran, all + read.checks)
    });
    let share = (ran * 100).checked_div(checks).unwrap_or_default();
    let fired = archive
        .signatures
        .iter()
        .filter(|signature| signature.cases > 0);
    let unseen = archive
        .signatures
        .iter()
        .filter(|signature| signature.looked == 0);
    let note = |count: usize, words: &str| {
        if count > 0 {
            format!("{} {words}", number(count as u64))
        } else {
            String::new()
        }
    };
    vec![
        (
            "Bundles",
            plural(archive.lines.len() + copies, "bundle"),
            format!(
                "{}{}",
                size(bytes),
                if copies > 0 {
                    format!(", {copies} of them copies")
                } else {
                    String::new()
                }
            ),
        ),
        (
            "Coverage",
            format!("{share} % of checks could run"),
            note(unseen.count(), "checks could run in no case"),
        ),
        (
            "Signatures",
            format!("{} seen", number(fired.count() as u64)),
            format!("of {}", plural(archive.signatures.len(), "check")),
        ),
        (
            "Unexplained",
            plural(archive.templates.len(), "template"),
            note(
                archive
                    .templates
                    .values()
                    .filter(|template| template.cases.len() > 1)
                    .count(),
                "in more than one case",
            ),
        ),
        (
            "Rules",
            extras.rules_hash.chars().take(12).collect(),
            format!("bundlescope {}", env!("CARGO_PKG_VERSION")),
        ),
    ]
}

/// One template.
fn template(row: &Unexplained) -> Row {
    Row {
        component: shown(&row.component),
        text: shown(&cut(&row.text, TEMPLATE)),
        cases: number(row.cases as u64),
        lines: number(row.lines),
        days: row.days.clone(),
        id: row.id.clone(),
        some: row
            .some
            .iter()
            .map(|(case, report)| (shown(case), report.clone()))
            .collect(),
        more: row.cases - row.some.len(),
    }
}

/// What changed since the last run.
fn changed(change: &Change) -> ChangeView {
    let rows = |list: &[(String, usize)], words: &dyn Fn(usize) -> String| {
        list.iter()
            .map(|(rule, count)| (shown(rule), words(*count)))
            .collect::<Vec<_>>()
    };
    let mut lead = format!(
        "{} new, {} gone.",
        plural(change.bundles_new, "case"),
        number(change.bundles_gone as u64)
    );
    if change.other_rules {
        lead.push_str(" The rules changed, so signatures may be new or gone for that reason.");
    }
    ChangeView {
        lead,
        lists: vec![
            (
                "New",
                "No signature is new.",
                rows(&change.new, &|cases| {
                    format!("in {}", plural(cases, "case"))
                }),
            ),
            (
                "Gone",
                "No signature is gone.",
                rows(&change.gone, &|cases| {
                    format!("was in {}", plural(cases, "case"))
                }),
            ),
            (
                "Lost visibility",
                "Every check that could run still can.",
                rows(&change.blind, &|cases| {
                    format!("could run in {}, now in none", plural(cases, "case"))
                }),
            ),
        ],
    }
}
