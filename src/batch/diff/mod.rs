//! Two archives compared: which cases came and went, which signatures are new, gone, or out of sight.
//!
//! In: the digests of two archives. Out: an [`ArchiveDiff`], and [`render`] that arranges it. A
//! signature that fires no more is only called gone where its rule could still look at the cases it
//! fired in; what was made with other rules or another program is said first.

mod html;
mod json;
mod pairs;
mod text;

use super::digest::{self, Archive};
use super::runs::Runs;
use super::store::{Store, StoreError};
use crate::report::diff::{DiffFormat, Kind};
use crate::report::text::Style;
use crate::report::{Format, ReportError, checked};
use crate::severity::Severity;
use pairs::Pairs;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Two archives compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveDiff {
    /// The earlier one.
    pub old: Side,
    /// The later one.
    pub new: Side,
    /// What has to be known before anything is believed.
    pub warnings: Vec<String>,
    /// What became of the cases.
    pub cases: Cases,
    /// Signatures that fire in either: by kind, then the worst and the most frequent first.
    pub signatures: Vec<Signature>,
    /// Rules that could look at cases of OLD and can at none of NEW.
    pub lost: Vec<Lost>,
    /// Error lines that no rule explains.
    pub unexplained: Templates,
}

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Name of its folder.
    pub name: String,
    /// Cases.
    pub cases: usize,
    /// Cases that could be read.
    pub readable: usize,
    /// First day on which a case was captured; empty where no case tells.
    pub first_day: String,
    /// Last such day.
    pub last_day: String,
    /// Hash of the rules; empty where the archive was never finished.
    pub rules_hash: String,
    /// Version of the program.
    pub tool_version: String,
}

/// What became of the cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cases {
    /// Only NEW has them.
    pub new: Vec<CaseRow>,
    /// Only OLD has them.
    pub gone: Vec<CaseRow>,
    /// Both have them and say other things of them.
    pub changed: Vec<CaseChange>,
    /// Both have them and say the same.
    pub unchanged: usize,
}

/// A case that one side alone has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseRow {
    /// Its name.
    pub case: String,
    /// Its class, or `unreadable`.
    pub class: &'static str,
    /// Its first incident, its first sentence, or why it could not be read.
    pub headline: String,
}

/// A case of which the sides say other things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseChange {
    /// Its name.
    pub case: String,
    /// Whether its content is another one under the same name.
    pub other_content: bool,
    /// Its class in OLD.
    pub was: &'static str,
    /// Its class in NEW.
    pub class: &'static str,
    /// Rules that fire in NEW only, and could look in OLD.
    pub new: Vec<String>,
    /// Rules that fire in NEW only, and could not look in OLD.
    pub newly_visible: Vec<String>,
    /// Rules that fire in OLD only, and could look in NEW.
    pub gone: Vec<String>,
    /// Rules that fire in OLD only, and could not look in NEW.
    pub no_longer_visible: Vec<String>,
}

/// A rule, and how often it fires on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// What became of it.
    #[serde(serialize_with = "json::kind")]
    pub kind: Kind,
    /// Its id.
    pub rule: String,
    /// The highest severity of its findings.
    pub severity: Severity,
    /// In OLD.
    pub old: Rate,
    /// In NEW.
    pub new: Rate,
}

/// In how many cases a rule fires, of those where it could look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Cases in which it fires.
    pub cases: usize,
    /// Cases in which it could look.
    pub looked: usize,
}

/// A rule that cannot look any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Its id.
    pub rule: String,
    /// Cases of OLD in which it could look.
    pub looked: usize,
}

/// Templates of error lines that no rule explains, on one side only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Templates {
    /// Only NEW has them.
    pub new: Vec<TemplateRow>,
    /// Only OLD has them.
    pub gone: Vec<TemplateRow>,
}

/// One template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateRow {
    /// Its id, for `bundlescope rules new --from-unknown`.
    pub id: String,
    /// Cases that have it.
    pub cases: usize,
    /// Lines in all of them.
    pub lines: u64,
}

impl ArchiveDiff {
    /// Whether both archives say the same.
    pub fn is_empty(&self) -> bool {
        let cases = &self.cases;
        cases.new.is_empty()
            && cases.gone.is_empty()
            && cases.changed.is_empty()
            && self.lost.is_empty()
            && self.unexplained == Templates::default()
            && self
                .signatures
                .iter()
                .all(|one| one.kind == Kind::Unchanged && one.old == one.new)
    }

    /// Whether NEW shows a signature at or above this level that OLD does not.
    pub fn is_worse(&self, level: Severity) -> bool {
        let fresh = self.of(Kind::New).chain(self.of(Kind::NewlyVisible));
        fresh
            .into_iter()
            .any(|signature| signature.severity >= level)
    }

    /// The signatures of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(move |one| one.kind == kind)
    }
}

/// Compares two archives.
///
/// # Errors
///
/// A record of either cannot be read.
pub fn compare(old: &Store, new: &Store) -> Result<ArchiveDiff, StoreError> {
    let digests = [digest::of_store(old)?, digest::of_store(new)?];
    let [before, after] = &digests;
    let pairs = Pairs::of(before, after);
    let sides = [side(old, before), side(new, after)];
    let warnings = warnings(&sides);
    let [old, new] = sides;
    Ok(ArchiveDiff {
        warnings,
        old,
        new,
        signatures: signatures(before, after, &pairs),
        lost: lost(before, after),
        unexplained: templates(before, after),
        cases: pairs.cases(),
    })
}

/// Arranges a comparison.
///
/// # Errors
///
/// The page cannot be made, or holds a secret.
pub fn render(diff: &ArchiveDiff, format: DiffFormat, style: Style) -> Result<String, ReportError> {
    match format {
        DiffFormat::Text => checked(text::render(diff, style), Format::Text),
        DiffFormat::Json => checked(json::render(diff)?, Format::Json),
        DiffFormat::Html => checked(html::render(diff)?, Format::Html),
    }
}

/// One side.
fn side(store: &Store, archive: &Archive) -> Side {
    let days = archive.read().map(|(.., read)| read.captured());
    let days: BTreeSet<&str> = days.filter(|day| !day.is_empty()).collect();
    let day = |day: Option<&&str>| day.map(|day| (*day).to_owned()).unwrap_or_default();
    let (rules_hash, tool_version) = Runs::load(store).made_with();
    let name = store.root().file_name();
    Side {
        name: name
            .unwrap_or(store.root().as_os_str())
            .to_string_lossy()
            .into_owned(),
        cases: archive.lines.len(),
        readable: archive.readable(),
        first_day: day(days.first()),
        last_day: day(days.last()),
        rules_hash,
        tool_version,
    }
}

/// What makes the two hard to compare.
fn warnings([old, new]: &[Side; 2]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (word, side) in [("OLD", old), ("NEW", new)] {
        if side.rules_hash.is_empty() {
            warnings.push(format!(
                "{word} is incomplete; run `bundlescope batch` on it again"
            ));
        }
    }
    if !warnings.is_empty() {
        return warnings;
    }
    if old.tool_version != new.tool_version {
        warnings.push(format!(
            "OLD was made with bundlescope {}, NEW with {}: differences may come from the program",
            old.tool_version, new.tool_version
        ));
    }
    if old.rules_hash != new.rules_hash {
        warnings.push(
            "the rules differ, so signatures may be new or gone for that reason; read both again with \
             the same rules to be sure"
                .to_owned(),
        );
    }
    warnings
}

/// How often each rule fires, by its id.
fn rates(archive: &Archive) -> BTreeMap<&str, (Rate, Option<Severity>)> {
    let rates = archive.signatures.iter().map(|signature| {
        let rate = Rate {
            cases: signature.cases,
            looked: signature.looked,
        };
        (signature.rule.as_str(), (rate, signature.severity))
    });
    rates.collect()
}

/// The signatures that fire on either side.
fn signatures(old: &Archive, new: &Archive, pairs: &Pairs<'_>) -> Vec<Signature> {
    let (before, after) = (rates(old), rates(new));
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let none = (Rate::default(), None);
    let of = |rule: &str| {
        let (was, severe) = before.get(rule).copied().unwrap_or(none);
        let (now, severity) = after.get(rule).copied().unwrap_or(none);
        let kind = match (was.cases > 0, now.cases > 0) {
            (false, false) => return None,
            (true, true) => Kind::Unchanged,
            (false, true) if pairs.blind_before(rule, was.looked) => Kind::NewlyVisible,
            (false, true) => Kind::New,
            (true, false) if pairs.blind_now(rule, now.looked) => Kind::NoLongerVisible,
            (true, false) => Kind::Resolved,
        };
        Some(Signature {
            kind,
            rule: rule.to_owned(),
            severity: severity.or(severe).unwrap_or(Severity::Info),
            old: was,
            new: now,
        })
    };
    let mut found: Vec<Signature> = ids.into_iter().filter_map(of).collect();
    found.sort_by_key(|one| {
        let most = one.old.cases.max(one.new.cases);
        (one.kind, std::cmp::Reverse((one.severity, most)))
    });
    found
}

/// Rules that could look and cannot any more, whether they ever fired or not.
fn lost(old: &Archive, new: &Archive) -> Vec<Lost> {
    let after = rates(new);
    let blind = |rule: &str| {
        let now = after.get(rule);
        // A rule that NEW does not have is a change of the rules.
        now.is_some_and(|(rate, _)| rate.looked == 0)
    };
    let lost = old.signatures.iter();
    let lost = lost.filter(|one| one.looked > 0 && new.readable() > 0 && blind(&one.rule));
    let mut lost: Vec<Lost> = lost
        .map(|one| Lost {
            rule: one.rule.clone(),
            looked: one.looked,
        })
        .collect();
    lost.sort_by(|a, b| (b.looked, &a.rule).cmp(&(a.looked, &b.rule)));
    lost
}

/// Templates that one side alone has, those of most cases first.
fn templates(old: &Archive, new: &Archive) -> Templates {
    let only = |here: &Archive, there: &Archive| {
        let here = here.templates.iter();
        let only = here.filter(|(id, _)| !there.templates.contains_key(*id));
        let mut rows: Vec<TemplateRow> = only
            .map(|(id, template)| TemplateRow {
                id: id.clone(),
                cases: template.cases.len(),
                lines: template.lines,
            })
            .collect();
        rows.sort_by(|a, b| (b.cases, b.lines, &a.id).cmp(&(a.cases, a.lines, &b.id)));
        rows
    };
    Templates {
        new: only(new, old),
        gone: only(old, new),
    }
}
