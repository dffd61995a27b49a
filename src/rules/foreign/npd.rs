//! Monitors of node-problem-detector (`kernel-monitor.json` and its like).
//!
//! A rule's pattern is matched against the last lines of one log, and must reach the end of the
//! newest message. A temporary rule makes an event with its reason, about the node; a permanent
//! one sets a condition of the node, and the event that goes with it. A bundle has both sides: the
//! log that the monitor read, and the events that it made; so a rule looks at both.

use super::super::syntax::RuleError;
use super::pattern::{self, Anchors};
use super::{Draft, Reader};
use crate::component::COMPONENTS;
use crate::rules::foreign::parts::{event_table, joined, kebab, log_table, words};
use crate::severity::{Category, Severity};
use serde::Deserialize;
use serde_json::value::RawValue;

/// What ends a message in a log that quotes it: JSON and logfmt close their quotes behind it.
const MESSAGE_END: &str = r#"(?:["\\].*)?\s*\z"#;

/// A monitor.
#[derive(Deserialize)]
struct Monitor<'a> {
    #[serde(default)]
    plugin: String,
    #[serde(default, rename = "pluginConfig")]
    plugin_config: serde_json::Map<String, serde_json::Value>,
    #[serde(default, rename = "logPath")]
    log_path: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    conditions: Vec<NodeCondition>,
    #[serde(default, borrow)]
    rules: Vec<&'a RawValue>,
}

/// A condition that the monitor keeps.
#[derive(Deserialize)]
struct NodeCondition {
    #[serde(default, rename = "type")]
    kind: String,
}

/// A rule.
#[derive(Deserialize)]
struct MonitorRule {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    condition: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    pattern: String,
    #[serde(default)]
    path: String,
}

/// Reads a monitor.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<(), RuleError> {
    let monitor: Monitor<'_> = serde_json::from_str(reader.text).map_err(|error| {
        let at = json_offset(reader.text, error.line(), error.column());
        reader.wrong(
            at,
            format_args!("not a node-problem-detector monitor: {}", plain(&error)),
        )
    })?;
    let name = monitor_name(reader.file, &monitor);
    for raw in &monitor.rules {
        let at = (raw.get().as_ptr() as usize).saturating_sub(reader.text.as_ptr() as usize);
        reader.count(at)?;
        let rule: MonitorRule = serde_json::from_str(raw.get())
            .map_err(|error| reader.wrong(at, format_args!("this rule: {}", plain(&error))))?;
        if rule.reason.is_empty() {
            return Err(reader.wrong(at, "this rule has no `reason`"));
        }
        if rule.pattern.is_empty() && monitor.plugin != "custom" {
            return Err(reader.wrong(at, "this rule has no `pattern`"));
        }
        take_rule(reader, &name, &monitor, &rule, at);
    }
    Ok(())
}

/// The name of the monitor's file, which tells apart those that name the same source.
fn monitor_name(file: &str, monitor: &Monitor<'_>) -> String {
    let stem = crate::rules::rule::file_stem(file);
    match (kebab(stem), kebab(&monitor.source)) {
        (stem, source) if stem.is_empty() => source,
        (stem, _) => stem,
    }
}

/// Takes over one rule, or says why not.
fn take_rule(
    reader: &mut Reader<'_>,
    name: &str,
    monitor: &Monitor<'_>,
    rule: &MonitorRule,
    at: usize,
) {
    let part = format!("rule {}", rule.reason);
    let permanent = rule.kind == "permanent";
    if !permanent && rule.kind != "temporary" {
        let reason = "its type is neither temporary nor permanent";
        return reader.leave(at, &part, reason);
    }
    if permanent
        && !monitor
            .conditions
            .iter()
            .any(|known| known.kind == rule.condition)
    {
        let reason = format!(
            "node-problem-detector never sets its condition {}, which the file does not list",
            if rule.condition.is_empty() {
                "(none)"
            } else {
                &rule.condition
            }
        );
        return reader.leave(at, &part, reason);
    }
    if monitor.plugin == "custom" {
        return custom(reader, name, rule, at, permanent);
    }
    let component = component(monitor);
    let same = format!(
        "{}\n{}\n{:?}\n{}",
        rule.kind, rule.reason, component, rule.pattern
    );
    if let Some(first) = reader.seen.monitors.get(&same) {
        let reason = format!("the same rule is in {first}");
        return reader.leave(at, &part, reason);
    }
    let literals = match pattern::literals(&rule.pattern, Anchors::Buffer) {
        Ok(literals) => literals,
        Err(reason) => return reader.leave(at, &part, reason),
    };
    if pattern::may_span_lines(&rule.pattern) {
        let reason = "only matches within one line are found, not those across lines";
        reader.leave_some(at, &part, reason);
    }
    reader.seen.monitors.insert(same, reader.file.to_owned());
    let mut log = log_table(
        at,
        literals.clone(),
        format!("{}{MESSAGE_END}", rule.pattern),
    );
    log.component = words(at, component);
    let mut event = event_table(at, Some(&rule.reason), literals);
    event.regex = Some(super::parts::word(at, rule.pattern.clone()));
    event.kind = words(at, ["Node"]);
    let place = component.map_or_else(|| "a log".to_owned(), |name| format!("the log of {name}"));
    let explain = format!(
        "The node-problem-detector monitor {name} {} when {place} says: {}",
        consequence(rule, permanent),
        rule.pattern
    );
    let draft = draft(name, rule, at, permanent, explain);
    reader.add(draft, vec![log], vec![event], None);
}

/// A rule whose script decides on the node: of a bundle only the events that it led to can be read.
fn custom(reader: &mut Reader<'_>, name: &str, rule: &MonitorRule, at: usize, permanent: bool) {
    let part = format!("rule {}", rule.reason);
    let script = if rule.path.is_empty() {
        "a script"
    } else {
        &rule.path
    };
    if permanent {
        let reason = format!(
            "it runs {script} on the node; the condition {} that it sets is found by npd-condition-true",
            rule.condition
        );
        return reader.leave(at, &part, reason);
    }
    let mut event = event_table(at, Some(&rule.reason), vec![]);
    event.kind = words(at, ["Node"]);
    let explain = format!(
        "The node-problem-detector monitor {name} {} when {script} says so on the node.",
        consequence(rule, false)
    );
    let draft = draft(name, rule, at, false, explain);
    reader.add(draft, vec![], vec![event], None);
}

/// What the monitor does where a rule matches.
fn consequence(rule: &MonitorRule, permanent: bool) -> String {
    if permanent {
        format!(
            "sets the node's condition {} with the reason {}",
            rule.condition, rule.reason
        )
    } else {
        format!("reports the event {} about the node", rule.reason)
    }
}

/// The words of a rule.
fn draft(name: &str, rule: &MonitorRule, at: usize, permanent: bool, explain: String) -> Draft {
    Draft {
        at,
        id: joined(&["npd", name, &kebab(&rule.reason)]),
        title: if permanent {
            format!(
                "node-problem-detector's {name}: {} ({})",
                rule.condition, rule.reason
            )
        } else {
            format!("node-problem-detector's {name}: {}", rule.reason)
        },
        category: Category::Node,
        severity: if permanent {
            Severity::High
        } else {
            Severity::Low
        },
        // The monitor never takes such a condition back by itself.
        persists: permanent,
        explain,
        disprove: "The rule is only a pattern: read the line. If it merely quotes such words, \
                   or the node has since recovered, nothing is wrong."
            .into(),
        references: vec![],
    }
}

/// The component whose log the monitor reads; `None` where our words have no name for it.
fn component(monitor: &Monitor<'_>) -> Option<&'static str> {
    let source = monitor
        .plugin_config
        .get("source")
        .and_then(|source| source.as_str())
        .unwrap_or_default();
    let file = monitor
        .log_path
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    let name = match monitor.plugin.as_str() {
        "kmsg" => "kernel",
        "journald" => source,
        _ => file.split('.').next().unwrap_or_default(),
    };
    let name = match name {
        "kern" => "kernel",
        "dockerd" => "docker",
        other => other,
    };
    COMPONENTS
        .binary_search(&name)
        .ok()
        .and_then(|place| COMPONENTS.get(place))
        .copied()
}

/// Byte of a line and column, both from one, as the JSON parser counts (columns in bytes).
fn json_offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    start + column.saturating_sub(1)
}

/// The parser's words without the place, which stands before them.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (words, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    words.to_owned()
}
