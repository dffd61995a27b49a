//! For each rule: found, clear, or not checked and why. Absence is not health.

use super::checks::{self, Need};
use super::clue::Scene;
use crate::evidence::Evidence;
use crate::examine::part::CollectorFact;
use crate::rules::syntax::Requires;
use crate::rules::{Kind, Matcher, Rule};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What could be looked at.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// One for each rule that is not noise, by id.
    pub rules: Vec<RuleCoverage>,
    /// One for each source of log or objects, by component and node.
    pub sources: Vec<SourceCoverage>,
}

impl Coverage {
    /// Number of rules with this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rules
            .iter()
            .filter(|rule| rule.outcome == outcome)
            .count()
    }
}

/// How one rule ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCoverage {
    /// Its id.
    pub rule: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was not checked; or what else it would have liked to see.
    pub reason: String,
}

/// How a rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It fired.
    Found,
    /// What it looks at was there, and showed nothing.
    Clear,
    /// What it looks at was not there.
    NotChecked,
}

impl Outcome {
    /// `found`, `clear`, `not_checked`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Clear => "clear",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One source of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCoverage {
    /// `kubelet`, `events`, `objects`, `workload`, ...
    pub component: String,
    /// Node it was taken from, where known.
    pub node: Option<String>,
    /// First time in it.
    pub first: Option<Timestamp>,
    /// Last time in it.
    pub last: Option<Timestamp>,
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Coverage of all rules, given those that fired.
pub(super) fn of(scene: Scene<'_>, found: &BTreeSet<&str>) -> Coverage {
    let seen = Seen::of(scene.evidence);
    let rules = scene
        .rules
        .rules()
        .iter()
        .filter(|rule| rule.kind != Kind::Noise)
        .map(|rule| {
            let (outcome, reason) = if found.contains(&*rule.id) {
                (Outcome::Found, String::new())
            } else {
                seen.judge(scene, rule)
            };
            RuleCoverage {
                rule: rule.id.to_string(),
                outcome,
                reason,
            }
        })
        .collect();
    Coverage {
        rules,
        sources: sources(scene.evidence),
    }
}

/// What the bundle holds, as far as rules can ask for it.
struct Seen<'a> {
    evidence: &'a Evidence,
    /// Components whose lines were read.
    components: BTreeSet<&'static str>,
    /// Whether a log of unknown component was read, in which any line may stand.
    unknown_log: bool,
    /// Whether any log line was read.
    any_log: bool,
    /// Whether a log stood there that could not be fetched.
    fetch_errors: bool,
}

impl<'a> Seen<'a> {
    /// Looks through the evidence once.
    fn of(evidence: &'a Evidence) -> Self {
        let read = || {
            evidence
                .logs
                .iter()
                .filter(|log| log.lines > 0 && log.fetch_error.is_none())
        };
        Self {
            evidence,
            components: read()
                .flat_map(|log| log.components.iter().copied())
                .collect(),
            unknown_log: read().any(|log| log.components.is_empty()),
            any_log: read().next().is_some(),
            fetch_errors: evidence.logs.iter().any(|log| log.fetch_error.is_some()),
        }
    }

    /// How a rule that did not fire ended: clear if anything it looks at was there.
    fn judge(&self, scene: Scene<'_>, rule: &Rule) -> (Outcome, String) {
        let mut missing = Vec::new();
        let mut looked = false;
        let mut look = |result: Result<(), String>| match result {
            Ok(()) => looked = true,
            Err(reason) => missing.push(reason),
        };
        let check = checks::of(&rule.id);
        for matcher in rule.matchers().filter_map(|id| scene.rules.matcher(id)) {
            // What a check looks for, any log may happen to repeat: that none does says nothing.
            let repeats = matches!(matcher, Matcher::Log(log) if log.components.is_empty())
                && check.is_some();
            if !repeats {
                look(self.matcher(matcher));
            }
        }
        for need in check.map(|check| check.needs).unwrap_or_default() {
            look(self.need(*need));
        }
        if let Some(range) = &rule.version {
            let known = !self.evidence.inventory.judged(&range.component).is_empty();
            if range.requires == Requires::Version {
                look(if known {
                    Ok(())
                } else {
                    Err(format!("no version of {} in this bundle", range.component))
                });
            }
        }
        missing.sort();
        missing.dedup();
        let reason = missing.join("; ");
        if looked {
            (Outcome::Clear, reason)
        } else {
            (Outcome::NotChecked, reason)
        }
    }

    /// Whether what a matcher looks at was there.
    fn matcher(&self, matcher: &Matcher) -> Result<(), String> {
        match matcher {
            Matcher::Log(log) => self.log(&log.components),
            Matcher::Event(_) => self.need(Need::Objects("Event")),
            Matcher::Object(object) => self.kind(&object.kind),
        }
    }

    /// Whether any of these components' lines, or messages, were read.
    fn log(&self, components: &[String]) -> Result<(), String> {
        let messages = |name: &str| match name {
            "event" => self.evidence.collected("Event"),
            "status" => self
                .evidence
                .kinds
                .iter()
                .any(|(kind, count)| kind != "Event" && *count > 0),
            "kubectl" => self.any_log || self.fetch_errors,
            name => self.components.contains(name),
        };
        let read = if components.is_empty() {
            self.any_log || messages("event")
        } else {
            self.unknown_log || components.iter().any(|name| messages(name))
        };
        if read {
            return Ok(());
        }
        if self.fetch_errors && !self.any_log {
            return Err("no log could be fetched when the bundle was taken".into());
        }
        Err(match components {
            [] => "no log in this bundle".into(),
            [one] => format!("no log of {one} in this bundle"),
            many => format!(
                "no log of {} in this bundle",
                many.iter()
                    .filter(|name| *name != "event" && *name != "status")
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        })
    }

    /// Whether what a check looks at was there.
    fn need(&self, need: Need) -> Result<(), String> {
        match need {
            Need::Objects("Event") => {
                if self.evidence.collected("Event") {
                    Ok(())
                } else {
                    Err("no events in this bundle".into())
                }
            }
            Need::Objects(kind) => self.kind(kind),
            Need::Outbound => {
                let probed = self
                    .evidence
                    .collector
                    .iter()
                    .any(|(_, _, fact)| matches!(fact, CollectorFact::Outbound(_)));
                if probed {
                    Ok(())
                } else {
                    Err("no connection probes in this bundle (AKS Periscope collects them)".into())
                }
            }
            Need::Budgets => {
                let roles = self.evidence.layout.roles.keys();
                let mut lists = roles.filter(|path| path.file_name().starts_with("pdb-"));
                if self.evidence.layout.format == "aks-periscope" && lists.next().is_some() {
                    Ok(())
                } else {
                    Err("no list of disruption budgets in this bundle (AKS Periscope collects them)".into())
                }
            }
            Need::Version => {
                if self.evidence.inventory.judged("kubernetes").is_empty() {
                    Err("no version of Kubernetes in this bundle".into())
                } else {
                    Ok(())
                }
            }
            Need::DumpLogs => {
                let dump = self.evidence.logs.iter().any(|log| log.role.pod.is_some());
                if dump {
                    Ok(())
                } else {
                    Err("no container log in this bundle".into())
                }
            }
        }
    }

    /// Whether objects of a kind were collected.
    fn kind(&self, kind: &str) -> Result<(), String> {
        if self.evidence.collected(kind) {
            Ok(())
        } else {
            Err(format!("no {kind} objects in this bundle"))
        }
    }
}

/// Sources of evidence by component and node.
pub fn sources(evidence: &Evidence) -> Vec<SourceCoverage> {
    let mut sources: BTreeMap<(String, Option<String>), SourceCoverage> = BTreeMap::new();
    let mut add = |component: &str,
                   node: Option<&str>,
                   first: Option<Timestamp>,
                   last: Option<Timestamp>,
                   entries: u64,
                   bytes: u64| {
        let key = (component.to_owned(), node.map(str::to_owned));
        let source = sources.entry(key).or_insert_with(|| SourceCoverage {
            component: component.into(),
            node: node.map(str::to_owned),
            first: None,
            last: None,
            entries: 0,
            bytes: 0,
        });
        source.first = source.first.into_iter().chain(first).min();
        source.last = source.last.max(last);
        source.entries += entries;
        source.bytes += bytes;
    };
    for log in evidence
        .logs
        .iter()
        .filter(|log| log.lines > 0 && log.fetch_error.is_none())
    {
        let node = log.role.node.as_deref().or_else(|| {
            log.hosts
                .first()
                .filter(|_| log.hosts.len() == 1)
                .map(String::as_str)
        });
        let component = log
            .role
            .component
            .or_else(|| {
                log.components
                    .first()
                    .copied()
                    .filter(|_| log.components.len() == 1)
            })
            .unwrap_or(if log.components.is_empty() {
                "unknown"
            } else {
                "several"
            });
        add(
            component,
            node.filter(|_| log.role.pod.is_none()),
            log.first,
            log.last,
            1,
            log.bytes,
        );
    }
    let seen = evidence
        .events
        .iter()
        .fold(evidence.quiet_events, |span, event| {
            span.with(event.first.or(event.last), event.last)
        });
    let count = evidence.kinds.get("Event").copied().unwrap_or(0) as u64;
    if evidence.collected("Event") {
        add("events", None, seen.first, seen.last, count, 0);
    }
    let objects = evidence.index.iter().count() as u64;
    if objects > 0 {
        add("objects", None, None, evidence.capture.at, objects, 0);
    }
    sources.into_values().collect()
}
