//! What a matcher asks for, in words.

use super::matcher::{
    Condition, EVENT, EventMatcher, LogMatcher, Matcher, ObjectMatcher, Rate, STATUS,
};
use super::syntax::EventType;
use std::time::Duration;

/// A span of time as rule files write it: `10m`, `90s`, `24h`.
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => "0s".to_owned(),
        s if s % 3600 == 0 => format!("{}h", s / 3600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// One matcher as a sentence; `code` puts the bundle's words apart from ours.
pub fn matcher(matcher: &Matcher, code: &dyn Fn(&str) -> String) -> String {
    match matcher {
        Matcher::Log(matcher) => log(matcher, code),
        Matcher::Event(matcher) => event(matcher, code),
        Matcher::Object(matcher) => object(matcher, code),
    }
}

/// A matcher of lines.
fn log(matcher: &LogMatcher, code: &dyn Fn(&str) -> String) -> String {
    let logs: Vec<&str> = matcher
        .components
        .iter()
        .map(String::as_str)
        .filter(|name| *name != EVENT && *name != STATUS)
        .collect();
    let mut places = Vec::new();
    if matcher.components.is_empty() {
        places.push("a line of any log, an event message or a status message".to_owned());
    }
    if !logs.is_empty() {
        places.push(format!("a line of {}", or(&logs)));
    }
    let names = |name: &str| matcher.components.iter().any(|component| component == name);
    if names(EVENT) {
        places.push("a message of an event".to_owned());
    }
    if names(STATUS) {
        places.push("a message in the status of an object".to_owned());
    }
    let mut said = format!(
        "{} that contains {}",
        capital(&or(&places)),
        any(&matcher.literals, code)
    );
    if let Some(regex) = &matcher.regex {
        said.push_str(" and matches ");
        said.push_str(&code(regex.as_str()));
    }
    said.push_str(&exceptions(&matcher.unless, code));
    said + &often(matcher.rate)
}

/// A matcher of events.
fn event(matcher: &EventMatcher, code: &dyn Fn(&str) -> String) -> String {
    let mut said = match matcher.event_type {
        Some(EventType::Normal) => "A normal event".to_owned(),
        Some(EventType::Warning) => "A warning event".to_owned(),
        None => "An event".to_owned(),
    };
    if !matcher.kinds.is_empty() {
        said.push_str(" about a ");
        said.push_str(&or(&matcher.kinds));
    }
    let mut asks = Vec::new();
    if !matcher.reasons.is_empty() {
        asks.push(format!("with the reason {}", any(&matcher.reasons, code)));
    }
    if !matcher.literals.is_empty() {
        let literals = any(&matcher.literals, code);
        asks.push(format!("whose message contains {literals}"));
    }
    if let Some(regex) = &matcher.regex {
        asks.push(format!("whose message matches {}", code(regex.as_str())));
    }
    if !asks.is_empty() {
        said.push(' ');
        said.push_str(&asks.join(" and "));
    }
    said.push_str(&exceptions(&matcher.unless, code));
    said + &often(matcher.rate)
}

/// A matcher of objects.
fn object(matcher: &ObjectMatcher, code: &dyn Fn(&str) -> String) -> String {
    let (kind, field) = (&matcher.kind, code(&matcher.field.to_string()));
    match &matcher.condition {
        Condition::In(values) => format!("A {kind} whose {field} is {}", any(values, code)),
        Condition::Exists(true) => format!("A {kind} that has {field}"),
        Condition::Exists(false) => format!("A {kind} without {field}"),
        Condition::Matches(regex) => {
            format!("A {kind} whose {field} matches {}", code(regex.as_str()))
        }
    }
}

/// Lines that are no hits.
fn exceptions(unless: &[super::Pattern], code: &dyn Fn(&str) -> String) -> String {
    let patterns: Vec<String> = unless
        .iter()
        .map(|pattern| code(pattern.as_str()))
        .collect();
    if patterns.is_empty() {
        String::new()
    } else {
        format!(", unless it matches {}", or(&patterns))
    }
}

/// How often it must be.
fn often(rate: Option<Rate>) -> String {
    let Some(rate) = rate else {
        return String::new();
    };
    let within = rate.within.map(duration);
    let within = within.map_or(String::new(), |within| format!(" within {within}"));
    format!(", at least {} times{within}", rate.at_least)
}

/// `a`, `b` or `c`.
fn any(texts: &[String], code: &dyn Fn(&str) -> String) -> String {
    let texts: Vec<String> = texts.iter().map(|text| code(text)).collect();
    or(&texts)
}

/// Parts of which one is enough.
fn or<T: AsRef<str>>(parts: &[T]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match parts.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn each_condition_is_said() {
        let text = "schema = 1\nid = \"x\"\ntitle = \"t\"\ncategory = \"node\"\nseverity = \"low\"\n\
            confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n\
            [[log]]\nid = \"a\"\ncomponent = [\"kubelet\", \"event\"]\nliteral = [\"lost\", \"gone\"]\nregex = 'lost \\d+'\nunless = ['got']\nat_least = 5\nwithin = \"10m\"\n\
            [[log]]\nid = \"b\"\nliteral = [\"lost\"]\n\
            [[event]]\nreason = [\"Lost\"]\nliteral = [\"lost\"]\nkind = [\"Pod\"]\ntype = \"Warning\"\n\
            [[object]]\nid = \"o\"\nkind = \"Pod\"\nfield = \"status.phase\"\nin = [\"Lost\", 3]\n\
            [[object]]\nid = \"p\"\nkind = \"Pod\"\nfield = \"status.phase\"\nexists = false\n";
        let rules = RuleSet::from_files(&[("x.toml", text)]).unwrap();
        let said: Vec<String> = rules
            .matchers()
            .map(|(_, found)| matcher(found, &|text| format!("<{text}>")))
            .collect();
        assert_eq!(
            said,
            [
                "A line of kubelet or a message of an event that contains <lost> or <gone> and matches <lost \\d+>, unless it matches <got>, at least 5 times within 10m",
                "A line of any log, an event message or a status message that contains <lost>",
                "A warning event about a Pod with the reason <Lost> and whose message contains <lost>",
                "A Pod whose <status.phase> is <Lost> or <3>",
                "A Pod without <status.phase>",
            ]
        );
    }

    #[test]
    fn spans_read_as_rule_files_write_them() {
        for (seconds, text) in [(0, "0s"), (90, "90s"), (600, "10m"), (86_400, "24h")] {
            assert_eq!(duration(Duration::from_secs(seconds)), text);
        }
    }
}
