//! Objects by identity, who owns them, and how they are at capture time.

use super::places::Places;
use super::readings::{Listed, Reading, leave_out, newest};
use crate::kube::{
    Container, ContainerKind, ContainerState, Detail, Node, Object, ObjectKey, Pod, Service,
    Workload,
};
use crate::limits::Limits;
use jiff::Timestamp;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

/// Kinds that run pods. Other owners (the node of a static pod, the config map of an installer, an
/// operator's own object) only tell who cleans up.
const OWNERS: [&str; 8] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentConfig",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Kinds whose objects are parts of their owner. Others belong to one only to go with it: the
/// service that somebody gave to his deployment, or the claim of a stateful set.
const PARTS: [&str; 4] = ["Job", "Pod", "ReplicaSet", "ReplicationController"];

/// All objects of a bundle, each once.
#[derive(Debug, Default)]
pub struct Index {
    /// In order of kind, namespace and name.
    #[expect(
        clippy::vec_box,
        reason = "an object is half a kilobyte, and sorting moves it several times"
    )]
    objects: Vec<Box<Object>>,
    /// Where in it each object stands.
    places: Places,
    /// Places of pods by the workload at the top of their owners; a pod without one stands under
    /// its own key. Half of all checks and the links between findings ask for it.
    workloads: BTreeMap<ObjectKey, Vec<usize>>,
    /// Objects that were left out because the limit was reached.
    pub left_out: usize,
}

/// How an object is at capture time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It does what it should.
    Healthy,
    /// It does not.
    Unhealthy,
    /// Its kind was collected, and it is not there any more.
    Gone,
    /// Nothing says.
    Unknown,
}

impl Index {
    /// Orders the objects of all parts, which come in path order. Of the same object seen several
    /// times, those of the last minutes count where the lists say when they were taken; of these
    /// API output before `describe` text, and that before the row of a table; then the newest, then
    /// the first.
    pub(super) fn build(mut lists: Vec<Listed>, limits: &Limits) -> Self {
        let left_out = leave_out(&mut lists, limits.objects);
        let times: Vec<Option<Timestamp>> = lists.iter().map(|list| list.at).collect();
        let mut held = 0;
        let mut readings: Vec<Reading> = Vec::new();
        for (list, own) in lists.into_iter().enumerate() {
            readings.extend(own.objects.into_iter().map(|mut object| {
                held += object.text.size();
                if held > limits.object_text_bytes {
                    object.text.keep_first_line();
                }
                (Box::new(object), list)
            }));
        }
        // Stable: of the same object, the first in path order stays the first.
        readings.par_sort_by(|(a, _), (b, _)| a.key().cmp(b.key()));
        let objects = newest(readings, &times);
        let mut index = Self {
            places: Places::of(objects.iter().map(|object| object.key())),
            objects,
            workloads: BTreeMap::new(),
            left_out,
        };
        index.workloads = index.group_pods();
        index
    }

    /// Pods by the workload at the top of their owners.
    fn group_pods(&self) -> BTreeMap<ObjectKey, Vec<usize>> {
        let pods = self.range(|key| key.kind.as_str().cmp("Pod"));
        let from = pods.start;
        let own = self.objects.get(pods).unwrap_or_default();
        let owners: Vec<ObjectKey> = own
            .par_iter()
            .map(|pod| self.root_owner(pod.key()))
            .collect();
        let mut workloads: BTreeMap<ObjectKey, Vec<usize>> = BTreeMap::new();
        for (place, owner) in owners.into_iter().enumerate() {
            workloads.entry(owner).or_default().push(from + place);
        }
        workloads
    }

    /// Places of the objects whose keys compare as equal; `order` must agree with theirs.
    fn range(&self, order: impl Fn(&ObjectKey) -> Ordering) -> Range<usize> {
        let from = self.objects.partition_point(|one| order(one.key()).is_lt());
        let to = self.objects.partition_point(|one| order(one.key()).is_le());
        from..to
    }

    /// The objects whose keys compare as equal; `order` must agree with theirs.
    fn within(&self, order: impl Fn(&ObjectKey) -> Ordering) -> impl Iterator<Item = &Object> {
        let objects = self.objects.get(self.range(order)).unwrap_or_default();
        objects.iter().map(AsRef::as_ref)
    }

    /// All objects in order of kind, namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().map(AsRef::as_ref)
    }

    /// Number of objects of each kind.
    pub fn kinds(&self) -> BTreeMap<&str, u64> {
        let mut kinds = BTreeMap::new();
        let mut rest = self.objects.as_slice();
        while let Some(first) = rest.first() {
            let kind = first.key().kind.as_str();
            let count = rest.partition_point(|object| object.key().kind == kind);
            kinds.insert(kind, count as u64);
            rest = rest.get(count..).unwrap_or_default();
        }
        kinds
    }

    /// All objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.within(move |key| key.kind.as_str().cmp(kind))
    }

    /// Objects of a kind and namespace whose names begin like this.
    pub fn named_like<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        self.within(move |key| {
            let own = (key.kind.as_str(), key.namespace.as_str());
            let names = if key.name.starts_with(prefix) {
                Ordering::Equal
            } else {
                key.name.as_str().cmp(prefix)
            };
            own.cmp(&(kind, namespace)).then(names)
        })
    }

    /// All objects of a kind in a namespace.
    pub fn of_namespace<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        self.named_like(kind, namespace, "")
    }

    /// All pods of a namespace.
    pub fn pods_of<'a>(
        &'a self,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a Object, &'a Pod)> {
        self.of_namespace("Pod", namespace).filter_map(as_pod)
    }

    /// The object with this identity.
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.find(&key.kind, &key.namespace, &key.name)
    }

    /// The object with this identity.
    fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        self.places
            .candidates(kind, namespace, name)
            .filter_map(|place| self.objects.get(place))
            .map(AsRef::as_ref)
            .find(|object| {
                let key = object.key();
                (&*key.kind, &*key.namespace, &*key.name) == (kind, namespace, name)
            })
    }

    /// The workloads at the top of the owners of pods, each with its pods; a pod without one stands
    /// under its own key.
    pub fn workloads(
        &self,
    ) -> impl Iterator<Item = (&ObjectKey, impl Iterator<Item = (&Object, &Pod)>)> {
        self.workloads
            .iter()
            .map(|(owner, places)| (owner, self.pods_at(places)))
    }

    /// The pods at the top of whose owners this object is.
    pub fn pods_under(&self, owner: &ObjectKey) -> impl Iterator<Item = (&Object, &Pod)> {
        let places = self.workloads.get(owner).map(Vec::as_slice);
        self.pods_at(places.unwrap_or_default())
    }

    /// The pods at these places.
    fn pods_at<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = (&'a Object, &'a Pod)> {
        let objects = places.iter().filter_map(|place| self.objects.get(*place));
        objects.filter_map(|object| as_pod(object))
    }

    /// All pods.
    pub fn pods(&self) -> impl Iterator<Item = (&Object, &Pod)> {
        self.of_kind("Pod").filter_map(as_pod)
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = (&Object, &Node)> {
        self.of_kind("Node").filter_map(|object| {
            if let Detail::Node(node) = &object.detail {
                Some((object, &**node))
            } else {
                None
            }
        })
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = (&Object, &Service)> {
        self.of_kind("Service").filter_map(|object| {
            if let Detail::Service(service) = &object.detail {
                Some((object, service))
            } else {
                None
            }
        })
    }

    /// The topmost known owner of an object: the deployment of a replica set's pod. An owner that
    /// was not collected still counts, because the owned object names it.
    pub fn root_owner(&self, key: &ObjectKey) -> ObjectKey {
        let namespace = key.namespace.as_str();
        let (mut kind, mut name) = (key.kind.as_str(), key.name.as_str());
        // Owners form a tree of depth two; the bound is against objects that name each other.
        for _ in 0..4 {
            let object = self.find(kind, namespace, name);
            let Some(owner) = object.and_then(|object| object.meta.owners.first()) else {
                break;
            };
            if !PARTS.contains(&kind) || !OWNERS.contains(&owner.kind.as_str()) {
                break;
            }
            (kind, name) = (&owner.kind, &owner.name);
        }
        // The deployment of a replica set that names none (or was not collected), by its name.
        if let ("ReplicaSet", Some((deployment, _))) = (kind, name.rsplit_once('-'))
            && self.find("Deployment", namespace, deployment).is_some()
        {
            (kind, name) = ("Deployment", deployment);
        }
        ObjectKey::new(kind, namespace, name)
    }

    /// A workload in the namespace that a pod of this name would belong to.
    pub fn owner_by_name(&self, namespace: &str, pod: &str) -> Option<&Object> {
        [
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "Job",
            "ReplicationController",
        ]
        .iter()
        .find_map(|kind| {
            let mut name = pod;
            while let Some((shorter, _)) = name.rsplit_once('-') {
                name = shorter;
                if let Some(object) = self.find(kind, namespace, name) {
                    return Some(object);
                }
            }
            None
        })
    }

    /// How an object is at capture time. `collected` says whether its kind was.
    pub fn health(&self, key: &ObjectKey, collected: bool) -> Health {
        match self.get(key) {
            Some(object) => Health::of(object),
            None if collected => Health::Gone,
            None => Health::Unknown,
        }
    }
}

impl Health {
    /// How a collected object is at capture time.
    pub fn of(object: &Object) -> Self {
        match &object.detail {
            Detail::Pod(pod) => healthy_if(pod_is_healthy(pod)),
            Detail::Node(node) => node_health(node),
            Detail::Workload(workload) => workload_health(workload),
            Detail::PersistentVolumeClaim(claim) => healthy_if(claim.phase == "Bound"),
            _ => Self::Unknown,
        }
    }
}

/// An object as the pod that it is.
fn as_pod(object: &Object) -> Option<(&Object, &Pod)> {
    match &object.detail {
        Detail::Pod(pod) => Some((object, pod)),
        _ => None,
    }
}

/// Healthy or not.
fn healthy_if(healthy: bool) -> Health {
    if healthy {
        Health::Healthy
    } else {
        Health::Unhealthy
    }
}

/// Whether a pod runs with all containers ready, or has done its work.
pub(super) fn pod_is_healthy(pod: &Pod) -> bool {
    match pod.phase.as_str() {
        "Succeeded" => true,
        "Running" => pod
            .containers
            .iter()
            .filter(|container| container.kind == ContainerKind::Main)
            .all(container_is_healthy),
        _ => false,
    }
}

/// Whether a container is ready, or ended well in a pod that still runs.
fn container_is_healthy(container: &Container) -> bool {
    match &container.state {
        ContainerState::Terminated(ended) => ended.exit_code == 0,
        ContainerState::Waiting(_) => false,
        ContainerState::Running { .. } | ContainerState::Unknown => container.ready,
    }
}

/// Ready, or not; unknown where no condition was collected.
fn node_health(node: &Node) -> Health {
    let ready = node
        .conditions
        .iter()
        .find(|condition| condition.kind == "Ready");
    ready.map_or(Health::Unknown, |ready| healthy_if(ready.status == "True"))
}

/// Whether as many pods are ready as are wanted.
fn workload_health(workload: &Workload) -> Health {
    workload.desired.map_or(Health::Unknown, |desired| {
        healthy_if(workload.ready >= desired)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::{ObjectText, TextFormat};
    use crate::locator::EntryPath;
    use serde_json::json;

    /// An object of this kind and name in an entry of this name; `describe` tells the format.
    fn object(entry: &str, kind: &str, name: &str, describe: bool) -> Object {
        let value = json!({"kind": kind, "metadata": {"name": name, "namespace": "shop"}});
        let format = if describe {
            TextFormat::Describe(vec![])
        } else {
            TextFormat::Yaml
        };
        let path = EntryPath::bundle("b", true).entry(entry);
        Object::from_value(&value, &path, ObjectText::new("", format, 1)).expect("it has a name")
    }

    /// Parts that say nothing of their time.
    fn timeless<const N: usize>(parts: [Vec<Object>; N]) -> Vec<Listed> {
        let lists = parts.into_iter();
        lists.map(|objects| Listed { at: None, objects }).collect()
    }

    /// Names and entries of all objects, in order.
    fn told(index: &Index) -> Vec<(String, String)> {
        let all = index.iter();
        all.map(|object| (object.key().name.clone(), object.path.path()))
            .collect()
    }

    #[test]
    fn of_an_object_seen_twice_the_api_s_output_is_kept() {
        let parts = timeless([
            vec![
                object("1", "Pod", "b", true),
                object("1", "Pod", "a", false),
            ],
            vec![
                object("2", "Pod", "a", false),
                object("2", "Pod", "b", false),
            ],
            vec![
                object("3", "Pod", "b", false),
                object("3", "Node", "c", true),
            ],
        ]);
        let index = Index::build(parts, &Limits::RELEASE);
        let expected = [("c", "3"), ("a", "1"), ("b", "2")];
        let expected = expected.map(|(name, entry)| (name.to_owned(), entry.to_owned()));
        assert_eq!(told(&index), expected);
        assert_eq!(index.kinds(), BTreeMap::from([("Node", 1), ("Pod", 2)]));
    }

    #[test]
    fn of_runs_of_a_collector_the_last_tells_what_is_there() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
        let list = |minute: i64, objects| Listed {
            at: at(minute),
            objects,
        };
        let readings = vec![
            list(
                0,
                vec![
                    object("1", "Pod", "gone", true),
                    object("1", "Pod", "web", true),
                    object("1", "Node", "n", true),
                ],
            ),
            // Another node of the same run, and its list with more of each pod.
            list(61, vec![object("2", "Pod", "web", true)]),
            list(
                59,
                vec![
                    object("3", "Pod", "web", false),
                    object("3", "Pod", "late", true),
                ],
            ),
            list(60, vec![object("4", "Pod", "late", true)]),
        ];
        let index = Index::build(readings, &Limits::RELEASE);
        let expected = [("n", "1"), ("late", "4"), ("web", "3")];
        // The two pods of the last run leave one out: their list is whole.
        let expected = expected.map(|(name, entry)| (name.to_owned(), entry.to_owned()));
        assert_eq!(told(&index), expected);
    }

    #[test]
    fn a_later_list_that_was_cut_leaves_what_earlier_ones_hold() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).ok();
        let names = ["a", "b", "c", "d"].map(|name| object("1", "Pod", name, true));
        let readings = vec![
            Listed {
                at: at(0),
                objects: names.into(),
            },
            Listed {
                at: at(60),
                objects: vec![object("2", "Pod", "a", true)],
            },
        ];
        let index = Index::build(readings, &Limits::RELEASE);
        let expected = [("a", "2"), ("b", "1"), ("c", "1"), ("d", "1")];
        let expected = expected.map(|(name, entry)| (name.to_owned(), entry.to_owned()));
        assert_eq!(told(&index), expected);
    }

    #[test]
    fn objects_over_the_limit_are_counted_and_known_ones_are_not() {
        let limits = Limits {
            objects: 2,
            ..Limits::RELEASE
        };
        let parts = timeless([
            vec![
                object("1", "Pod", "c", true),
                object("1", "Pod", "b", false),
            ],
            vec![
                object("2", "Pod", "a", false),
                object("2", "Pod", "c", false),
            ],
            vec![object("3", "Pod", "a", false)],
        ]);
        let index = Index::build(parts, &limits);
        let expected = [("b", "1"), ("c", "2")];
        let expected = expected.map(|(name, entry)| (name.to_owned(), entry.to_owned()));
        assert_eq!(told(&index), expected);
        assert_eq!(index.left_out, 2);
    }

    #[test]
    fn names_that_begin_alike_are_found_together() {
        let names = ["a", "web", "web-1", "web-2", "webhook", "x"];
        let pods = names.map(|name| object("1", "Pod", name, false));
        let index = Index::build(timeless([pods.into()]), &Limits::RELEASE);
        let like = |prefix: &str| -> Vec<String> {
            let found = index.named_like("Pod", "shop", prefix);
            found.map(|object| object.key().name.clone()).collect()
        };
        assert_eq!(like("web-"), ["web-1", "web-2"]);
        assert_eq!(like("web"), ["web", "web-1", "web-2", "webhook"]);
        assert_eq!(like("y").len(), 0);
        assert_eq!(index.of_namespace("Pod", "shop").count(), names.len());
        assert_eq!(index.of_namespace("Pod", "shopping").count(), 0);
    }
}
