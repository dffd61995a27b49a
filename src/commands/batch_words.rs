//! What a batch says: while it runs, and at its end in at most 25 lines.

use super::say::shown;
use crate::batch::index::Unexplained;
use crate::batch::record::{CaseRecord, Class, Reading};
use crate::batch::run::Done;
use crate::report::glyphs::visible;
use crate::report::words::{cut, number, plural};
use std::fmt::Write as _;
use std::path::Path;

/// Templates that are listed at the end.
const TEMPLATES: usize = 5;

/// Cases that are listed at the end because they could not be read.
const UNREADABLE: usize = 4;

/// Ids of rules that are named.
const RULES: usize = 5;

/// One line for a case that is done.
pub(super) fn case(record: &CaseRecord, place: usize, all: usize) -> String {
    let said = match &record.reading {
        Reading::Read(case) => {
            let incident = case.first_incident().map(|incident| &incident.title);
            let title = incident.unwrap_or(&case.verdict);
            format!("{}: {}", case.class.as_str(), cut(title, 120))
        }
        Reading::Unreadable(unreadable) => {
            format!("not readable: {}", cut(&unreadable.reason, 120))
        }
    };
    format!(
        "[{place}/{all}] {}: {}\n",
        visible(&record.location),
        visible(&said)
    )
}

/// Which rules changed, and what that means.
pub(super) fn rules(changed: &[String], again: usize, kept: usize) -> String {
    let some: Vec<&str> = changed.iter().take(RULES).map(String::as_str).collect();
    let more = changed.len() - some.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!(
        "{} changed since the last run ({}{more}): {} read again, {} not affected\n",
        plural(changed.len(), "rule"),
        some.join(", "),
        plural(again, "case"),
        number(kept as u64)
    )
}

/// The answer at the end.
pub(super) fn summary(done: &Done, out: &Path) -> String {
    let archive = &done.published.archive;
    let mut text = String::new();
    let classes = Class::ALL
        .iter()
        .map(|class| (class.as_str(), archive.of_class(*class)));
    let unreadable = archive.lines.len() - archive.readable();
    let classes = classes.chain([("unreadable", unreadable)]);
    let classes: Vec<String> = classes
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{} {name}", number(count as u64)))
        .collect();
    let _ = writeln!(
        text,
        "{}: {}",
        plural(archive.lines.len(), "case"),
        classes.join(", ")
    );
    let _ = writeln!(
        text,
        "read in this run {}, known from earlier runs {}",
        number(done.read as u64),
        number(done.known as u64)
    );
    if let Some(change) = done.published.runs.change() {
        let _ = writeln!(
            text,
            "since the last run: {} new, {} gone; signatures: {} new, {} gone, {} no longer visible",
            plural(change.bundles_new, "case"),
            number(change.bundles_gone as u64),
            change.new.len(),
            change.gone.len(),
            change.blind.len()
        );
    }
    unexplained(&mut text, &done.published.unexplained);
    let unread = archive
        .lines
        .iter()
        .filter_map(|line| Some((line, line.read.as_ref().err()?)));
    for (line, reason) in unread.clone().take(UNREADABLE) {
        let _ = writeln!(
            text,
            "not readable: {}: {}",
            visible(&line.location),
            visible(&cut(reason, 100))
        );
    }
    let more = unread.count().saturating_sub(UNREADABLE);
    if more > 0 {
        let _ = writeln!(
            text,
            "not readable: {more} more; see the index for all of them"
        );
    }
    let _ = writeln!(text, "wrote {}", shown(&out.join("index.html")));
    text
}

/// The templates of most cases.
fn unexplained(text: &mut String, listed: &[Unexplained]) {
    let several = listed.iter().filter(|one| one.cases > 1);
    for one in several.take(TEMPLATES) {
        let _ = writeln!(
            text,
            "unexplained in {}: {} {}: {}",
            plural(one.cases, "case"),
            one.id,
            visible(&one.component),
            visible(&cut(&one.text, 100))
        );
    }
}
