//! Templates that differ in one name alone are one error: what a single line cannot show, a set
//! of templates does.
//!
//! The result depends on the set and not on any order: all templates are asked at once which other
//! ones they differ from in one place, and the largest such family takes its members first.

use super::{Joined, Key};
use std::collections::BTreeMap;

/// So many templates have to differ in one place before it counts as a name.
const FAMILY: usize = 3;

/// A template of three places that vary is made in so many rounds.
const ROUNDS: usize = 3;

/// What stands where members of a family differ.
const ANY: &str = "<name>";

/// Words of templates looked at; what is longer is a dump.
const WORDS: usize = 80;

/// Templates looked at; with more of them the logs are no logs.
const TEMPLATES: usize = 20_000;

/// Folds templates of one component and level that differ in one name.
pub(super) fn fold(mut joined: BTreeMap<Key, Joined>) -> BTreeMap<Key, Joined> {
    for _ in 0..ROUNDS {
        let renamed = renamed(&joined);
        if renamed.is_empty() {
            break;
        }
        let mut next: BTreeMap<Key, Joined> = BTreeMap::new();
        for (key, lines) in joined {
            let key = renamed.get(&key).cloned().unwrap_or(key);
            match next.get_mut(&key) {
                Some(known) => known.join(lines),
                None => _ = next.insert(key, lines),
            }
        }
        joined = next;
    }
    joined
}

/// The new key of each template that belongs to a family.
fn renamed(joined: &BTreeMap<Key, Joined>) -> BTreeMap<Key, Key> {
    let mut families: BTreeMap<Key, Vec<&Key>> = BTreeMap::new();
    for key in joined.keys().take(TEMPLATES) {
        for template in generalised(&key.2) {
            let family = (key.0.clone(), key.1, template);
            families.entry(family).or_default().push(key);
        }
    }
    let mut families: Vec<_> = families
        .into_iter()
        .filter(|(_, members)| members.len() >= FAMILY)
        .collect();
    // Stable: families of one size stay in the order of their templates.
    families.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    let mut renamed: BTreeMap<Key, Key> = BTreeMap::new();
    for (family, members) in families {
        let free: Vec<&Key> = members
            .into_iter()
            .filter(|member| !renamed.contains_key(member))
            .collect();
        if free.len() >= FAMILY {
            renamed.extend(free.into_iter().map(|key| (key.clone(), family.clone())));
        }
    }
    renamed
}

/// The template with each word that may be a name replaced, one at a time.
fn generalised(template: &str) -> Vec<String> {
    let words: Vec<&str> = template.split(' ').collect();
    if words.len() > WORDS || words.len() < 3 {
        return Vec::new();
    }
    let places = words.iter().enumerate();
    places
        .filter_map(|(place, word)| {
            let (front, name, end) = bare(word);
            // A placeholder, too: one member may have had a number where others have none.
            (may_be_name(name)).then(|| {
                let mut words = words.clone();
                let word = format!("{front}{ANY}{end}");
                if let Some(slot) = words.get_mut(place) {
                    *slot = &word;
                }
                words.join(" ")
            })
        })
        .collect()
}

/// A word without the punctuation around it.
fn bare(word: &str) -> (&str, &str, &str) {
    let punctuation = |c: char| !c.is_alphanumeric() && !matches!(c, '<' | '>' | '/' | '*');
    let rest = word.trim_start_matches(punctuation);
    let front = word.get(..word.len() - rest.len()).unwrap_or_default();
    let name = rest.trim_end_matches(punctuation);
    (front, name, rest.get(name.len()..).unwrap_or_default())
}

/// Whether a word may be a name: it has something that words of a sentence lack.
fn may_be_name(word: &str) -> bool {
    let joint = |c: char| matches!(c, '-' | '.' | '/' | '_' | '@' | ':');
    word.len() > 2
        && word != ANY
        && !word.contains("=<")
        && (word.contains(joint) || word.contains('<') && !word.contains("://"))
        && word.chars().any(char::is_alphanumeric)
}
