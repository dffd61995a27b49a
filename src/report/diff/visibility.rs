//! How far each side could look: what a rule lacked there, and what that says of a finding that
//! only the other side has.

use super::Sight;
use super::stored::{Finding, Missing, Rule, Source, Stored};
use crate::diagnose::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// What one side could see.
pub(super) struct Sights<'s> {
    stored: &'s Stored,
    rules: BTreeMap<&'s str, &'s Rule>,
    /// Rules with a finding that is listed.
    listed: BTreeSet<&'s str>,
    /// Nodes that a source of evidence is from.
    nodes: BTreeSet<&'s str>,
    /// Whether the report left out its clear rules, to keep within its size.
    shed: bool,
}

/// What a rule lacked, by kind and names, with the words for it.
type Lacks<'s> = BTreeMap<(&'s str, Vec<&'s str>), &'s str>;

/// What the absence of a finding on this side says.
pub(super) enum Absence {
    /// The rule looked and saw nothing.
    Clear,
    /// The rule fired; another one tells all that it saw.
    Told(String),
    /// It could not look, or not as far as the other side, for this reason.
    Unseen(String),
}

impl<'s> Sights<'s> {
    /// What a report could see.
    pub(super) fn of(stored: &'s Stored) -> Self {
        let coverage = &stored.coverage;
        let rules: BTreeMap<_, _> = coverage
            .rules
            .iter()
            .map(|r| (r.rule.as_str(), r))
            .collect();
        let clear = rules.values().filter(|r| r.outcome == Outcome::Clear);
        Self {
            shed: coverage.clear > clear.count(),
            listed: stored.findings.iter().map(|f| f.rule.as_str()).collect(),
            nodes: coverage
                .sources
                .iter()
                .filter_map(|source| source.node.as_deref())
                .collect(),
            rules,
            stored,
        }
    }

    /// The rules that it names.
    pub(super) fn rules(&self) -> BTreeSet<&'s str> {
        self.rules.keys().copied().collect()
    }

    /// The nodes that a source of its evidence is from.
    pub(super) fn nodes(&self) -> &BTreeSet<&'s str> {
        &self.nodes
    }

    /// What it says that this side does not have the other's finding. `name` is this side's.
    pub(super) fn absence(&self, name: &str, finding: &Finding, other: &Sights<'_>) -> Absence {
        let id = finding.rule.as_str();
        let Some(rule) = self.rules.get(id) else {
            let same = self.stored.tool.rules_hash == other.stored.tool.rules_hash;
            return if self.shed && same {
                Absence::Clear
            } else {
                Absence::Unseen(format!("{name} was made without the rule {id}"))
            };
        };
        let told = rule.outcome == Outcome::Found && rule.reason.starts_with("explained by ");
        match rule.outcome {
            Outcome::Found if told => return Absence::Told(rule.reason.clone()),
            Outcome::Found if !self.listed.contains(id) => {
                return Absence::Unseen(format!(
                    "the rule fired in {name}, but its findings are not listed there (--min-severity)"
                ));
            }
            _ => {}
        }
        let lacks = self.newly_lacks(id, other);
        if !lacks.is_empty() {
            let reasons: BTreeSet<&str> = lacks.into_values().collect();
            let reasons: Vec<&str> = reasons.into_iter().collect();
            return Absence::Unseen(format!("{name}: {}", reasons.join("; ")));
        }
        if rule.outcome == Outcome::NotChecked {
            return Absence::Unseen(format!("{name}: {}", why(rule)));
        }
        if let Some(gap) = self.gap_of(finding) {
            return Absence::Unseen(format!("{name}: {gap}"));
        }
        let nodes = finding.nodes();
        let theirs = !nodes.is_empty() && nodes.is_subset(&other.nodes);
        if theirs && nodes.is_disjoint(&self.nodes) {
            let nodes: Vec<&str> = nodes.into_iter().collect();
            return Absence::Unseen(format!("{name} contains no log of {}", nodes.join(", ")));
        }
        Absence::Clear
    }

    /// What a rule could not see on this side and could on the other.
    fn newly_lacks(&self, rule: &str, other: &Sights<'s>) -> Lacks<'s> {
        let pair = [self, other].map(|sights| sights.rules.get(rule).copied());
        // Reports that do not say it in parts are compared by their words.
        let in_words = pair
            .into_iter()
            .flatten()
            .any(|rule| rule.missing.is_none());
        let [mut mine, theirs] =
            pair.map(|rule| rule.map(|rule| lacks(rule, in_words)).unwrap_or_default());
        mine.retain(|what, _| !theirs.contains_key(what));
        // What any message would do for: events were lost where there have never been logs.
        if !other.has_logs()
            && let Some(reason) = self.lacks_events()
            && mine.remove(&("log", vec![])).is_some()
        {
            mine.insert(("events", vec![]), reason);
        }
        mine
    }

    /// Whether it holds a log of anything.
    fn has_logs(&self) -> bool {
        let sources = self.stored.coverage.sources.iter();
        let mut others = sources.filter(|one| !["events", "objects"].contains(&&*one.component));
        others.any(|source| source.entries > 0)
    }

    /// Why it has no events, where it has none.
    fn lacks_events(&self) -> Option<&'s str> {
        let rules = &self.stored.coverage.rules;
        let missing = rules.iter().flat_map(|rule| rule.missing.iter().flatten());
        let mut events = missing.filter(|missing| missing.kind == "events");
        events.next().map(|missing| missing.reason.as_str())
    }

    /// Why a file that a finding rests on was not read here.
    fn gap_of(&self, finding: &Finding) -> Option<String> {
        let paths = finding.citations.iter().map(|cited| cited.path.as_str());
        let paths: Vec<&str> = paths.filter(|path| !path.is_empty()).collect();
        let gap = self.stored.gaps.iter().find(|gap| {
            // Behind the path stands the line where the reading ended, before it the bundle.
            let entry = gap.locator.rsplit_once(':').filter(|(_, line)| {
                !line.is_empty() && line.bytes().all(|digit| digit.is_ascii_digit())
            });
            let entry = entry.map_or(gap.locator.as_str(), |(entry, _)| entry);
            paths.iter().any(|path| {
                let before = entry.strip_suffix(path);
                before.is_some_and(|before| before.is_empty() || before.ends_with(['!', '/']))
            })
        })?;
        Some(format!("{}: {}", gap.locator, gap.reason))
    }

    /// The sources that tell of a component, where they have anything to say.
    pub(super) fn has_log_of(&self, component: &str) -> bool {
        let told = |source: &&Source| source.component == component && source.entries > 0;
        self.stored.coverage.sources.iter().any(|s| told(&s))
    }

    /// What this side lacks and the other has, by reason: the one that concerns most rules first.
    pub(super) fn lost_to(&self, other: &Sights<'s>) -> Vec<Sight> {
        let mut sights: BTreeMap<&str, Sight> = BTreeMap::new();
        for (id, rule) in &self.rules {
            let Some(theirs) = other.rules.get(id) else {
                continue;
            };
            let blind = rule.outcome == Outcome::NotChecked;
            // What a rule that fired lacked, the first reports do not say.
            let unknown = theirs.missing.is_none() && theirs.outcome == Outcome::Found;
            if blind && theirs.outcome == Outcome::NotChecked || !blind && unknown {
                continue;
            }
            for reason in self.newly_lacks(id, other).into_values() {
                let sight = sights.entry(reason).or_insert_with(|| Sight {
                    reason: reason.to_owned(),
                    blind: vec![],
                    partly: vec![],
                });
                let rules = if blind {
                    &mut sight.blind
                } else {
                    &mut sight.partly
                };
                if rules.last().map(String::as_str) != Some(*id) {
                    rules.push((*id).to_owned());
                }
            }
        }
        let mut sights: Vec<Sight> = sights.into_values().collect();
        let weight = |sight: &Sight| (sight.blind.len(), sight.partly.len());
        sights.sort_by(|a, b| (weight(b), &a.reason).cmp(&(weight(a), &b.reason)));
        sights
    }
}

/// What a rule lacked, by what it is or by the words for it. That older events have expired is
/// so everywhere and hides nothing that lasts.
fn lacks(rule: &Rule, in_words: bool) -> Lacks<'_> {
    if let (Some(missing), false) = (&rule.missing, in_words) {
        return missing.iter().map(lack).collect();
    }
    if rule.outcome == Outcome::Found {
        return Lacks::new();
    }
    let parts = rule.reason.split("; ").filter(|part| !part.is_empty());
    parts
        .filter(|part| !part.starts_with("no event is older than"))
        .map(|part| (("", vec![part]), part))
        .collect()
}

/// One thing that a rule lacked.
fn lack(missing: &Missing) -> ((&str, Vec<&str>), &str) {
    let names = missing.names.iter().map(String::as_str).collect();
    ((missing.kind.as_str(), names), missing.reason.as_str())
}

/// Why a rule could not run; each reason once.
fn why(rule: &Rule) -> String {
    let parts: BTreeSet<&str> = rule.reason.split("; ").collect();
    parts.into_iter().collect::<Vec<_>>().join("; ")
}
