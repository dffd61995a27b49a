//! Logs of the whole bundle: writers named, times made real.

use super::fold::{Entry, HitKey, Hits, Log};
use super::{Capture, Index};
use crate::evidence::log::{LogHit, LogSource};
use crate::examine::lines::Rhythm;
use crate::examine::part::{Sample, Section, Tag};
use crate::examine::scan::completed;
use crate::kube::{Detail, Event, ObjectKey};
use crate::layout::{self, Content, Layout, Role};
use crate::limits::Limits;
use crate::locator::EntryPath;
use crate::rules::{Matcher, MatcherId, RuleSet};
use crate::time::{Clock, Stamp};
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Takes the logs out of the entries and resolves their times.
pub(super) fn take(
    entries: &mut [Entry],
    layout: &Layout,
    capture: &Capture,
    rules: &RuleSet,
    limits: &Limits,
) -> Vec<LogSource> {
    entries
        .par_iter_mut()
        .flat_map_iter(|entry| of_entry(entry, layout, capture.clock(), rules, limits))
        .collect()
}

/// The logs of one entry: one, or one for each section of a dump.
fn of_entry(
    entry: &mut Entry,
    layout: &Layout,
    clock: Option<Clock>,
    rules: &RuleSet,
    limits: &Limits,
) -> Vec<LogSource> {
    let path = &entry.path;
    let role = layout.roles.get(path).cloned().unwrap_or_default();
    let clock = role.collected_at.map(Clock::utc).or(clock);
    let sources = std::mem::take(&mut entry.logs).into_iter();
    let sources = sources.map(|(section, log)| {
        let role = with_section(role.clone(), section);
        let known_tree = layout.format != layout::Format::Generic;
        finish(*log, path.clone(), role, known_tree, clock, rules, limits)
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
fn with_section(mut role: Role, section: Option<Box<Section>>) -> Role {
    let Some(section) = section.map(|section| *section) else {
        return role;
    };
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

/// The log with its times resolved and foreign hits dropped.
fn finish(
    log: Log,
    path: EntryPath,
    role: Role,
    known_tree: bool,
    clock: Option<Clock>,
    rules: &RuleSet,
    limits: &Limits,
) -> LogSource {
    let reversed = log.rhythm.reversed();
    let clock = clock.map(|clock| Clock {
        offset_seconds: log.rhythm.zone.unwrap_or(clock.offset_seconds),
        ..clock
    });
    let resolve = |stamp: Stamp| match (stamp, clock) {
        (Stamp::Absolute(time), _) => Some(time),
        (_, Some(clock)) => clock.resolve(stamp),
        (_, None) => None,
    };
    let (begin, end) = if reversed {
        (log.last, log.first)
    } else {
        (log.first, log.last)
    };
    let own = if log.fetch_error.is_some() {
        Some("kubectl")
    } else {
        role.component.or(log.hint)
    };
    let unit_of = |tag: &Tag| {
        let unit = tag.unit.as_deref();
        unit.map(|unit| layout::component_of_unit(unit).unwrap_or("syslog"))
    };
    let (errors, errors_left_out) = log.errors.finish(
        |tag| unit_of(tag).or(own),
        |id, tag| accepted(rules, id, &path, own, unit_of(tag)),
        resolve,
    );
    let hits = log
        .hits
        .into_iter()
        .filter_map(|(key, hits)| {
            let unit = unit_of(&key.tag);
            accepted(rules, key.matcher, &path, own, unit)
                .then(|| hit(*key, *hits, unit.or(own), reversed, resolve, rules, limits))
        })
        .collect();
    let units = log
        .tags
        .keys()
        .filter_map(|tag| tag.unit.as_deref().and_then(layout::component_of_unit));
    let named = role.component.is_some() && (known_tree || log.first.is_some());
    let of_machine = log.first.is_some() && log.tags.keys().any(|tag| tag.host.is_some());
    let recognised = role.content == Content::PodLog
        || named
        || of_machine
        || log.hint.is_some()
        || units.clone().next().is_some();
    LogSource {
        components: own.into_iter().chain(units).collect(),
        recognised,
        hosts: log
            .tags
            .keys()
            .filter_map(|tag| tag.host.as_deref().map(str::to_owned))
            .collect(),
        lines: log.lines,
        bytes: log.bytes,
        first: begin.and_then(resolve),
        last: end.and_then(resolve),
        read_to: log.latest_absolute,
        last_line: log.last_line,
        reversed,
        zone: log.rhythm.zone,
        tail: log
            .tail
            .map(|(stamp, snippet)| (stamp.and_then(resolve), snippet)),
        zoneless: matches!(begin, Some(Stamp::Yearless { .. } | Stamp::Local(_))),
        silences: silences(&log.rhythm, resolve),
        boots: log
            .rhythm
            .boots
            .iter()
            .copied()
            .filter_map(resolve)
            .collect(),
        fetch_error: log.fetch_error,
        hits,
        errors,
        errors_left_out,
        path,
        role,
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

/// One group of hits with real times.
fn hit(
    key: HitKey,
    mut hits: Hits,
    component: Option<&'static str>,
    reversed: bool,
    resolve: impl Fn(Stamp) -> Option<Timestamp>,
    rules: &RuleSet,
    limits: &Limits,
) -> LogHit {
    let stamped = |sample: &Sample| sample.stamp.and_then(&resolve);
    let time = |(_, stamp): (u64, Stamp)| resolve(stamp);
    let mut first = hits.first.and_then(time);
    first = first.or_else(|| hits.samples.iter().find_map(stamped));
    let mut last = hits.last.and_then(time);
    last = last.or_else(|| hits.samples.iter().rev().find_map(stamped));
    if reversed {
        std::mem::swap(&mut first, &mut last);
    }
    let mut times: Vec<_> = hits
        .times()
        .filter_map(|(stamp, count)| Some((resolve(stamp)?, count)))
        .collect();
    times.sort_unstable();
    let samples = hits
        .samples
        .into_iter()
        .map(|sample| completed(sample, key.matcher, rules, limits))
        .map(|sample| {
            (
                sample.stamp.and_then(&resolve),
                sample.snippet,
                sample.captures,
            )
        })
        .collect();
    LogHit {
        matcher: key.matcher,
        host: key.tag.host.map(String::from),
        component,
        about: key.about,
        silenced_by: key.silenced_by,
        count: hits.count,
        first,
        last,
        times,
        samples,
    }
}
