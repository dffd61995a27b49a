//! When several rules hit the same text, the specific one speaks and the general one is silent.

use crate::rules::{Kind, Matcher, MatcherId, Require, Requires, RuleSet};

/// The hits that stand, each with the matchers that may yet explain it; `hits` are the matchers
/// that hit one text, sorted.
///
/// A hit is dropped where a rule that supersedes its rule hits the same text and fires by that
/// alone. Where it needs more (another component, a rate, a second matcher), dropping would lose
/// evidence when it does not fire after all, so both stand, and the general one names the other.
/// Noise gives way to every failure, unless it says that it supersedes it.
pub(super) fn standing(hits: &[MatcherId], rules: &RuleSet) -> Vec<(MatcherId, Box<[MatcherId]>)> {
    if let [only] = hits {
        return vec![(*only, Box::default())];
    }
    hits.iter()
        .filter_map(|hit| {
            let mut maybe = Vec::new();
            for other in hits {
                if !explains(*other, *hit, rules) {
                    continue;
                }
                if always(*other, *hit, rules) {
                    return None;
                }
                maybe.push(*other);
            }
            Some((*hit, maybe.into_boxed_slice()))
        })
        .collect()
}

/// Whether a line that this matcher hits is explained for sure: in any log, at any rate, and without
/// other matchers of its rule. A check decides for itself what a hit says.
pub(super) fn is_explained(id: MatcherId, rules: &RuleSet) -> bool {
    let always = rules
        .log_matcher(id)
        .is_some_and(|matcher| matcher.components.is_empty() && matcher.rate.is_none());
    always
        && rules.rule_of(id).is_some_and(|rule| match rule.kind {
            Kind::Noise => true,
            Kind::Failure => rule.require == Require::Any && rule.matchers().len() == 1,
            Kind::Check => false,
        })
}

/// Whether a hit of `special` explains a hit of `general` on the same text.
fn explains(special: MatcherId, general: MatcherId, rules: &RuleSet) -> bool {
    if rules.matcher_supersedes(special, general) {
        return true;
    }
    let noise = |id| {
        rules
            .rule_of(id)
            .is_some_and(|rule| rule.kind == Kind::Noise)
    };
    noise(general) && !noise(special) && !rules.matcher_supersedes(general, special)
}

/// Whether `special` fires wherever it hits a text that `general` looks at.
fn always(special: MatcherId, general: MatcherId, rules: &RuleSet) -> bool {
    let (Some(rule), Some(matcher)) = (rules.rule_of(special), rules.matcher(special)) else {
        return false;
    };
    // A check decides for itself what a hit says.
    let alone =
        rule.kind != Kind::Check && (rule.require == Require::Any || rule.matchers().len() == 1);
    let by_symptom = rule
        .version
        .as_ref()
        .is_none_or(|version| version.requires == Requires::Symptom);
    let wide = match (matcher, rules.matcher(general)) {
        (Matcher::Log(special), Some(Matcher::Log(general))) => special.covers(general),
        // Both have hit the same event, so both look at events.
        _ => true,
    };
    alone && by_symptom && wide && matcher.rate().is_none()
}
