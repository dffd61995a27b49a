//! The Events table at the end of a description.

use super::table::{Header, Row, is_rule};
use super::tree::Tree;
use crate::kube::describe::age::seconds;

/// A row of the Events table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DescribedEvent {
    /// Whether its type is not `Normal`.
    pub warning: bool,
    /// Its reason.
    pub reason: String,
    /// Its message; wrapped lines are joined.
    pub message: String,
    /// The component that wrote it: `kubelet`.
    pub component: String,
    /// The node whose component wrote it.
    pub host: Option<String>,
    /// How often it was seen.
    pub count: u64,
    /// Seconds before the text was written that it was first seen; zero where that lay in the
    /// future (`<invalid>`), `None` where it is not known.
    pub first_age: Option<i64>,
    /// Likewise, last seen.
    pub last_age: Option<i64>,
    /// Its line, counted from zero at the object's first line.
    pub line: u32,
}

/// The rows of the Events table of a description.
///
/// Messages may hold line breaks, which kubectl prints as they are: a line that is no row continues
/// the message before it.
pub(super) fn read(tree: &Tree<'_>) -> Vec<DescribedEvent> {
    let Some(node) = tree.find_last("Events") else {
        return vec![];
    };
    let mut header: Option<Header> = None;
    let mut events: Vec<DescribedEvent> = vec![];
    for line in tree.after(node) {
        let Some(known) = &header else {
            header = Header::parse(line.raw, &["Type", "FirstSeen"]);
            continue;
        };
        if is_rule(line.raw) {
            continue;
        }
        match event(&known.row(line.raw)).filter(|_| line.indent > 0) {
            Some(event) => events.push(DescribedEvent {
                line: line.line,
                ..event
            }),
            None => {
                if let Some(last) = events.last_mut() {
                    // Deep indents are a terminal's wrapping, line breaks are the message's own.
                    last.message.push(if line.indent > 8 { ' ' } else { '\n' });
                    last.message.push_str(line.raw.trim());
                }
            }
        }
    }
    events
}

/// The event of a row; `None` where the row has no type.
fn event(row: &Row) -> Option<DescribedEvent> {
    let kind = row.get("Type")?;
    if !matches!(kind, "Normal" | "Warning" | "Error") {
        return None;
    }
    let (component, host) = source(row.get("From").unwrap_or_default());
    let (last_age, count, first_age) = match row.get("Age") {
        Some(age) => ages(age),
        None => (
            row.get("LastSeen").and_then(seconds),
            row.get("Count")
                .and_then(|count| count.parse().ok())
                .unwrap_or(1),
            row.get("FirstSeen").and_then(seconds),
        ),
    };
    Some(DescribedEvent {
        warning: kind != "Normal",
        reason: row.get("Reason").unwrap_or_default().to_owned(),
        message: row.get("Message").unwrap_or_default().to_owned(),
        component,
        host,
        count,
        first_age,
        last_age,
        line: 0,
    })
}

/// Component and host of `kubelet, node-1`, `{kubelet node-1}` (old), or `default-scheduler`.
pub(in crate::kube) fn source(from: &str) -> (String, Option<String>) {
    let from = from.trim_matches(['{', '}']).trim();
    let (component, host) = from
        .split_once(", ")
        .or_else(|| from.split_once(' '))
        .unwrap_or((from, ""));
    let host = host.trim();
    (
        component.trim_end_matches(',').to_owned(),
        (!host.is_empty()).then(|| host.to_owned()),
    )
}

/// Last age, count and first age of `3m (x2231 over 18h)` or `3m`.
pub(in crate::kube) fn ages(text: &str) -> (Option<i64>, u64, Option<i64>) {
    let (last, more) = text.split_once(" (x").unwrap_or((text, ""));
    let last = seconds(last);
    let (count, first) = more.split_once(" over ").unwrap_or((more, ""));
    let first = seconds(first.trim_end_matches(')'));
    (
        last,
        count.trim_end_matches(')').parse().unwrap_or(1),
        first.or(last),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a description with this Events table.
    fn events(table: &str) -> Vec<DescribedEvent> {
        read(&Tree::parse(table))
    }

    #[test]
    fn ages_become_seconds_and_counts() {
        for (text, expected) in [
            ("3m (x2231 over 18h)", (Some(180), 2231, Some(64_800))),
            ("5m2s", (Some(302), 1, Some(302))),
            ("2y100d", (Some(71_712_000), 1, Some(71_712_000))),
            ("<invalid> (x5 over <invalid>)", (Some(0), 5, Some(0))),
            ("<unknown>", (None, 1, None)),
            ("12", (None, 1, None)),
            ("", (None, 1, None)),
            ("99999999999999999999y", (Some(i64::MAX), 1, Some(i64::MAX))),
        ] {
            assert_eq!(ages(text), expected, "{text}");
        }
    }

    #[test]
    fn rows_are_read_by_their_columns() {
        let table = "Events:
  Type     Reason            Age                    From                     Message
  ----     ------            ----                   ----                     -------
  Normal   Scheduled         <unknown>                                       Successfully assigned shop/web-0 to node-1
  Warning  Failed            2m (x3 over 9m)        kubelet, node-1          Error: secret \"db\" not found
  Warning  BackOff           30s                    kubelet                  Back-off  restarting failed container
";
        let events = events(table);
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].component, "");
        assert_eq!((events[0].last_age, events[0].line), (None, 3));
        assert_eq!(events[1].message, "Error: secret \"db\" not found");
        assert_eq!(events[1].host.as_deref(), Some("node-1"));
        assert_eq!((events[1].count, events[1].first_age), (3, Some(540)));
        assert!(events[1].warning && !events[0].warning);
        assert_eq!(events[2].message, "Back-off  restarting failed container");
    }

    #[test]
    fn the_table_of_old_clients_is_read() {
        let table = "Events:
  FirstSeen\tLastSeen\tCount\tFrom\t\t\tSubObjectPath\t\tType\t\tReason\t\tMessage
  ---------\t--------\t-----\t----\t\t\t-------------\t\t--------\t------\t\t-------
  2d\t\t10s\t\t20\tkubelet, node-1\t\tspec.containers{web}\tWarning\t\tBackOff\t\tBack-off restarting
";
        let events = events(table);
        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!((event.reason.as_str(), event.count), ("BackOff", 20));
        assert_eq!((event.first_age, event.last_age), (Some(172_800), Some(10)));
        assert_eq!(
            (event.component.as_str(), event.host.as_deref()),
            ("kubelet", Some("node-1"))
        );
    }

    #[test]
    fn lines_that_are_no_row_continue_the_message() {
        let table = "Events:
  Type     Reason       Age   From     Message
  ----     ------       ----  ----     -------
  Warning  FailedMount  5s    kubelet  MountVolume.SetUp failed: mount failed: exit status 32
Mounting command: mount

Output: mount error(13): Permission denied
                                       refer to the manual
  Normal   Pulled       1s    kubelet  Done
";
        let events = events(table);
        assert_eq!(events.len(), 2);
        assert_eq!(
            events[0].message,
            "MountVolume.SetUp failed: mount failed: exit status 32\nMounting command: mount\nOutput: mount error(13): Permission denied refer to the manual"
        );
    }

    #[test]
    fn no_events_are_none() {
        for table in [
            "Events:  <none>\n",
            "Events:\n",
            "Name: x\n",
            "Events:\n  Type\n",
        ] {
            assert!(events(table).is_empty(), "{table}");
        }
    }
}
