//! The rules against researched lines of real components, where these are at hand: a folder beside
//! the repository, or the one that `BUNDLESCOPE_SHARED` names. Without it there is nothing to do,
//! and the test says so.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::RULES;
use bundlescope::examine::proof::Engine;
use bundlescope::kube::yaml::parse_document;
use bundlescope::rules::check::{EventExample, Proof as _};
use bundlescope::rules::{Matcher, MatcherId, Rule};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder with researched lines and real bundles, where there is one.
pub(crate) fn shared() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = env::var_os("BUNDLESCOPE_SHARED").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The researched signatures, where they are at hand.
pub(crate) fn researched() -> Option<Vec<Value>> {
    let file = shared()?.join("design/signatures.yaml");
    let text = file.is_file().then(|| fs::read_to_string(file).unwrap())?;
    let signatures = parse_document(&text).unwrap();
    Some(signatures.as_array().unwrap().clone())
}

/// The text under a key, or nothing.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Ids of the rules that hit a line: as a line of a log, a message of an event or a status. Rates
/// do not count here.
fn hit(line: &str) -> BTreeSet<&'static str> {
    let mut hits = Engine.lines(line, &RULES);
    hits.extend(Engine.status(line, &RULES));
    hits.extend(
        RULES
            .matchers()
            .filter_map(|(id, matcher)| on_event(id, matcher, line)),
    );
    let rules = hits.iter().filter_map(|id| RULES.rule_of(*id));
    rules.map(|rule| &*rule.id).collect()
}

/// The matcher, if it hits an event with this message and what else the matcher wants.
fn on_event(id: MatcherId, matcher: &Matcher, message: &str) -> Option<MatcherId> {
    // An event is researched as its message, or as a row of a table with its reason in it.
    let (reasons, kind) = match matcher {
        Matcher::Event(event) => (event.reasons.as_slice(), event.kinds.first()),
        Matcher::Log(log) if log.accepts_message("event") => (&[][..], None),
        Matcher::Log(_) | Matcher::Object(_) => return None,
    };
    let mut words = message.split(|c: char| !c.is_alphanumeric());
    let named = words.find_map(|word| reasons.iter().find(|reason| *reason == word));
    if !reasons.is_empty() && named.is_none() {
        return None;
    }
    let hits = [true, false].into_iter().flat_map(|warning| {
        let reason = named.map_or("", String::as_str);
        let kind = kind.map_or("Pod", String::as_str);
        Engine.event(
            &EventExample {
                reason,
                kind,
                warning,
                message,
            },
            &RULES,
        )
    });
    hits.into_iter().find(|hit| *hit == id)
}

/// Whether any matcher of the rule looks at texts.
fn reads_text(rule: &Rule) -> bool {
    let mut matchers = rule.matchers().filter_map(|id| RULES.matcher(id));
    matchers.any(|matcher| !matches!(matcher, Matcher::Object(_)))
}

/// What became of the lines of all signatures.
#[derive(Default)]
struct Tally {
    found: usize,
    quiet: usize,
    /// Lines that a more specific rule explains, by who stands for whom.
    superseded: BTreeMap<String, usize>,
    /// Rules whose evidence is no line.
    exempt: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// Tries all lines of one signature.
    fn signature(&mut self, signature: &Value) {
        let id = text(signature, "id");
        let Some(rule) = RULES.rule(id) else {
            self.wrong.push(format!("{id}: no such rule"));
            return;
        };
        if !reads_text(rule) && text(signature, "evidence") == "join" {
            self.exempt.push(id.to_owned());
            return;
        }
        // Of a known issue the researched line tells the version, which is no symptom.
        if text(signature, "evidence") == "version" && rule.version.is_some() {
            self.exempt.push(id.to_owned());
        } else {
            for example in signature["positive"].as_array().into_iter().flatten() {
                self.positive(id, text(example, "line"));
            }
        }
        for example in signature["negative"].as_array().into_iter().flatten() {
            let line = text(example, "line");
            if hit(line).contains(id) {
                let why = text(example, "why");
                self.wrong.push(format!("{id}: hits {line:?}, but: {why}"));
            } else {
                self.quiet += 1;
            }
        }
    }

    /// Tries a line that the rule has to hit.
    fn positive(&mut self, id: &str, line: &str) {
        let hits = hit(line);
        if hits.contains(id) {
            self.found += 1;
        } else if let Some(special) = hits.iter().find(|special| RULES.supersedes(special, id)) {
            *self
                .superseded
                .entry(format!("{special} for {id}"))
                .or_default() += 1;
        } else {
            self.wrong
                .push(format!("{id}: does not hit {line:?}; {hits:?} do"));
        }
    }
}

#[test]
fn rules_hit_the_researched_lines_and_no_others() {
    let Some(signatures) = researched() else {
        println!("not run: there are no researched lines beside the repository");
        return;
    };
    let mut tally = Tally::default();
    for signature in &signatures {
        tally.signature(signature);
    }
    println!(
        "{} lines found, {} lines quiet, {} rules without lines: {}",
        tally.found,
        tally.quiet,
        tally.exempt.len(),
        tally.exempt.join(", ")
    );
    for (who, count) in &tally.superseded {
        println!("{count} by {who}");
    }
    assert!(
        tally.wrong.is_empty(),
        "{} wrong:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n")
    );
}
