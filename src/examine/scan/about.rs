//! Whom a line speaks about: the pod and the node it names, or the object of an event it prints.
//!
//! Read from named groups of the rule (`namespace`, `pod`, `node`) and, where it has none, from the
//! ways in which Kubernetes components name objects: `pod="ns/name"`, `pod "name_ns(uid)"`,
//! `pod "name" (UID: "uid")`, `node \"name\" not found`, `object="ns/name" kind="ReplicaSet"`,
//! `ObjectReference{Kind:"Pod", Namespace:"ns", Name:"name"}`, the sandbox `k8s_name_ns_uid_0`.

use crate::examine::part::{About, Reference};
use crate::rules::Pattern;
use memchr::memmem::{self, Finder};
use std::sync::LazyLock;

/// Longest name read; names of objects have at most 253 bytes.
const LONGEST_NAME: usize = 253;

/// Bytes of a printed event in which its object is told: the fields stand in front.
const REFERENCE_BYTES: usize = 1 << 10;

/// Searches that every line with a hit is asked: what they need to know of their words is worked
/// out once.
static POD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("pod"));
static NODE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("node"));
static CGROUP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("kubepods"));
static OBJECT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("object"));
static KIND: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("kind"));
static REFERENCE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("ObjectReference{"));
static UID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("UID"));
static RUNTIME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("k8s_"));
static KILL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("out of memory"));

/// The objects that a line names in the ways of Kubernetes components.
pub(super) fn about(line: &[u8]) -> About {
    let mut about = About::default();
    if let Some(pod) = of_prefix(line) {
        about.pod = Some(boxed(pod));
        return about;
    }
    if let Some(reference) = printed(line).or_else(|| logged(line)) {
        match &*reference.kind {
            "Pod" => {
                let named = |name: Box<str>| (!name.is_empty()).then_some(name);
                about.namespace = named(reference.namespace);
                about.pod = named(reference.name);
            }
            "Node" => {
                about.node = Some(reference.name);
                return about;
            }
            _ => {
                about.object = Some(Box::new(reference));
                return about;
            }
        }
    } else if let Some(pod) = named(line, &POD) {
        (about.namespace, about.pod) = pod_name(pod);
    }
    // A bare name is not enough: lines quote `pod "name" not found` beside the full name.
    if about.namespace.is_none()
        && let Some((namespace, name)) = unquoted_pod(line).or_else(|| of_the_runtime(line))
    {
        (about.namespace, about.pod) = (Some(boxed(namespace)), Some(boxed(name)));
    }
    about.node = named(line, &NODE).filter(|name| is_name(name)).map(boxed);
    if about.pod.is_none() {
        about.uid = cgroup_uid(line);
    }
    if about.namespace.is_none() && about.uid.is_none() {
        about.uid = stated_uid(line);
    }
    about
}

/// The pod that `kubectl logs --prefix` names before each of its lines: `[pod/web-0/web] `.
fn of_prefix(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"[pod/")?;
    let end = memchr::memchr(b'/', rest)?;
    rest.get(..end).filter(|name| is_name(name))
}

/// Whether a line names the object that it is about for sure.
pub(super) fn names_object(about: &About) -> bool {
    let pod = about.namespace.is_some() && about.pod.is_some();
    pod || about.object.is_some() || about.uid.is_some()
}

/// The object of an event as Go prints it: `ObjectReference{Kind:"Pod", Namespace:"ns", ...`, or
/// with `String()`, without quotes: `ObjectReference{Kind:Pod,Namespace:ns,...`.
fn printed(line: &[u8]) -> Option<Reference> {
    let rest = line.get(REFERENCE.find(line)? + REFERENCE.needle().len()..)?;
    let fields = rest.get(..REFERENCE_BYTES).unwrap_or(rest);
    let end = memchr::memchr(b'}', fields).unwrap_or(fields.len());
    let fields = fields.get(..end)?;
    let field = |key: &[u8]| {
        let at = memmem::find_iter(fields, key).find(|at| {
            let before = at.checked_sub(1).and_then(|before| fields.get(before));
            before.is_none_or(|byte| !byte.is_ascii_alphanumeric())
        })?;
        let value = fields.get(at + key.len()..)?;
        let value = unquote(value).unwrap_or(value);
        let end = value.iter().position(|byte| b"\"\\,".contains(byte));
        value.get(..end.unwrap_or(value.len()))
    };
    reference(field(b"Kind:")?, field(b"Namespace:")?, field(b"Name:")?)
}

/// The object of an event as klog prints it: `object="ns/name" kind="Pod"`.
fn logged(line: &[u8]) -> Option<Reference> {
    let object = named(line, &OBJECT)?;
    let kind = named(line, &KIND)?;
    match memchr::memchr(b'/', object) {
        Some(at) => reference(kind, object.get(..at)?, object.get(at + 1..)?),
        None => reference(kind, b"", object),
    }
}

/// A reference of these words, if they can be one. Names of some kinds, such as roles, hold
/// colons.
fn reference(kind: &[u8], namespace: &[u8], name: &[u8]) -> Option<Reference> {
    let is_kind = !kind.is_empty()
        && kind.len() <= LONGEST_NAME
        && kind.iter().all(u8::is_ascii_alphanumeric)
        && kind.first().is_some_and(u8::is_ascii_uppercase);
    (is_kind && is_name(name) && (namespace.is_empty() || is_name(namespace))).then(|| Reference {
        kind: boxed(kind),
        namespace: boxed(namespace),
        name: boxed(name),
    })
}

/// Namespace and name from `pod name_ns(uid)` and `pod=name_ns(uid)` without quotes.
fn unquoted_pod(line: &[u8]) -> Option<(&[u8], &[u8])> {
    POD.find_iter(line).find_map(|at| {
        let rest = line.get(at + POD.needle().len()..)?;
        let rest = rest
            .strip_prefix(b"=")
            .or_else(|| rest.strip_prefix(b" "))?;
        let window = rest.get(..LONGEST_NAME * 2).unwrap_or(rest);
        let open = memchr::memchr(b'(', window)?;
        let under = memchr::memchr(b'_', window.get(..open)?)?;
        let (name, namespace) = (window.get(..under)?, window.get(under + 1..open)?);
        (is_name(name) && is_name(namespace)).then_some((namespace, name))
    })
}

/// Namespace and name from what the runtime calls the sandbox of a pod, `k8s_name_ns_uid_0`, or a
/// container in it, `k8s_container_name_ns_uid_0`.
fn of_the_runtime(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.get(RUNTIME.find(line)? + RUNTIME.needle().len()..)?;
    let window = rest.get(..LONGEST_NAME * 4).unwrap_or(rest);
    let end = window
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-._".contains(byte)));
    let parts: Vec<&[u8]> = window
        .get(..end.unwrap_or(window.len()))?
        .split(|byte| *byte == b'_')
        .collect();
    let ([name, namespace, uid, _] | [_, name, namespace, uid, _]) = *parts else {
        return None;
    };
    (is_name(name) && is_name(namespace) && is_uid(uid)).then_some((namespace, name))
}

/// The UID of a pod in `(UID: "...")`, `podUID="..."` or `podUID=...`.
fn stated_uid(line: &[u8]) -> Option<Box<str>> {
    UID.find_iter(line).find_map(|at| {
        let (before, rest) = line.split_at_checked(at)?;
        let rest = rest.strip_prefix(UID.needle())?;
        let value = if before.ends_with(b"(") {
            rest.strip_prefix(b": ")?
        } else if before.ends_with(b"pod") {
            let rest = unquote(rest).unwrap_or(rest);
            rest.strip_prefix(b"=")?
        } else {
            return None;
        };
        let uid = unquote(value).unwrap_or(value).get(..36)?;
        is_uid(uid).then(|| boxed(uid))
    })
}

/// Whether this can be the UID of a pod: an object's own, or the hash of a static pod's file.
fn is_uid(text: &[u8]) -> bool {
    matches!(text.len(), 32 | 36)
        && text
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// UID of the pod that the kernel's report before a kill is about. The kernel names the cgroup on
/// one line and says on a later one what it killed there: `oom-kill:constraint=...` right before,
/// older kernels `Task in /kubepods/...` above a table of memory use.
pub(super) fn killed_uid(above: &[u8], line: &[u8]) -> Option<Box<str>> {
    KILL.find(line)?;
    let heads: [&[u8]; 2] = [b"oom-kill:constraint", b"Task in /"];
    let head = heads
        .iter()
        .filter_map(|head| memmem::rfind(above, head))
        .max()?;
    let report = above.get(head..)?;
    let end = memchr::memchr(b'\n', report).unwrap_or(report.len());
    cgroup_uid(report.get(..end)?)
}

/// The UID in the path of a pod's cgroup: `/kubepods/burstable/pod<uid>/...`, or with underscores
/// for dashes `kubepods-burstable-pod<uid>.slice`. Static pods have a hash in its place.
fn cgroup_uid(line: &[u8]) -> Option<Box<str>> {
    let path = line.get(CGROUP.find(line)? + b"kubepods".len()..)?;
    memmem::find_iter(path, b"pod").find_map(|at| {
        let rest = path.get(at + b"pod".len()..)?;
        let length = rest
            .iter()
            .position(|byte| !(byte.is_ascii_hexdigit() || b"-_".contains(byte)))
            .unwrap_or(rest.len());
        let uid = rest.get(..length).filter(|_| matches!(length, 32 | 36))?;
        Some(String::from_utf8_lossy(uid).replace('_', "-").into())
    })
}

/// Whether a regex has groups that name an object.
pub(super) fn is_told_by(regex: &Pattern) -> bool {
    regex
        .names()
        .any(|name| matches!(name, "namespace" | "pod" | "node"))
}

impl About {
    /// What the named groups of a rule add to, or say instead of, what the line says by itself.
    pub(super) fn refined(&self, captures: &[(String, String)]) -> Self {
        let mut about = self.clone();
        for (name, value) in captures {
            if value.len() > LONGEST_NAME {
                continue;
            }
            let value = Some(value.as_str().into());
            match name.as_str() {
                "namespace" => about.namespace = value,
                "pod" => {
                    about.pod = value;
                    (about.uid, about.object) = (None, None);
                }
                "node" => (about.node, about.object) = (value, None),
                _ => {}
            }
        }
        about
    }
}

/// The first quoted value behind the word: `word="value"`, `"word"="value"`, `word "value"`, with
/// any number of backslashes before the quotes.
fn named<'a>(line: &'a [u8], word: &Finder<'_>) -> Option<&'a [u8]> {
    word.find_iter(line).find_map(|at| {
        let (before, rest) = line.split_at_checked(at)?;
        if before
            .last()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(byte))
        {
            return None;
        }
        let rest = rest.strip_prefix(word.needle())?;
        let rest = unquote(rest).unwrap_or(rest);
        let value = unquote(
            rest.strip_prefix(b"=")
                .or_else(|| rest.strip_prefix(b" "))?,
        )?;
        // A bound on the search keeps a line full of open quotes linear.
        let window = value.get(..LONGEST_NAME * 2).unwrap_or(value);
        let end = window
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\'))?;
        value.get(..end).filter(|value| !value.is_empty())
    })
}

/// What follows a quote with backslashes before it; at most a few, as nesting is never deep.
fn unquote(text: &[u8]) -> Option<&[u8]> {
    let slashes = text
        .iter()
        .take(8)
        .take_while(|byte| **byte == b'\\')
        .count();
    text.get(slashes..)?.strip_prefix(b"\"")
}

/// Namespace and name from `ns/name`, `name_ns(uid)` or a bare name.
fn pod_name(text: &[u8]) -> (Option<Box<str>>, Option<Box<str>>) {
    let split = |separator: u8| {
        let at = memchr::memchr(separator, text)?;
        Some((text.get(..at)?, text.get(at + 1..)?))
    };
    let (namespace, name) = if let Some((namespace, name)) = split(b'/') {
        (namespace, name)
    } else if let Some((name, rest)) = split(b'_') {
        let end = rest.iter().position(|byte| matches!(byte, b'(' | b'_'));
        (rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest), name)
    } else {
        (&[][..], text)
    };
    if !is_name(name) || !(namespace.is_empty() || is_name(namespace)) {
        return (None, None);
    }
    let namespace = (!namespace.is_empty()).then(|| boxed(namespace));
    (namespace, Some(boxed(name)))
}

/// Whether this can be the name of an object.
fn is_name(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(byte))
}

/// A name as text.
fn boxed(text: &[u8]) -> Box<str> {
    String::from_utf8_lossy(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(line: &str) -> [Option<String>; 3] {
        let about = about(line.as_bytes());
        [about.namespace, about.pod, about.node].map(|name| name.map(String::from))
    }

    #[test]
    fn objects_are_read_in_the_ways_components_name_them() {
        for (line, namespace, pod, node) in [
            (
                r#""Error syncing pod" pod="kube-system/coredns-1" podUID=1"#,
                "kube-system",
                "coredns-1",
                "",
            ),
            (r#""pod"="ns/web-0" failed"#, "ns", "web-0", ""),
            (
                r#"Error syncing pod "web-0_shop(2b1c)", skipping"#,
                "shop",
                "web-0",
                "",
            ),
            (r#"err="node \"aks-1\" not found""#, "", "", "aks-1"),
            (
                r#"x err=\"pod \\\"a/b\\\" gone\" node="n.example""#,
                "a",
                "b",
                "n.example",
            ),
            (r#"node "aks-1" not found"#, "", "", "aks-1"),
            (r#"pod "Web" of node "A B""#, "", "", ""),
            (r#"tripod="a/b" pods="a/b" kube-node="x" pod="#, "", "", ""),
            (r#"pod="" node="unfinished"#, "", "", ""),
            ("", "", "", ""),
        ] {
            let expected =
                [namespace, pod, node].map(|name| (!name.is_empty()).then(|| name.to_owned()));
            assert_eq!(names(line), expected, "{line}");
        }
    }

    #[test]
    fn a_printed_event_is_about_its_object() {
        for (line, kind, namespace, name) in [
            (
                r#"event.go:291] Event(v1.ObjectReference{Kind:"ReplicaSet", Namespace:"shop", Name:"web-5", UID:"x"}): reason: 'FailedCreate' pod "web-5-x""#,
                "ReplicaSet",
                "shop",
                "web-5",
            ),
            (
                r"InvolvedObject:v1.ObjectReference{Kind:StatefulSet,Namespace:shop,Name:db,UID:1,APIVersion:apps/v1,}",
                "StatefulSet",
                "shop",
                "db",
            ),
            (
                r#"InvolvedObject:v1.ObjectReference{Kind:\"Job\", Namespace:\"a\", Name:\"b\", FieldPath:\"\"}"#,
                "Job",
                "a",
                "b",
            ),
            (
                r#""Event occurred" object="shop/web" fieldPath="" kind="Deployment" apiVersion="apps/v1""#,
                "Deployment",
                "shop",
                "web",
            ),
        ] {
            let object = about(line.as_bytes()).object.expect(line);
            assert_eq!(
                [&*object.kind, &*object.namespace, &*object.name],
                [kind, namespace, name],
                "{line}"
            );
        }
        for line in [
            r#"Event(v1.ObjectReference{Kind:"Pod", Namespace:"shop", Name:"web-0", UID:"x"}): reason: 'Failed'"#,
            r#""Event occurred" object="shop/web-0" kind="Pod" message="pod "other" failed""#,
        ] {
            let told = [Some("shop".to_owned()), Some("web-0".to_owned()), None];
            assert_eq!(names(line), told, "{line}");
        }
        let node = r#""Event occurred" object="aks-1" kind="Node" reason="NodeNotReady""#;
        assert_eq!(names(node), [None, None, Some("aks-1".to_owned())]);
        for line in [
            r#"v1.ObjectReference{Kind:"", Namespace:"", Name:""}"#,
            "v1.ObjectReference{",
            r#"object="shop/web" only"#,
            r#"v1.ObjectReference{APIKind:"Job", InNamespace:"a", GenerateName:"b"}"#,
        ] {
            assert_eq!(about(line.as_bytes()).object, None, "{line}");
        }
    }

    #[test]
    fn pods_are_read_without_quotes_from_sandboxes_and_by_uid() {
        let uid = "69917f88-069b-4879-9c24-a1698a1948e0";
        for line in [
            format!("restarting failed container=app pod=web-0_shop({uid})"),
            format!("Error syncing in pod web-0_shop({uid})"),
            format!("failed to create sandbox k8s_web-0_shop_{uid}_0(f7f2)"),
            format!("container /k8s_app_web-0_shop_{uid}_3 is gone"),
            format!("sandbox k8s_web-0_shop_{uid}_0(f7f2): pod \"web-0\" not found"),
        ] {
            let told = [Some("shop".to_owned()), Some("web-0".to_owned()), None];
            assert_eq!(names(&line), told, "{line}");
        }
        for line in [
            format!("volume for pod \"web-0\" (UID: \"{uid}\") failed"),
            format!("orphaned podUID={uid}"),
            format!("orphaned podUID=\"{uid}\""),
        ] {
            assert_eq!(about(line.as_bytes()).uid.as_deref(), Some(uid), "{line}");
        }
        for line in [
            "pod web-0_shop without braces",
            "k8s_web-1_demo_0(f7f2)",
            "(UID: \"short\") ownerUID=69917f88-069b-4879-9c24-a1698a1948e0",
        ] {
            assert_eq!(about(line.as_bytes()), About::default(), "{line}");
        }
    }

    #[test]
    fn the_kernel_names_a_pod_by_the_path_of_its_cgroup() {
        let uid = "0f6b2c1e-93aa-4d6c-8a51-2a6a1c9f0b77";
        let under = uid.replace('-', "_");
        for line in [
            format!(
                "oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/kubepods/burstable/pod{uid}/ab12,task=java"
            ),
            format!(
                "task_memcg=/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{under}.slice/cri-containerd-ab12.scope"
            ),
            format!(
                "Task in /kubepods/pod{uid}/4f killed as a result of limit of /kubepods/pod{uid}"
            ),
        ] {
            assert_eq!(about(line.as_bytes()).uid.as_deref(), Some(uid), "{line}");
        }
        for line in [
            "/kubepods/burstable/podinfo",
            "task_memcg=/user.slice",
            "kubepods pod1234",
        ] {
            assert_eq!(about(line.as_bytes()).uid, None, "{line}");
        }
    }

    #[test]
    fn a_kill_belongs_to_the_report_right_above_it() {
        let report = "oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/kubepods/pod0f6b2c1e-93aa-4d6c-8a51-2a6a1c9f0b77/a\n";
        let other = "oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/user.slice/session-1\n";
        let kill = b"Memory cgroup out of memory: Killed process 1 (a)";
        let uid = |above: &str| killed_uid(above.as_bytes(), kill);
        assert!(uid(report).is_some());
        assert_eq!(
            uid(&format!("{report}{other}")),
            None,
            "another kill is between"
        );
        assert_eq!(uid("no report\n"), None);
        assert_eq!(killed_uid(report.as_bytes(), b"something else"), None);
    }

    #[test]
    fn the_rule_knows_better_than_the_line() {
        let line = br#"node "a": evicting pod x from node b"#;
        let regex = Pattern::trusted(r"pod (?<pod>\w+) from node (?<node>\w+)");
        let refined = about(line).refined(&regex.captures(line));
        assert_eq!(refined.pod.as_deref(), Some("x"));
        assert_eq!(refined.node.as_deref(), Some("b"));
    }

    proptest! {
        #[test]
        fn any_line_can_be_asked(line in prop::collection::vec(prop::sample::select(b"pode n\"\\=/_(a".to_vec()), 0..40)) {
            let about = about(&line);
            prop_assert!(about.pod.is_none_or(|pod| is_name(pod.as_bytes())));
        }
    }
}
