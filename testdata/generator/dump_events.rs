//! The events of the `cluster-info dump` sample: the last hour, as longer they are not kept.
//!
//! In: a pod. Out: its events, none for a healthy pod.

use super::cluster::at;
use super::dump_workloads::DOES_NOT_FIT;
use super::events::Event;
use super::pods::Pod;
use super::rng::Rng;

/// An event of a pod: reason, message, first and last time of the day, how often, whether a
/// warning.
type Row = (&'static str, String, &'static str, &'static str, i64, bool);

/// What the last hour's events say about a pod; a healthy pod has none.
pub(crate) fn events_of(pod: &Pod, rng: &mut Rng) -> Vec<Event> {
    let rows = rows(&pod.container, &pod.image);
    let today = |time: &str| at(&format!("2024-05-21T{time}Z"));
    rows.into_iter()
        .map(|(reason, message, first, last, count, warning)| {
            let scheduler = reason == "FailedScheduling";
            let host = pod.node.as_ref().map_or("", |(name, _)| name);
            Event {
                kind: "Pod",
                about: pod.identity.clone(),
                container: if scheduler {
                    String::new()
                } else {
                    pod.container.clone()
                },
                reason,
                message,
                source: (
                    if scheduler {
                        "default-scheduler"
                    } else {
                        "kubelet"
                    },
                    host.into(),
                ),
                first: today(first),
                last: today(last),
                count,
                warning,
                id: rng.hex(16),
            }
        })
        .collect()
}

/// The events of the pod of a container.
fn rows(container: &str, image: &str) -> Vec<Row> {
    let reference = format!(
        "failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
    );
    match container {
        "payments" => vec![
            (
                "Pulled",
                format!("Container image \"{image}\" already present on machine"),
                "13:52:09",
                "14:29:37",
                176,
                false,
            ),
            (
                "Failed",
                "Error: secret \"payments-db\" not found".into(),
                "13:52:09",
                "14:28:51",
                172,
                true,
            ),
        ],
        "catalog" => vec![
            (
                "Pulling",
                format!("Pulling image \"{image}\""),
                "13:44:32",
                "14:26:58",
                13,
                false,
            ),
            (
                "Failed",
                format!(
                    "Failed to pull image \"{image}\": rpc error: code = NotFound desc = {reference}"
                ),
                "13:44:33",
                "14:26:59",
                13,
                true,
            ),
            (
                "Failed",
                "Error: ErrImagePull".into(),
                "13:44:33",
                "14:26:59",
                13,
                true,
            ),
            (
                "BackOff",
                format!("Back-off pulling image \"{image}\""),
                "13:44:34",
                "14:29:48",
                203,
                false,
            ),
            (
                "Failed",
                "Error: ImagePullBackOff".into(),
                "13:44:34",
                "14:29:48",
                203,
                true,
            ),
        ],
        "reports" => vec![(
            "FailedScheduling",
            DOES_NOT_FIT.into(),
            "13:58:11",
            "14:28:13",
            7,
            true,
        )],
        "storefront" => vec![(
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503".into(),
            "13:31:40",
            "14:29:50",
            349,
            true,
        )],
        "nginx" => vec![(
            "Pulled",
            format!("Successfully pulled image \"{image}\" in 1.284s (1.284s including waiting)"),
            "13:40:02",
            "13:40:02",
            1,
            false,
        )],
        _ => vec![],
    }
}
