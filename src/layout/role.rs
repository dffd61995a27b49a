//! Whose file an entry is.

/// Whose file an entry is, as far as its format says.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Role {
    /// What the entry holds.
    pub content: Content,
    /// Whose log it is: one of [`super::COMPONENTS`]; `None` where many write to it or it is unknown.
    pub component: Option<&'static str>,
    /// Node it was taken from.
    pub node: Option<String>,
    /// Namespace of the pod (or objects) it is about.
    pub namespace: Option<String>,
    /// Pod whose log it is.
    pub pod: Option<String>,
    /// Container whose log it is.
    pub container: Option<String>,
    /// Whether it is the log of the container's previous instance.
    pub previous: bool,
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
