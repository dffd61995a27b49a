//! What a rule looks at and could not see, and why it was not there.

use crate::diagnose::observe::members::counted;
use crate::examine::facts::FactKind;
use std::fmt;

/// Something that a rule looks at, and that this bundle does not show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What.
    pub what: Wanted,
    /// Why it is not there.
    pub why: Why,
}

/// What rules look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// A log of any of these components; of any component at all where none is named.
    Log(Vec<String>),
    /// Events.
    Events,
    /// Objects of a kind.
    Objects(String),
    /// The logs of containers.
    ContainerLogs,
    /// What collectors write in forms of their own.
    Collected(FactKind),
    /// AKS Periscope's list of disruption budgets.
    Budgets,
    /// A version of a component.
    Version(String),
    /// A whole list of the objects of a kind, which alone proves that one does not exist.
    WholeList(String),
    /// Objects of any kind.
    AnyObject,
    /// Conditions of custom resources.
    Conditions,
    /// Certificates that are not hidden.
    Certificates,
    /// The time at which the bundle was taken.
    CaptureTime,
    /// A log at one of these paths, as another tool's rule names them.
    LogAt(Vec<String>),
    /// The object of this kind and name.
    Object(String, String),
}

/// Why something is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nothing says why.
    Absent,
    /// Bundles of this format never hold it.
    NotInFormat(&'static str),
    /// The provider runs the control plane and keeps its logs.
    ManagedControlPlane,
    /// All nodes run Windows, which has no such thing.
    NotOnWindows,
    /// The collector asked for it and got an error.
    NotFetched,
    /// It is there and could not be read.
    Unreadable,
    /// There is a list, and it is empty.
    Empty,
    /// All of it lies outside the time that was asked for.
    OutsideWindow,
    /// It is so short that a part of a log is all that it can be.
    TooShort {
        /// Its lines.
        lines: u64,
    },
    /// It is of so short a time that a failure need not show in it.
    TooBrief {
        /// From its first line to its last.
        seconds: u64,
    },
    /// It ends long before the bundle was taken.
    EndsBefore {
        /// How long.
        minutes: u64,
    },
    /// Any component may write it, and the logs of few were read.
    FewLogs {
        /// Logs.
        logs: usize,
        /// Their lines.
        lines: u64,
    },
    /// A table of events with so few rows that it may be a part of one.
    FewRows {
        /// Its rows.
        rows: usize,
    },
    /// Events of a few objects, out of their descriptions.
    OfFewObjects {
        /// Objects.
        objects: usize,
    },
    /// A few objects, which may be a few of many.
    Only {
        /// How many.
        count: usize,
    },
    /// It is there for some nodes of the cluster, and any other may be the one that is broken.
    OnSomeNodes {
        /// Nodes for which it is there.
        read: usize,
        /// Nodes that should have it.
        all: usize,
    },
}

impl Why {
    /// Whether it is there, and too little of it.
    pub fn is_too_little(self) -> bool {
        matches!(
            self,
            Self::TooShort { .. }
                | Self::TooBrief { .. }
                | Self::EndsBefore { .. }
                | Self::FewLogs { .. }
                | Self::FewRows { .. }
                | Self::OfFewObjects { .. }
                | Self::Only { .. }
        )
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match (self.why, what) {
            (Why::NotInFormat(format), Wanted::Objects(kind)) => {
                write!(f, "a {format} contains no {kind} objects")
            }
            (Why::NotInFormat(format), what) => write!(f, "a {format} contains no {what}"),
            (Why::ManagedControlPlane, what) => {
                write!(
                    f,
                    "no {what}: AKS runs the control plane and keeps it in Azure Monitor"
                )
            }
            (Why::NotOnWindows, what) => write!(f, "no {what}: all nodes run Windows"),
            (Why::NotFetched, _) => {
                f.write_str("no log could be fetched when the bundle was captured")
            }
            (Why::Unreadable, what) => write!(f, "the {what} could not be read"),
            (Why::Empty, _) => {
                f.write_str("the list of events is empty (events are kept for one hour)")
            }
            (Why::OutsideWindow, what) => write!(f, "the {what} is outside --since and --until"),
            (Why::TooShort { lines: 1 }, what) => {
                write!(f, "the {what} has 1 line, too little to rule out a failure")
            }
            (Why::TooShort { lines }, what) => {
                write!(
                    f,
                    "the {what} has {lines} lines, too few to rule out a failure"
                )
            }
            (Why::TooBrief { seconds }, what) => {
                write!(
                    f,
                    "the {what} spans {seconds} seconds, too short to rule out a failure"
                )
            }
            (Why::EndsBefore { minutes }, what) => {
                write!(
                    f,
                    "the {what} ends {} before the bundle was captured",
                    long(minutes)
                )
            }
            (Why::FewLogs { logs, lines }, _) => {
                let lines = usize::try_from(lines).unwrap_or(usize::MAX);
                write!(
                    f,
                    "any component may log it, and the bundle holds only {} ({})",
                    counted(logs, "log"),
                    counted(lines, "line")
                )
            }
            (Why::FewRows { rows }, what) => {
                write!(
                    f,
                    "the {what} are only {} of a table, too few to rule out a failure",
                    counted(rows, "row")
                )
            }
            (Why::OfFewObjects { objects }, what) => {
                write!(
                    f,
                    "the {what} of only {}",
                    counted(objects, "described object")
                )
            }
            (Why::Only { count: 1 }, what) => write!(f, "no {what}, only one object"),
            (Why::Only { count }, what) => write!(f, "no {what}, only {count} objects"),
            (Why::OnSomeNodes { read, all }, what) => {
                write!(f, "the {what} of only {read} of {all} nodes")
            }
            (Why::Absent, Wanted::Collected(_) | Wanted::Budgets) => {
                write!(f, "no {what} in this bundle (AKS Periscope collects that)")
            }
            (Why::Absent, what) => write!(f, "no {what} in this bundle"),
        }
    }
}

/// Hours, or days where there are many.
fn long(minutes: u64) -> String {
    match minutes / 60 {
        1 => "an hour".to_owned(),
        hours @ ..48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

impl Wanted {
    /// What it is, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Log(_) | Self::LogAt(_) => "log",
            Self::Events => "events",
            Self::Objects(_) | Self::AnyObject => "objects",
            Self::ContainerLogs => "container_logs",
            Self::Collected(_) => "collected",
            Self::Budgets => "budgets",
            Self::Version(_) => "version",
            Self::WholeList(_) => "whole_list",
            Self::Conditions => "conditions",
            Self::Certificates => "certificates",
            Self::CaptureTime => "capture_time",
            Self::Object(..) => "object",
        }
    }

    /// Which of its kind, any of which would do: components, paths, a kind of objects. Empty where
    /// anything of the kind would.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Log(names) | Self::LogAt(names) => names.clone(),
            Self::Objects(name) | Self::Version(name) | Self::WholeList(name) => {
                vec![name.clone()]
            }
            Self::Object(kind, name) => vec![format!("{kind} {name}")],
            Self::Collected(kind) => vec![kind.as_str().to_owned()],
            Self::Events
            | Self::ContainerLogs
            | Self::Budgets
            | Self::AnyObject
            | Self::Conditions
            | Self::Certificates
            | Self::CaptureTime => vec![],
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(components) if components.is_empty() => f.write_str("log"),
            Self::Log(components) => write!(f, "log of {}", components.join(", ")),
            Self::Events => f.write_str("events"),
            Self::Objects(kind) => write!(f, "{kind} objects"),
            Self::ContainerLogs => f.write_str("container log"),
            Self::Budgets => f.write_str("list of PodDisruptionBudgets"),
            Self::Collected(kind) => f.write_str(kind.as_str()),
            Self::Version(component) => write!(f, "version of {component}"),
            Self::WholeList(kind) => write!(f, "complete list of {kind} objects"),
            Self::AnyObject => f.write_str("objects"),
            Self::Conditions => f.write_str("custom resource with status conditions"),
            Self::Certificates => f.write_str("readable certificate"),
            Self::CaptureTime => f.write_str("capture time"),
            Self::LogAt(paths) => write!(f, "log at {}", paths.join(", ")),
            Self::Object(kind, name) => write!(f, "{kind} {name}"),
        }
    }
}

/// Nothing to add, or that nothing of it is there.
pub(super) fn there(there: bool, what: Wanted) -> Result<Option<String>, Missing> {
    let why = Why::Absent;
    there.then_some(None).ok_or(Missing { what, why })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_as_a_sentence() {
        let log = || Wanted::Log(vec!["kubelet".into()]);
        let cases = [
            (log(), Why::Absent, "no log of kubelet in this bundle"),
            (
                log(),
                Why::NotInFormat("cluster-info dump"),
                "a cluster-info dump contains no log of kubelet",
            ),
            (
                log(),
                Why::Unreadable,
                "the log of kubelet could not be read",
            ),
            (
                log(),
                Why::OutsideWindow,
                "the log of kubelet is outside --since and --until",
            ),
            (
                Wanted::Log(vec!["kernel".into(), "syslog".into()]),
                Why::NotOnWindows,
                "no log of kernel, syslog: all nodes run Windows",
            ),
            (
                Wanted::Log(vec!["etcd".into()]),
                Why::ManagedControlPlane,
                "no log of etcd: AKS runs the control plane and keeps it in Azure Monitor",
            ),
            (
                Wanted::Objects("Secret".into()),
                Why::NotInFormat("cluster-info dump"),
                "a cluster-info dump contains no Secret objects",
            ),
            (
                log(),
                Why::OnSomeNodes { read: 1, all: 4 },
                "the log of kubelet of only 1 of 4 nodes",
            ),
            (
                log(),
                Why::TooShort { lines: 3 },
                "the log of kubelet has 3 lines, too few to rule out a failure",
            ),
            (
                log(),
                Why::TooBrief { seconds: 12 },
                "the log of kubelet spans 12 seconds, too short to rule out a failure",
            ),
            (
                log(),
                Why::EndsBefore { minutes: 300 },
                "the log of kubelet ends 5 hours before the bundle was captured",
            ),
            (
                Wanted::Log(vec![]),
                Why::FewLogs { logs: 1, lines: 40 },
                "any component may log it, and the bundle holds only 1 log (40 lines)",
            ),
            (
                Wanted::Events,
                Why::FewRows { rows: 2 },
                "the events are only 2 rows of a table, too few to rule out a failure",
            ),
            (
                Wanted::Events,
                Why::OfFewObjects { objects: 1 },
                "the events of only 1 described object",
            ),
            (
                Wanted::WholeList("Pod".into()),
                Why::Only { count: 1 },
                "no complete list of Pod objects, only one object",
            ),
            (
                Wanted::Events,
                Why::Empty,
                "the list of events is empty (events are kept for one hour)",
            ),
        ];
        for (what, why, words) in cases {
            assert_eq!(Missing { what, why }.to_string(), words);
        }
    }
}
