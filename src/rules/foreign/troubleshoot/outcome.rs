//! Outcomes of an analyzer: `fail`, `warn` and `pass`, each with a condition and a message.

use crate::rules::predicate::{Outcome, Test, Verdict};
use crate::severity::Severity;
use serde_json::Value;

/// Outcomes in the order of the spec.
pub(super) struct Outcomes(pub Vec<Stated>);

/// One outcome as it is written.
pub(super) struct Stated {
    /// Failure, warning or neither.
    pub verdict: Verdict,
    /// The condition; empty where there is none.
    pub when: String,
    /// What it says.
    pub message: String,
    uri: String,
}

impl Outcomes {
    /// Reads the list.
    pub(super) fn read(list: Option<&Value>) -> Result<Self, String> {
        let Some(list) = list.filter(|list| !list.is_null()) else {
            return Ok(Self(vec![]));
        };
        let list = list.as_array().ok_or("its outcomes are not a list")?;
        let mut outcomes = Vec::new();
        for item in list {
            // The one that troubleshoot looks at first, where a map has several.
            let stated = [
                ("fail", Verdict::Fail),
                ("warn", Verdict::Warn),
                ("pass", Verdict::Pass),
            ]
            .into_iter()
            .find_map(|(key, verdict)| Some((item.get(key)?, verdict)));
            let Some((body, verdict)) = stated else {
                return Err("one of its outcomes is neither fail, warn nor pass".into());
            };
            let text = |key: &str| match body.get(key) {
                Some(Value::String(text)) => text.trim().to_owned(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            let when = text("when");
            if when.contains("{{") {
                return Err(
                    "one of its conditions is a template that only the application's installer fills in"
                        .into(),
                );
            }
            outcomes.push(Stated {
                verdict,
                when,
                message: text("message"),
                uri: text("uri"),
            });
        }
        Ok(Self(outcomes))
    }

    /// The same outcomes with their conditions read; the error names one that cannot be.
    pub(super) fn tested(
        &self,
        test: impl Fn(&str) -> Option<Test>,
    ) -> Result<Vec<Outcome>, String> {
        self.0
            .iter()
            .map(|stated| {
                let test = if stated.when.is_empty() {
                    None
                } else {
                    let read = test(&stated.when);
                    Some(read.ok_or_else(|| {
                        format!("its condition `{}` is not supported", stated.when)
                    })?)
                };
                Ok(Outcome {
                    test,
                    verdict: stated.verdict,
                    message: stated.message.clone(),
                })
            })
            .collect()
    }

    /// The worst that they can say; the error where they never fail nor warn.
    pub(super) fn severity(&self) -> Result<Severity, String> {
        let has = |verdict| self.0.iter().any(|outcome| outcome.verdict == verdict);
        if has(Verdict::Fail) {
            Ok(Severity::High)
        } else if has(Verdict::Warn) {
            Ok(Severity::Medium)
        } else {
            Err("it has no outcome that fails or warns".into())
        }
    }

    /// What they say where they fail or warn, in one text.
    pub(super) fn words(&self) -> String {
        let said: Vec<String> = self
            .0
            .iter()
            .filter(|outcome| outcome.verdict != Verdict::Pass && !outcome.message.is_empty())
            .map(|outcome| {
                let word = match outcome.verdict {
                    Verdict::Warn => "warns",
                    _ => "fails",
                };
                let when = match (outcome.when.as_str(), parse_bool(&outcome.when)) {
                    ("", _) | (_, Some(true)) => String::new(),
                    (_, Some(false)) => " (if it is not found)".to_owned(),
                    (when, None) => format!(" ({when})"),
                };
                format!("It {word}{when} with: {}", plain(&outcome.message))
            })
            .collect();
        said.join("\n")
    }

    /// Links of outcomes that fail or warn, each once.
    pub(super) fn links(&self) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        for outcome in self.0.iter().filter(|one| one.verdict != Verdict::Pass) {
            if !links.contains(&outcome.uri) && !outcome.uri.contains("{{") {
                links.push(outcome.uri.clone());
            }
        }
        links
    }
}

/// A truth value as Go reads it.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A text with its templates shown, not filled in.
pub(super) fn plain(text: &str) -> String {
    crate::rules::predicate::fill(text, |_| None)
}
