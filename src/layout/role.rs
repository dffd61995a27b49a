//! Whose file an entry is.

use super::component::component_of_container;
use jiff::Timestamp;
use std::sync::Arc;

/// Whose file an entry is, as far as its format says.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// What the entry holds.
    pub content: Content,
    /// Whose log it is: one of [`super::COMPONENTS`]; `None` where many write to it or it is unknown.
    pub component: Option<&'static str>,
    /// Node that its content is about. Not the node whose agent collected it: every node of a
    /// cluster may upload the same list of all pods.
    pub node: Option<String>,
    /// Namespace of the pod (or objects) it is about.
    pub namespace: Option<String>,
    /// Pod whose log it is.
    pub pod: Option<String>,
    /// Container whose log it is.
    pub container: Option<String>,
    /// Whether it is the log of the container's previous instance.
    pub previous: bool,
    /// Node whose agent collected it, where the collector runs on every node.
    pub collected_by: Option<Arc<str>>,
    /// When it was collected, where the collector's files say so. Ages and times without a year in
    /// it count from there.
    pub collected_at: Option<Timestamp>,
    /// Identity of a log that several entries of the bundle are copies of, each taken at another
    /// moment; every copy carries the same text.
    pub copy_of: Option<Arc<str>>,
}

/// What an entry holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Log of a component on a node, or of many (journal, syslog).
    NodeLog,
    /// Log of a container.
    PodLog,
    /// Kubernetes objects or events.
    Objects,
    /// What a collector says about its own work, or a command's output.
    Collector,
    /// Anything else.
    #[default]
    Other,
    /// The same content again (the loose blob of a zip, a second node's copy).
    Duplicate,
}

impl Role {
    /// A role of which only the content is known.
    pub(super) fn of(content: Content) -> Self {
        Self {
            content,
            ..Self::default()
        }
    }

    /// Log of a container; parts that the name does not say are empty.
    pub(super) fn pod_log(namespace: &str, pod: &str, container: &str) -> Self {
        Self {
            component: component_of_container(container, pod),
            namespace: some(namespace),
            pod: some(pod),
            container: some(container),
            ..Self::of(Content::PodLog)
        }
    }

    /// Log from a node.
    pub(super) fn node_log(component: Option<&'static str>, node: Option<&str>) -> Self {
        Self {
            component,
            node: node.and_then(some),
            ..Self::of(Content::NodeLog)
        }
    }

    /// Objects of a namespace, or of the cluster.
    pub(super) fn objects(namespace: &str) -> Self {
        Self {
            namespace: some(namespace),
            ..Self::of(Content::Objects)
        }
    }
}

/// The text, unless it is empty.
fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_string())
}
