//! What a bundle shows, as far as rules can ask for it.

use super::missing::{Missing, Wanted, Why};
use super::{Outcome, RuleCoverage};
use crate::component::{self, Runs};
use crate::diagnose::observe::checks::{self, Need};
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use crate::evidence::{Evidence, LogSource};
use crate::examine::facts::FactKind;
use crate::layout::{Content, Never};
use crate::rules::glob::PathGlob;
use crate::rules::predicate::{Ask, Predicate};
use crate::rules::syntax::Requires;
use crate::rules::{LogMatcher, Matcher, Rule};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Names in `component` that stand for messages of objects, not for logs.
const MESSAGES: &[&str] = &["event", "status"];

/// What the bundle holds, as far as rules can ask for it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that a reason may rest on"
)]
pub(super) struct Seen<'a> {
    evidence: &'a Evidence,
    window: Window,
    /// Components whose lines were read and fall into the window.
    components: BTreeSet<&'static str>,
    /// Components whose lines were read, and all lie outside the window.
    outside: BTreeSet<&'static str>,
    /// Components with an entry that could not be read, or not wholly, and whether any of it was.
    damaged: BTreeMap<&'static str, bool>,
    /// Whether a log of a node was read to which several components may write.
    node_log: bool,
    /// Whether a log was read whose writer is known.
    any_log: bool,
    /// Whether a log stood there that could not be fetched.
    fetch_errors: bool,
    /// First event that is left, where all before it may have expired.
    events_from: Option<Timestamp>,
    /// Whether all nodes run Windows.
    windows: bool,
    /// Whether Azure runs the control plane.
    managed: bool,
}

impl<'a> Seen<'a> {
    /// Looks through the evidence once.
    pub(super) fn of(evidence: &'a Evidence, window: Window) -> Self {
        let read = || {
            evidence
                .logs
                .iter()
                .filter(|log| log.lines > 0 && log.fetch_error.is_none() && log.recognised)
        };
        let inside = |log: &&LogSource| window.overlaps(log.first, log.last);
        // What a collector says of its own work is no log of anybody else.
        let told = || read().filter(|log| inside(log) && log.role.content != Content::Collector);
        let named = |logs: &mut dyn Iterator<Item = &'a LogSource>| -> BTreeSet<&'static str> {
            logs.flat_map(|log| log.components.iter().copied())
                .collect()
        };
        let all = named(&mut read());
        let components = named(&mut read().filter(inside));
        let mut damaged = BTreeMap::new();
        for gap in evidence
            .gaps
            .iter()
            .filter(|gap| gap.reason.loses_evidence())
        {
            if let Some(component) = evidence.role(&gap.locator.entry).component {
                damaged.insert(component, all.contains(component));
            }
        }
        let nodes: Vec<_> = evidence.index.nodes().collect();
        let control_plane_nodes = nodes.iter().any(|(object, _)| {
            let mut labels = object.meta.labels.keys();
            labels.any(|label| {
                ["master", "control-plane"]
                    .iter()
                    .any(|role| label.strip_prefix("node-role.kubernetes.io/") == Some(role))
            })
        });
        Self {
            evidence,
            window,
            outside: all.difference(&components).copied().collect(),
            components,
            damaged,
            node_log: read()
                .any(|log| log.components.is_empty() && is_of_many(log) && inside(&log)),
            any_log: told().next().is_some(),
            fetch_errors: evidence.logs.iter().any(|log| log.fetch_error.is_some()),
            events_from: first_event(evidence),
            windows: !nodes.is_empty()
                && nodes
                    .iter()
                    .all(|(_, node)| node.operating_system.as_deref() == Some("windows")),
            managed: evidence.in_azure() && !control_plane_nodes,
        }
    }

    /// How a rule that did not fire ended: clear if anything it looks at was there.
    pub(super) fn judge(&self, scene: Scene<'_>, rule: &Rule) -> RuleCoverage {
        let mut missing = Vec::new();
        let mut notes = BTreeSet::new();
        let mut looked = false;
        let mut look = |result: Result<Option<String>, Missing>| match result {
            Ok(note) => {
                looked = true;
                notes.extend(note);
            }
            Err(reason) => missing.push(reason),
        };
        let check = checks::of(&rule.id);
        let predicate = rule.predicate.as_ref();
        if let Some(predicate) = predicate.filter(|one| one.ask.is_of_objects()) {
            look(self.predicate(predicate));
        }
        for matcher in rule.matchers().filter_map(|id| scene.rules.matcher(id)) {
            // What a check looks for, any log may happen to repeat: that none does says nothing.
            let repeats = matches!(matcher, Matcher::Log(log) if log.components.is_empty())
                && check.is_some();
            if !repeats {
                match matcher {
                    Matcher::Log(log) if !log.paths.is_empty() => look(self.path(log)),
                    Matcher::Log(log) => self.log(&log.components, &mut look),
                    Matcher::Event(_) => look(self.events()),
                    Matcher::Object(object) => look(self.kind(&object.kind)),
                }
            }
        }
        for need in check.map(|check| check.needs).unwrap_or_default() {
            look(self.need(*need));
        }
        if let Some(range) = &rule.version
            && range.requires == Requires::Version
        {
            let known = !self.evidence.inventory.judged(&range.component).is_empty();
            look(there(known, Wanted::Version(range.component.clone())));
        }
        missing.sort();
        missing.dedup();
        // Events and objects of a node that uploaded nothing tell less than its journal would.
        let partly = self.evidence.nodes.absent().next().is_some()
            && missing
                .iter()
                .any(|one| matches!(one.why, Why::OnSomeNodes { .. }));
        let mut said: Vec<String> = missing.iter().map(Missing::to_string).collect();
        if looked {
            said.extend(notes);
        }
        RuleCoverage {
            rule: rule.id.to_string(),
            outcome: if looked && !partly {
                Outcome::Clear
            } else {
                Outcome::NotChecked
            },
            reason: said.join("; "),
            missing,
        }
    }

    /// Whether any of these components' lines, or messages, were read.
    fn log(&self, components: &[String], look: &mut dyn FnMut(Result<Option<String>, Missing>)) {
        if components.is_empty() {
            let read = self.any_log || self.evidence.collected("Event");
            look(if read {
                Ok(None)
            } else {
                Err(self.no_log(&[]))
            });
            return;
        }
        if components.iter().any(|name| name == "event") {
            look(self.events());
        }
        let statuses = || {
            let mut kinds = self.evidence.kinds.iter();
            kinds.any(|(kind, count)| kind != "Event" && *count > 0)
        };
        if components.iter().any(|name| name == "status") && statuses() {
            look(Ok(None));
        }
        let writers: Vec<String> = components
            .iter()
            .filter(|name| !MESSAGES.contains(&name.as_str()))
            .cloned()
            .collect();
        if writers.is_empty() {
            return;
        }
        let read = |name: &String| match name.as_str() {
            "kubectl" => self.any_log || self.fetch_errors,
            name => {
                self.components.contains(name) || self.node_log && component::runs(name).on_nodes()
            }
        };
        if writers.iter().any(read) {
            if let Some(missing) = self.on_some_nodes(&writers) {
                look(Err(missing));
                return;
            }
            let cut: Vec<&str> = writers
                .iter()
                .map(String::as_str)
                .filter(|name| self.damaged.get(name) == Some(&true))
                .collect();
            let note = (!cut.is_empty())
                .then(|| format!("the log of {} was not read to its end", cut.join(", ")));
            look(Ok(note));
        } else {
            look(Err(self.no_log(&writers)));
        }
    }

    /// The nodes whose logs of these components were not read, where no log from elsewhere was: what
    /// a rule did not see on the others, it may see there.
    fn on_some_nodes(&self, components: &[String]) -> Option<Missing> {
        let on_nodes = |name: &&String| component::runs(name).on_nodes();
        let elsewhere = |name: &String| !on_nodes(&name) && self.components.contains(&**name);
        if components.iter().any(elsewhere) {
            return None;
        }
        let components: Vec<String> = components.iter().filter(on_nodes).cloned().collect();
        let linux_only = components
            .iter()
            .all(|name| component::runs(name) == Runs::OnLinuxNodes);
        let (lacking, all) = self.evidence.nodes.without_log(&components, linux_only)?;
        let read = all - lacking.len();
        (!lacking.is_empty()).then_some(Missing {
            what: Wanted::Log(components),
            why: Why::OnSomeNodes { read, all },
        })
    }

    /// Why there is no log of any of these components.
    fn no_log(&self, components: &[String]) -> Missing {
        let all = |test: fn(Runs) -> bool| {
            let mut places = components.iter().map(|name| component::runs(name));
            !components.is_empty() && places.all(test)
        };
        let any = |test: &dyn Fn(&str) -> bool| components.iter().any(|name| test(name));
        let why = if any(&|name| self.outside.contains(name)) {
            Why::OutsideWindow
        } else if any(&|name| self.damaged.contains_key(name)) {
            Why::Unreadable
        } else if let Some(never) = self.never().filter(|_| all(Runs::on_nodes)) {
            Why::NotInFormat(never.called)
        } else if self.windows && all(|runs| runs == Runs::OnLinuxNodes) {
            Why::NotOnWindows
        } else if self.managed && all(|runs| runs == Runs::InControlPlane) {
            Why::ManagedControlPlane
        } else if self.fetch_errors && !self.any_log {
            Why::NotFetched
        } else {
            Why::Absent
        };
        Missing {
            what: Wanted::Log(components.to_vec()),
            why,
        }
    }

    /// Whether what a check looks at was there.
    fn need(&self, need: Need) -> Result<Option<String>, Missing> {
        match need {
            Need::All(needs) => {
                let notes: Result<Vec<_>, _> = needs.iter().map(|need| self.need(*need)).collect();
                Ok(notes?.into_iter().flatten().next())
            }
            Need::Objects("Event") => self.events(),
            Need::Objects(kind) => self.kind(kind),
            Need::Together(kinds) => {
                let lacks = kinds.iter().find(|kind| !self.evidence.collected(kind));
                lacks.map_or(Ok(None), |kind| self.kind(kind))
            }
            Need::Listed(kind) => there(
                self.evidence.lists_some(kind),
                Wanted::WholeList(kind.to_owned()),
            ),
            Need::AnyObject => {
                let any = self.evidence.index.iter().next().is_some();
                there(any, Wanted::AnyObject)?;
                self.clock()
            }
            Need::Conditions => {
                let mut objects = self.evidence.index.iter();
                let any = objects.any(|object| object.troubles.is_some());
                there(any, Wanted::Conditions)
            }
            Need::Certificates => {
                let mut objects = self.evidence.index.iter();
                let any = objects.any(|object| !object.certificates.is_empty());
                there(any, Wanted::Certificates)?;
                self.clock()
            }
            Need::Budgets => {
                let mut roles = self.evidence.layout.roles.keys();
                let lists = self.evidence.layout.format.promises().budget_lists;
                let listed = lists
                    .is_some_and(|lists| roles.any(|path| path.file_name().starts_with(lists)));
                // The objects say more than the list does.
                let read = listed || self.evidence.collected("PodDisruptionBudget");
                there(read, Wanted::Budgets)
            }
            Need::Version => {
                let known = !self.evidence.inventory.judged("kubernetes").is_empty();
                there(known, Wanted::Version("kubernetes".to_owned()))
            }
            Need::Collected(kind) => {
                let mut facts = self.evidence.collector.iter();
                let mut roles = self.evidence.layout.roles.keys();
                // A cluster without releases has a list, and nothing in it.
                let list = self.evidence.layout.format.promises().release_list;
                let list = list.filter(|_| kind == FactKind::HelmReleases);
                let read = facts.any(|(_, _, fact)| fact.is(kind))
                    || list.is_some_and(|list| roles.any(|path| path.file_name() == list));
                there(read, Wanted::Collected(kind))?;
                self.of_all_nodes(kind)
            }
            Need::DumpLogs => {
                let dump = self.evidence.logs.iter().any(|log| log.role.pod.is_some());
                there(dump, Wanted::ContainerLogs)
            }
        }
    }

    /// Whether what the collector brings from each node is not missing for some.
    fn of_all_nodes(&self, kind: FactKind) -> Result<Option<String>, Missing> {
        let absent = self.evidence.nodes.absent().count();
        let all = self.evidence.nodes.iter().count();
        let of_nodes = matches!(
            kind,
            FactKind::Probes | FactKind::NatTable | FactKind::KubeletCommand | FactKind::Resolver
        );
        if absent == 0 || !of_nodes {
            return Ok(None);
        }
        let read = all - absent;
        Err(Missing {
            what: Wanted::Collected(kind),
            why: Why::OnSomeNodes { read, all },
        })
    }

    /// Whether a log was read that lies where the matcher looks.
    fn path(&self, matcher: &LogMatcher) -> Result<Option<String>, Missing> {
        let read = self.evidence.logs.iter().any(|log| {
            log.lines > 0 && log.fetch_error.is_none() && matcher.accepts_path(&log.path)
        });
        let globs = matcher.paths.iter().map(PathGlob::as_str);
        there(read, Wanted::LogAt(globs.map(str::to_owned).collect()))
    }

    /// Whether what another tool's rule asks about was there.
    fn predicate(&self, predicate: &Predicate) -> Result<Option<String>, Missing> {
        match (&predicate.ask, predicate.kind()) {
            (Ask::ClusterVersion, _) => {
                let known = !self.evidence.inventory.versions("kubernetes").is_empty();
                there(known, Wanted::Version("kubernetes".to_owned()))
            }
            (Ask::Workloads(filter), Some(kind)) => {
                let note = self.kind(kind)?;
                let Some(name) = &filter.name else {
                    return Ok(note);
                };
                let mut objects = self.evidence.index.of_kind(kind);
                let found = objects
                    .any(|object| filter.accepts(&object.key().namespace, &object.key().name));
                there(found, Wanted::Object(kind.to_owned(), name.clone()))
            }
            (_, Some("Event")) => self.events(),
            (_, Some(kind)) => self.kind(kind),
            // The rule's matchers say what they look at.
            (_, None) => Ok(None),
        }
    }

    /// Whether the time of the capture is known.
    fn clock(&self) -> Result<Option<String>, Missing> {
        there(self.evidence.capture.at.is_some(), Wanted::CaptureTime)
    }

    /// Whether events are left that fall into the window.
    fn events(&self) -> Result<Option<String>, Missing> {
        let missing = |why| Missing {
            what: Wanted::Events,
            why,
        };
        let collected = self.evidence.collected("Event");
        let count = collected.then(|| self.evidence.event_count());
        match (count, self.events_from) {
            (None, _) => Err(missing(Why::Absent)),
            (Some(0), _) => Err(missing(Why::Empty)),
            (Some(_), from) if !self.window.overlaps(from, last_event(self.evidence)) => {
                Err(missing(Why::OutsideWindow))
            }
            (Some(_), _) if self.evidence.events_left_out > 0 => Ok(Some(format!(
                "{} events were over the limit and were not looked at",
                self.evidence.events_left_out
            ))),
            (Some(_), from) => Ok(from.map(|from| {
                let minute = from.strftime("%Y-%m-%d %H:%M");
                format!("no event is older than {minute} UTC")
            })),
        }
    }

    /// Whether objects of a kind were collected.
    fn kind(&self, kind: &str) -> Result<Option<String>, Missing> {
        let left_out = self.evidence.index.left_out;
        if self.evidence.collected(kind) {
            return Ok((left_out > 0).then(|| {
                format!("{left_out} objects were over the limit and were not looked at")
            }));
        }
        let never = self.never().filter(|never| !never.kinds.contains(&kind));
        Err(Missing {
            what: Wanted::Objects(kind.to_owned()),
            why: never.map_or(Why::Absent, |never| Why::NotInFormat(never.called)),
        })
    }

    /// What bundles of this format never hold.
    fn never(&self) -> Option<Never> {
        self.evidence.layout.format.promises().never
    }
}

/// Whether a node's programs all write to this log, as its name says.
fn is_of_many(log: &LogSource) -> bool {
    let file = log.path.file_name();
    let shared = ["syslog", "messages", "journal"];
    log.role.content == Content::NodeLog && shared.iter().any(|name| file.contains(name))
}

/// Nothing to add, or that nothing of it is there.
fn there(there: bool, what: Wanted) -> Result<Option<String>, Missing> {
    let why = Why::Absent;
    there.then_some(None).ok_or(Missing { what, why })
}

/// The first time at which an event was seen.
fn first_event(evidence: &Evidence) -> Option<Timestamp> {
    let known = evidence
        .events
        .iter()
        .filter_map(|event| event.first.or(event.last));
    known.chain(evidence.quiet_events.first).min()
}

/// The last time at which an event was seen.
fn last_event(evidence: &Evidence) -> Option<Timestamp> {
    let known = evidence.events.iter().filter_map(|event| event.last);
    known.chain(evidence.quiet_events.last).max()
}
