//! What each node brought in a run, by collector, and what its release should have brought and did
//! not.
//!
//! In: the entries with their places and uploads. Out: one [`NodeUpload`] for each node and run. A
//! collector may be off, or have failed; the file says neither. So the other nodes of the run, and
//! what the release and its settings leave out, decide which it is.

use super::super::{Named, NodeUpload};
use super::keys::Collector;
use super::place::{Base, Place};
use super::upload::Upload;
use std::collections::BTreeMap;

/// What a node's files tell of the release and its settings.
#[derive(Debug, Clone, Copy, Default)]
struct Setting {
    /// 0.1, by its folder `metrics`.
    oldest: bool,
    /// The cluster is connected by Azure Arc: nothing of the machines is collected.
    connected: bool,
    /// 0.8 or later, where budgets are listed.
    budgets: bool,
    /// Whether the node runs Windows.
    windows: bool,
    /// Whether the node's zip is there, which also has what a failed collector had gathered.
    zipped: bool,
}

/// Files of one upload by collector: how many keys, and how many of them hold something.
type Keys<'a> = BTreeMap<Collector, BTreeMap<&'a str, bool>>;

/// What each node brought, by node and then by run.
pub(super) fn brought<'a>(
    entries: &'a [Named<'a>],
    places: &'a BTreeMap<usize, Place<'a>>,
    uploads: &BTreeMap<Base<'a>, Upload>,
) -> Vec<NodeUpload> {
    let mut keys: BTreeMap<(Option<&str>, _), (Keys<'_>, Setting, &Upload)> = BTreeMap::new();
    for (index, place) in places {
        let (Some(entry), Some(upload)) = (entries.get(*index), uploads.get(place.base)) else {
            continue;
        };
        let Some(collector) = place.collector else {
            continue;
        };
        let node = upload.node.as_deref();
        let (own, setting, known) = keys
            .entry((node, upload.moment))
            .or_insert_with(|| (Keys::new(), Setting::default(), upload));
        if upload.collected > known.collected {
            *known = upload;
        }
        let filled = own.entry(collector).or_default();
        *filled.entry(&place.key).or_default() |= entry.facts.bytes > 0;
        setting.take(entry, place);
    }
    // Settings are those of the run, which no node tells alone.
    let all: Vec<Setting> = keys.values().map(|(_, setting, _)| *setting).collect();
    let connected = all.iter().any(|setting| setting.connected);
    let budgets = all.iter().any(|setting| setting.budgets);
    let windows_logs = keys
        .values()
        .any(|(own, ..)| own.contains_key(&Collector::WindowsLogs));
    keys.into_values()
        .map(|(own, setting, upload)| {
            let setting = Setting {
                connected,
                budgets,
                ..setting
            };
            NodeUpload {
                node: upload.node.clone(),
                collected: upload.collected,
                brought: own
                    .iter()
                    .map(|(collector, keys)| (collector.name(), keys.len()))
                    .collect(),
                absent: absent(&own, setting, windows_logs),
            }
        })
        .collect()
}

impl Setting {
    /// What one entry tells.
    fn take(&mut self, entry: &Named<'_>, place: &Place<'_>) {
        let collector = place.collector;
        self.oldest |= entry.segments.contains(&"metrics");
        self.connected |= matches!(
            collector,
            Some(Collector::Helm | Collector::PodsContainerLogs)
        );
        self.budgets |= collector == Some(Collector::PodDisruptionBudget);
        self.windows |= collector == Some(Collector::WindowsLogs) || place.key.contains('\\');
        self.zipped |= place.from_zip;
    }
}

/// Collectors that should have written something and did not, or wrote nothing but empty files, each
/// with why that may be.
fn absent(
    own: &Keys<'_>,
    setting: Setting,
    windows_logs: bool,
) -> Vec<(&'static str, &'static str)> {
    use Collector as C;
    // Of a node with files of Linux none, and without a journal, the kind is not known.
    let linux = [C::Dns, C::IpTables, C::KubeletCmd, C::SystemLogs];
    let linux_found = linux.iter().any(|one| own.contains_key(one));
    let windows = setting.windows || !linux_found && !setting.connected;
    let mut expected = vec![C::KubeObjects, C::NetworkOutbound];
    if !setting.oldest {
        expected.push(C::NetworkConfig);
    }
    if !windows {
        expected.push(C::Dns);
    }
    if setting.connected {
        expected.extend([C::Helm, C::PodsContainerLogs]);
    } else {
        if !windows {
            expected.extend([C::IpTables, C::KubeletCmd, C::SystemLogs]);
        }
        expected.push(if setting.oldest {
            C::ProvisionLogs
        } else {
            C::NodeLogs
        });
        if !setting.oldest {
            expected.push(C::SystemPerf);
        }
        if setting.budgets {
            expected.push(C::PodDisruptionBudget);
        }
    }
    if windows {
        expected.push(C::WindowsLogs);
    }
    expected.sort();
    let why = |collector: C| match own.get(&collector) {
        Some(keys) if keys.values().any(|filled| *filled) => None,
        Some(_) => Some("failed: its file is empty"),
        None if collector == C::WindowsLogs && !windows_logs => {
            Some("off: FEATURE_WINHPC is not set")
        }
        None if setting.zipped => Some("failed"),
        None => Some("failed, or not downloaded"),
    };
    let absent = expected
        .into_iter()
        .filter_map(|one| Some((one.name(), why(one)?)));
    absent.collect()
}
