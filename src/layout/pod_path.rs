//! Paths that say which container's log a file is, as the kubelet and collectors lay them out.
//!
//! In: the segments of a path. Out: a role with namespace, pod and container, or `None`. Every
//! layout is recognised by a folder that only it has, wherever in the path that stands.

use super::{Content, Role};

/// Reads the role of a container's log from its path.
pub(super) fn role(segments: &[&str]) -> Option<Role> {
    [
        kubelet_folder,
        container_link,
        must_gather,
        insights,
        troubleshoot,
        sonobuoy,
        crash_diagnostics,
        rancher,
        arc_agents,
    ]
    .iter()
    .find_map(|read| read(segments))
}

/// Folder and number of the kubelet's own layout, `pods/<ns>_<pod>_<uid>/<ctr>/<n>.log`: the
/// number counts the container's starts, so that all but the highest are of previous instances.
pub(super) fn start_of<'a>(segments: &'a [&'a str]) -> Option<(&'a [&'a str], u64)> {
    let (file, folder) = segments.split_last()?;
    let [.., pod, _] = folder else { return None };
    split_pod_folder(pod)?;
    let number = file.split('.').next()?.parse().ok()?;
    Some((folder, number))
}

/// The kubelet's layout: `pods/<ns>_<pod>_<uid>/<ctr>/<n>.log`; its folder is copied anywhere.
fn kubelet_folder(segments: &[&str]) -> Option<Role> {
    let [.., pod, container, file] = segments else {
        return None;
    };
    let (namespace, pod) = split_pod_folder(pod)?;
    is_log(file).then(|| Role::pod_log(namespace, pod, container))
}

/// Namespace and pod of a folder `<ns>_<pod>_<uid>`.
fn split_pod_folder(folder: &str) -> Option<(&str, &str)> {
    let mut parts = folder.split('_');
    let (namespace, pod, uid) = (parts.next()?, parts.next()?, parts.next()?);
    // A pod from a file has a hash for an identity.
    let is_uid =
        [32, 36].contains(&uid.len()) && uid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (parts.next().is_none() && is_uid && !namespace.is_empty() && !pod.is_empty())
        .then_some((namespace, pod))
}

/// The kubelet's links: `containers/<pod>_<ns>_<ctr>-<id>.log`; also copied flat.
fn container_link(segments: &[&str]) -> Option<Role> {
    let stem = segments.last()?.split(".log").next()?;
    let (name, id) = stem.rsplit_once('-')?;
    let is_id = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = name.split('_');
    let (pod, namespace, container) = (parts.next()?, parts.next()?, parts.next()?);
    (is_id && parts.next().is_none()).then(|| Role::pod_log(namespace, pod, container))
}

/// must-gather: `namespaces/<ns>/pods/<pod>/<ctr>/<ctr>/logs/{current,previous}[.insecure].log`,
/// and `…/logs/rotated/<n>.log.<date>`.
fn must_gather(segments: &[&str]) -> Option<Role> {
    let at = position(segments, "namespaces")?;
    match segments.get(at + 1..)? {
        [namespace, "pods", pod, container, _, "logs", .., file] => Some(Role {
            previous: file.starts_with("previous."),
            ..Role::pod_log(namespace, pod, container)
        }),
        _ => None,
    }
}

/// OpenShift's Insights archive, which a must-gather holds too:
/// `config/pod/<ns>/logs/<pod>/<ctr>_{current,previous}.log`.
fn insights(segments: &[&str]) -> Option<Role> {
    let [.., "config", "pod", namespace, "logs", pod, file] = segments else {
        return None;
    };
    let stem = file.strip_suffix(".log")?;
    let (container, instance) = stem.rsplit_once('_')?;
    matches!(instance, "current" | "previous").then(|| Role {
        previous: instance == "previous",
        ..Role::pod_log(namespace, pod, container)
    })
}

/// troubleshoot: `cluster-resources/pods/logs/<ns>/<pod>/<ctr>.log`, `…-previous.log`.
fn troubleshoot(segments: &[&str]) -> Option<Role> {
    let at = position(segments, "cluster-resources")?;
    let ["pods", "logs", namespace, pod, file] = segments.get(at + 1..)? else {
        return None;
    };
    if file.ends_with("-logs-errors.log") {
        return Some(Role {
            namespace: Some((*namespace).to_string()),
            pod: Some((*pod).to_string()),
            ..Role::of(Content::Collector)
        });
    }
    container_file(namespace, pod, file)
}

/// Sonobuoy: `podlogs/<ns>/<pod>/logs/<ctr>.txt`, or without `logs`. Rancher's collector has a
/// folder of that name too, with one file for each pod: `podlogs/<ns>-<pod>[-previous]`.
fn sonobuoy(segments: &[&str]) -> Option<Role> {
    let at = position(segments, "podlogs")?;
    match segments.get(at + 1..)? {
        [namespace, pod, "logs", file] | [namespace, pod, file] => {
            container_file(namespace, pod, file)
        }
        [pod] => {
            let (pod, previous) = match pod.strip_suffix("-previous") {
                Some(pod) => (pod, true),
                None => (*pod, false),
            };
            let (namespace, pod) = SYSTEM_NAMESPACES
                .iter()
                .find_map(|ns| Some((*ns, pod.strip_prefix(ns)?.strip_prefix('-')?)))
                .unwrap_or(("", ""));
            Some(Role {
                previous,
                ..Role::pod_log(namespace, pod, "")
            })
        }
        _ => None,
    }
}

/// Namespaces that Rancher's collector reads; only they part its names, as `-` may be in both.
const SYSTEM_NAMESPACES: &[&str] = &[
    "cattle-fleet-system",
    "cattle-system",
    "default",
    "ingress-nginx",
    "kube-system",
];

/// Crash diagnostics and Velero: `kubecapture/core_v1/<ns>/<pod>/<ctr>/<ctr>.log`.
fn crash_diagnostics(segments: &[&str]) -> Option<Role> {
    let at = position(segments, "kubecapture")?;
    match segments.get(at + 1..)? {
        [_, namespace, pod, _, file] => container_file(namespace, pod, file),
        _ => None,
    }
}

/// Rancher's support bundles: `<bundle>/logs/<ns>/<pod>/<ctr>.log[.1]`.
fn rancher(segments: &[&str]) -> Option<Role> {
    match segments {
        [.., "logs", namespace, pod, file] => container_file(namespace, pod, file),
        _ => None,
    }
}

/// `az connectedk8s troubleshoot`: `arc_agents_logs/<pod>/<ctr>.txt`.
fn arc_agents(segments: &[&str]) -> Option<Role> {
    match segments {
        [.., "arc_agents_logs", pod, file] => container_file("", pod, file),
        _ => None,
    }
}

/// Role of a file that is called after its container: `<ctr>.log`, `<ctr>-previous.log`,
/// `<ctr>.log.1`, `<ctr>.txt`.
fn container_file(namespace: &str, pod: &str, file: &str) -> Option<Role> {
    let file = file.strip_suffix(".gz").unwrap_or(file);
    let (stem, rotated) = match file.strip_suffix(".log.1") {
        Some(stem) => (stem, true),
        None => (
            file.strip_suffix(".log")
                .or_else(|| file.strip_suffix(".txt"))?,
            false,
        ),
    };
    let (container, previous) = match stem.strip_suffix("-previous") {
        Some(container) => (container, true),
        None => (stem, rotated),
    };
    Some(Role {
        previous,
        ..Role::pod_log(namespace, pod, container)
    })
}

/// Whether a file is a log or a rotated one.
fn is_log(file: &str) -> bool {
    file.split('.').skip(1).any(|extension| extension == "log")
}

/// Where a folder of this name is.
fn position(segments: &[&str], folder: &str) -> Option<usize> {
    segments.iter().position(|segment| *segment == folder)
}

#[cfg(test)]
mod tests {
    use super::super::testing::words;
    use super::*;
    use proptest::prelude::*;

    const UID: &str = "0123abcd-0123-0123-0123-0123456789ab";
    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn every_layout_names_its_container() {
        let cases = [
            (
                format!("n/pods/kube-system_kube-proxy-x_{UID}/kube-proxy/0.log"),
                "PodLog kube-proxy kube-system/kube-proxy-x/kube-proxy",
            ),
            (
                "var/log/pods/d_etcd-m_0123456789abcdef0123456789abcdef/etcd/3.log.20240101-1.gz"
                    .into(),
                "PodLog etcd d/etcd-m/etcd",
            ),
            (
                format!("containers/coredns-1_kube-system_coredns-{ID}.log"),
                "PodLog coredns kube-system/coredns-1/coredns",
            ),
            (
                "mg/namespaces/a/pods/p/c/c/logs/current.log".into(),
                "PodLog workload a/p/c",
            ),
            (
                "mg/namespaces/a/pods/p/c/c/logs/previous.insecure.log".into(),
                "PodLog workload a/p/c previous",
            ),
            (
                "mg/namespaces/a/pods/p/c/c/logs/rotated/0.log.2024.gz".into(),
                "PodLog workload a/p/c",
            ),
            (
                "insights/config/pod/a/logs/p/c_current.log".into(),
                "PodLog workload a/p/c",
            ),
            (
                "insights/config/pod/a/logs/p/c_previous.log".into(),
                "PodLog workload a/p/c previous",
            ),
            (
                "b/cluster-resources/pods/logs/a/p/c.log".into(),
                "PodLog workload a/p/c",
            ),
            (
                "b/cluster-resources/pods/logs/a/p/c-previous.log".into(),
                "PodLog workload a/p/c previous",
            ),
            (
                "b/cluster-resources/pods/logs/a/p/c-logs-errors.log".into(),
                "Collector a/p/-",
            ),
            ("podlogs/a/p/logs/c.txt".into(), "PodLog workload a/p/c"),
            ("podlogs/a/p/c.log".into(), "PodLog workload a/p/c"),
            (
                "h/rke2/podlogs/kube-system-coredns-1-previous".into(),
                "PodLog coredns kube-system/coredns-1/- previous",
            ),
            ("h/rke2/podlogs/my-app-1".into(), "PodLog"),
            (
                "kubecapture/core_v1/a/p/c/c.log".into(),
                "PodLog workload a/p/c",
            ),
            (
                "s/logs/a/p/c.log.1".into(),
                "PodLog workload a/p/c previous",
            ),
            ("arc_agents_logs/p/c.txt".into(), "PodLog workload -/p/c"),
        ];
        for (path, expected) in cases {
            let segments: Vec<_> = path.split('/').collect();
            let role = role(&segments).unwrap_or_default();
            assert_eq!(words(&role), expected, "{path}");
        }
    }

    #[test]
    fn other_paths_name_none() {
        for path in [
            "",
            "kubelet.log",
            "pods/a_b/c/0.log",
            "pods/a_b_c/d/0.log",
            "containers/a_b_c-1.log",
            "namespaces/a/core/pods.yaml",
            "namespaces/a/pods/p/p.yaml",
            "logs/kubelet.log",
            "cluster-resources/pods/a.json",
            "kubecapture/core_v1/nodes.json",
        ] {
            let segments: Vec<_> = path.split('/').collect();
            assert_eq!(role(&segments), None, "{path}");
        }
    }

    #[test]
    fn starts_are_counted_in_their_folder() {
        let path = format!("pods/a_b_{UID}/c/12.log.20240101");
        let segments: Vec<_> = path.split('/').collect();
        let (folder, number) = start_of(&segments).expect("a file of the kubelet's layout");
        assert_eq!((folder.len(), number), (3, 12));
    }

    proptest! {
        #[test]
        fn no_path_is_too_strange(path in "[a-z_/.0-9-]{0,120}|.{0,60}") {
            let segments: Vec<_> = path.split('/').collect();
            role(&segments);
            start_of(&segments);
        }
    }
}
