//! Whom a line speaks about: the pod and the node it names.
//!
//! Read from named groups of the rule (`namespace`, `pod`, `node`) and, where it has none, from the
//! ways in which Kubernetes components name objects: `pod="ns/name"`, `pod "name_ns(uid)"`,
//! `node \"name\" not found`.

use crate::examine::part::About;
use crate::rules::Pattern;
use memchr::memmem::{self, Finder};
use std::sync::LazyLock;

/// Longest name read; names of objects have at most 253 bytes.
const LONGEST_NAME: usize = 253;

/// Searches that every line with a hit is asked: what they need to know of their words is worked
/// out once.
static POD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("pod"));
static NODE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("node"));
static CGROUP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("kubepods"));
static KILL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("out of memory"));

/// The objects that a line names in the ways of Kubernetes components.
pub(super) fn about(line: &[u8]) -> About {
    let mut about = About::default();
    if let Some(pod) = named(line, &POD) {
        (about.namespace, about.pod) = pod_name(pod);
    }
    about.node = named(line, &NODE).filter(|name| is_name(name)).map(boxed);
    if about.pod.is_none() {
        about.uid = cgroup_uid(line);
    }
    about
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

impl About {
    /// What the named groups of a rule add to, or say instead of, what the line says by itself.
    pub(super) fn refined(&self, regex: Option<&Pattern>, line: &[u8]) -> Self {
        let mut about = self.clone();
        let Some(regex) = regex else {
            return about;
        };
        if !regex
            .names()
            .any(|name| matches!(name, "namespace" | "pod" | "node"))
        {
            return about;
        }
        for (name, value) in regex.captures(line) {
            if value.len() > LONGEST_NAME {
                continue;
            }
            let value = Some(value.into_boxed_str());
            match name.as_str() {
                "namespace" => about.namespace = value,
                "pod" => {
                    about.pod = value;
                    about.uid = None;
                }
                "node" => about.node = value,
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
        let refined = about(line).refined(Some(&regex), line);
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
