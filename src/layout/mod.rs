//! Room 2b: which collector wrote the bundle, and whose file each entry is.
//!
//! In: the names of all entries, with what examining saw of each (its shape, the kinds of its
//! documents). Out: a [`Layout`]: the format, why, and a [`Role`] for every entry.
//!
//! A format is a [`BundleFormat`] in [`FORMATS`]: a file of its own and a line in that list.
//!
//! Each bundle is judged on its own. Every format claims the entries that it knows, wherever they
//! lie: wrapper folders and nested archives do not matter, and a dump inside another collector's
//! tree still gets a dump's roles. The format that claims most entries names the bundle.

mod aks_periscope;
mod cluster_info_dump;
mod component;
mod generic;
mod pod_path;
mod role;
#[cfg(test)]
mod testing;
mod words;

pub use component::{COMPONENTS, component_of_container, component_of_file, component_of_unit};
pub use role::{Content, Role};

use crate::examine::Shape;
use crate::locator::EntryPath;
use jiff::Timestamp;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The formats with readers of their own. Of two that claim as many entries the first names the
/// bundle, and of an entry that two claim it says the role.
const FORMATS: &[&dyn BundleFormat] = &[
    &cluster_info_dump::ClusterInfoDump,
    &aks_periscope::AksPeriscope,
];

/// What a bundle was written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// What AKS Periscope uploads.
    AksPeriscope,
    /// What `kubectl cluster-info dump` writes.
    ClusterInfoDump,
    /// Anything else.
    Generic,
    /// Several bundles of one run that differ.
    Mixed,
}

impl Format {
    /// `aks-periscope`, `cluster-info-dump`, `generic`, `mixed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AksPeriscope => "aks-periscope",
            Self::ClusterInfoDump => "cluster-info-dump",
            Self::Generic => "generic",
            Self::Mixed => "mixed",
        }
    }

    /// What everybody may take for granted in a bundle of this format.
    pub fn promises(self) -> Promises {
        let mut formats = FORMATS.iter().filter(|format| format.id() == self);
        formats
            .next()
            .map_or_else(Promises::default, |format| format.promises())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A format of bundles.
trait BundleFormat: Sync {
    /// Which one.
    fn id(&self) -> Format;

    /// The entries that it knows as its own with their roles, and the reason; `None` where the bundle
    /// holds nothing of it.
    fn recognise(&self, entries: &[Named]) -> Option<Claim>;

    /// What everybody may take for granted in it.
    fn promises(&self) -> Promises {
        Promises::default()
    }
}

/// What a format takes for granted, besides the roles of its entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Promises {
    /// The cloud that its collector runs in, where it runs in one only.
    pub cloud: Option<&'static str>,
    /// Whether its collector runs on every node, so that one without files is missing.
    pub every_node: bool,
    /// Beginning of the names of its lists of disruption budgets.
    pub budget_lists: Option<&'static str>,
    /// Name of its list of Helm releases.
    pub release_list: Option<&'static str>,
    /// What it never holds.
    pub never: Option<Never>,
}

/// What bundles of a format never hold.
#[derive(Debug, Clone, Copy)]
pub struct Never {
    /// The format in words: "a ... holds no ...".
    pub called: &'static str,
    /// The only kinds of objects that it asks for.
    pub kinds: &'static [&'static str],
}

/// What layout may know of an entry.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    /// Its path.
    pub path: EntryPath,
    /// How it was read.
    pub shape: Shape,
    /// Kinds of the objects in it, with counts; `Event` included.
    pub kinds: BTreeMap<String, usize>,
    /// Whether it has `==== START logs` sections.
    pub sections: bool,
    /// Whether it has facts that only a Periscope collector writes.
    pub periscope: bool,
    /// Host names of its syslog or journald prefixes, most frequent first.
    pub hosts: Vec<String>,
    /// Component guessed from the source files that klog names.
    pub component_hint: Option<&'static str>,
    /// Bytes of text.
    pub bytes: u64,
    /// Node that the entry itself names as the one that it was collected on (`HostName`).
    pub node: Option<String>,
    /// Newest time at which a collector says that it was at work (`TimeStamp` of a probe).
    pub probed: Option<Timestamp>,
    /// Latest instant that a log states in full; of a journal, the end that its header names.
    pub latest: Option<Timestamp>,
}

/// When a collector ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Collected {
    /// The instant.
    pub at: Timestamp,
    /// How it is known.
    pub told_by: ToldBy,
}

/// What says when a collector ran, the least reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToldBy {
    /// The id of its run, which is given before anything is collected: the collector ran then or
    /// later, by minutes or by days.
    RunId,
    /// The end that the header of a journal states.
    Journal,
    /// Connection probes, which are stamped while the collector runs.
    Probes,
}

impl ToldBy {
    /// In words: "its connection probes".
    pub fn words(self) -> &'static str {
        match self {
            Self::RunId => "the id of its run; it collected then or later",
            Self::Journal => "the end of its journal",
            Self::Probes => "its connection probes",
        }
    }
}

/// What one node brought in one run of a collector that runs on every node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeUpload {
    /// The node; `None` where nothing tells.
    pub node: Option<Arc<str>>,
    /// When it collected.
    pub collected: Option<Collected>,
    /// Names of the collectors whose files are there, with the number of files; copies count once.
    pub brought: BTreeMap<&'static str, usize>,
    /// Names of collectors that should have written something and did not, each with why that may be.
    pub absent: Vec<(&'static str, &'static str)>,
}

/// The format of a bundle and the role of each entry.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The format; [`Format::Mixed`] where several bundles of one run differ.
    pub format: Format,
    /// Why, in words, naming the decisive entries: "nodes.json next to 2 folders with replication-controllers.json".
    pub reason: String,
    /// Role of each entry.
    pub roles: BTreeMap<EntryPath, Role>,
    /// When the collector ran, where its files say so; the latest of several nodes and runs.
    pub collected: Option<Collected>,
    /// What each node brought, by node and run; empty for collectors that run in one place.
    pub uploads: Vec<NodeUpload>,
}

/// Recognises the format and gives every entry its role; the order of `entries` does not matter.
pub fn detect(entries: &[EntryFacts]) -> Layout {
    let mut bundles: BTreeMap<&str, Vec<Named>> = BTreeMap::new();
    for facts in entries {
        bundles
            .entry(facts.path.bundle_name())
            .or_default()
            .push(Named::new(facts));
    }
    let mut formats = BTreeSet::new();
    let mut reasons = vec![];
    let mut roles = BTreeMap::new();
    let mut collected = None;
    let mut uploads = vec![];
    let several = bundles.len() > 1;
    for (bundle, mut named) in bundles {
        named.sort_by(|a, b| a.facts.path.cmp(&b.facts.path));
        let verdict = judge(&named);
        formats.insert(verdict.format);
        reasons.push(if several {
            format!("{bundle}: {}", verdict.reason)
        } else {
            verdict.reason
        });
        collected = collected.max(verdict.collected);
        uploads.extend(verdict.uploads);
        let paths = named.iter().map(|entry| entry.facts.path.clone());
        roles.extend(paths.zip(verdict.roles));
    }
    let format = match formats.first() {
        Some(only) if formats.len() == 1 => *only,
        Some(_) => Format::Mixed,
        None => Format::Generic,
    };
    Layout {
        format,
        reason: reasons.join("; "),
        roles,
        collected,
        uploads,
    }
}

/// Most segments of a name that is looked at; no collector comes near. Deeper names are made to
/// cost time, and keep only their last segment.
const DEEPEST: usize = 64;

/// An entry with its name cut into segments.
struct Named<'a> {
    /// What is known of it.
    facts: &'a EntryFacts,
    /// Its name from the outermost to the innermost, cut at archives and at `/`; never empty.
    segments: Vec<&'a str>,
}

impl<'a> Named<'a> {
    /// Cuts the name of an entry.
    fn new(facts: &'a EntryFacts) -> Self {
        let mut segments: Vec<_> = facts.path.segments().filter(|s| *s != ".").collect();
        if segments.is_empty() {
            segments.push(facts.path.file_name());
        }
        if segments.len() > DEEPEST {
            segments = segments.split_off(segments.len() - 1);
        }
        Self { facts, segments }
    }

    /// Its last segment.
    fn file(&self) -> &'a str {
        self.segments.last().copied().unwrap_or_default()
    }

    /// The segments before the last.
    fn folder(&self) -> &[&'a str] {
        self.segments.split_last().map_or(&[], |(_, folder)| folder)
    }

    /// Whether it was read as documents.
    fn is_document(&self) -> bool {
        matches!(
            self.facts.shape,
            Shape::Json | Shape::Yaml | Shape::Describe | Shape::Table
        )
    }
}

/// The entries that a format knows as its own.
struct Claim {
    /// Roles by the entry's place in the sorted list.
    roles: BTreeMap<usize, Role>,
    /// What the format was recognised by.
    reason: String,
    /// When the collector ran.
    collected: Option<Collected>,
    /// What each node brought.
    uploads: Vec<NodeUpload>,
}

/// What one bundle is.
struct Verdict {
    /// Its format.
    format: Format,
    /// Why.
    reason: String,
    /// Roles in the order of the entries.
    roles: Vec<Role>,
    /// When the collector ran.
    collected: Option<Collected>,
    /// What each node brought.
    uploads: Vec<NodeUpload>,
}

/// Judges one bundle.
///
/// The score of a format is the number of entries that it claims. Another collector's tree, known
/// by its marker files, scores with the entries that nobody claims, so that a dump stream inside it
/// does not name the whole. On a tie the first of [`FORMATS`] wins, and each over the rest.
fn judge(entries: &[Named]) -> Verdict {
    let (claims, generic) = rayon::join(
        || -> Vec<(Format, Claim)> {
            FORMATS
                .par_iter()
                .filter_map(|format| Some((format.id(), format.recognise(entries)?)))
                .collect()
        },
        || generic::read(entries),
    );
    let claimed = |index: &usize| {
        let mut claims = claims.iter();
        claims.any(|(_, claim)| claim.roles.contains_key(index))
    };
    let unclaimed = (0..entries.len()).filter(|index| !claimed(index)).count();
    let score_of_rest = if generic.known_tree { unclaimed } else { 0 };
    let scores = claims.iter().map(|(_, claim)| claim.roles.len());
    let best = scores.max().unwrap_or(0).max(score_of_rest);
    let named = claims.iter().find(|(_, claim)| claim.roles.len() == best);
    let (format, reason) = match named {
        Some((format, claim)) => (*format, claim.reason.clone()),
        None => (Format::Generic, generic.reason),
    };
    let collected = claims.iter().filter_map(|(_, claim)| claim.collected).max();
    let uploads = claims.iter().flat_map(|(_, claim)| claim.uploads.clone());
    let uploads = uploads.collect();
    let roles = generic
        .roles
        .into_iter()
        .enumerate()
        .map(|(index, guess)| {
            let own = claims.iter().find_map(|(_, claim)| claim.roles.get(&index));
            own.cloned().unwrap_or(guess)
        })
        .collect();
    Verdict {
        format,
        reason,
        roles,
        collected,
        uploads,
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{entries, facts, role};
    use super::*;
    use proptest::prelude::*;

    /// Words that paths of all formats are made of.
    const WORDS: &[&str] = &[
        "2023-10-05T09-15-02Z",
        "aks-n-1-vmss000000",
        "aks-n-1-vmss000000.zip",
        "collector",
        "kubeobjects",
        "kube-system_pod_a",
        "systemlogs",
        "kubelet",
        "kubeletcmd",
        "networkconfig",
        "nodes.json",
        "default",
        "replication-controllers.json",
        "logs.txt",
        "pods",
        "containers",
        "a_b_0123456789abcdef0123456789abcdef",
        "c",
        "0.log",
        "1.log",
        "namespaces",
        "logs",
        "cluster-resources",
        "nodes",
        "node-1",
        "kubelet.log",
        "journal.log",
        "é",
        "..",
        "",
    ];

    #[test]
    fn nothing_is_generic() {
        let layout = detect(&[]);
        assert_eq!((layout.format, layout.roles.len()), (Format::Generic, 0));
    }

    #[test]
    fn bundles_of_one_run_are_judged_each_on_its_own() {
        let mut all = entries("dump", &["nodes.json", "a/replication-controllers.json"]);
        all.extend(entries(
            "p.zip",
            &["networkoutbound/Internet", "dns/kubernetes"],
        ));
        let layout = detect(&all);
        assert_eq!(layout.format, Format::Mixed);
        assert!(layout.reason.starts_with("dump: "), "{}", layout.reason);
        assert!(layout.reason.contains("; p.zip: "), "{}", layout.reason);

        all.truncate(2);
        all.extend(entries("dump2", &["b/replication-controllers.json"]));
        assert_eq!(detect(&all).format, Format::ClusterInfoDump);
    }

    #[test]
    fn the_order_of_entries_does_not_matter() {
        let mut all = entries(
            "b.zip",
            &[
                "2023-10-05T09-15-02Z/aks-n-1-vmss000000/kubelet",
                "2023-10-05T09-15-02Z/aks-n-1-vmss000000/kubeletcmd",
                "2023-10-05T09-15-02Z/aks-n-1-vmss000000/aks-n-1-vmss000000.zip!systemlogs/kubelet",
                "2023-10-05T09-15-02Z/aks-n-1-vmss000000/web-1-web",
                "2023-10-05T09-15-02Z/aks-n-1-vmss000001/web-1-web",
                "other/pods/a_b_0123456789abcdef0123456789abcdef/c/0.log",
                "other/pods/a_b_0123456789abcdef0123456789abcdef/c/1.log",
            ],
        );
        let forward = detect(&all);
        all.reverse();
        let backward = detect(&all);
        assert_eq!(forward.roles, backward.roles);
        assert_eq!(forward.reason, backward.reason);
        assert_eq!(forward.roles.len(), all.len());
    }

    #[test]
    fn a_dump_inside_another_collectors_tree_keeps_its_roles() {
        let mut all = entries(
            "host.tar.gz",
            &[
                "host/collector-output.log",
                "host/systeminfo/ps",
                "host/journald/kubelet",
                "host/kubeadm/kubectl/cluster-info_dump",
            ],
        );
        let stream = all.last_mut().expect("four entries were made");
        stream.shape = Shape::Sections;
        stream.sections = true;
        stream.kinds = BTreeMap::from([("Node".into(), 1)]);
        let layout = detect(&all);
        assert_eq!(layout.format, Format::Generic);
        assert!(layout.reason.contains("Rancher"), "{}", layout.reason);
        let stream = role(&layout, "host/kubeadm/kubectl/cluster-info_dump");
        assert_eq!(stream.content, Content::PodLog);
        let journal = role(&layout, "host/journald/kubelet");
        assert_eq!(journal.component, Some("kubelet"));
    }

    #[test]
    fn a_name_of_endless_folders_is_read_by_its_last() {
        let endless = format!("{}systemlogs/kubelet", "dns/".repeat(40_000));
        let all = entries("b", &[&endless, "kubelet"]);
        let layout = detect(&all);
        assert_eq!(role(&layout, &endless), role(&layout, "kubelet"));
    }

    #[test]
    fn a_bare_log_is_told_by_its_name_or_by_what_it_says() {
        let mut named = facts("raw-kubelet.log.gz", "");
        named.hosts = vec!["node-1".into()];
        let layout = detect(&[named]);
        assert_eq!(layout.format, Format::Generic);
        let role = layout.roles.values().next().expect("one entry was given");
        assert_eq!(role.content, Content::NodeLog);
        assert_eq!(role.component, Some("kubelet"));
        assert_eq!(role.node.as_deref(), Some("node-1"));

        let mut unnamed = facts("stdin", "");
        unnamed.component_hint = Some("kube-apiserver");
        let layout = detect(&[unnamed]);
        let role = layout.roles.values().next().expect("one entry was given");
        assert_eq!(role.component, Some("kube-apiserver"));
    }

    proptest! {
            #[test]
            fn every_entry_gets_one_role_in_any_order(
                paths in prop::collection::vec(prop::collection::vec((0..WORDS.len(), any::<bool>()), 1..7), 0..12),
                turn in 0usize..12,
            ) {
                let names: Vec<String> = paths
                    .iter()
                    .map(|path| {
                        path.iter()
    .flat_map(|(word, archive)| [WORDS[*word], if *archive { "!" } else { "/" }])
    .collect()
                    })
                    .collect();
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                let mut all = entries("b", &names);
                let layout = detect(&all);
                let paths: BTreeSet<_> = all.iter().map(|facts| &facts.path).collect();
                prop_assert!(layout.roles.keys().eq(paths));
                let turn = turn.min(all.len());
                all.rotate_left(turn);
                let turned = detect(&all);
                prop_assert_eq!(layout.roles, turned.roles);
                prop_assert_eq!(layout.reason, turned.reason);
            }
        }
}
