//! Objects by identity, who owns them, and how they are at capture time.

use crate::examine::Part;
use crate::kube::{
    Container, ContainerKind, ContainerState, Detail, Node, Object, ObjectKey, Pod, Service,
    TextFormat, Workload,
};
use crate::limits::Limits;
use std::collections::BTreeMap;

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

/// All objects of a bundle, each once.
#[derive(Debug, Default)]
pub struct Index {
    /// Boxed, because a tree that grows in order leaves half of every node empty.
    objects: BTreeMap<ObjectKey, Box<Object>>,
    /// Pods by the UID in the path of their cgroup.
    pods_by_uid: BTreeMap<String, ObjectKey>,
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
    /// Takes the objects out of the parts. Of the same object seen twice, API output is kept
    /// before `describe` text, then the first in path order.
    pub(super) fn build(parts: Vec<Part>, limits: &Limits) -> Self {
        let mut index = Self::default();
        let mut held = 0;
        for mut object in parts.into_iter().flat_map(|part| part.objects) {
            held += object.text.size();
            if held > limits.object_text_bytes {
                object.text.keep_first_line();
            }
            match index.objects.get(object.key()) {
                Some(known) if described(&object) || !described(known) => {}
                None if index.objects.len() >= limits.objects => index.left_out += 1,
                _ => _ = index.objects.insert(object.key().clone(), Box::new(object)),
            }
        }
        index.pods_by_uid = index
            .of_kind("Pod")
            .flat_map(|object| {
                // The cgroup of a static pod has the hash of its file.
                let hash = object.meta.annotations.get("kubernetes.io/config.hash");
                let uids = object.meta.uid.iter().chain(hash);
                uids.map(|uid| (uid.clone(), object.key().clone()))
            })
            .collect();
        index
    }

    /// The pod with this UID.
    pub fn pod_by_uid(&self, uid: &str) -> Option<&ObjectKey> {
        self.pods_by_uid.get(uid)
    }

    /// All objects in order of kind, namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().map(AsRef::as_ref)
    }

    /// Number of objects of each kind.
    pub fn kinds(&self) -> BTreeMap<&str, u64> {
        let mut kinds = BTreeMap::new();
        for key in self.objects.keys() {
            *kinds.entry(key.kind.as_str()).or_default() += 1;
        }
        kinds
    }

    /// All objects of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        let from = ObjectKey::new(kind, "", "");
        self.objects
            .range(from..)
            .take_while(move |(key, _)| key.kind == kind)
            .map(|(_, object)| object.as_ref())
    }

    /// Objects of a kind and namespace whose names begin like this.
    pub fn named_like<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
        prefix: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        let from = ObjectKey::new(kind, namespace, prefix);
        self.objects
            .range(from..)
            .take_while(move |(key, _)| {
                key.kind == kind && key.namespace == namespace && key.name.starts_with(prefix)
            })
            .map(|(_, object)| object.as_ref())
    }

    /// All objects of a kind in a namespace.
    pub fn of_namespace<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        let from = ObjectKey::new(kind, namespace, "");
        self.objects
            .range(from..)
            .take_while(move |(key, _)| key.kind == kind && key.namespace == namespace)
            .map(|(_, object)| object.as_ref())
    }

    /// All pods of a namespace.
    pub fn pods_of<'a>(
        &'a self,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a Object, &'a Pod)> {
        self.of_namespace("Pod", namespace)
            .filter_map(|object| match &object.detail {
                Detail::Pod(pod) => Some((object, &**pod)),
                _ => None,
            })
    }

    /// The object with this identity.
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(key).map(AsRef::as_ref)
    }

    /// All pods.
    pub fn pods(&self) -> impl Iterator<Item = (&Object, &Pod)> {
        self.of_kind("Pod").filter_map(|object| {
            if let Detail::Pod(pod) = &object.detail {
                Some((object, &**pod))
            } else {
                None
            }
        })
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
        let mut current = key.clone();
        // Owners form a tree of depth two; the bound is against objects that name each other.
        for _ in 0..4 {
            let Some(owner) = self
                .get(&current)
                .and_then(|object| object.meta.owners.first())
            else {
                break;
            };
            if !OWNERS.contains(&owner.kind.as_str()) {
                break;
            }
            current = ObjectKey::new(&owner.kind, &current.namespace, &owner.name);
        }
        if current.kind == "ReplicaSet" {
            self.deployment_of(&current).unwrap_or(current)
        } else {
            current
        }
    }

    /// The deployment of a replica set that names none (or was not collected), by its name.
    fn deployment_of(&self, replica_set: &ObjectKey) -> Option<ObjectKey> {
        let (name, _) = replica_set.name.rsplit_once('-')?;
        let key = ObjectKey::new("Deployment", &replica_set.namespace, name);
        self.get(&key).map(|_| key)
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
                if let Some(object) = self.get(&ObjectKey::new(kind, namespace, name)) {
                    return Some(object);
                }
            }
            None
        })
    }

    /// How an object is at capture time. `collected` says whether its kind was.
    pub fn health(&self, key: &ObjectKey, collected: bool) -> Health {
        match self.get(key).map(|object| &object.detail) {
            Some(Detail::Pod(pod)) => healthy_if(pod_is_healthy(pod)),
            Some(Detail::Node(node)) => node_health(node),
            Some(Detail::Workload(workload)) => workload_health(workload),
            Some(Detail::PersistentVolumeClaim(claim)) => healthy_if(claim.phase == "Bound"),
            None if collected => Health::Gone,
            Some(_) | None => Health::Unknown,
        }
    }
}

/// Whether an object was read from `describe` text, which tells less than the API's output.
fn described(object: &Object) -> bool {
    matches!(object.text.format(), TextFormat::Describe(_))
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
