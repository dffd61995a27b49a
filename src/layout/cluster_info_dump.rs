//! `kubectl cluster-info dump`: a folder of lists and `logs.txt`, or all of it in one stream.
//!
//! A dump's folder is recognised by a namespace's folder in it: `replication-controllers` is a name
//! that nothing else writes. It may be partial (the dump stops at the first error), wrapped in
//! other folders or archives, and without its `nodes` file. A stream is one entry with documents
//! and `==== START logs` sections.

use super::{BundleFormat, Claim, Content, Format, Named, Never, Promises, Role};
use crate::examine::Shape;
use crate::layout::words::count;
use std::collections::{BTreeMap, BTreeSet};

/// The lists that a dump writes for every namespace, in its order.
const LISTS: &[&str] = &[
    "events",
    "replication-controllers",
    "services",
    "daemonsets",
    "deployments",
    "replicasets",
    "pods",
];

/// The list that tells a dump from any other folder of lists.
const MARKER: &str = "replication-controllers";

/// Without [`MARKER`], that many other lists in a folder make it a dump's namespace.
const ENOUGH_LISTS: usize = 5;

/// What dumps a bundle holds.
#[derive(Default)]
struct Dumps<'a> {
    /// Folders of namespaces.
    namespaces: BTreeSet<&'a [&'a str]>,
    /// Folders that namespaces lie in.
    roots: BTreeSet<&'a [&'a str]>,
    /// Namespaces with [`MARKER`], and its name with extension.
    marked: BTreeMap<&'a [&'a str], &'a str>,
}

/// Kinds that `kubectl cluster-info dump` asks for; it never asks for another.
const IN_DUMPS: &[&str] = &[
    "DaemonSet",
    "Deployment",
    "Event",
    "Node",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Service",
];

/// The format.
pub(super) struct ClusterInfoDump;

impl BundleFormat for ClusterInfoDump {
    fn id(&self) -> Format {
        Format::ClusterInfoDump
    }

    fn recognise(&self, entries: &[Named]) -> Option<Claim> {
        recognise(entries)
    }

    fn promises(&self) -> Promises {
        Promises {
            never: Some(Never {
                called: "cluster-info dump",
                kinds: IN_DUMPS,
            }),
            ..Promises::default()
        }
    }
}

/// The entries of all dumps in the bundle; `None` where there are none.
fn recognise(entries: &[Named]) -> Option<Claim> {
    let dumps = find(entries);
    let mut roles = BTreeMap::new();
    let mut nodes = None;
    let mut streams = vec![];
    let mut logs = 0;
    for (index, entry) in entries.iter().enumerate() {
        if let Some(role) = dumps.role_of_log(entry) {
            logs += 1;
            roles.insert(index, role);
        } else if is_stream(entry) {
            streams.push(entry.facts.path.path());
            roles.insert(index, role_of_stream(entry));
        } else if let Some(role) = dumps.role_of_list(entry) {
            if role.namespace.is_none() {
                nodes.get_or_insert(entry.file());
            }
            roles.insert(index, role);
        }
    }
    if roles.is_empty() {
        return None;
    }
    Some(Claim {
        reason: reason(&dumps, nodes, &streams, logs),
        roles,
        collected: None,
        uploads: vec![],
    })
}

/// Finds the folders of dumps.
fn find<'a>(entries: &'a [Named<'a>]) -> Dumps<'a> {
    let mut lists: BTreeMap<&[&str], BTreeSet<&str>> = BTreeMap::new();
    let mut dumps = Dumps::default();
    for entry in entries {
        let Some(list) = list_of(entry.file()) else {
            continue;
        };
        lists.entry(entry.folder()).or_default().insert(list);
        if list == MARKER {
            dumps.marked.insert(entry.folder(), entry.file());
        }
    }
    for (folder, found) in lists {
        if found.contains(MARKER) || found.len() >= ENOUGH_LISTS {
            dumps.namespaces.insert(folder);
            // A namespace's folder alone may be the whole bundle.
            dumps
                .roots
                .extend(folder.split_last().map(|(_, root)| root));
        }
    }
    dumps
}

impl Dumps<'_> {
    /// Role of a `logs.txt`: `<namespace>/<pod>/logs.txt`, known by its sections or by its place.
    fn role_of_log(&self, entry: &Named) -> Option<Role> {
        let [above @ .., "logs.txt"] = entry.segments.as_slice() else {
            return None;
        };
        let (pod, namespace, root) = match above {
            [root @ .., namespace, pod] => (*pod, *namespace, root),
            [pod] => (*pod, "", &[][..]),
            [] => return None,
        };
        if !entry.facts.sections && !self.roots.contains(root) {
            return None;
        }
        // All containers of the pod are in it; each section names its own.
        Some(Role {
            component: None,
            ..Role::pod_log(namespace, pod, "")
        })
    }

    /// Role of a list in a namespace's folder, or of the list of nodes beside them.
    fn role_of_list(&self, entry: &Named) -> Option<Role> {
        let folder = entry.folder();
        if self.namespaces.contains(folder) {
            return Some(Role::objects(folder.last().copied().unwrap_or_default()));
        }
        let in_root = self.roots.contains(folder);
        if in_root && stem_of(entry.file()) == Some("nodes") {
            return Some(Role::objects(""));
        }
        // The dump may have stopped before the marker of its last namespace.
        let (namespace, root) = folder.split_last()?;
        (self.roots.contains(root) && list_of(entry.file()).is_some())
            .then(|| Role::objects(namespace))
    }
}

/// The list that a file holds, if it is one of a dump.
fn list_of(file: &str) -> Option<&'static str> {
    let stem = stem_of(file)?;
    LISTS.iter().find(|list| **list == stem).copied()
}

/// A file's name without the extensions that dumps use.
fn stem_of(file: &str) -> Option<&str> {
    [".json", ".yaml", ".yml", ".txt"]
        .iter()
        .find_map(|extension| file.strip_suffix(extension))
}

/// Whether the entry holds a dump's stream: sections, or a list of nodes read as a dump.
fn is_stream(entry: &Named) -> bool {
    entry.facts.shape == Shape::Sections
        && (entry.facts.sections || entry.facts.kinds.contains_key("Node"))
}

/// Role of a stream. It holds objects and logs of pods; as a log it is the log of pods, whose
/// names its sections give.
fn role_of_stream(entry: &Named) -> Role {
    Role::of(if entry.facts.sections {
        Content::PodLog
    } else {
        Content::Objects
    })
}

/// Names what was decisive.
fn reason(dumps: &Dumps, nodes: Option<&str>, streams: &[String], logs: usize) -> String {
    let folders = match dumps.marked.values().next() {
        Some(file) => Some((dumps.marked.len(), format!("with {file}"))),
        None if dumps.namespaces.is_empty() => None,
        None => Some((dumps.namespaces.len(), "with a dump's lists".to_string())),
    };
    let mut reasons = vec![];
    match (folders, nodes) {
        (Some((number, with)), nodes) => {
            let folders = count(number, "folder", "folders");
            reasons.push(match nodes {
                Some(nodes) => format!("{nodes} next to {folders} {with}"),
                None => format!("{folders} {with}, without a nodes file"),
            });
        }
        (None, _) if logs > 0 => reasons.push(format!(
            "{} with `==== START logs` sections",
            count(logs, "logs.txt", "logs.txt files")
        )),
        _ => {}
    }
    if let Some(first) = streams.first() {
        let more = match streams.len() {
            1 => String::new(),
            several => format!(" and {} more", several - 1),
        };
        reasons.push(format!(
            "{first}{more}: lists and log sections in the form that `kubectl cluster-info dump` prints"
        ));
    }
    reasons.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{entries, role, words};
    use super::super::{EntryFacts, detect};
    use super::*;

    /// A dump's files below `root`.
    fn dump(root: &str, extension: &str) -> Vec<EntryFacts> {
        let mut names = vec![format!("{root}nodes.{extension}")];
        for list in LISTS {
            names.push(format!("{root}default/{list}.{extension}"));
            names.push(format!("{root}kube-system/{list}.{extension}"));
        }
        names.push(format!("{root}kube-system/coredns-1/logs.txt"));
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        entries("dump.tar.gz", &names)
    }

    #[test]
    fn a_folder_is_recognised_in_every_printer_and_wrapping() {
        for extension in ["json", "yaml", "txt"] {
            for root in [
                "",
                "./",
                "cluster-state/",
                "a/b/",
                "upload.zip!c/",
                "logs.txt/",
            ] {
                let layout = detect(&dump(root, extension));
                assert_eq!(layout.format, Format::ClusterInfoDump, "{root}");
                assert_eq!(
                    layout.reason,
                    format!(
                        "nodes.{extension} next to 2 folders with replication-controllers.{extension}"
                    )
                );
                let at = |name: &str| words(&role(&layout, &format!("{root}{name}")));
                assert_eq!(at(&format!("nodes.{extension}")), "Objects");
                assert_eq!(
                    at(&format!("default/events.{extension}")),
                    "Objects default/-/-"
                );
                assert_eq!(
                    at("kube-system/coredns-1/logs.txt"),
                    "PodLog kube-system/coredns-1/-"
                );
            }
        }
    }

    #[test]
    fn parts_of_a_dump_are_enough() {
        let cases: &[(&[&str], &str, &str, &str)] = &[
            (
                &[
                    "default/replication-controllers.json",
                    "default/events.json",
                ],
                "default/events.json",
                "Objects default/-/-",
                "1 folder with replication-controllers.json, without a nodes file",
            ),
            (
                &["a/replication-controllers.json", "b/events.json"],
                "b/events.json",
                "Objects b/-/-",
                "1 folder with replication-controllers.json, without a nodes file",
            ),
            (
                &[
                    "a/events.json",
                    "a/pods.json",
                    "a/services.json",
                    "a/deployments.json",
                    "a/daemonsets.json",
                ],
                "a/pods.json",
                "Objects a/-/-",
                "1 folder with a dump's lists, without a nodes file",
            ),
            (
                &["a/web-1/logs.txt", "a/web-2/logs.txt"],
                "a/web-1/logs.txt",
                "PodLog a/web-1/-",
                "2 logs.txt files with `==== START logs` sections",
            ),
            (
                &[
                    "a/replication-controllers.json",
                    "a/pods.json",
                    "a/vz-extra.json",
                    "metadata.json",
                ],
                "a/vz-extra.json",
                "Objects a/-/-",
                "1 folder with replication-controllers.json, without a nodes file",
            ),
        ];
        for (names, entry, words_of_role, reason) in cases {
            let layout = detect(&entries("d", names));
            assert_eq!(layout.format, Format::ClusterInfoDump, "{names:?}");
            assert_eq!(words(&role(&layout, entry)), *words_of_role);
            assert_eq!(layout.reason, *reason);
        }
    }

    #[test]
    fn a_stream_is_one_entry_under_any_name() {
        let mut stream = entries("dump.txt", &[""]);
        for entry in &mut stream {
            entry.shape = Shape::Sections;
            entry.kinds = BTreeMap::from([("Node".to_string(), 3)]);
        }
        let layout = detect(&stream);
        assert_eq!(layout.format, Format::ClusterInfoDump);
        assert!(
            layout.reason.starts_with("dump.txt: lists"),
            "{}",
            layout.reason
        );
        assert_eq!(words(&role(&layout, "dump.txt")), "Objects");

        for entry in &mut stream {
            entry.sections = true;
        }
        assert_eq!(words(&role(&detect(&stream), "dump.txt")), "PodLog");
    }

    #[test]
    fn lists_of_others_are_no_dump() {
        for names in [
            &["x/nodes.json", "x/pods.json"][..],
            &[
                "cluster-resources/nodes.json",
                "cluster-resources/pods/a.json",
            ],
            &["a/logs.txt.gz", "logs.text"],
        ] {
            assert_eq!(detect(&entries("d", names)).format, Format::Generic);
        }
    }
}
