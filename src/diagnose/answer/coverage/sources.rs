//! The sources of evidence by component and node.

use super::SourceCoverage;
use crate::evidence::{Evidence, LogSource, blind_side};
use jiff::Timestamp;
use std::collections::BTreeMap;

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
            note: String::new(),
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
            .filter(|_| log.recognised)
            .or_else(|| {
                log.components
                    .first()
                    .copied()
                    .filter(|_| log.components.len() == 1 && log.recognised)
            })
            .unwrap_or(if log.components.is_empty() || !log.recognised {
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
    let count = evidence.event_count() as u64;
    if evidence.collected("Event") {
        add("events", None, seen.first, seen.last, count, 0);
    }
    let objects = evidence.index.iter().count() as u64;
    if objects > 0 {
        add("objects", None, None, evidence.capture.at, objects, 0);
    }
    let mut sources: Vec<SourceCoverage> = sources.into_values().collect();
    for source in &mut sources {
        source.note = note(evidence, source);
    }
    sources
}

/// Seconds by which a clock may be off before a reader has to know.
const SKEW: i64 = 5;

/// What a source cannot tell, for its time or its clock.
fn note(evidence: &Evidence, source: &SourceCoverage) -> String {
    let mut said = vec![blind_side(
        &source.component,
        source.first,
        source.last,
        &evidence.capture,
    )];
    let of_node = |log: &&LogSource| {
        source.node.is_some()
            && (log.role.node == source.node || log.hosts.iter().next() == source.node.as_ref())
            && log.role.pod.is_none()
            && (log
                .role
                .component
                .is_none_or(|name| name == source.component))
    };
    let zone = evidence
        .logs
        .iter()
        .filter(of_node)
        .find_map(|log| log.zone);
    if let Some(zone) = zone.filter(|zone| *zone != 0) {
        let (sign, minutes) = (if zone < 0 { '-' } else { '+' }, zone.abs() / 60);
        said.push(format!(
            "its times are {sign}{:02}:{:02} from UTC, and were corrected",
            minutes / 60,
            minutes % 60
        ));
    }
    let skew = evidence
        .skew
        .iter()
        .find(|skew| Some(&skew.node) == source.node.as_ref() && skew.ahead_seconds.abs() >= SKEW);
    if let Some(skew) = skew {
        let seconds = skew.ahead_seconds;
        let way = if seconds > 0 { "ahead of" } else { "behind" };
        said.push(format!(
            "its clock is {} s {way} that of the API server ({} events)",
            seconds.abs(),
            skew.events
        ));
    }
    said.retain(|part| !part.is_empty());
    said.join("; ")
}
