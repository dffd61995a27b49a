//! What a symptom shares with its cause: an object, a node, a log, a name, and the time.

use crate::diagnose::finding::{Finding, Fingerprint, State, Subject};
use crate::evidence::{Evidence, Index};
use crate::kube::{Detail, Event, ObjectKey};
use crate::locator::EntryPath;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What a symptom must share with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// A pod, where both are about pods; else the subject, or an affected object that is no node.
    Subject,
    /// Every pod that the symptom was seen on: the cause was seen on all of them.
    Pods,
    /// A mark that both quote: the name of a provisioned volume, a code of Entra ID.
    Token,
    /// A node that the cause is about and the symptom was seen on.
    Node,
    /// A node that both were seen on.
    SameNode,
    /// The same, and what the symptom says ran out is one of these, or it does not say.
    Starved(&'static [&'static str]),
    /// A log: both were read in the same one.
    Log,
    /// The cause is about pods that the symptom's Service sends to.
    Backs,
    /// The symptom names the subject of the cause, or the other way round.
    Names,
    /// The namespace.
    Namespace,
    /// The system namespace: the cause takes away what system pods need.
    SystemPods,
    /// Nothing: the cause reaches the whole cluster.
    Cluster,
}

impl Link {
    /// Whether a cause in one state may have led to a symptom in another. What has ended does not
    /// explain what lasts; and what lasts explains what has ended only where both are about one
    /// object or a stated condition, because else it may have begun for another reason.
    pub(super) fn spans(self, cause: State, symptom: State) -> bool {
        match (cause, symptom) {
            (State::Resolved, State::Resolved) => true,
            (State::Resolved, _) => false,
            (_, State::Resolved) => !matches!(
                self,
                Self::SameNode | Self::Cluster | Self::SystemPods | Self::Namespace
            ),
            _ => true,
        }
    }

    /// Whether a cause with this link may as well be the one that another link found. What reaches
    /// far has many symptoms, and none of them tells which cause it has.
    pub(super) fn competes_with(self, other: Self) -> bool {
        let narrow = matches!(
            self,
            Self::Subject | Self::Token | Self::Node | Self::SameNode | Self::Starved(_)
        );
        narrow && std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// Times of two sources differ by as much: events are written late, logs at once.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

/// A failure that began this long before what is said to have caused it has another cause. Of a
/// cause that has ended and lasted for a time the begin is known better than that: see `SLACK`.
const HEAD_START: SignedDuration = SignedDuration::from_mins(30);

/// A failure that goes on for this long after its cause has ended has another one by now. Back-offs
/// end after five minutes, but a rollout may wait for several of them.
const AFTERMATH: SignedDuration = SignedDuration::from_mins(30);

/// Names shorter than this stand in other words too often to tell anything.
const LEAST_NAME: usize = 4;

/// What links are told from.
pub(super) struct Links<'e> {
    index: &'e Index,
    /// Whole messages of events of which one line is quoted: YAML folds long texts.
    folded: BTreeMap<(&'e EntryPath, u64), &'e str>,
    /// Nodes that each finding is about, or was seen on.
    nodes: BTreeMap<&'e Fingerprint, BTreeSet<&'e str>>,
}

impl<'e> Links<'e> {
    /// Looks up the nodes of what findings are about.
    pub(super) fn new(evidence: &'e Evidence, findings: &'e [Finding]) -> Self {
        let index = &evidence.index;
        let is_folded = |event: &&Event| {
            let last = event.message.split_whitespace().next_back();
            last.is_some_and(|word| !event.snippet.text.contains(word))
        };
        let folded = evidence.events.iter().filter(is_folded);
        let folded = folded
            .map(|event| ((&event.path, event.snippet.line), event.message.as_str()))
            .collect();
        let subjects = findings
            .iter()
            .flat_map(|finding| finding.affected.iter().chain([&finding.subject]));
        let owners: BTreeSet<ObjectKey> = subjects
            .filter(|subject| subject.kind != "Pod")
            .map(key)
            .collect();
        let nodes = |owner: &ObjectKey| -> BTreeSet<&'e str> {
            let pods = index.pods_under(owner);
            pods.filter_map(|(_, pod)| pod.node.as_deref()).collect()
        };
        let nodes_of: BTreeMap<ObjectKey, BTreeSet<&str>> = owners
            .into_iter()
            .map(|owner| (nodes(&owner), owner))
            .filter(|(nodes, _)| !nodes.is_empty())
            .map(|(nodes, owner)| (owner, nodes))
            .collect();
        let nodes = findings
            .iter()
            .map(|finding| (&finding.fingerprint, nodes_under(finding, &nodes_of)))
            .collect();
        Self {
            index,
            folded,
            nodes,
        }
    }

    /// Whether a cause can have led to a symptom: they share what the link asks for, and the time.
    pub(super) fn linked(&self, link: Link, cause: &Finding, symptom: &Finding) -> bool {
        coincide(link, cause, symptom) && self.shared(link, cause, symptom)
    }

    /// Whether they share what the link asks for.
    fn shared(&self, link: Link, cause: &Finding, symptom: &Finding) -> bool {
        match link {
            Link::Cluster => true,
            Link::SystemPods => symptom.subject.namespace == "kube-system",
            Link::Namespace => {
                !cause.subject.namespace.is_empty()
                    && cause.subject.namespace == symptom.subject.namespace
            }
            Link::Subject => share_an_object(cause, symptom),
            Link::Pods => share_all_pods(cause, symptom),
            Link::Node => {
                let nodes = self.nodes.get(&symptom.fingerprint);
                let mut own = cause.affected.iter().filter(|one| one.kind == "Node");
                nodes.is_some_and(|nodes| own.any(|node| nodes.contains(node.name.as_str())))
            }
            Link::SameNode => self.share_a_node(cause, symptom),
            Link::Starved(of) => {
                self.share_a_node(cause, symptom) && starved_of(self.quoted(symptom), symptom, of)
            }
            Link::Log => cause
                .citations
                .iter()
                .any(|one| symptom.citations.iter().any(|other| other.path == one.path)),
            Link::Token => !self.tokens(cause).is_disjoint(&self.tokens(symptom)),
            Link::Names => self.names(symptom, cause) || self.names(cause, symptom),
            Link::Backs => self.backs(cause, symptom),
        }
    }

    /// Whether a node is among those of both findings.
    fn share_a_node(&self, cause: &Finding, symptom: &Finding) -> bool {
        let nodes = |finding: &Finding| self.nodes.get(&finding.fingerprint);
        let both = nodes(cause).zip(nodes(symptom));
        both.is_some_and(|(own, others)| !own.is_disjoint(others))
    }

    /// Whether the cause is about pods that the Services of the symptom send to: those that it is
    /// about, or whose host its evidence names.
    fn backs(&self, cause: &Finding, symptom: &Finding) -> bool {
        let subjects = symptom.affected.iter().chain([&symptom.subject]);
        subjects
            .flat_map(|subject| self.services(subject))
            .chain(
                self.quoted(symptom)
                    .flat_map(words)
                    .filter_map(host_of_service),
            )
            .any(|service| self.sends_to(&service, cause))
    }

    /// The texts that a finding quotes, those of events whole.
    fn quoted<'f>(&'f self, finding: &'f Finding) -> impl Iterator<Item = &'f str> {
        finding.citations.iter().map(|citation| {
            let place = (&citation.path, citation.snippet.line);
            let whole = self.folded.get(&place).copied();
            whole.unwrap_or(&citation.snippet.text)
        })
    }

    /// Marks that a finding quotes and that nothing else has by chance.
    fn tokens<'f>(&'f self, finding: &'f Finding) -> BTreeSet<&'f str> {
        self.quoted(finding)
            .flat_map(words)
            .filter(|word| {
                (word.starts_with("pvc-") && word.len() > 12)
                    || (word.starts_with("AADSTS") && word.len() > 8)
            })
            .collect()
    }

    /// Whether the evidence of one finding names the subject of another.
    fn names(&self, quoting: &Finding, quoted: &Finding) -> bool {
        let subjects = quoted.affected.iter().chain([&quoted.subject]);
        let names: BTreeSet<&str> = subjects
            .map(|subject| subject.name.as_str())
            .filter(|name| name.len() >= LEAST_NAME)
            .collect();
        self.quoted(quoting)
            .chain([quoting.detail.as_str()])
            .flat_map(words)
            .any(|word| {
                // The host of a Service begins with its name: `hook.ns.svc:443`.
                let host = word
                    .split_once('.')
                    .filter(|(_, rest)| rest.contains(".svc"));
                names.contains(word) || host.is_some_and(|(name, _)| names.contains(name))
            })
    }

    /// The Services that a subject is, or that its webhooks are behind.
    fn services(&self, subject: &Subject) -> Vec<ObjectKey> {
        let key = key(subject);
        match self.index.get(&key).map(|object| &object.detail) {
            Some(Detail::Service(_)) => vec![key],
            Some(Detail::WebhookConfiguration(hooks)) => hooks
                .webhooks
                .iter()
                .filter_map(|hook| hook.service.as_ref())
                .map(|(namespace, name)| ObjectKey::new("Service", namespace, name))
                .collect(),
            _ => vec![],
        }
    }

    /// Whether a Service selects pods that a finding is about.
    fn sends_to(&self, service: &ObjectKey, finding: &Finding) -> bool {
        let Some(Detail::Service(selecting)) = self.index.get(service).map(|object| &object.detail)
        else {
            return false;
        };
        if selecting.selector.is_empty() || finding.subject.namespace != service.namespace {
            return false;
        }
        let selected = |object: &crate::kube::Object| {
            object.key().namespace == service.namespace
                && selecting
                    .selector
                    .iter()
                    .all(|(name, value)| object.meta.labels.get(name) == Some(value))
        };
        self.index.pods().any(|(object, _)| {
            selected(object)
                && (finding.affected.iter().any(|one| key(one) == *object.key())
                    || self.index.root_owner(object.key()) == key(&finding.subject))
        })
    }
}

/// A subject as the identity of an object.
fn key(subject: &Subject) -> ObjectKey {
    ObjectKey::new(&subject.kind, &subject.namespace, &subject.name)
}

/// Nodes that a finding is about, or was seen on.
fn nodes_under<'e>(
    finding: &'e Finding,
    nodes_of: &BTreeMap<ObjectKey, BTreeSet<&'e str>>,
) -> BTreeSet<&'e str> {
    let mut nodes = BTreeSet::new();
    for affected in finding.affected.iter().chain([&finding.subject]) {
        if affected.kind == "Node" {
            nodes.insert(affected.name.as_str());
        }
        nodes.extend(affected.node.as_deref());
        if affected.kind != "Pod"
            && let Some(on) = nodes_of.get(&key(affected))
        {
            nodes.extend(on.iter().copied());
        }
    }
    nodes
}

/// What makes two subjects one object, wherever it was seen; affected objects are in this order.
fn identity(subject: &Subject) -> (&str, &str, &str) {
    (&subject.kind, &subject.namespace, &subject.name)
}

/// Whether two findings are about the same object, wherever it was seen. What happens to one pod of
/// an owner says nothing about another, and what happens on one node has its own links.
fn share_an_object(a: &Finding, b: &Finding) -> bool {
    let of_pods = |finding: &Finding| finding.affected.iter().any(|one| one.kind == "Pod");
    let pods_only = of_pods(a) && of_pods(b);
    let counts = |subject: &Subject| {
        if pods_only {
            subject.kind == "Pod"
        } else {
            subject.kind != "Node"
        }
    };
    let same_subject = identity(&a.subject) == identity(&b.subject) && counts(&a.subject);
    (same_subject && !pods_only) || common(a, b).any(counts)
}

/// Affected objects that two findings share.
fn common<'f>(a: &'f Finding, b: &'f Finding) -> impl Iterator<Item = &'f Subject> {
    let mut others = b.affected.iter().peekable();
    a.affected.iter().filter(move |one| {
        while others
            .next_if(|other| identity(other) < identity(one))
            .is_some()
        {}
        others
            .peek()
            .is_some_and(|other| identity(other) == identity(one))
    })
}

/// Whether a symptom was seen on pods, and its cause on each of them.
fn share_all_pods(cause: &Finding, symptom: &Finding) -> bool {
    let pods = symptom.affected.iter().filter(|one| one.kind == "Pod");
    let pods = pods.count();
    pods > 0
        && common(symptom, cause)
            .filter(|one| one.kind == "Pod")
            .count()
            == pods
}

/// Whether two findings are of the same time. What is so at capture time goes on; what has no time
/// is of any.
fn coincide(link: Link, cause: &Finding, symptom: &Finding) -> bool {
    let ended = |finding: &Finding| finding.last_seen.filter(|_| finding.state != State::Active);
    let before = |end: Option<Timestamp>, begin: Option<Timestamp>, by: SignedDuration| {
        end.zip(begin)
            .is_some_and(|(end, begin)| begin.duration_since(end) > by)
    };
    let apart = before(ended(cause), symptom.first_seen, SLACK)
        || before(ended(symptom), cause.first_seen, SLACK);
    let over = cause.state == State::Resolved;
    // Of what still lasts only the conditions of a node state when they began: else events and the
    // last end of a container are what is left. What is over has its span, unless one sign of it is
    // all that is known.
    let head_start = if over && cause.first_seen < cause.last_seen {
        Some(SLACK)
    } else if over || matches!(link, Link::Node | Link::Starved(_)) {
        Some(HEAD_START)
    } else {
        None
    };
    let earlier = head_start.is_some_and(|by| before(symptom.first_seen, cause.first_seen, by));
    let outlasts = over && before(cause.last_seen, ended(symptom), AFTERMATH);
    !apart && !earlier && !outlasts
}

/// Whether what a finding quotes names one of these resources, or none at all.
fn starved_of<'f>(
    quoted: impl Iterator<Item = &'f str>,
    finding: &'f Finding,
    of: &[&str],
) -> bool {
    const RESOURCES: [&str; 7] = [
        "memory",
        "ephemeral-storage",
        "nodefs",
        "imagefs",
        "containerfs",
        "inodes",
        "pids",
    ];
    const LEADS: [&str; 4] = [
        "low on resource: ",
        "low on resource: [",
        "The node had condition: ",
        "attempting to reclaim ",
    ];
    let texts: Vec<&str> = quoted.chain([finding.detail.as_str()]).collect();
    let said = |resource: &str| {
        texts.iter().any(|text| {
            let mut rests = LEADS.iter().filter_map(|lead| text.split_once(lead));
            rests.any(|(_, rest)| rest.starts_with(resource))
        })
    };
    !RESOURCES.iter().any(|resource| said(resource)) || of.iter().any(|resource| said(resource))
}

/// The Service whose host a word is: `hook.guard.svc`, `hook.guard.svc.cluster.local`.
fn host_of_service(word: &str) -> Option<ObjectKey> {
    let mut labels = word.split('.');
    let (name, namespace, kind) = (labels.next()?, labels.next()?, labels.next()?);
    (kind == "svc").then(|| ObjectKey::new("Service", namespace, name))
}

/// Words of a text as names of Kubernetes are cut.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::finding::FindingBuilder;
    use crate::rules::RuleSet;
    use std::sync::LazyLock;

    static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

    /// A finding of a rule about a deployment, seen on pods of it between two times of one morning.
    fn seen(rule: &str, state: State, on: &[&str], from: &str, to: &str) -> Finding {
        let at = |clock: &str| format!("2024-03-01T{clock}Z").parse::<Timestamp>().ok();
        let about = |kind: &str, name: &str| Subject {
            kind: kind.into(),
            namespace: "shop".into(),
            name: name.into(),
            node: None,
        };
        let citation = crate::diagnose::finding::Citation {
            path: crate::locator::EntryPath::bundle("a.log", false),
            time: None,
            snippet: crate::locator::Snippet::of_line(1, ""),
        };
        let owner = about("Deployment", "web");
        FindingBuilder::new(RULES.rule(rule).unwrap(), owner)
            .state(state, String::new())
            .seen(at(from), at(to))
            .cite(citation)
            .affects(on.iter().map(|name| about("Pod", name)).collect())
            .build()
            .unwrap()
    }

    #[test]
    fn what_is_over_holds_no_symptom_from_before_or_long_after_it() {
        let over = State::Resolved;
        let cause = seen("cni-not-initialized", over, &[], "09:10:00", "09:20:00");
        for (from, to, holds) in [
            ("09:05:00", "09:45:00", true),
            ("08:46:00", "09:15:00", false),
            ("09:15:00", "10:43:00", false),
            ("09:31:00", "09:32:00", false),
        ] {
            let symptom = seen("probe-failed", over, &[], from, to);
            let linked = coincide(Link::SameNode, &cause, &symptom);
            assert_eq!(linked, holds, "{from} to {to}");
        }
    }

    #[test]
    fn one_sign_or_what_still_lasts_does_not_say_when_it_began() {
        let early = |state| seen("pod-crashloop", state, &[], "08:50:00", "09:12:00");
        let once = seen(
            "pod-oomkilled",
            State::Resolved,
            &[],
            "09:12:00",
            "09:12:00",
        );
        assert!(coincide(Link::Subject, &once, &early(State::Resolved)));
        let lasting = seen("pod-oomkilled", State::Active, &[], "11:00:00", "11:05:00");
        assert!(coincide(Link::Subject, &lasting, &early(State::Active)));
    }

    #[test]
    fn pods_of_one_owner_are_linked_by_the_pod() {
        let seen = |rule, on| seen(rule, State::Active, on, "09:00:00", "09:05:00");
        let cause = seen("image-pull-network", &["web-a"]);
        assert!(share_an_object(
            &cause,
            &seen("pod-crashloop", &["web-a", "web-b"])
        ));
        assert!(!share_an_object(&cause, &seen("pod-crashloop", &["web-b"])));
        assert!(share_all_pods(
            &cause,
            &seen("image-pull-backoff", &["web-a"])
        ));
        let more = seen("image-pull-backoff", &["web-a", "web-b"]);
        assert!(!share_all_pods(&cause, &more));
        // What is about the deployment itself is about all its pods.
        assert!(share_an_object(
            &cause,
            &seen("workload-below-desired", &[])
        ));
    }
}
