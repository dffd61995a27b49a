//! Output of commands that collectors save as text: which it is, its own first line tells.

use super::super::part::{CollectorFact, Part};
use super::{kubelet_command, nat_table, resolver, top};
use crate::gap::{Gap, GapReason};
use crate::limits::Limits;

/// What of an error is kept.
const DETAIL: usize = 300;

/// How errors begin that Periscope writes in place of what it could not get, and words that each
/// of them holds further on: the sentences of `osm_collector.go`.
const SENTENCES: &[(&str, &[&str])] = &[
    ("Failed to collect ", &[" for namespace ", " for pod "]),
    ("Failed to read JSON for pod ", &[" in "]),
    ("Error retrieving ", &[" for mesh "]),
];

/// Facts of a text that is not a document. `number` tells the pieces of an entry apart; `first_line`
/// is the number of the piece's first line.
pub(in crate::examine) fn read(
    body: &[u8],
    number: u32,
    first_line: u64,
    part: &mut Part,
    limits: &Limits,
) {
    let file = part.path.file_name().to_owned();
    if nat_table::is_one(body) || number > 0 && file == nat_table::FILE {
        let table = nat_table::read(body, number, first_line, limits);
        part.collector.push(CollectorFact::NatTable(table));
        return;
    }
    if number > 0 {
        return;
    }
    if let Some(error) = error_in_place(body, &file) {
        part.gaps.push(Gap {
            locator: part.path.line(first_line),
            reason: GapReason::NotCollected { detail: error },
        });
    } else if top::is_one(body) {
        part.collector.extend(top::read(body, first_line, limits));
    } else if let Some(command) = kubelet_command::read(body, first_line, limits) {
        part.collector.push(CollectorFact::KubeletCommand(command));
    } else if let Some(resolver) = resolver::read(body, &file, first_line, limits) {
        part.collector.push(CollectorFact::Resolver(resolver));
    }
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
