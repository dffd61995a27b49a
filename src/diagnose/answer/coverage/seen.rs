//! What a bundle shows, as far as rules can ask for it.

mod needs;

use super::missing::{Missing, Wanted, Why, there};
use super::{Outcome, RuleCoverage, expect};
use crate::component::{self, Runs};
use crate::diagnose::answer::coverage::events::{first_event, last_event};
use crate::diagnose::observe::checks;
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use crate::evidence::{Evidence, LogSource};
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
    /// Components of which lines were read, and too few, or of a time too short or too long ago, to
    /// show what did not happen.
    short: BTreeMap<&'static str, Why>,
    /// Components whose lines were read, and all lie outside the window.
    outside: BTreeSet<&'static str>,
    /// Components with an entry that could not be read, or not wholly, and whether any of it was.
    damaged: BTreeMap<&'static str, bool>,
    /// Whether a log of a node was read to which several components may write.
    node_log: bool,
    /// Logs that are more than an excerpt, whoever wrote them.
    logs: expect::Logs,
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
        let at = evidence.capture.at;
        let mut components = named(&mut read().filter(inside));
        let short = expect::short(&components, || read().filter(inside), at);
        components.retain(|name| !short.contains_key(name));
        // Rules about workloads look at add-ons as well.
        if components.iter().any(|name| component::is_add_on(name)) {
            components.insert(component::WORKLOAD);
        }
        let tells = |log: &&LogSource| {
            let mut own = log.components.iter();
            expect::is_whole(log)
                && (log.components.is_empty() || own.any(|name| !short.contains_key(name)))
        };
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
            outside: all
                .into_iter()
                .filter(|name| !components.contains(name) && !short.contains_key(name))
                .collect(),
            node_log: read().any(|log| {
                log.components.is_empty()
                    && is_of_many(log)
                    && inside(&log)
                    && expect::is_whole(log)
            }),
            logs: expect::Logs::of(told().filter(tells)),
            short,
            components,
            damaged,
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
        let clear = looked && !partly;
        let lacking: Vec<String> = missing.iter().map(Missing::to_string).collect();
        let mut said = lacking.join("; ");
        if clear && !said.is_empty() {
            said = format!("as far as it could check: {said}");
        }
        if looked {
            for note in notes {
                let between = if said.is_empty() { "" } else { "; " };
                said = said + between + &note;
            }
        }
        RuleCoverage {
            rule: rule.id.to_string(),
            outcome: if clear {
                Outcome::Clear
            } else {
                Outcome::NotChecked
            },
            reason: said,
            missing,
        }
    }

    /// Whether any of these components' lines, or messages, were read.
    fn log(&self, components: &[String], look: &mut dyn FnMut(Result<Option<String>, Missing>)) {
        if components.is_empty() {
            look(if self.logs.are_many() {
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
            kinds.any(|(kind, count)| {
                let shown = kind != "Event" && *count > 0;
                shown
                    && self.evidence.shows_only(kind).is_none()
                    && self.evidence.has_statuses(kind)
            })
        };
        if components.iter().any(|name| name == "status") {
            if statuses() {
                look(Ok(None));
            } else if components.len() == 1 {
                look(there(false, Wanted::AnyObject));
            }
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
            "kubectl" => self.logs.any() || self.fetch_errors,
            name => {
                self.components.contains(name) || self.node_log && component::runs(name).on_nodes()
            }
        };
        let lines = |name: &String| read(name) || self.short.contains_key(&**name);
        if writers.iter().any(lines)
            && let Some(missing) = self.on_some_nodes(&writers)
        {
            look(Err(missing));
        } else if writers.iter().any(read) {
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
        // Where any log would do, any that is there and too little is the reason.
        let wanted = |name: &str| components.is_empty() || any(&|one| one == name);
        let short = self.short.iter().filter(|(name, _)| wanted(name));
        if let Some((name, why)) = short.min_by_key(|(_, why)| **why) {
            return Missing {
                what: Wanted::Log(vec![(*name).to_owned()]),
                why: *why,
            };
        }
        if components.is_empty() && self.logs.any() {
            return Missing {
                what: Wanted::Log(vec![]),
                why: self.logs.why_few(),
            };
        }
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
        } else if self.fetch_errors && !self.logs.any() {
            Why::NotFetched
        } else {
            Why::Absent
        };
        Missing {
            what: Wanted::Log(components.to_vec()),
            why,
        }
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

    /// Whether events are left that fall into the window.
    fn events(&self) -> Result<Option<String>, Missing> {
        let missing = |why| Missing {
            what: Wanted::Events,
            why,
        };
        let collected = self.evidence.collected("Event");
        let count = collected.then(|| self.evidence.event_count());
        if let Some(told) = self.evidence.excerpt_of_events() {
            return Err(missing(if told.rows > 0 {
                Why::FewRows { rows: told.rows }
            } else {
                Why::OfFewObjects {
                    objects: told.described,
                }
            }));
        }
        match (count, self.events_from) {
            (None, _) => Err(missing(Why::Absent)),
            (Some(0), _) if self.evidence.told_events.described == 0 => Err(missing(Why::Empty)),
            (Some(_), from) if !self.window.overlaps(from, last_event(self.evidence)) => {
                Err(missing(Why::OutsideWindow))
            }
            (Some(_), _) if self.evidence.events_left_out > 0 => Ok(Some(format!(
                "{} events exceeded the limit and were not checked",
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
        if let Some(count) = self.evidence.shows_only(kind) {
            return Err(Missing {
                what: Wanted::WholeList(kind.to_owned()),
                why: Why::Only { count },
            });
        }
        if self.evidence.collected(kind) {
            return Ok((left_out > 0)
                .then(|| format!("{left_out} objects exceeded the limit and were not checked")));
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
