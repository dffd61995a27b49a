//! What the engine trusts: rules whose parts are known to be sound, and the set of them.
//!
//! In: the texts of rule files. Out: a [`RuleSet`], or every mistake in every file. The set is
//! built once and shared by all workers; what only some commands need (the index of literals, regexes) is
//! built when it is first used.

use super::engine::Engine;
use super::foreign::{self, LeftOut, Seen};
use super::lower::{Draft, Regexes, lower};
use super::matcher::{LogMatcher, Matcher, MatcherId};
use super::syntax::{self, RuleError};
use crate::rules::rule::{Rule, RuleId, file_stem};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

/// All rules of a run.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Sorted by id. Copies share them.
    rules: Arc<[Rule]>,
    /// In the order of [`MatcherId`].
    matchers: Vec<Matcher>,
    /// Place in `rules` of each matcher's rule.
    owners: Vec<u32>,
    /// For each rule, the places of those it supersedes, sorted.
    silences: Vec<Vec<u32>>,
    /// Parts of other tools' files that were not taken over.
    left_out: Vec<LeftOut>,
    hash: String,
    /// Whether lines that only quote a failure are no hits.
    guarded: bool,
    /// Copies share it, whichever built it.
    engine: Arc<OnceLock<Engine>>,
}

impl RuleSet {
    /// The set of these files, each a name and a text; every mistake in any of them.
    pub fn from_files<N: AsRef<str>, T: AsRef<str>>(
        files: &[(N, T)],
    ) -> Result<Self, Vec<RuleError>> {
        Self::build(files, |_| Regexes::Now)
    }

    /// Like [`Self::from_files`]; `regexes` says of each file whether its regexes are compiled now.
    pub(super) fn build<N: AsRef<str>, T: AsRef<str>>(
        files: &[(N, T)],
        regexes: impl Fn(usize) -> Regexes,
    ) -> Result<Self, Vec<RuleError>> {
        let mut drafts = Vec::new();
        let mut errors = Vec::new();
        // Ids of files that could not be read: others may name them without being wrong.
        let mut excused = BTreeSet::new();
        let mut seen = Seen::default();
        let mut left_out = Vec::new();
        for (index, (file, text)) in files.iter().enumerate() {
            let (file, text) = (file.as_ref(), text.as_ref());
            let lowered = match foreign::recognise(file, text) {
                Some(format) => foreign::take_over(format, file, text, &mut seen).map(|taken| {
                    left_out.extend(taken.left_out);
                    taken.rules
                }),
                None => syntax::parse(file, text).map(|parsed| vec![parsed]),
            };
            let found = lowered.map_err(|error| vec![error]).and_then(|parsed| {
                parsed
                    .into_iter()
                    .map(|rule| lower(file, text, rule, regexes(index)))
                    .collect::<Result<Vec<_>, _>>()
            });
            match found {
                Ok(found) => drafts.extend(found.into_iter().map(|draft| (draft, text))),
                Err(found) => {
                    excused.insert(file_stem(file).to_owned());
                    errors.extend(found);
                }
            }
        }
        drafts
            .sort_by(|(a, _), (b, _)| (&a.rule.id, &a.rule.file).cmp(&(&b.rule.id, &b.rule.file)));
        errors.extend(duplicates(&drafts));
        let silences = resolve(&drafts, &excused, &mut errors);
        if !errors.is_empty() {
            errors.sort();
            return Err(errors);
        }
        let hash = hash(&drafts);
        left_out.sort();
        let mut set = Self::assemble(drafts, silences, hash);
        set.left_out = left_out;
        Ok(set)
    }

    /// A set in which every matcher is a rule of its own, none knows another, and lines that only
    /// quote a failure are hits: what [`super::probe`] asks a bundle.
    pub(super) fn of_matchers(matchers: Vec<Matcher>) -> Self {
        let silences = vec![Vec::new(); matchers.len()];
        let drafts = (0_u32..).zip(matchers).map(|(number, matcher)| {
            let rule = Rule::nameless(&format!("probe-{number:06}"));
            let matchers = vec![matcher];
            let supersedes = Vec::new();
            let draft = Draft {
                rule,
                matchers,
                supersedes,
            };
            (draft, "")
        });
        let mut set = Self::assemble(drafts.collect(), silences, String::new());
        set.guarded = false;
        set
    }

    /// Gives every matcher its id; the drafts are sorted and sound.
    fn assemble(drafts: Vec<(Draft, &str)>, silences: Vec<Vec<u32>>, hash: String) -> Self {
        let ids: Vec<RuleId> = drafts
            .iter()
            .map(|(draft, _)| draft.rule.id.clone())
            .collect();
        let mut rules = Vec::with_capacity(drafts.len());
        let mut matchers = Vec::new();
        let mut owners = Vec::new();
        for (owner, (draft, _)) in (0u32..).zip(drafts) {
            let first = count(&matchers);
            owners.extend(draft.matchers.iter().map(|_| owner));
            matchers.extend(draft.matchers);
            let mut rule = draft.rule;
            rule.matchers = first..count(&matchers);
            rule.supersedes = silences
                .get(owner as usize)
                .into_iter()
                .flatten()
                .filter_map(|place| ids.get(*place as usize).cloned())
                .collect();
            rules.push(rule);
        }
        Self {
            rules: rules.into(),
            matchers,
            owners,
            silences,
            left_out: Vec::new(),
            hash,
            guarded: true,
            engine: Arc::default(),
        }
    }

    /// All rules, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let place = self
            .rules
            .binary_search_by(|rule| (*rule.id).cmp(id))
            .ok()?;
        self.rules.get(place)
    }

    /// Every matcher with its id, in order.
    pub fn matchers(&self) -> impl Iterator<Item = (MatcherId, &Matcher)> {
        (0..).map(MatcherId).zip(&self.matchers)
    }

    /// The matcher with this id; `None` for an id of another set.
    pub fn matcher(&self, id: MatcherId) -> Option<&Matcher> {
        self.matchers.get(id.0 as usize)
    }

    /// The log matcher with this id; `None` for other matchers.
    pub fn log_matcher(&self, id: MatcherId) -> Option<&LogMatcher> {
        match self.matcher(id)? {
            Matcher::Log(matcher) => Some(matcher),
            _ => None,
        }
    }

    /// The rule that a matcher belongs to; `None` for an id of another set.
    pub fn rule_of(&self, id: MatcherId) -> Option<&Rule> {
        self.rules.get(*self.owners.get(id.0 as usize)? as usize)
    }

    /// Whether rule `a` supersedes rule `b`, directly or through another rule.
    pub fn supersedes(&self, a: &str, b: &str) -> bool {
        self.rule(a).is_some_and(|rule| rule.supersedes.contains(b))
    }

    /// Whether the rule of matcher `a` supersedes the rule of matcher `b`.
    pub fn matcher_supersedes(&self, a: MatcherId, b: MatcherId) -> bool {
        let owner = |id: MatcherId| self.owners.get(id.0 as usize);
        let (Some(a), Some(b)) = (owner(a), owner(b)) else {
            return false;
        };
        self.silences
            .get(*a as usize)
            .is_some_and(|silenced| silenced.binary_search(b).is_ok())
    }

    /// Parts of other tools' files that were not taken over, by place.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// SHA-256, in hex, of all ids and texts: two runs with the same hash had the same rules.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The indexes of matchers, built on first use.
    pub fn engine(&self) -> &Engine {
        self.engine
            .get_or_init(|| Engine::new(&self.rules, self.matchers(), self.guarded))
    }
}

/// Number of matchers so far, as an index.
fn count(matchers: &[Matcher]) -> u32 {
    u32::try_from(matchers.len()).expect("rule files with 2^32 matchers do not fit in memory")
}

/// Mistakes about ids that occur twice; the drafts are sorted.
fn duplicates(drafts: &[(Draft, &str)]) -> Vec<RuleError> {
    drafts
        .windows(2)
        .filter_map(|pair| {
            let [(first, _), (second, text)] = pair else {
                return None;
            };
            (first.rule.id == second.rule.id).then(|| {
                let message = format!("`{}` is also the id of {}", first.rule.id, first.rule.file);
                RuleError::at(&second.rule.file, text, second.rule.id_at, message)
            })
        })
        .collect()
}

/// For each draft the places of all it supersedes, sorted; notes unknown ids and cycles.
fn resolve(
    drafts: &[(Draft, &str)],
    excused: &BTreeSet<String>,
    errors: &mut Vec<RuleError>,
) -> Vec<Vec<u32>> {
    let places: BTreeMap<&str, u32> = drafts
        .iter()
        .zip(0u32..)
        .map(|((draft, _), place)| (&*draft.rule.id, place))
        .collect();
    let mut direct = Vec::with_capacity(drafts.len());
    for (draft, text) in drafts {
        let mut targets = Vec::new();
        for id in &draft.supersedes {
            match places.get(id.get_ref().as_str()) {
                Some(place) => targets.push(*place),
                None if excused.contains(id.get_ref()) => {}
                None => errors.push(RuleError::at(
                    &draft.rule.file,
                    text,
                    id.span().start,
                    format_args!("no rule `{}`", id.get_ref()),
                )),
            }
        }
        direct.push(targets);
    }
    let mut closures = Vec::with_capacity(drafts.len());
    for ((draft, text), place) in drafts.iter().zip(0u32..) {
        let reached = reach(place, &direct);
        if reached.contains(&place) {
            let at = draft
                .supersedes
                .first()
                .map_or(draft.rule.id_at, |id| id.span().start);
            let message = format!(
                "`{}` supersedes itself, directly or through other rules",
                draft.rule.id
            );
            errors.push(RuleError::at(&draft.rule.file, text, at, message));
        }
        closures.push(reached.into_iter().collect());
    }
    closures
}

/// Every place that can be reached from `from` in one step or more.
fn reach(from: u32, direct: &[Vec<u32>]) -> BTreeSet<u32> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        for next in direct.get(place as usize).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

/// SHA-256 over ids and texts in the order of ids, each with its length so that none can run into
/// the next.
fn hash(drafts: &[(Draft, &str)]) -> String {
    let mut digest = Sha256::new();
    // A file of another tool holds many rules; its text counts once.
    let mut files = BTreeSet::new();
    for (draft, text) in drafts {
        let text = if files.insert(draft.rule.file.as_str()) {
            *text
        } else {
            ""
        };
        for part in [&*draft.rule.id, text] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in digest.finalize() {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, more: &str) -> (String, String) {
        let text = format!(
            "schema = 1\nid = \"{id}\"\ntitle = \"t\"\ncategory = \"node\"\nseverity = \"low\"\n\
             confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n{more}\n\
             [[log]]\nliteral = [\"literal of {id}\"]\n[[event]]\nreason = [\"R\"]\n"
        );
        (format!("rules/node/{id}.toml"), text)
    }

    fn errors(files: &[(String, String)]) -> Vec<String> {
        RuleSet::from_files(files)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn matchers_are_numbered_by_rule_id_whatever_the_order_of_files() {
        let sorted = RuleSet::from_files(&[file("a", ""), file("b", "")]).unwrap();
        let shuffled = RuleSet::from_files(&[file("b", ""), file("a", "")]).unwrap();
        for set in [&sorted, &shuffled] {
            let owners: Vec<_> = set
                .matchers()
                .map(|(id, matcher)| (&*set.rule_of(id).unwrap().id, matcher.name()))
                .collect();
            assert_eq!(
                owners,
                [("a", "log"), ("a", "event"), ("b", "log"), ("b", "event")]
            );
            let ids: Vec<_> = set.rule("b").unwrap().matchers().collect();
            assert_eq!(ids, [MatcherId(2), MatcherId(3)]);
        }
        assert_eq!(sorted.hash(), shuffled.hash());
        assert_eq!(sorted.hash().len(), 64);
        assert_ne!(
            sorted.hash(),
            RuleSet::from_files(&[file("a", "")]).unwrap().hash()
        );
        assert!(sorted.matcher(MatcherId(4)).is_none() && sorted.rule_of(MatcherId(4)).is_none());
    }

    #[test]
    fn superseding_reaches_through_other_rules() {
        let set = RuleSet::from_files(&[
            file("a", "supersedes = [\"b\"]"),
            file("b", "supersedes = [\"c\"]"),
            file("c", ""),
        ])
        .unwrap();
        assert!(set.supersedes("a", "c") && set.supersedes("a", "b") && set.supersedes("b", "c"));
        assert!(!set.supersedes("c", "a") && !set.supersedes("a", "a"));
        assert!(set.matcher_supersedes(MatcherId(0), MatcherId(5)));
        assert!(!set.matcher_supersedes(MatcherId(5), MatcherId(0)));
    }

    #[test]
    fn mistakes_between_files_name_the_file_and_place() {
        let cases = [
            (
                vec![file("a", "supersedes = [\"zz\"]")],
                "rules/node/a.toml:9:15: no rule `zz`",
            ),
            (
                vec![file("a", "supersedes = [\"a\"]")],
                "rules/node/a.toml:9:15: `a` supersedes itself",
            ),
            (
                vec![
                    file("a", "supersedes = [\"b\"]"),
                    file("b", "supersedes = [\"a\"]"),
                ],
                "rules/node/b.toml:9:15: `b` supersedes itself",
            ),
            (
                vec![file("a", ""), ("other/a.toml".into(), file("a", "").1)],
                "rules/node/a.toml:2:6: `a` is also the id of other/a.toml",
            ),
        ];
        for (files, expected) in cases {
            let found = errors(&files);
            assert!(
                found.iter().any(|error| error.starts_with(expected)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_rule_may_name_one_whose_file_is_broken() {
        let broken = ("rules/node/b.toml".to_owned(), "schema = ".to_owned());
        let found = errors(&[file("a", "supersedes = [\"b\"]"), broken]);
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
