//! Command lines as people paste them, with the prompt of their shell.

use crate::examine::part::Section;
use crate::kube::ObjectKey;
use crate::kube::describe::kind_of_resource;

/// Programs whose command lines are known; what they print is evidence.
const PROGRAMS: [&str; 13] = [
    "flux",
    "kubectl",
    "kubecolor",
    "oc",
    "k",
    "k3s",
    "microk8s",
    "crictl",
    "docker",
    "journalctl",
    "systemctl",
    "helm",
    "az",
];

/// A command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::examine) struct Command<'a> {
    /// The program.
    program: &'a str,
    /// What stands behind it.
    rest: &'a str,
}

impl<'a> Command<'a> {
    /// The command of a line: a prompt and a known program behind it, or the program at once and a
    /// verb of kubectl behind it.
    pub(in crate::examine) fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_end();
        let (prompted, text) = match prompt(line) {
            Some(end) => (true, line.get(end..)?.trim_start()),
            None => (false, line),
        };
        // `➜  ~ kubectl get pods`: the folder stands behind the sign.
        let text = match text.split_once(' ') {
            Some((folder, rest)) if prompted && folder.starts_with('~') => rest.trim_start(),
            _ => text,
        };
        let text = text.strip_prefix("sudo ").unwrap_or(text).trim_start();
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let program = PROGRAMS.into_iter().find(|known| *known == name)?;
        let is_kubectl = matches!(program, "kubectl" | "kubecolor" | "oc" | "k");
        let known =
            is_kubectl && VERBS.contains(&rest.split_whitespace().next().unwrap_or_default());
        let command = Self {
            program: name,
            rest: rest.trim(),
        };
        (prompted || known && line.len() < 400).then_some(command)
    }

    /// The words that are no options, and the values of options that take one.
    fn words(&self) -> (Vec<&'a str>, Option<&'a str>, Option<&'a str>) {
        let (mut plain, mut namespace, mut container) = (Vec::new(), None, None);
        let mut words = self.rest.split_whitespace();
        while let Some(word) = words.next() {
            if matches!(word, "|" | ">" | ">>" | "2>&1" | "&&" | ";") {
                break;
            }
            match word {
                "-n" | "--namespace" => namespace = words.next(),
                "-c" | "--container" => container = words.next(),
                "-l" | "-o" | "--selector" | "--tail" | "--since" | "--sort-by" | "--context"
                | "--kubeconfig" | "--field-selector" | "-f" => _ = words.next(),
                _ => {
                    if let Some(value) = word.strip_prefix("--namespace=") {
                        namespace = Some(value);
                    } else if let Some(value) = word.strip_prefix("-n=") {
                        namespace = Some(value);
                    } else if let Some(value) = word.strip_prefix("--container=") {
                        container = Some(value);
                    } else if !word.starts_with('-') {
                        plain.push(word);
                    }
                }
            }
        }
        (plain, namespace, container)
    }

    /// The namespace that it asks for.
    pub(in crate::examine) fn namespace(&self) -> Option<&'a str> {
        self.words().1
    }

    /// The kind that it gets or describes.
    pub(in crate::examine) fn kind(&self) -> Option<String> {
        let (words, ..) = self.words();
        let resource = match words.as_slice() {
            ["get" | "describe", resource, ..] => *resource,
            _ => return None,
        };
        let resource = resource.split(['/', ',']).next().unwrap_or(resource);
        if resource == "all" {
            return None;
        }
        kind_of_resource(resource)
            .map(str::to_owned)
            .or_else(|| custom_kind(resource))
    }

    /// The object that it describes, where it names one.
    pub(in crate::examine) fn described(&self) -> Option<ObjectKey> {
        let (words, namespace, _) = self.words();
        let ["describe", resource, more @ ..] = words.as_slice() else {
            return None;
        };
        let (resource, name) = match (resource.split_once('/'), more.first()) {
            (Some(both), _) => both,
            (None, name) => (*resource, *name?),
        };
        let kind = kind_of_resource(resource)?;
        Some(ObjectKey::new(kind, namespace.unwrap_or_default(), name))
    }

    /// The container whose log it prints.
    pub(in crate::examine) fn log(&self) -> Option<Section> {
        let (words, namespace, container) = self.words();
        let ["log" | "logs", of, more @ ..] = words.as_slice() else {
            return None;
        };
        let pod = of.strip_prefix("pod/").or_else(|| of.strip_prefix("po/"));
        let pod = pod.unwrap_or(of);
        if pod.contains('/') {
            return None;
        }
        Some(Section {
            namespace: namespace.unwrap_or_default().to_owned(),
            pod: pod.to_owned(),
            container: container
                .or(more.first().copied())
                .unwrap_or_default()
                .to_owned(),
        })
    }
}

/// Verbs of kubectl that print what is evidence.
const VERBS: [&str; 10] = [
    "api-resources",
    "cluster-info",
    "config",
    "describe",
    "events",
    "explain",
    "get",
    "logs",
    "top",
    "version",
];

/// Where a prompt at the front of a line ends: `$ `, `# `, `user@host:~$ `, `[root@m1 ~]# `,
/// `PS C:\Users\me> `, `C:\>`, `% `, `❯ `.
fn prompt(line: &str) -> Option<usize> {
    for sign in ["$> ", "$ ", "# ", "% ", "❯ ", "➜ ", "λ ", "> "] {
        if line.starts_with(sign) && sign != "> " {
            return Some(sign.len());
        }
        // The prompt's own text stands before the sign, and is short.
        if let Some(at) = line.find(sign).filter(|at| *at > 0 && *at < 80) {
            let before = line.get(..at)?;
            let host = before.contains('@') && !before.contains(": ");
            let windows = before.starts_with("PS ") || before.get(1..3) == Some(":\\");
            let path =
                sign != "> " && (before.ends_with('~') || before.starts_with(['~', '/', '[', '(']));
            if host || windows || path {
                return Some(at + sign.len());
            }
        }
    }
    // `C:\k>kubectl get pods`: no blank behind the sign.
    let at = line.find('>').filter(|_| line.get(1..3) == Some(":\\"))?;
    Some(at + 1)
}

/// A guess at the kind of a custom resource from its plural: `certificates.cert-manager.io`.
fn custom_kind(resource: &str) -> Option<String> {
    let plain = resource.split('.').next()?;
    let singular = plain
        .strip_suffix("ies")
        .map(|stem| format!("{stem}y"))
        .or_else(|| plain.strip_suffix("sses").map(|stem| format!("{stem}ss")))
        .or_else(|| plain.strip_suffix('s').map(str::to_owned))
        .unwrap_or_else(|| plain.to_owned());
    let mut letters = singular.chars();
    let first = letters.next()?.to_ascii_uppercase();
    let plain = singular.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && singular.len() > 2).then(|| format!("{first}{}", letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_of_all_shells_are_known() {
        for line in [
            "$ kubectl get pods",
            "# kubectl get pods",
            "me@box:~/work$ kubectl get pods -A",
            "[root@m1 ~]# kubectl get pods",
            "PS C:\\Users\\me> kubectl get pods",
            "C:\\k>kubectl get pods",
            "~ % kubectl get pods",
            "❯ kubectl get pods",
            "kubectl get pods -n shop",
            "$ sudo kubectl get pods",
            "$> kubectl -n shop get pods",
            "➜  ~ kubectl get pods",
            "~/work λ kubectl get pods",
            "$ kubectl.exe get pods",
        ] {
            let command = Command::parse(line).unwrap_or_else(|| panic!("a command: {line}"));
            assert_eq!(command.kind().as_deref(), Some("Pod"), "{line}");
        }
        for line in [
            "kubectl: command not found",
            "2024-05-01T10:00:00Z $ kubectl get pods",
            "error: run kubectl get pods",
            "> quoted",
            "",
        ] {
            assert_eq!(Command::parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_command_says_what_it_prints() {
        let log = Command::parse("$ kubectl -n kube-system logs coredns-1 -c coredns --tail 5");
        let log = log.and_then(|command| command.log()).expect("a log");
        assert_eq!(
            (
                log.namespace.as_str(),
                log.pod.as_str(),
                log.container.as_str()
            ),
            ("kube-system", "coredns-1", "coredns")
        );
        let get =
            Command::parse("$ kubectl get certificates.cert-manager.io -n=shop").expect("get");
        assert_eq!(get.kind().as_deref(), Some("Certificate"));
        assert_eq!(get.namespace(), Some("shop"));
    }
}
