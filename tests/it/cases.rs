//! Cases: small bundles, each with the diagnosis that it must get.
//!
//! ```text
//! testdata/cases/<case>/expect.toml   what must be found, and what must not
//! testdata/cases/<case>/match/        a bundle in which the rule finds something
//! testdata/cases/<case>/no-match/     a bundle that comes close, in which it finds nothing
//! testdata/cases/incidents/<case>/    a failure seen from several sides, as `match/`
//! testdata/cases/incidents/<case>/apart/  a bundle in which the same signs are not one event
//! ```
//!
//! A case is added by adding its folder; [`Expect`] is all that `expect.toml` can say. The bundles
//! are folders as a user hands them in, and hold nothing but what they must. What cases do not
//! show is how rule files match single lines: their own examples do.

use crate::support::{RULES, try_analyze};
use bundlescope::diagnose::checks::CHECKS;
use bundlescope::diagnose::{Diagnosis, Finding, Incident, Outcome};
use bundlescope::limits::Limits;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// More than this no bundle of a case may hold: it is read by people, in a diff.
const MAX_BUNDLE_BYTES: u64 = 4 * 1024;

/// Folder of the cases that are about incidents.
const INCIDENTS: &str = "incidents";

/// What must come out of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Expect {
    /// What the case shows, in one sentence.
    about: String,
    /// The rule that it is about.
    rule: String,
    /// What `match/` shows.
    r#match: Option<Match>,
    /// What `no-match/` shows.
    no_match: Option<NoMatch>,
    /// What `apart/` shows.
    apart: Option<Apart>,
}

/// What is so in `apart/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    /// All incidents, in the report's order.
    incident: Vec<ExpectedIncident>,
}

/// What the rule finds in `match/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Match {
    /// `active`, `unknown` or `resolved`.
    state: String,
    /// As reports write it: `Deployment shop/web`.
    subject: String,
    /// It was seen at least this often.
    count: u64,
    /// And at most this often, where several things tell the same.
    at_most: Option<u64>,
    /// Where it is not that of the rule, or matters.
    severity: Option<String>,
    /// Texts that its evidence quotes, with the lines around.
    #[serde(default)]
    quotes: Vec<String>,
    /// Likewise.
    confidence: Option<String>,
    /// Words that its detail holds.
    detail: Option<String>,
    /// When it was first seen, where that matters.
    since: Option<String>,
    /// The nodes that it was seen on, sorted; none are compared where none are given.
    #[serde(default)]
    nodes: Vec<String>,
    /// All incidents, in the report's order; none are compared where none are given.
    #[serde(default)]
    incident: Vec<ExpectedIncident>,
}

/// One incident: findings that are one event.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct ExpectedIncident {
    /// The rule that names the cause.
    first: String,
    /// The rules of all its other findings, sorted, each once.
    folded: Vec<String>,
    /// The rules that may as well be the cause, sorted.
    #[serde(default)]
    competing: Vec<String>,
}

/// What is so in `no-match/`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NoMatch {
    /// The bundle does not hold what the rule looks at, so the rule must not be called clear.
    not_checked: bool,
    /// The rule that tells all that this one saw, so that it is not clear either.
    explained_by: Option<String>,
}

/// One case as it lies on disk.
struct Case {
    name: String,
    folder: PathBuf,
    expect: Expect,
}

/// All cases by name, or why one of them is no case.
fn cases() -> Result<Vec<Case>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let incidents = root.join(INCIDENTS);
    let mut folders: Vec<PathBuf> = names_in(&root)
        .filter(|name| name != INCIDENTS)
        .map(|name| root.join(name))
        .chain(names_in(&incidents).map(|name| incidents.join(name)))
        .collect();
    folders.sort();
    folders.into_iter().map(case).collect()
}

/// Names of what lies in a folder.
fn names_in(folder: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| {
        let entry = entry.expect("a committed folder can be read");
        entry.file_name().to_string_lossy().into_owned()
    })
}

/// The case in a folder, if its files are those that its `expect.toml` asks for.
fn case(folder: PathBuf) -> Result<Case, String> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let path = folder.join("expect.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{name}/expect.toml: {error}"))?;
    let expect: Expect =
        toml::from_str(&text).map_err(|error| format!("{name}/expect.toml: {error}"))?;
    if expect.about.is_empty() {
        return Err(format!("{name}/expect.toml: `about` says nothing"));
    }
    if RULES.rule(&expect.rule).is_none() {
        return Err(format!("{name}/expect.toml: no rule {}", expect.rule));
    }
    let asked: BTreeSet<&str> = [
        Some("expect.toml"),
        expect.r#match.as_ref().map(|_| "match"),
        expect.no_match.as_ref().map(|_| "no-match"),
        expect.apart.as_ref().map(|_| "apart"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let there: BTreeSet<String> = names_in(&folder).collect();
    if asked.len() == 1 || !there.iter().map(String::as_str).eq(asked.iter().copied()) {
        return Err(format!(
            "{name}: has {there:?}, but its expect.toml speaks of {asked:?}"
        ));
    }
    Ok(Case {
        name: name.into_owned(),
        expect,
        folder,
    })
}

/// The diagnosis of one bundle, if it is as small as it should be.
fn diagnose(bundle: &Path) -> Result<Diagnosis, String> {
    let files = walkdir::WalkDir::new(bundle).into_iter().flatten();
    let sizes = files.filter_map(|file| file.metadata().ok().filter(fs::Metadata::is_file));
    let bytes: u64 = sizes.map(|file| file.len()).sum();
    if bytes > MAX_BUNDLE_BYTES {
        return Err(format!("{bytes} bytes are too many to read in a diff"));
    }
    try_analyze(bundle, &Limits::RELEASE, 1).map_err(|error| error.to_string())
}

/// What is wrong with the diagnosis of `match/`; empty if nothing is.
fn judge_match(rule: &str, expect: &Match, diagnosis: &Diagnosis) -> Vec<String> {
    let mut wrong = Vec::new();
    let own: Vec<&Finding> = diagnosis
        .findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .collect();
    let about = |finding: &&&Finding| finding.subject.to_string() == expect.subject;
    if let Some(finding) = own.iter().find(about) {
        if finding.state.as_str() != expect.state {
            wrong.push(format!(
                "is {} instead of {}: {}",
                finding.state.as_str(),
                expect.state,
                finding.state_reason
            ));
        }
        if finding.count < expect.count {
            wrong.push(format!(
                "counted {} instead of at least {}",
                finding.count, expect.count
            ));
        }
        if let Some(most) = expect.at_most.filter(|most| finding.count > *most) {
            wrong.push(format!("counted {} instead of {most}", finding.count));
        }
        for quote in &expect.quotes {
            let mut lines = finding.citations.iter().flat_map(|citation| {
                let snippet = &citation.snippet;
                snippet.before.iter().chain([&snippet.text])
            });
            if !lines.any(|line| line.contains(quote)) {
                wrong.push(format!("does not quote {quote:?}"));
            }
        }
        let severity = finding.severity.to_string();
        if let Some(asked) = expect
            .severity
            .as_deref()
            .filter(|asked| *asked != severity)
        {
            wrong.push(format!("has severity {severity} instead of {asked}"));
        }
        let confidence = finding.confidence.to_string();
        if let Some(asked) = expect
            .confidence
            .as_deref()
            .filter(|asked| *asked != confidence)
        {
            wrong.push(format!("has confidence {confidence} instead of {asked}"));
        }
        if let Some(words) = expect
            .detail
            .as_deref()
            .filter(|words| !finding.detail.contains(words))
        {
            wrong.push(format!("says {:?}, not {words:?}", finding.detail));
        }
        wrong.extend(judge_place(expect, finding));
    } else {
        let others: Vec<String> = own.iter().map(|f| f.subject.to_string()).collect();
        wrong.push(format!(
            "finds nothing about {}; it does about {others:?}",
            expect.subject
        ));
    }
    if !expect.incident.is_empty() {
        wrong.extend(judge_incidents(&expect.incident, diagnosis));
    }
    wrong
}

/// What is wrong with the time and the nodes of a finding; empty if nothing is.
fn judge_place(expect: &Match, finding: &Finding) -> Vec<String> {
    let mut wrong = Vec::new();
    let since = finding.first_seen.map(|first| first.to_string());
    if expect.since.is_some() && since != expect.since {
        wrong.push(format!("was first seen {since:?}, not {:?}", expect.since));
    }
    let nodes = finding.affected.iter().filter_map(|one| one.node.as_ref());
    let nodes: BTreeSet<&String> = nodes.collect();
    if !expect.nodes.is_empty() && !nodes.iter().copied().eq(&expect.nodes) {
        wrong.push(format!("was seen on {nodes:?}"));
    }
    wrong
}

/// What is wrong with the incidents of a diagnosis; empty if they are those expected.
fn judge_incidents(expected: &[ExpectedIncident], diagnosis: &Diagnosis) -> Vec<String> {
    let incidents: Vec<ExpectedIncident> = diagnosis
        .incidents
        .iter()
        .map(|incident| as_expected(incident, diagnosis))
        .collect();
    if incidents == expected {
        return vec![];
    }
    vec![format!("has other incidents: {incidents:#?}")]
}

/// An incident in the words of `expect.toml`.
fn as_expected(incident: &Incident, diagnosis: &Diagnosis) -> ExpectedIncident {
    let rules: BTreeMap<_, &str> = diagnosis
        .findings
        .iter()
        .map(|finding| (&finding.fingerprint, finding.rule.as_str()))
        .collect();
    let mut members = incident.findings.iter().map(|id| rules[id].to_owned());
    let competing = incident.competing.iter().map(|id| rules[id].to_owned());
    ExpectedIncident {
        first: members.next().unwrap_or_default(),
        folded: members.collect::<BTreeSet<_>>().into_iter().collect(),
        competing: competing.collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

/// What is wrong with the diagnosis of `no-match/`; empty if nothing is.
fn judge_no_match(rule: &str, expect: &NoMatch, diagnosis: &Diagnosis) -> Vec<String> {
    let wanted = match (&expect.explained_by, expect.not_checked) {
        (Some(_), _) => Outcome::Found,
        (None, true) => Outcome::NotChecked,
        (None, false) => Outcome::Clear,
    };
    let by = expect.explained_by.as_deref();
    let by = by.map(|rule| format!("explained by {rule}"));
    let ended = diagnosis.coverage.rules.iter().find(|row| row.rule == rule);
    match ended {
        Some(row) if row.outcome == wanted && by.is_none_or(|by| row.reason == by) => vec![],
        Some(row) => vec![format!(
            "ends as {} instead of {}{}{}",
            row.outcome.as_str(),
            wanted.as_str(),
            if row.reason.is_empty() { "" } else { ": " },
            row.reason
        )],
        None => vec!["has no coverage".to_owned()],
    }
}

/// All findings of a diagnosis, one line each, for whoever has to mend a case.
fn listed(diagnosis: &Diagnosis) -> String {
    let at = diagnosis.bundle.captured_at;
    let mut text = format!(
        "      {}, captured {}\n",
        diagnosis.bundle.format,
        at.map_or_else(|| "at an unknown time".to_owned(), |at| at.to_string())
    );
    for finding in &diagnosis.findings {
        let _ = writeln!(
            text,
            "      {} {} about {} x{} ({}): {}",
            finding.state.as_str(),
            finding.rule,
            finding.subject,
            finding.count,
            finding.severity,
            finding.state_reason
        );
    }
    text
}

/// One row of the table, and whether it is as it should be.
fn row(case: &str, folder: &str, rule: &str, bundle: &Path, judge: Judge<'_>) -> (String, bool) {
    let (wrong, findings) = match diagnose(bundle) {
        Ok(diagnosis) => (judge(&diagnosis), listed(&diagnosis)),
        Err(error) => (vec![error], String::new()),
    };
    let good = wrong.is_empty();
    let said = if good {
        "as expected".to_owned()
    } else {
        format!("{rule} {}\n{findings}", wrong.join("; "))
    };
    (format!("{case:<36} {folder:<8}  {said}\n"), good)
}

/// Says what is wrong with a diagnosis.
type Judge<'a> = &'a dyn Fn(&Diagnosis) -> Vec<String>;

#[test]
fn cases_get_the_diagnosis_that_they_expect() {
    let cases = cases().unwrap_or_else(|error| panic!("{error}"));
    let mut table = String::new();
    let mut failed = 0;
    for Case {
        name,
        folder,
        expect,
    } in &cases
    {
        let rule = &expect.rule;
        let mut rows = Vec::new();
        if let Some(wanted) = &expect.r#match {
            let bundle = folder.join("match");
            rows.push(row(name, "match", rule, &bundle, &|diagnosis| {
                judge_match(rule, wanted, diagnosis)
            }));
        }
        if let Some(wanted) = &expect.no_match {
            let bundle = folder.join("no-match");
            rows.push(row(name, "no-match", rule, &bundle, &|diagnosis| {
                judge_no_match(rule, wanted, diagnosis)
            }));
        }
        if let Some(wanted) = &expect.apart {
            let bundle = folder.join("apart");
            rows.push(row(name, "apart", rule, &bundle, &|diagnosis| {
                judge_incidents(&wanted.incident, diagnosis)
            }));
        }
        if rows.iter().any(|(_, good)| !good) {
            let _ = writeln!(table, "{name}: {}", expect.about);
        }
        failed += rows.iter().filter(|(_, good)| !good).count();
        table.extend(rows.into_iter().map(|(row, _)| row));
    }
    assert!(failed == 0, "{failed} of these are wrong:\n{table}");
    // `cargo test -- cases --nocapture` shows what is covered.
    print(&table);
}

/// Prints what a passing test has to tell; the runner keeps it unless asked.
#[expect(clippy::print_stdout, reason = "the runner captures it")]
fn print(text: &str) {
    println!("{text}");
}

#[test]
fn every_check_has_a_hit_and_a_near_miss() {
    let cases = cases().unwrap_or_else(|error| panic!("{error}"));
    let without = |has: fn(&Expect) -> bool| -> Vec<&str> {
        CHECKS
            .iter()
            .map(|check| check.id)
            .filter(|id| {
                let mut own = cases.iter().filter(|case| case.expect.rule == *id);
                !own.any(|case| has(&case.expect))
            })
            .collect()
    };
    let no_hit = without(|expect| expect.r#match.is_some());
    let no_miss = without(|expect| expect.no_match.is_some());
    assert!(
        no_hit.is_empty() && no_miss.is_empty(),
        "checks without a match in testdata/cases: {no_hit:?}; without a no-match: {no_miss:?}"
    );
}
