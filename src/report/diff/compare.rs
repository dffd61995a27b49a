//! What became of each finding between two reports.

use super::stored::{Finding, Stored, Subject, UnknownError};
use super::visibility::{Absence, Sights};
use super::{Change, Diff, ErrorRow, Errors, Kind, Origin, Row, Side, Was};
use crate::diagnose::State;
use crate::report::view;
use crate::report::words::{clock, cut, plural};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of the name of a bundle that a report says, and of a hash: more identify nothing.
const NAME: usize = 120;

/// Compares two reports.
pub fn compare(old: (&Stored, Origin), new: (&Stored, Origin)) -> Diff {
    let sights = (Sights::of(old.0), Sights::of(new.0));
    let mut changes = changes(old.0, new.0, &sights);
    changes.sort_by(|a, b| {
        let key = |one: &Change| (one.kind, Reverse(one.finding.severity), one.finding.state);
        let name = |one: &Change| {
            let row = &one.finding;
            (
                row.rule.clone(),
                row.subject.clone(),
                row.fingerprint.clone(),
            )
        };
        (key(a), name(a)).cmp(&(key(b), name(b)))
    });
    Diff {
        warnings: warnings(old.0, new.0, &sights),
        old: side(old),
        new: side(new),
        changes,
        lost: sights.1.lost_to(&sights.0),
        gained: sights.0.lost_to(&sights.1),
        errors: errors(old.0, new.0, &sights),
    }
}

/// Where a side comes from.
fn side((stored, origin): (&Stored, Origin)) -> Side {
    let bundle = &stored.bundle;
    Side {
        origin,
        name: cut(&bundle.name, NAME),
        sha256: cut(&bundle.sha256, NAME),
        captured_at: bundle.captured_at.clone(),
        kubernetes_version: bundle.kubernetes_version.clone(),
        tool_version: cut(&stored.tool.version, NAME),
        rules_hash: cut(&stored.tool.rules_hash, NAME),
    }
}

/// The findings of a report; of several with one fingerprint the first.
fn by_fingerprint(stored: &Stored) -> BTreeMap<&str, &Finding> {
    let mut found = BTreeMap::new();
    for finding in &stored.findings {
        found.entry(finding.fingerprint.as_str()).or_insert(finding);
    }
    found
}

/// What became of each finding of either.
fn changes(old: &Stored, new: &Stored, (before, after): &(Sights<'_>, Sights<'_>)) -> Vec<Change> {
    let (olds, news) = (by_fingerprint(old), by_fingerprint(new));
    let mut changes = Vec::new();
    for (fingerprint, now) in &news {
        let again = olds.contains_key(fingerprint);
        if let Some(as_what) = regrouped(now, old).filter(|_| !again) {
            changes.push(change(Kind::Unchanged, now, as_what));
            continue;
        }
        changes.push(match olds.get(fingerprint) {
            Some(was) => both(was, now),
            None if regrouped(now, old).is_some() => change(
                Kind::Unchanged,
                now,
                regrouped(now, old).unwrap_or_default(),
            ),
            None => match before.absence("OLD", now, after) {
                Absence::Clear => change(Kind::New, now, String::new()),
                Absence::Told(by) => change(Kind::Unchanged, now, format!("in OLD {by}")),
                Absence::Unseen(why) => change(Kind::NewlyVisible, now, why),
            },
        });
    }
    for (_, was) in olds.iter().filter(|(name, _)| !news.contains_key(*name)) {
        if let Some(as_what) = regrouped(was, new) {
            changes.push(change(Kind::Unchanged, was, as_what));
            continue;
        }
        changes.push(match after.absence("NEW", was, before) {
            Absence::Clear if was.state == State::Resolved => {
                change(Kind::Resolved, was, "it had already ended in OLD".into())
            }
            Absence::Clear => change(Kind::Resolved, was, String::new()),
            Absence::Told(by) => change(Kind::Unchanged, was, format!("in NEW {by}")),
            Absence::Unseen(why) => change(Kind::NoLongerVisible, was, why),
        });
    }
    changes
}

/// As what the other side has a finding: of many nodes a rule may speak as of what they all lack, and
/// of the one that is left by its name. `None` where it does not have it.
fn regrouped(finding: &Finding, other: &Stored) -> Option<String> {
    let nodes = finding.nodes();
    let same = other.findings.iter().find(|one| {
        let theirs = one.nodes();
        one.rule == finding.rule
            && one.subject.kind != finding.subject.kind
            && !nodes.is_disjoint(&theirs)
    })?;
    let subject = cut(&label(&same.subject), NAME);
    Some(format!("the other side reports it for {subject}"))
}

/// What became of a finding that both have.
fn both(was: &Finding, now: &Finding) -> Change {
    let ended = |finding: &Finding| finding.state == State::Resolved;
    let (kind, reason) = match (ended(was), ended(now)) {
        (true, false) => (Kind::New, "it had ended in OLD and has returned".to_owned()),
        (false, true) => {
            let last = now.last_seen.as_deref();
            let last = last.map(|time| format!(", last seen {} UTC", clock(time)));
            let reason = format!("NEW shows that it ended{}", last.unwrap_or_default());
            (Kind::Resolved, reason)
        }
        _ => (Kind::Unchanged, String::new()),
    };
    let told = |finding: &Finding| Was {
        severity: finding.severity,
        state: finding.state,
        count: finding.count,
    };
    Change {
        was: Some(told(was)).filter(|was| *was != told(now)),
        ..change(kind, now, reason)
    }
}

/// A finding and what became of it.
fn change(kind: Kind, finding: &Finding, reason: String) -> Change {
    Change {
        kind,
        finding: Row {
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            state: finding.state,
            subject: label(&finding.subject),
            count: finding.count,
            first_seen: finding.first_seen.clone(),
            last_seen: finding.last_seen.clone(),
            locator: finding.citations.first().map(|cited| cited.locator.clone()),
        },
        was: None,
        reason,
    }
}

/// A subject in words.
fn label(subject: &Subject) -> String {
    let subject = view::Subject {
        kind: subject.kind.clone(),
        namespace: subject.namespace.clone(),
        name: subject.name.clone(),
        node: None,
    };
    subject.label()
}

/// What has to be known before anything is believed.
fn warnings(old: &Stored, new: &Stored, (before, after): &(Sights<'_>, Sights<'_>)) -> Vec<String> {
    let mut warnings = Vec::new();
    let (made_old, made_new) = (&old.tool, &new.tool);
    if made_old.rules_hash != made_new.rules_hash {
        let (rules_old, rules_new) = (before.rules(), after.rules());
        let only = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| a.difference(b).count();
        warnings.push(format!(
            "the rules differ: {} in OLD only, {} in NEW only, others may have changed; what looks \
             new or resolved may come from the rules. If you have the bundles, compare those",
            plural(only(&rules_old, &rules_new), "rule"),
            plural(only(&rules_new, &rules_old), "rule"),
        ));
    }
    if made_old.version != made_new.version {
        warnings.push(format!(
            "the reports were written by different versions of bundlescope: OLD by {}, NEW by {}",
            cut(&made_old.version, NAME),
            cut(&made_new.version, NAME)
        ));
    }
    if let (Some(how_old), Some(how_new)) = (&made_old.command, &made_new.command)
        && how_old != how_new
    {
        warnings.push(format!(
            "the reports were made with different options: OLD with `{}`, NEW with `{}`",
            cut(how_old, NAME),
            cut(how_new, NAME)
        ));
    }
    let (taken_old, taken_new) = (&old.bundle.captured_at, &new.bundle.captured_at);
    if let (Some(first), Some(second)) = (taken_old, taken_new)
        && is_long_after(first, second)
    {
        warnings.push(format!(
            "OLD was captured after NEW ({} and {} UTC); did you swap them?",
            clock(first),
            clock(second)
        ));
    }
    if before.nodes().is_disjoint(after.nodes())
        && !before.nodes().is_empty()
        && !after.nodes().is_empty()
    {
        warnings
            .push("OLD and NEW have no node in common; are they from the same cluster?".to_owned());
    }
    warnings
}

/// Whether a bundle was taken so long after another that it is no matter of how well the evidence
/// states its time.
fn is_long_after(later: &str, earlier: &str) -> bool {
    let times = (later.parse::<Timestamp>(), earlier.parse::<Timestamp>());
    let (Ok(later), Ok(earlier)) = times else {
        return false;
    };
    later.duration_since(earlier) > SignedDuration::from_mins(15)
}

/// Error lines that no rule explains, compared.
fn errors(old: &Stored, new: &Stored, (before, after): &(Sights<'_>, Sights<'_>)) -> Errors {
    let by_name = |stored: &Stored| -> BTreeMap<(String, String), u64> {
        let rows = stored.unknown_errors.iter();
        let key = |row: &UnknownError| (row.component.clone(), row.template.clone());
        rows.map(|row| (key(row), row.count)).collect()
    };
    let (olds, news) = (by_name(old), by_name(new));
    let only = |a: &BTreeMap<(String, String), u64>, b: &BTreeMap<(String, String), u64>| {
        let mut rows: Vec<ErrorRow> = a
            .iter()
            .filter(|(key, _)| !b.contains_key(*key))
            .map(|((component, template), count)| ErrorRow {
                component: component.clone(),
                template: template.clone(),
                count: *count,
            })
            .collect();
        // Equal counts stay in the order of their names.
        rows.sort_by_key(|row| Reverse(row.count));
        rows
    };
    let unseen = |there: &Sights<'_>, here: &Sights<'_>, row: &ErrorRow| {
        there.has_log_of(&row.component) && !here.has_log_of(&row.component)
    };
    let (no_longer_visible, gone) = only(&olds, &news)
        .into_iter()
        .partition(|row| unseen(before, after, row));
    let (newly_visible, fresh) = only(&news, &olds)
        .into_iter()
        .partition(|row| unseen(after, before, row));
    Errors {
        new: fresh,
        newly_visible,
        gone,
        no_longer_visible,
        both: olds.keys().filter(|key| news.contains_key(*key)).count(),
        old_left_out: old.unknown_errors_more.templates,
        new_left_out: new.unknown_errors_more.templates,
    }
}
