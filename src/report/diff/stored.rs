//! Earlier reports, read back from their JSON or from the HTML that carries it.
//!
//! These types belong to the reading side and are separate from those that write
//! (`crate::report::json`): a report of any version of schema v1 can be read, whichever optional
//! keys it has, and keys that are not needed are passed over. The file comes from a ticket and is
//! not trusted: its size, its depth (by the parser) and its number of rows are bounded, nested
//! lists are cut, and every text is masked again.

use crate::diagnose::{Outcome, State};
use crate::limits::{STORED_REPORT_BYTES, STORED_REPORT_ROWS};
use crate::redact::Masker;
use crate::report::json::SCHEMA;
use crate::severity::Severity;
use serde::de::{DeserializeOwned, Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

/// What every version of the schema's name begins with.
const FAMILY: &str = "bundlescope.report/";

/// Citations kept of a finding: enough to see which files it came from.
const CITATIONS: usize = 8;

/// Affected objects looked at of a finding, for the nodes they are on.
const AFFECTED: usize = 64;

/// Why a file is no report that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// It is larger than any report.
    #[error("larger than any report (64 MiB); is it the bundle itself?")]
    TooLarge,
    /// An HTML page of something else, or its end is missing.
    #[error(
        "an HTML page without a complete report; it was truncated, or not written by bundlescope"
    )]
    NoReport,
    /// A schema that this version does not know.
    #[error("written with schema {0:?}; this version of bundlescope reads {SCHEMA}")]
    Schema(String),
    /// The JSON is damaged.
    #[error("the report embedded in it is damaged: {0}")]
    Damaged(String),
}

/// A report, as far as a comparison needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stored {
    /// What made it.
    pub tool: Tool,
    /// What was read.
    pub bundle: Bundle,
    /// Findings that are listed.
    #[serde(deserialize_with = "rows")]
    pub findings: Vec<Finding>,
    /// Error lines that no rule explains.
    #[serde(deserialize_with = "rows")]
    pub unknown_errors: Vec<UnknownError>,
    /// How many more of these there are.
    pub unknown_errors_more: More,
    /// What could be looked at.
    pub coverage: Coverage,
    /// What was not read.
    #[serde(deserialize_with = "rows")]
    pub gaps: Vec<Gap>,
}

/// What made a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// Version of the program.
    #[serde(deserialize_with = "text")]
    pub version: String,
    /// Hash of the rules.
    #[serde(deserialize_with = "text")]
    pub rules_hash: String,
    /// How it was made; the first reports did not say.
    #[serde(deserialize_with = "some_text")]
    pub command: Option<String>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Bundle {
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Its hash.
    #[serde(deserialize_with = "text")]
    pub sha256: String,
    /// Its format.
    #[serde(deserialize_with = "text")]
    pub format: String,
    /// When it was taken.
    #[serde(deserialize_with = "some_text")]
    pub captured_at: Option<String>,
    /// Version of Kubernetes.
    #[serde(deserialize_with = "some_text")]
    pub kubernetes_version: Option<String>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Rule.
    #[serde(deserialize_with = "text")]
    pub rule: String,
    /// Rule and subject, as one stable name.
    #[serde(deserialize_with = "text")]
    pub fingerprint: String,
    /// One line.
    #[serde(default, deserialize_with = "text")]
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// Whether it is still so.
    #[serde(deserialize_with = "state")]
    pub state: State,
    /// What it is about.
    #[serde(default)]
    pub subject: Subject,
    /// Objects it was seen on, some of them.
    #[serde(default, deserialize_with = "first::<AFFECTED, _, _>")]
    pub affected: Vec<Subject>,
    /// Hits.
    #[serde(default)]
    pub count: u64,
    /// First seen.
    #[serde(default, deserialize_with = "some_text")]
    pub first_seen: Option<String>,
    /// Last seen.
    #[serde(default, deserialize_with = "some_text")]
    pub last_seen: Option<String>,
    /// Evidence, some of it.
    #[serde(default, deserialize_with = "first::<CITATIONS, _, _>")]
    pub citations: Vec<Citation>,
}

impl Finding {
    /// The nodes that it is about.
    pub fn nodes(&self) -> BTreeSet<&str> {
        let subjects = std::iter::once(&self.subject).chain(&self.affected);
        subjects
            .filter_map(|subject| match subject.kind.as_str() {
                "Node" => Some(subject.name.as_str()),
                _ => subject.node.as_deref(),
            })
            .collect()
    }
}

/// An object, node or component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// Kind.
    #[serde(deserialize_with = "text")]
    pub kind: String,
    /// Namespace; may be empty.
    #[serde(deserialize_with = "text")]
    pub namespace: String,
    /// Name; may be empty.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Node.
    #[serde(deserialize_with = "some_text")]
    pub node: Option<String>,
}

/// A piece of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Citation {
    /// Where, from the outside in.
    #[serde(deserialize_with = "text")]
    pub locator: String,
    /// The entry, without the bundle's name.
    #[serde(deserialize_with = "text")]
    pub path: String,
}

/// Error lines that no rule explains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UnknownError {
    /// Their words.
    #[serde(deserialize_with = "text")]
    pub template: String,
    /// Who wrote them.
    #[serde(deserialize_with = "text")]
    pub component: String,
    /// How many there are.
    pub count: u64,
}

/// What a list of unknown errors leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct More {
    /// Templates.
    pub templates: u64,
}

/// What could be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// Rules that looked and saw nothing; a report at its size limit does not list them.
    pub clear: usize,
    /// How each rule ended.
    #[serde(deserialize_with = "rows")]
    pub rules: Vec<Rule>,
    /// Sources of evidence.
    #[serde(deserialize_with = "rows")]
    pub sources: Vec<Source>,
}

/// How one rule ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub rule: String,
    /// How it ended.
    #[serde(deserialize_with = "outcome")]
    pub outcome: Outcome,
    /// Why.
    #[serde(default, deserialize_with = "text")]
    pub reason: String,
    /// What it could not see; `None` in reports that do not say.
    #[serde(default, deserialize_with = "some_missing")]
    pub missing: Option<Vec<Missing>>,
}

/// Something that a rule could not see.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(default)]
pub struct Missing {
    /// What it is.
    #[serde(deserialize_with = "text")]
    pub kind: String,
    /// Which of its kind.
    #[serde(deserialize_with = "texts")]
    pub names: Vec<String>,
    /// The same in words.
    #[serde(deserialize_with = "text")]
    pub reason: String,
}

/// A source of evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Component.
    #[serde(deserialize_with = "text")]
    pub component: String,
    /// Node.
    #[serde(deserialize_with = "some_text")]
    pub node: Option<String>,
    /// How many entries it has.
    pub entries: u64,
}

/// Something that was not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Gap {
    /// Where.
    #[serde(deserialize_with = "text")]
    pub locator: String,
    /// Why.
    #[serde(deserialize_with = "text")]
    pub reason: String,
}

/// Whether the first bytes are those of an HTML page, which no bundle is.
pub fn is_page(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head.get(..256).unwrap_or(head));
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let head = head.to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// Whether a text that may be JSON is that of a report, whatever the order of its keys.
pub fn is_report_json(text: &[u8]) -> bool {
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let name = format!("\"{FAMILY}");
    first == Some(&b'{') && memchr::memmem::find(text, name.as_bytes()).is_some()
}

/// Reads a report from an HTML page that carries it, or from its JSON.
pub fn read(bytes: &[u8]) -> Result<Stored, StoredError> {
    if bytes.len() as u64 > STORED_REPORT_BYTES {
        return Err(StoredError::TooLarge);
    }
    let text = String::from_utf8_lossy(bytes);
    if is_page(bytes) {
        parse(carried(&text).ok_or(StoredError::NoReport)?)
    } else {
        parse(&text)
    }
}

/// The JSON that a page carries. What saved the page may have written the tag's attributes anew.
fn carried(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("id=\"bundlescope-report\"")?;
    let (_, data) = rest.split_once('>')?;
    data.split_once("</script").map(|(data, _)| data)
}

/// Reads the JSON of a report.
pub(super) fn parse(json: &str) -> Result<Stored, StoredError> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        schema: String,
    }
    let json = json.trim_start_matches('\u{feff}');
    let head: Head = from_str(json)?;
    if head.schema != SCHEMA {
        let name: String = head.schema.chars().take(60).collect();
        return Err(StoredError::Schema(name));
    }
    from_str(json)
}

/// Reads JSON. Keys that are not known are skipped without recursion, however deep they are nested;
/// the types of the others bound their depth.
fn from_str<T: DeserializeOwned>(json: &str) -> Result<T, StoredError> {
    serde_json::from_str(json).map_err(|error| {
        // The message may quote the file.
        let said = Masker::default().text(&error.to_string());
        StoredError::Damaged(said.chars().take(200).collect())
    })
}

/// A text, masked.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    String::deserialize(from).map(|text| Masker::default().text(&text))
}

/// A text that may be null.
fn some_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.map(|text| Masker::default().text(&text)))
}

/// Several texts.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts: Vec<String> = first::<AFFECTED, D, String>(from)?;
    Ok(texts
        .into_iter()
        .map(|text| Masker::default().text(&text))
        .collect())
}

/// What a rule could not see.
fn some_missing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Missing>>, D::Error> {
    first::<AFFECTED, D, Missing>(from).map(Some)
}

/// A state by its name.
fn state<'de, D: Deserializer<'de>>(from: D) -> Result<State, D::Error> {
    let known = [State::Active, State::Unknown, State::Resolved];
    word(from, &known, State::as_str)
}

/// An outcome by its name.
fn outcome<'de, D: Deserializer<'de>>(from: D) -> Result<Outcome, D::Error> {
    let known = [Outcome::Found, Outcome::Clear, Outcome::NotChecked];
    word(from, &known, Outcome::as_str)
}

/// One of a few values by its name.
fn word<'de, D: Deserializer<'de>, T: Copy>(
    from: D,
    known: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, D::Error> {
    let word = String::deserialize(from)?;
    let found = known.iter().copied().find(|one| name(*one) == word);
    found.ok_or_else(|| D::Error::invalid_value(de::Unexpected::Str(&word), &"a known word"))
}

/// All elements, at most [`STORED_REPORT_ROWS`].
fn rows<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_seq(Elements::<T> {
        most: STORED_REPORT_ROWS,
        cut: false,
        of: PhantomData,
    })
}

/// The first `N` elements; the others are passed over.
fn first<'de, const N: usize, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    from.deserialize_seq(Elements::<T> {
        most: N,
        cut: true,
        of: PhantomData,
    })
}

/// Collects elements up to a bound.
struct Elements<T> {
    most: usize,
    /// Whether more are passed over; they are refused otherwise.
    cut: bool,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < self.most {
            match list.next_element()? {
                Some(element) => kept.push(element),
                None => return Ok(kept),
            }
        }
        while list.next_element::<de::IgnoredAny>()?.is_some() {
            if !self.cut {
                let most = self.most;
                return Err(A::Error::custom(format!("a list of more than {most} rows")));
            }
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report with these keys beside its schema.
    fn report(keys: &str) -> String {
        format!("{{\"schema\": \"{SCHEMA}\"{keys}}}")
    }

    #[test]
    fn keys_that_are_missing_or_unknown_do_no_harm() {
        let stored = parse(&report("")).expect("it is a report");
        assert_eq!(stored, Stored::default());
        let keys = r#", "later": [[{}]], "bundle": {"name": "b", "later": 1, "captured_at": null}"#;
        let stored = parse(&report(keys)).expect("it is a report");
        assert_eq!(stored.bundle.name, "b");
    }

    #[test]
    fn what_is_no_report_is_named() {
        let page = |body: &str| format!("\u{feff}<!DOCTYPE html>\n<html>{body}</html>");
        let of = |text: &str| read(text.as_bytes()).expect_err("it is no report");
        assert_eq!(of(&page("<p>else</p>")), StoredError::NoReport);
        let cut = "<script id=\"bundlescope-report\">{\"schema\"";
        assert_eq!(of(&page(cut)), StoredError::NoReport);
        let other = r#"{"schema": "bundlescope.report/v2"}"#;
        let schema = StoredError::Schema("bundlescope.report/v2".into());
        assert_eq!(of(other), schema);
        assert_eq!(of("{}"), StoredError::Schema(String::new()));
        assert!(matches!(of("{"), StoredError::Damaged(_)));
    }

    #[test]
    fn a_page_is_read_though_its_tag_was_written_anew() {
        let json = report(r#", "bundle": {"name": "b"}"#);
        let page = format!(
            "<html><body><script id=\"bundlescope-report\" type='application/json' >{json}</script ></html>"
        );
        let stored = read(page.as_bytes()).expect("it carries a report");
        assert_eq!(stored.bundle.name, "b");
    }

    #[test]
    fn what_is_deep_is_skipped_and_what_is_long_refused_or_cut() {
        let deep = report(&format!(
            ", \"x\": {}1{}",
            "[".repeat(9000),
            "]".repeat(9000)
        ));
        assert_eq!(parse(&deep), parse(&report("")));
        let many = vec!["{}"; STORED_REPORT_ROWS + 1].join(",");
        let error = parse(&report(&format!(", \"gaps\": [{many}]"))).expect_err("too long");
        assert!(error.to_string().contains("more than"), "{error}");
        let finding = format!(
            r#", "findings": [{{"rule": "r", "fingerprint": "f", "severity": "high", "state": "active", "citations": [{}]}}]"#,
            vec!["{}"; 50].join(",")
        );
        let stored = parse(&report(&finding)).expect("it is a report");
        assert_eq!(
            stored.findings.first().map(|f| f.citations.len()),
            Some(CITATIONS)
        );
    }

    #[test]
    fn secrets_of_a_stored_report_are_masked_again() {
        let keys = r#", "gaps": [{"locator": "x", "reason": "password=hunter2"}]"#;
        let stored = parse(&report(keys)).expect("it is a report");
        assert!(
            !format!("{:?}", stored.gaps).contains("hunter2"),
            "{:?}",
            stored.gaps
        );
    }

    #[test]
    fn json_of_a_report_is_known_whatever_the_order_of_its_keys() {
        assert!(is_report_json(
            b" {\"bundle\": {}, \"schema\": \"bundlescope.report/v1\"}"
        ));
        assert!(!is_report_json(b"{\"kind\": \"PodList\"}"));
        assert!(!is_report_json(b"\"bundlescope.report/v1\""));
    }
}
