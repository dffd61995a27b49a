//! Every line that a rule is shown to hit, planted into the log of its component in an archive, as
//! each runtime, journal and logger would have written it: the rule is found there, and in the lines
//! that it is shown not to hit it is not.
//!
//! The lines are the examples of all rules, and the researched ones beside the repository where they
//! are at hand. One dump holds the logs of all pods, one archive of files those of nodes; each line
//! has a log of its own, so that what was found can be told by its path.

use crate::signatures::{researched, text};
use crate::support::{Files, RULES, dump, tar};
use bundlescope::collect;
use bundlescope::evidence::Evidence;
use bundlescope::examine::prefix;
use bundlescope::examine::proof::Engine;
use bundlescope::ingest::{Input, Meter};
use bundlescope::layout::{component_of_container, component_of_file};
use bundlescope::limits::Limits;
use bundlescope::rules::{LogMatcher, Rule, Should};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Renderings in which one line cannot be told any more, and why; `(rule, rendering)`.
const EXCEPTIONS: &[(&str, Rendering, &str)] = &[];

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
        let message = line.get(prefix.message..).unwrap_or(line);
        let own = prefix.stamp.is_some() || prefix.level.is_some();
        // What is a record of fields already is not put into another.
        let record = line.starts_with('{') || line.contains("msg=");
        match self {
            Self::Klog if own => line.to_owned(),
            Self::Klog => format!("E0312 09:41:07.123456       1 main.go:99] {line}"),
            Self::Journal if prefix.unit.is_some() => line.to_owned(),
            Self::Journal => format!("Mar 12 09:41:07 worker-0 {component}[812]: {line}"),
            Self::Cri if prefix.unit.is_some() => line.to_owned(),
            Self::Cri => format!("2024-03-12T09:41:07.123456789Z stderr F {line}"),
            Self::DockerJson => json!({"log": format!("{line}\n"), "stream": "stderr",
                "time": "2024-03-12T09:41:07.123456789Z"})
            .to_string(),
            Self::Zap | Self::Logfmt if record => line.to_owned(),
            Self::Zap => json!({"level": "error", "ts": "2024-03-12T09:41:07.123Z",
                "caller": "main/main.go:99", "msg": message})
            .to_string(),
            Self::Logfmt => format!(
                "time=\"2024-03-12T09:41:07Z\" level=error msg={}",
                json!(message)
            ),
        }
    }
}

/// A line with what must become of it.
struct Plant<'a> {
    rule: &'static Rule,
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

/// Ids of the rules that hit each planted line.
fn found(evidence: &[Evidence]) -> BTreeMap<usize, BTreeSet<&'static str>> {
    let mut found = BTreeMap::<usize, BTreeSet<_>>::new();
    for source in evidence.iter().flat_map(|evidence| &evidence.logs) {
        let path = source.path.to_string();
        let Some((_, rest)) = path.split_once("case-") else {
            continue;
        };
        let number = rest.get(..5).unwrap().parse().unwrap();
        let rules = source.hits.iter().map(|hit| RULES.rule_of(hit.matcher));
        let ids = rules.flatten().map(|rule| &*rule.id);
        found.entry(number).or_default().extend(ids);
    }
    found
}

/// Reads one archive.
fn read(name: &str, files: &Files) -> Evidence {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, tar(files)).unwrap();
    let meter = Meter::default();
    let settings = bundlescope::Settings {
        rules: &RULES,
        limits: &Limits::RELEASE,
        threads: 2,
        meter: &meter,
    };
    let input = Input {
        name: name.to_owned(),
        path: Some(path),
    };
    collect(&[input], &settings).unwrap().0
}

/// What is wrong with one planted line; `None` where nothing is.
fn wrong(plant: &Plant<'_>, hits: &BTreeSet<&'static str>) -> Option<String> {
    let id = &*plant.rule.id;
    let own = hits.contains(id);
    match plant.should {
        Should::Match if own || hits.iter().any(|hit| RULES.supersedes(hit, id)) => None,
        Should::Match => Some(format!("{id} is not found; {hits:?} are")),
        Should::NotMatch if own => Some(format!("{id} is found and should not be")),
        Should::NotMatch => None,
    }
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
        let (mut pods, mut nodes) = (dump(10), Files::new());
        for (number, one) in plants.iter().enumerate() {
            let line = rendering.write(one.line.trim_end(), &one.component);
            plant(number, &line, &one.component, &mut pods, &mut nodes);
        }
        let hits = found(&[read("dump.tar", &pods), read("nodes.tar", &nodes)]);
        for (number, one) in plants.iter().enumerate() {
            let none = BTreeSet::new();
            let Some(wrong) = wrong(one, hits.get(&number).unwrap_or(&none)) else {
                continue;
            };
            let excused = EXCEPTIONS
                .iter()
                .any(|(id, other, _)| *id == &*one.rule.id && *other == rendering);
            if !excused {
                failed += 1;
                let line = rendering.write(one.line.trim_end(), &one.component);
                let _ = writeln!(
                    table,
                    "{rendering:?} in {}: {wrong}\n    {line}",
                    one.component
                );
            }
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
