//! Output of commands that collectors save as text: which it is, its own first line tells.

use super::super::part::CollectorFact;
use super::{azure, kubelet_command, nat_table, resolver, top};
use crate::examine::snippet::line_snippet;
use crate::limits::Limits;
use memchr::memmem;

/// What `kubectl version` prints is shorter than this.
const VERSION_BYTES: usize = 4096;

/// What of an error is kept.
const DETAIL: usize = 300;

/// How errors begin that Periscope writes in place of what it could not get, and words that each
/// of them holds further on: the sentences of `osm_collector.go`.
const SENTENCES: &[(&str, &[&str])] = &[
    ("Failed to collect ", &[" for namespace ", " for pod "]),
    ("Failed to read JSON for pod ", &[" in "]),
    ("Error retrieving ", &[" for mesh "]),
];

/// What a text says.
#[derive(Debug, Default)]
pub(in crate::examine) struct Told {
    /// Its facts.
    pub(in crate::examine) facts: Vec<CollectorFact>,
    /// The error that stands in place of all else.
    pub(in crate::examine) error: Option<String>,
}

/// Reads a piece of a text that is no document, of a file of this name. `number` tells the pieces of
/// an entry apart; `first_line` is the number of the piece's first line.
pub(in crate::examine) fn read(
    body: &[u8],
    file: &str,
    number: u32,
    first_line: u64,
    limits: &Limits,
) -> Told {
    let fact = |fact| Told {
        facts: vec![fact],
        error: None,
    };
    if nat_table::is_one(body) || number > 0 && file == nat_table::FILE {
        let table = nat_table::read(body, number, first_line, limits);
        fact(CollectorFact::NatTable(table))
    } else if number > 0 {
        Told::default()
    } else if let Some(error) = error_in_place(body, file) {
        Told {
            facts: vec![],
            error: Some(error),
        }
    } else if let Some(version) = server_version(body, first_line) {
        fact(version)
    } else if let Some(resources) = azure_table(body, first_line) {
        Told {
            facts: resources,
            error: None,
        }
    } else if top::is_one(body) {
        Told {
            facts: top::read(body, first_line, limits),
            error: None,
        }
    } else if let Some(command) = kubelet_command::read(body, first_line, limits) {
        fact(CollectorFact::KubeletCommand(command))
    } else if let Some(resolver) = resolver::read(body, file, first_line, limits) {
        fact(CollectorFact::Resolver(resolver))
    } else {
        Told::default()
    }
}

/// The states of Azure resources, of a table that `az` printed.
fn azure_table(body: &[u8], first_line: u64) -> Option<Vec<CollectorFact>> {
    let head = body.trim_ascii_start();
    let end = memchr::memchr(b'\n', head)?;
    memmem::find(head.get(..end)?, b"ProvisioningState")?;
    let rows = azure::of_table(&String::from_utf8_lossy(body), first_line)?;
    Some(rows.into_iter().map(CollectorFact::Azure).collect())
}

/// The version of the API server that `kubectl version` prints as text: `Server Version: v1.33.5`,
/// before 1.28 with `version.Info{..., GitVersion:"v1.20.15", ...}`; or as YAML.
fn server_version(body: &[u8], first_line: u64) -> Option<CollectorFact> {
    const HEAD: &str = "Server Version: ";
    const IN_YAML: &str = "serverVersion:";
    let front = body.get(..body.len().min(VERSION_BYTES))?;
    memmem::find(front, HEAD.as_bytes()).or_else(|| memmem::find(front, IN_YAML.as_bytes()))?;
    let text = String::from_utf8_lossy(front);
    // A log may say such a thing too; what kubectl prints begins with the client's own.
    let mut lines = text.lines().zip(first_line..);
    let begins = |line: &str| {
        let fronts = ["Client Version: ", "clientVersion:", HEAD, IN_YAML];
        fronts.iter().any(|front| line.starts_with(front))
    };
    let mut filled = text.lines().filter(|line| !line.trim().is_empty());
    if !filled.next().is_some_and(begins) {
        return None;
    }
    let mut of_server = false;
    lines.find_map(|(line, number)| {
        if !line.starts_with(' ') {
            of_server = line.starts_with(IN_YAML);
        }
        let in_yaml = line.trim_start().strip_prefix("gitVersion: ");
        let stated = line.strip_prefix(HEAD).or(in_yaml.filter(|_| of_server))?;
        let version = match stated.split_once("GitVersion:\"") {
            Some((_, rest)) => rest.split('"').next()?,
            None => stated.trim(),
        };
        let number_of = version.strip_prefix('v')?;
        number_of
            .starts_with(|c: char| c.is_ascii_digit())
            .then(|| CollectorFact::ServerVersion {
                git_version: version.to_owned(),
                snippet: line_snippet(line, number),
            })
    })
}

/// Whether a line is a sentence that says what the collector could not get.
pub(in crate::examine) fn is_sentence_of_failure(line: &str) -> bool {
    SENTENCES.iter().any(|(front, words)| {
        line.starts_with(front)
            && line.contains(": ")
            && words.iter().any(|word| line.contains(word))
    })
}

/// The error that stands in place of a file's content: all of it is one line.
fn error_in_place(body: &[u8], file: &str) -> Option<String> {
    let text = body.trim_ascii();
    if text.len() > 4096 || memchr::memchr(b'\n', text).is_some() {
        return None;
    }
    let line = String::from_utf8_lossy(text);
    let failed_to_open = line.starts_with("open ") && line.contains(": ") && resolver::is_its(file);
    let no_table = file == nat_table::FILE && line.contains("iptables");
    (failed_to_open || no_table || is_sentence_of_failure(&line))
        .then(|| line.chars().take(DETAIL).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_is_too_strange(
            file in prop::sample::select(vec!["iptables", "virtualmachine", "kubeletcmd", "nodes", "x"]),
            lines in prop::collection::vec(prop::sample::select(vec![
                "Chain PREROUTING (", "Chain ", "Chain POSTROUTING (é", "DNAT  /* a/b:c */ to:", "DNAT to:[::",
                "KUBE-SVC-A /* x cluster IP */", "/usr/bin/kubelet --a=b --c", "kubelet --", "nameserver", "nameserver 1.1.1.1",
                "NAME CPU(cores) CPU% MEMORY(bytes) MEMORY%", "n 1m 1% 1Mi 1%", "a b 1m 1Mi", "open a: b", "é", "", " ",
            ]), 0..9),
            ends in any::<bool>(),
            number in 0_u32..2,
        ) {
            let text = lines.join(if ends { "\r\n" } else { "\n" });
            let facts = facts(text.as_bytes(), file, number);
            for fact in &facts {
                if let CollectorFact::NatTable(table) = fact {
                    prop_assert!(table.endpoints.iter().all(|rule| rule.line <= lines.len() as u64));
                }
            }
        }

        #[test]
        fn no_bytes_are_too_strange(file in ".{0,12}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            facts(&bytes, &file, 0);
        }
    }

    /// The facts of a text in a file.
    fn facts(text: &[u8], file: &str, number: u32) -> Vec<CollectorFact> {
        read(text, file, number, 1, &Limits::RELEASE).facts
    }

    #[test]
    fn only_an_error_in_place_of_the_content_is_one() {
        for (file, text, error) in [
            (
                "virtualmachine",
                "open /etchostlogs/resolv.conf: no such file or directory",
                true,
            ),
            ("virtualmachine", "nameserver 168.63.129.16\n", false),
            (
                "app.log",
                "open /etchostlogs/resolv.conf: no such file or directory",
                false,
            ),
            (
                "iptables",
                "iptables v1.8.4 (legacy): can't initialize iptables table `nat': Permission denied",
                true,
            ),
            (
                "osm_services",
                "Failed to collect services for namespace shop: the server could not find the requested resource\n",
                true,
            ),
            (
                "a_podLogs",
                "Failed to collect logs for pod a: error getting log stream for shop/a",
                true,
            ),
            ("pods", "Error retrieving Pod for mesh osm: forbidden", true),
            ("app.log", "Failed to collect metrics: timeout", false),
            ("app.log", "Error retrieving user 17", false),
            (
                "app.log",
                "Failed to collect x for pod a: y\nanother line\n",
                false,
            ),
        ] {
            assert_eq!(
                error_in_place(text.as_bytes(), file).is_some(),
                error,
                "{file}: {text}"
            );
        }
    }
}
