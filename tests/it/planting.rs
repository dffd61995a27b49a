//! Every line that a rule is shown to hit, planted into the log of its component in an archive, as
//! each runtime, journal and logger would have written it: the rule is found there, and in the lines
//! that it is shown not to hit it is not.
//!
//! The lines are the examples of all rules, and the researched ones beside the repository where they
//! are at hand. One dump holds the logs of all pods, one archive of files those of nodes; each line
//! has a log of its own, so that what was found can be told by its path.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::signatures::{researched, text};
use crate::support::{Files, RULES, dump, tar};
use bundlescope::collect;
use bundlescope::evidence::Evidence;
use bundlescope::examine::prefix::{self, Level};
use bundlescope::examine::proof::Engine;
use bundlescope::ingest::{Input, Meter};
use bundlescope::layout::{component_of_container, component_of_file};
use bundlescope::limits::Limits;
use bundlescope::rules::{EventType, LogMatcher, Matcher, MatcherId, Rule, Should};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Rules whose lines no logger writes, and who does; they are planted as they stand.
const PLAIN: &[(&str, &str)] = &[
    (
        "calico-component-crashes",
        "a header of Calico's own, whose level is what the rule looks for",
    ),
    ("custom-dns-only-loopback", "a line of resolv.conf"),
    ("gpu-capacity-zero", "a row of `kubectl describe node`"),
    (
        "kubelet-reflector-metrics-leak",
        "a count of metrics by name",
    ),
    (
        "lb-backend-node-no-provider-id",
        "a field of a node in YAML",
    ),
    ("lb-service-pending", "a row of `kubectl get service`"),
    (
        "noise-default-container",
        "what kubectl says before it prints a log",
    ),
    (
        "periscope-dns-collector-error",
        "the collector's error in place of a file",
    ),
    ("pod-kill-failed", "a row of `kubectl get pods`"),
    (
        "prometheus-storage-corrupt",
        "a record whose error is a field, without a message",
    ),
    ("tunnel-pod-not-running", "a row of `kubectl get pods`"),
];

/// How a line is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rendering {
    /// With a header of klog, unless it has a header already.
    Klog,
    /// As journalctl prints it.
    Journal,
    /// As containerd and CRI-O keep it.
    Cri,
    /// As docker keeps it.
    DockerJson,
    /// As a field of a record of zap.
    Zap,
    /// As a field of a record of logrus.
    Logfmt,
}

const RENDERINGS: [Rendering; 6] = [
    Rendering::Klog,
    Rendering::Journal,
    Rendering::Cri,
    Rendering::DockerJson,
    Rendering::Zap,
    Rendering::Logfmt,
];

impl Rendering {
    /// The line as this rendering has it.
    fn write(self, line: &str, component: &str) -> String {
        let prefix = prefix::parse(line.as_bytes());
        // Only a header with a time is the logger's; a word like `Error:` is part of what is said.
        let own = prefix.stamp.is_some();
        let message = line.get(prefix.message..).filter(|_| own).unwrap_or(line);
        let level = match prefix.level {
            Some(Level::Debug) => "debug",
            Some(Level::Info) => "info",
            Some(Level::Warning) => "warning",
            Some(Level::Fatal) => "fatal",
            Some(Level::Error) | None => "error",
        };
        let caller = format!("main/{}:99", prefix.source.unwrap_or("main.go"));
        // What is a record of fields already is not put into another.
        let record = line.starts_with('{') || line.contains("msg=");
        match self {
            Self::Klog if own => line.to_owned(),
            Self::Journal | Self::Cri if prefix.unit.is_some() => line.to_owned(),
            Self::Zap | Self::Logfmt if record => line.to_owned(),
            Self::Klog => format!("E0312 09:41:07.123456       1 main.go:99] {line}"),
            Self::Journal => format!("Mar 12 09:41:07 worker-0 {component}[812]: {line}"),
            Self::Cri => format!("2024-03-12T09:41:07.123456789Z stderr F {line}"),
            Self::DockerJson => json!({"log": format!("{line}\n"), "stream": "stderr",
                "time": "2024-03-12T09:41:07.123456789Z"})
            .to_string(),
            Self::Zap => json!({"level": level, "ts": "2024-03-12T09:41:07.123Z",
                "caller": caller, "msg": message})
            .to_string(),
            Self::Logfmt => format!(
                "time=\"2024-03-12T09:41:07Z\" level={level} caller={caller} msg={}",
                json!(message)
            ),
        }
    }
}

/// A line with what must become of it.
struct Plant<'a> {
    rule: &'static Rule,
    /// The matcher that it is about, where it is not about all of them.
    matcher: Option<MatcherId>,
    should: Should,
    line: &'a str,
    component: String,
}

/// Matchers of a rule that read logs.
fn log_matchers(rule: &Rule) -> impl Iterator<Item = &LogMatcher> {
    let matchers = rule.matchers().filter_map(|id| RULES.log_matcher(id));
    matchers.filter(|matcher| matcher.reads_logs())
}

/// The component into whose log a line is planted for a matcher: the first it looks at.
fn component(matcher: &LogMatcher) -> String {
    let logs = |name: &&String| *name != "event" && *name != "status";
    let first = matcher.components.iter().find(logs);
    first.map_or("workload", String::as_str).to_owned()
}

/// The example lines of all rules for their own matchers.
fn examples() -> Vec<Plant<'static>> {
    let mut plants = Vec::new();
    for rule in RULES.rules() {
        for example in &rule.examples {
            let id = rule.matchers().nth(example.matcher).unwrap();
            let matcher = RULES.log_matcher(id);
            if let Some(matcher) = matcher.filter(|matcher| matcher.reads_logs()) {
                plants.push(Plant {
                    rule,
                    matcher: Some(id),
                    should: example.should,
                    line: &example.text,
                    component: component(matcher),
                });
            }
        }
    }
    plants
}

/// The researched lines of all rules that read logs.
fn signatures(signatures: &[serde_json::Value]) -> Vec<Plant<'_>> {
    let mut plants = Vec::new();
    for signature in signatures {
        let Some(rule) = RULES.rule(text(signature, "id")) else {
            continue;
        };
        // Of a known issue the researched line tells the version, which is no symptom.
        let version = text(signature, "evidence") == "version" && rule.version.is_some();
        for (key, should) in [("positive", Should::Match), ("negative", Should::NotMatch)] {
            for example in signature[key].as_array().into_iter().flatten() {
                let line = text(example, "line");
                if version && should == Should::Match {
                    continue;
                }
                let hits = Engine.unsilenced(line, &RULES);
                let own = rule.matchers().filter(|id| hits.contains(id));
                let hitting = own.filter_map(|id| RULES.log_matcher(id));
                let reading = hitting.filter(|matcher| matcher.reads_logs());
                let mut all = reading.chain(log_matchers(rule));
                if let Some(matcher) = all.next() {
                    plants.push(Plant {
                        rule,
                        matcher: None,
                        should,
                        line,
                        component: component(matcher),
                    });
                }
            }
        }
    }
    plants
}

/// Pods of components whose container is not named like them.
const PODS: &[(&str, &str)] = &[
    ("aad-pod-identity", "nmi"),
    ("agic", "ingress-azure"),
    ("csi-azuredisk", "csi-azuredisk-node"),
    ("csi-azurefile", "csi-azurefile-node"),
    ("csi-blobfuse", "csi-blob-node"),
    ("dashboard", "kubernetes-dashboard"),
    ("flannel", "kube-flannel"),
    ("ingress-nginx", "ingress-nginx-controller"),
    ("secrets-store-csi", "secrets-store-csi-driver"),
    (
        "workload-identity-webhook",
        "azure-wi-webhook-controller-manager",
    ),
];

/// Adds the log of one planted line to the dump, or to the files of nodes.
fn plant(number: usize, line: &str, component: &str, pods: &mut Files, nodes: &mut Files) {
    let beginning = PODS.iter().find(|(name, _)| *name == component);
    let pod = beginning.map_or(component, |(_, pod)| pod);
    let pod = format!("{pod}-case-{number:05}");
    let container = if beginning.is_some() {
        "main"
    } else {
        component
    };
    // What stands around differs, so that no log is taken for a copy of another.
    let body = format!("starting number {number}\n{line}\nfinished number {number}\n");
    if component_of_container(container, &pod) == Some(component) {
        let marks = format!("logs for container {container} of pod kube-system/{pod} ====\n");
        let log = format!("==== START {marks}{body}==== END {marks}");
        pods.push((format!("kube-system/{pod}/logs.txt"), log.into_bytes()));
    } else {
        let file = format!("{component}.log");
        let known = component_of_file(&file) == Some(component);
        // A log that does not say whose it is may be anybody's.
        let file = if known {
            file
        } else {
            "messages.txt".to_owned()
        };
        nodes.push((format!("case-{number:05}/{file}"), body.into_bytes()));
    }
}

/// Matchers that hit each planted line.
fn found(evidence: &[Evidence]) -> BTreeMap<usize, BTreeSet<MatcherId>> {
    let mut found = BTreeMap::<usize, BTreeSet<_>>::new();
    for source in evidence.iter().flat_map(|evidence| &evidence.logs) {
        let path = source.path.to_string();
        let Some((_, rest)) = path.split_once("case-") else {
            continue;
        };
        let number = rest.get(..5).unwrap().parse().unwrap();
        let hits = source.hits.iter().map(|hit| hit.matcher);
        found.entry(number).or_default().extend(hits);
    }
    found
}

/// Reads one archive.
fn read(name: &str, files: &Files) -> Evidence {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, tar(files)).unwrap();
    let workers = bundlescope::Workers::start(2).unwrap();
    let meter = Meter::default();
    let settings = bundlescope::Settings {
        rules: &RULES,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    let input = Input {
        name: name.to_owned(),
        path: Some(path),
    };
    collect(&[input], &settings).unwrap().0
}

/// What is wrong with one planted line; `None` where nothing is.
fn wrong(plant: &Plant<'_>, hits: &BTreeSet<MatcherId>) -> Option<String> {
    let id = &*plant.rule.id;
    let rules = hits.iter().filter_map(|hit| RULES.rule_of(*hit));
    let rules: BTreeSet<&str> = rules.map(|rule| &*rule.id).collect();
    match plant.should {
        Should::Match if rules.contains(id) => None,
        Should::Match if rules.iter().any(|hit| RULES.supersedes(hit, id)) => None,
        Should::Match => Some(format!("{id} is not found; {rules:?} are")),
        Should::NotMatch => {
            let meant = |matcher| plant.matcher.is_none_or(|own| own == matcher);
            let own = plant
                .rule
                .matchers()
                .any(|own| hits.contains(&own) && meant(own));
            own.then(|| format!("{id} is found and should not be"))
        }
    }
}

/// Events of rules that read them, each with the matcher it is shown for, as an API server lists
/// them: in a file of their own namespace.
fn event_plants(pods: &mut Files) -> Vec<Plant<'static>> {
    let mut plants = Vec::new();
    for rule in RULES.rules() {
        for example in &rule.examples {
            let id = rule.matchers().nth(example.matcher).unwrap();
            // Reasons, kinds, type and count that it asks for; matchers of messages ask for none.
            let (reasons, kinds, wanted, rate) = match RULES.matcher(id) {
                Some(Matcher::Event(matcher)) => (
                    matcher.reasons.as_slice(),
                    matcher.kinds.as_slice(),
                    matcher.event_type,
                    matcher.rate,
                ),
                Some(Matcher::Log(log)) if log.accepts_message("event") && !log.reads_logs() => {
                    (&[][..], &[][..], None, log.rate)
                }
                _ => continue,
            };
            let stated = |own: &Option<String>, first: &[String], other: &str| {
                let first = first.first().map_or(other, String::as_str);
                own.as_deref().unwrap_or(first).to_owned()
            };
            let reason = stated(&example.reason, reasons, "Failed");
            let kind = stated(&example.kind, kinds, "Pod");
            let event_type = example.event_type.or(wanted);
            let normal = event_type == Some(EventType::Normal);
            let namespace = format!("case-{:05}", plants.len());
            let count = rate.map_or(1, |rate| rate.at_least);
            let item = json!({"metadata": {"name": "web.1", "namespace": namespace},
                "involvedObject": {"kind": kind, "namespace": namespace, "name": "web"},
                "reason": reason, "message": example.text, "count": count,
                "type": if normal { "Normal" } else { "Warning" },
                "firstTimestamp": "2024-05-01T10:05:00Z", "lastTimestamp": "2024-05-01T12:00:00Z"});
            let all = json!({"kind": "EventList", "apiVersion": "v1", "items": [item]});
            pods.push((
                format!("{namespace}/events.json"),
                all.to_string().into_bytes(),
            ));
            let plant = Plant {
                rule,
                matcher: Some(id),
                should: example.should,
                line: &example.text,
                component: "event".to_owned(),
            };
            plants.push(plant);
        }
    }
    plants
}

#[test]
fn planted_events_are_found() {
    let mut pods = dump(10);
    let plants = event_plants(&mut pods);
    let evidence = read("dump.tar", &pods);
    let mut hits = BTreeMap::<&str, BTreeSet<MatcherId>>::new();
    for event in &evidence.events {
        let own = event.hits.iter().map(|hit| hit.matcher);
        hits.entry(&event.object.namespace).or_default().extend(own);
    }
    let wrong: Vec<String> = plants
        .iter()
        .enumerate()
        .filter_map(|(number, plant)| {
            let none = BTreeSet::new();
            let namespace = format!("case-{number:05}");
            let said = wrong(plant, hits.get(namespace.as_str()).unwrap_or(&none))?;
            Some(format!("{said}: {}", plant.line))
        })
        .collect();
    println!("{} events planted", plants.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn planted_lines_are_found_in_whatever_form_they_are_written() {
    let researched = researched().unwrap_or_default();
    let plants: Vec<Plant<'_>> = examples()
        .into_iter()
        .chain(signatures(&researched))
        .filter(|plant| !plant.line.trim_end().contains('\n'))
        .collect();
    let (mut table, mut failed) = (String::new(), 0);
    for rendering in RENDERINGS {
        let write = |one: &Plant<'_>| {
            let line = one.line.trim_end();
            let plain = PLAIN.iter().any(|(id, _)| *id == &*one.rule.id);
            if plain {
                line.to_owned()
            } else {
                rendering.write(line, &one.component)
            }
        };
        let (mut pods, mut nodes) = (dump(10), Files::new());
        for (number, one) in plants.iter().enumerate() {
            let line = write(one);
            plant(number, &line, &one.component, &mut pods, &mut nodes);
        }
        let hits = found(&[read("dump.tar", &pods), read("nodes.tar", &nodes)]);
        for (number, one) in plants.iter().enumerate() {
            let none = BTreeSet::new();
            let Some(wrong) = wrong(one, hits.get(&number).unwrap_or(&none)) else {
                continue;
            };
            failed += 1;
            let (component, line) = (&one.component, write(one));
            let _ = writeln!(table, "{rendering:?} in {component}: {wrong}\n    {line}");
        }
    }
    println!(
        "{} lines in {} forms planted, {} of them researched ones beside the repository",
        plants.len(),
        RENDERINGS.len(),
        plants.len() - examples().len().min(plants.len())
    );
    assert!(failed == 0, "{failed} are wrong:\n{table}");
}
