//! Logs of the whole bundle: pieces joined, writers named, times made real.

use super::errors::Errors;
use super::{Capture, Index};
use crate::evidence::log::{LogHit, LogSource};
use crate::examine::Part;
use crate::examine::lines::Rhythm;
use crate::examine::part::{About, HitGroup, LogPart, Sample, Section, Tag};
use crate::examine::scan::completed;
use crate::kube::{Detail, Event, ObjectKey};
use crate::layout::{self, Content, Layout, Role};
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use crate::rules::{Matcher, MatcherId, RuleSet};
use crate::time::{Clock, Stamp};
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What groups of hits are joined by: matcher, writer, subject, and what explains them better.
type HitKey = (MatcherId, Tag, About, Box<[MatcherId]>);

/// Joins the pieces of each log and resolves its times.
pub(super) fn merge(
    parts: &mut [Part],
    layout: &Layout,
    capture: &Capture,
    rules: &RuleSet,
    limits: &Limits,
) -> Vec<LogSource> {
    let entries: Vec<&mut [Part]> = parts.chunk_by_mut(|a, b| a.path == b.path).collect();
    entries
        .into_par_iter()
        .flat_map_iter(|entry| of_entry(entry, layout, capture.clock(), rules, limits))
        .collect()
}

/// The logs of one entry: one, or one for each section of a dump.
fn of_entry(
    entry: &mut [Part],
    layout: &Layout,
    clock: Option<Clock>,
    rules: &RuleSet,
    limits: &Limits,
) -> Vec<LogSource> {
    let Some(path) = entry.first().map(|part| part.path.clone()) else {
        return vec![];
    };
    let role = layout.roles.get(&path).cloned().unwrap_or_default();
    let clock = role.collected_at.map(Clock::utc).or(clock);
    let mut logs: BTreeMap<Option<Section>, Joined> = BTreeMap::new();
    for log in entry.iter_mut().flat_map(|part| part.logs.drain(..)) {
        logs.entry(log.section.clone())
            .or_default()
            .add(log, limits);
    }
    let sources = logs.into_iter().map(|(section, joined)| {
        let role = with_section(role.clone(), section);
        let known_tree = layout.format != layout::Format::Generic;
        joined.finish(path.clone(), role, known_tree, clock, rules, limits)
    });
    sources.collect()
}

/// Names the pods of which lines state the UID only, or the name without its namespace: by the pods
/// that were collected, and where a pod is gone, by the events about it.
pub(super) fn name_pods(logs: &mut [LogSource], index: &Index, events: &[Event]) {
    let hits = logs.iter_mut().flat_map(|log| &mut log.hits);
    let mut nameless = hits
        .map(|hit| &mut hit.about)
        .filter(|about| about.uid.is_some() && (about.pod.is_none() || about.namespace.is_none()))
        .peekable();
    // Few bundles have such lines, and all have pods.
    if nameless.peek().is_none() {
        return;
    }
    let pods = pods_by_uid(index);
    let gone = pods_of_events(events);
    for about in nameless {
        let known = about.uid.as_deref().and_then(|uid| pods.get(uid).copied());
        let told = || gone.get(about.pod.as_deref()?).copied().flatten();
        if let Some(pod) = known.or_else(told) {
            about.namespace = Some(pod.namespace.as_str().into());
            about.pod = Some(pod.name.as_str().into());
        }
    }
}

/// Gives the logs of pods that are known without their namespace the namespace of the only pod of
/// that name, and the node that it runs on: AKS Periscope writes neither beside a log.
pub(super) fn name_owners(logs: &mut [LogSource], index: &Index, events: &[Event]) {
    let mut nameless = logs
        .iter_mut()
        .filter(|log| log.role.pod.is_some() && log.role.namespace.is_none())
        .peekable();
    if nameless.peek().is_none() {
        return;
    }
    let mut pods: BTreeMap<&str, Option<&ObjectKey>> = BTreeMap::new();
    for (object, _) in index.pods() {
        let known = pods.entry(&object.key().name);
        // Pods of several namespaces have the name: none of them is told.
        known
            .and_modify(|known| *known = None)
            .or_insert(Some(object.key()));
    }
    let gone = pods_of_events(events);
    for log in nameless {
        let name = log.role.pod.as_deref().unwrap_or_default();
        let known = match pods.get(name) {
            Some(known) => *known,
            None => gone.get(name).copied().flatten(),
        };
        let Some(key) = known else { continue };
        log.role.namespace = Some(key.namespace.clone());
        if let Some(Detail::Pod(pod)) = index.get(key).map(|object| &object.detail) {
            log.role.node = pod.node.clone().or(log.role.node.take());
        }
    }
}

/// Pods that events are about, by name; none where pods of several namespaces have it.
fn pods_of_events(events: &[Event]) -> BTreeMap<&str, Option<&ObjectKey>> {
    let mut pods: BTreeMap<&str, Option<&ObjectKey>> = BTreeMap::new();
    for pod in events.iter().map(|event| &event.object) {
        if &*pod.kind == "Pod" {
            let known = pods.entry(&pod.name).or_insert(Some(pod));
            *known = known.filter(|known| known.namespace == pod.namespace);
        }
    }
    pods
}

/// Pods by the UID in the path of their cgroup.
fn pods_by_uid(index: &Index) -> BTreeMap<&str, &ObjectKey> {
    let uids = index.of_kind("Pod").flat_map(|object| {
        // The cgroup of a static pod has the hash of its file.
        let hash = object.meta.annotations.get("kubernetes.io/config.hash");
        let uids = object.meta.uid.iter().chain(hash);
        uids.map(|uid| (uid.as_str(), object.key()))
    });
    uids.collect()
}

/// The role of a dump's section: that of its entry, with the names that its marker states.
fn with_section(mut role: Role, section: Option<Section>) -> Role {
    let Some(section) = section else { return role };
    role.content = Content::PodLog;
    role.component = layout::component_of_container(&section.container, &section.pod);
    role.namespace = Some(section.namespace)
        .filter(|name| !name.is_empty())
        .or(role.namespace);
    role.pod = Some(section.pod)
        .filter(|name| !name.is_empty())
        .or(role.pod);
    role.container = Some(section.container)
        .filter(|name| !name.is_empty())
        .or(role.container);
    role
}

/// Pieces of one log, joined so far.
#[derive(Default)]
struct Joined {
    lines: u64,
    bytes: u64,
    first: Option<Stamp>,
    last: Option<Stamp>,
    last_line: u64,
    tags: BTreeSet<Tag>,
    hint: Option<&'static str>,
    rhythm: Rhythm,
    tail: Option<(Option<Stamp>, Snippet)>,
    fetch_error: Option<Snippet>,
    hits: BTreeMap<HitKey, HitGroup>,
    errors: Errors,
}

impl Joined {
    /// Adds the next piece.
    fn add(&mut self, log: LogPart, limits: &Limits) {
        self.lines += log.lines;
        self.bytes += log.bytes;
        let between = self.last.zip(log.first);
        self.rhythm.extend(log.rhythm, between);
        self.tail = log.tail.or(self.tail.take());
        self.first = self.first.or(log.first);
        self.last = log.last.or(self.last);
        self.last_line = (log.first_line + log.lines).saturating_sub(1);
        self.tags.extend(log.tags.into_keys());
        self.hint = self.hint.or(log.component_hint);
        self.fetch_error = self.fetch_error.take().or(log.fetch_error);
        self.errors.add(log.errors, log.errors_left_out, limits);
        for group in log.hits {
            let key = (
                group.matcher,
                group.tag.clone(),
                group.about.clone(),
                group.silenced_by.clone(),
            );
            match self.hits.get_mut(&key) {
                Some(known) => {
                    known.count += group.count;
                    known.samples.extend(group.samples);
                    known.times.extend(group.times);
                }
                None => _ = self.hits.insert(key, group),
            }
        }
    }

    /// The log with its times resolved and foreign hits dropped.
    fn finish(
        self,
        path: EntryPath,
        role: Role,
        known_tree: bool,
        clock: Option<Clock>,
        rules: &RuleSet,
        limits: &Limits,
    ) -> LogSource {
        let reversed = self.rhythm.reversed();
        let clock = clock.map(|clock| Clock {
            offset_seconds: self.rhythm.zone.unwrap_or(clock.offset_seconds),
            ..clock
        });
        let resolve = |stamp: Stamp| match (stamp, clock) {
            (Stamp::Absolute(time), _) => Some(time),
            (_, Some(clock)) => clock.resolve(stamp),
            (_, None) => None,
        };
        let (begin, end) = if reversed {
            (self.last, self.first)
        } else {
            (self.first, self.last)
        };
        let own = if self.fetch_error.is_some() {
            Some("kubectl")
        } else {
            role.component.or(self.hint)
        };
        let unit_of = |tag: &Tag| {
            let unit = tag.unit.as_deref();
            unit.map(|unit| layout::component_of_unit(unit).unwrap_or("syslog"))
        };
        let (errors, errors_left_out) = self.errors.finish(
            |tag| unit_of(tag).or(own),
            |id, tag| accepted(rules, id, &path, own, unit_of(tag)),
            resolve,
        );
        let hits = self
            .hits
            .into_values()
            .filter_map(|group| {
                let unit = unit_of(&group.tag);
                accepted(rules, group.matcher, &path, own, unit)
                    .then(|| hit(group, unit.or(own), reversed, resolve, rules, limits))
            })
            .collect();
        let units = self
            .tags
            .iter()
            .filter_map(|tag| tag.unit.as_deref().and_then(layout::component_of_unit));
        let named = role.component.is_some() && (known_tree || self.first.is_some());
        let of_machine = self.first.is_some() && self.tags.iter().any(|tag| tag.host.is_some());
        let recognised = role.content == Content::PodLog
            || named
            || of_machine
            || self.hint.is_some()
            || units.clone().next().is_some();
        LogSource {
            components: own.into_iter().chain(units).collect(),
            recognised,
            hosts: self
                .tags
                .iter()
                .filter_map(|tag| tag.host.as_deref().map(str::to_owned))
                .collect(),
            lines: self.lines,
            bytes: self.bytes,
            first: begin.and_then(resolve),
            last: end.and_then(resolve),
            last_line: self.last_line,
            reversed,
            zone: self.rhythm.zone,
            tail: self
                .tail
                .map(|(stamp, snippet)| (stamp.and_then(resolve), snippet)),
            zoneless: matches!(begin, Some(Stamp::Yearless { .. } | Stamp::Local(_))),
            silences: silences(&self.rhythm, resolve),
            boots: self
                .rhythm
                .boots
                .iter()
                .copied()
                .filter_map(resolve)
                .collect(),
            fetch_error: self.fetch_error,
            hits,
            errors,
            errors_left_out,
            path,
            role,
        }
    }
}

/// The silences of a log as instants, in time order.
fn silences(
    rhythm: &Rhythm,
    resolve: impl Fn(Stamp) -> Option<Timestamp>,
) -> Vec<(Timestamp, Timestamp)> {
    let mut silences: Vec<_> = rhythm
        .silences
        .iter()
        .filter_map(|(from, to)| resolve(*from).zip(resolve(*to)))
        .map(|(from, to)| (from.min(to), from.max(to)))
        .collect();
    silences.sort_unstable();
    silences.dedup();
    silences
}

/// Whether a matcher takes lines of this log (by its name) or of this writer (by the line's
/// prefix): the kubelet's journal also holds systemd's lines about it.
fn accepted(
    rules: &RuleSet,
    matcher: MatcherId,
    path: &EntryPath,
    own: Option<&str>,
    unit: Option<&str>,
) -> bool {
    let Some(Matcher::Log(log)) = rules.matcher(matcher) else {
        return true;
    };
    if !log.accepts_path(path) {
        return false;
    }
    match (own, unit) {
        (None, None) => log.accepts(None),
        _ => {
            own.is_some_and(|own| log.accepts(Some(own)))
                || unit.is_some_and(|unit| log.accepts(Some(unit)))
        }
    }
}

/// One group of hits with real times, and only as many samples as a report shows.
fn hit(
    mut group: HitGroup,
    component: Option<&'static str>,
    reversed: bool,
    resolve: impl Fn(Stamp) -> Option<Timestamp>,
    rules: &RuleSet,
    limits: &Limits,
) -> LogHit {
    group.samples.sort_by_key(|sample| sample.snippet.line);
    let stamped = |sample: &Sample| sample.stamp.and_then(&resolve);
    let mut first = group.samples.iter().find_map(stamped);
    let mut last = group.samples.iter().rev().find_map(stamped);
    if reversed {
        std::mem::swap(&mut first, &mut last);
    }
    let keep_last = group.samples.len().saturating_sub(limits.last_samples);
    let samples = group
        .samples
        .into_iter()
        .enumerate()
        .filter(|(place, _)| *place < limits.first_samples || *place >= keep_last)
        .map(|(_, sample)| completed(sample, group.matcher, rules, limits))
        .map(|sample| {
            (
                sample.stamp.and_then(&resolve),
                sample.snippet,
                sample.captures,
            )
        })
        .collect();
    let mut times: Vec<_> = group.times.into_iter().filter_map(resolve).collect();
    times.sort_unstable();
    LogHit {
        matcher: group.matcher,
        host: group.tag.host.map(String::from),
        component,
        about: group.about,
        silenced_by: group.silenced_by,
        count: group.count,
        first,
        last,
        times,
        samples,
    }
}
