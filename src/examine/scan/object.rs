//! Fields of objects.

use crate::examine::scan::place::clip;
use crate::kube::TextHit;
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::rules::field::{Step, join};
use crate::rules::{Condition, Matcher, MatcherId, ObjectMatcher, RuleSet};
use serde_json::Value;

/// Hits of object matchers on one object, in the order of matchers and of the fields in the
/// object; `cite` gives the snippet of a field path. A few hits of each matcher are enough.
pub fn scan_object(
    value: &Value,
    kind: &str,
    rules: &RuleSet,
    cite: &mut dyn FnMut(&str) -> Snippet,
) -> Vec<TextHit> {
    let mut hits = Vec::new();
    for id in rules.engine().by_kind(kind) {
        if let Some(Matcher::Object(matcher)) = rules.matcher(*id) {
            hits.extend(matches(value, *id, matcher, cite));
        }
    }
    hits
}

/// Hits of one matcher.
fn matches(
    value: &Value,
    id: MatcherId,
    matcher: &ObjectMatcher,
    cite: &mut dyn FnMut(&str) -> Snippet,
) -> Vec<TextHit> {
    let mut fields = Vec::new();
    let wanted = |value: &Value| match &matcher.condition {
        Condition::In(values) => scalar(value).is_some_and(|text| values.contains(&text)),
        Condition::Exists(_) => true,
        Condition::Matches(regex) => {
            scalar(value).is_some_and(|text| regex.is_match(text.as_bytes()))
        }
    };
    select(
        value,
        matcher.field.steps(),
        &mut Vec::new(),
        &mut |path, value| {
            if !value.is_null() && wanted(value) {
                fields.push((join(path), scalar(value)));
            }
            fields.len() < Limits::RELEASE.object_hits
        },
    );
    if let Condition::Exists(false) = matcher.condition {
        let missing = (matcher.field.to_string(), None);
        fields = if fields.is_empty() {
            vec![missing]
        } else {
            vec![]
        };
    }
    fields
        .into_iter()
        .map(|(path, value)| TextHit {
            matcher: id,
            snippet: cite(&path),
            captures: captures(&matcher.condition, value.as_deref()),
        })
        .collect()
}

/// Named groups of the matcher's regex.
fn captures(condition: &Condition, value: Option<&str>) -> Vec<(String, String)> {
    let (Condition::Matches(regex), Some(text)) = (condition, value) else {
        return Vec::new();
    };
    regex
        .captures(text.as_bytes())
        .into_iter()
        .map(|(name, value)| (name, clip(&value, Limits::RELEASE.excerpt_bytes).to_owned()))
        .collect()
}

/// A string, number or boolean as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Shows every value at the end of the steps, with its path, until `show` has seen enough; returns
/// whether it wants more.
fn select(
    value: &Value,
    steps: &[Step],
    path: &mut Vec<Step>,
    show: &mut dyn FnMut(&[Step], &Value) -> bool,
) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return show(path, value);
    };
    let mut enter = |step: Step, value: &Value| {
        path.push(step);
        let more = select(value, rest, path, show);
        path.pop();
        more
    };
    match (step, value) {
        (Step::Key(key), Value::Object(fields)) => fields
            .get(key)
            .is_none_or(|value| enter(step.clone(), value)),
        (Step::Index(index), Value::Array(items)) => items
            .get(*index)
            .is_none_or(|value| enter(step.clone(), value)),
        (Step::All, Value::Array(items)) => items
            .iter()
            .enumerate()
            .all(|(index, value)| enter(Step::Index(index), value)),
        _ => true,
    }
}
