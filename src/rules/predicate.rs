//! What a troubleshoot analyzer asks of a bundle, as types: numbers of objects, states of pods,
//! versions, captures of a regex. The rule language has no words for these; our own rules have
//! checks in their place.
//!
//! An analyzer names its outcomes in order, and the first whose condition holds is the answer. Here
//! are the questions and conditions; the diagnosing room asks and answers them.

use super::version::parse_version;
use crate::rules::pattern::Pattern;
use semver::Version;
use std::cmp::Ordering;

/// A question, and what the answers mean.
#[derive(Debug, Clone)]
pub struct Predicate {
    /// What is looked at.
    pub ask: Ask,
    /// The answers; the first whose test holds counts.
    pub outcomes: Vec<Outcome>,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// When it is the answer; always when `None`.
    pub test: Option<Test>,
    /// What it means.
    pub verdict: Verdict,
    /// In the author's words; may hold `{{ .Name }}`.
    pub message: String,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A failure.
    Fail,
    /// A warning.
    Warn,
    /// All is well.
    Pass,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub enum Ask {
    /// The first match of the rule's own matchers in each log.
    FirstMatch,
    /// Each event that fits.
    Events(EventFilter),
    /// Each workload of a kind.
    Workloads(ObjectFilter),
    /// Each pod of the namespaces; all when empty.
    Pods {
        /// Namespaces.
        namespaces: Vec<String>,
    },
    /// All nodes together that have at least these amounts.
    Nodes {
        /// Resources and amounts.
        at_least: Vec<(NodeField, i64)>,
    },
    /// The version of the control plane.
    ClusterVersion,
    /// The container runtimes of the nodes.
    ContainerRuntime,
}

impl Ask {
    /// Whether it looks at objects, events or versions, not at logs.
    pub fn is_of_objects(&self) -> bool {
        !matches!(self, Self::FirstMatch)
    }
}

/// Which workloads.
#[derive(Debug, Clone)]
pub struct ObjectFilter {
    /// `Deployment`, `Job`, ...
    pub kind: &'static str,
    /// Namespaces; all when empty.
    pub namespaces: Vec<String>,
    /// Name; all when `None`.
    pub name: Option<String>,
}

impl ObjectFilter {
    /// Whether an object of the kind is meant.
    pub fn accepts(&self, namespace: &str, name: &str) -> bool {
        (self.namespaces.is_empty() || self.namespaces.iter().any(|own| own == namespace))
            && self.name.as_deref().is_none_or(|own| own == name)
    }
}

/// Which events.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Namespace of the object.
    pub namespace: String,
    /// Kind of the object, in any case.
    pub kind: Option<String>,
    /// The reason, in any case.
    pub reason: Option<String>,
    /// Matches the reason, a space, and the message.
    pub regex: Option<Pattern>,
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Test {
    /// A number of the workload compares like this.
    Count(Count, Compare, i64),
    /// The workload has not what it should: what counts depends on its kind.
    Incomplete,
    /// The pod's phase or reason is this (or is not).
    PodIs(bool, String),
    /// The pod is healthy (or is not).
    PodHealthy(bool),
    /// A named group of the match compares like this with a number.
    GroupNumber(String, Compare, i64),
    /// A named group of the match is this text.
    GroupText(String, String),
    /// The version lies in one of these ranges, each a row of bounds.
    Version(Vec<Vec<(Compare, Version)>>),
    /// A node has this runtime.
    Runtime(String),
    /// A number over all nodes compares like this.
    Nodes(Fold, Option<NodeField>, Compare, i64),
    /// A node has this condition with this status.
    NodeCondition(String, String),
}

/// A number of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Pods ready.
    Ready,
    /// Pods available.
    Available,
    /// Pods of a job that succeeded.
    Succeeded,
    /// Pods of a job that failed.
    Failed,
}

/// What is done with the numbers of all nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Number of nodes.
    Count,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Sum.
    Sum,
}

/// A resource of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeField {
    /// `cpu` (in milli), `memory`, `ephemeral-storage`, `pods`.
    pub resource: &'static str,
    /// What pods may use, not what the machine has.
    pub allocatable: bool,
}

impl NodeField {
    /// The field's path in a node.
    pub fn path(self) -> String {
        let part = if self.allocatable {
            "allocatable"
        } else {
            "capacity"
        };
        format!("status.{part}.{}", self.resource)
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `=`, `==`, `===`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Compare {
    /// Reads a comparator.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "=" | "==" | "===" => Self::Equal,
            "!=" | "!==" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether this order of actual and wanted value is meant.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Predicate {
    /// The first outcome whose test holds.
    pub fn answer(&self, mut holds: impl FnMut(&Test) -> bool) -> Option<&Outcome> {
        self.outcomes
            .iter()
            .find(|outcome| outcome.test.as_ref().is_none_or(&mut holds))
    }

    /// Kind of the objects that are looked at; `None` where logs are.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match &self.ask {
            Ask::FirstMatch | Ask::ClusterVersion => return None,
            Ask::Events(_) => "Event",
            Ask::Workloads(filter) => filter.kind,
            Ask::Pods { .. } => "Pod",
            Ask::Nodes { .. } | Ask::ContainerRuntime => "Node",
        })
    }
}

/// Reads ranges such as `>=1.20.0 <1.22.0 || >1.23`: a space is AND, `||` is OR.
pub fn parse_ranges(text: &str) -> Option<Vec<Vec<(Compare, Version)>>> {
    let bounds = |part: &str| -> Option<Vec<(Compare, Version)>> {
        // The comparator may stand apart from its version.
        let mut bounds = Vec::new();
        let mut rest = part.trim();
        while !rest.is_empty() {
            let digits = rest.find(|c: char| c.is_ascii_digit() || c == 'v')?;
            let (sign, after) = rest.split_at_checked(digits)?;
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            let (version, after) = after.split_at_checked(end)?;
            let compare = match sign.trim() {
                "" => Compare::Equal,
                "!" => Compare::NotEqual,
                sign => Compare::parse(sign)?,
            };
            bounds.push((compare, parse_version(version)?));
            rest = after.trim_start();
        }
        (!bounds.is_empty()).then_some(bounds)
    };
    text.split("||").map(bounds).collect()
}

/// Whether a version lies in one of the ranges.
pub fn in_ranges(version: &Version, ranges: &[Vec<(Compare, Version)>]) -> bool {
    ranges.iter().any(|bounds| {
        bounds
            .iter()
            .all(|(compare, bound)| compare.holds(version.cmp_precedence(bound)))
    })
}

/// The message with `{{ .Name }}` filled in where `value` knows the path (`Status.Reason`), and
/// shown as `<Name>` where it does not. Other templates are left out, with an ellipsis in their
/// place: only the installer of the application can fill them in.
pub fn fill(message: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut said = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once("{{") {
        said.push_str(before);
        let Some((inside, behind)) = after.split_once("}}") else {
            said.push('…');
            return said;
        };
        let path = inside.trim_matches(|c: char| c == '-' || c.is_whitespace());
        match path.strip_prefix('.') {
            Some(path) if !path.is_empty() && !path.contains(char::is_whitespace) => {
                if let Some(value) = value(path) {
                    said.push_str(&value);
                } else {
                    said.push('<');
                    said.push_str(path.rsplit('.').next().unwrap_or(path));
                    said.push('>');
                }
            }
            _ => said.push('…'),
        }
        rest = behind;
    }
    said.push_str(rest);
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_troubleshoot_reads_them() {
        for (range, version, expected) in [
            ("< 1.20.0", "v1.19.7", true),
            ("<1.20.0", "1.20.0", false),
            (">=1.19.0 <1.21.0", "1.20.3", true),
            ("<1.16.0 || >= 1.22.0", "1.22.0", true),
            ("<1.16.0 || >= 1.22.0", "1.20.0", false),
            ("!=1.20.0", "1.20.0", false),
            ("1.20.0", "1.20.0", true),
            ("= 1.20.0", "1.20.1", false),
        ] {
            let ranges = parse_ranges(range).unwrap();
            let version = parse_version(version).unwrap();
            assert_eq!(in_ranges(&version, &ranges), expected, "{range} {version}");
        }
        for range in ["", "<", "newer", "=> 1.2.0", "||"] {
            assert!(parse_ranges(range).is_none(), "{range}");
        }
    }

    #[test]
    fn templates_are_filled_shown_or_left_out() {
        let value = |path: &str| (path == "Status.Reason").then(|| "Evicted".to_owned());
        for (message, expected) in [
            ("plain", "plain"),
            (
                "pod {{ .Name }} is {{.Status.Reason}}!",
                "pod <Name> is Evicted!",
            ),
            ("see {{repl ConfigOption \"host\" }} now", "see … now"),
            ("{{- .Name -}}", "<Name>"),
            ("open {{ .Name", "open …"),
            ("{{ if .X }}y{{ end }}", "…y…"),
        ] {
            assert_eq!(fill(message, value), expected);
        }
    }
}
