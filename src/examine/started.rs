//! Versions that programs name in their log when they start.

use super::lines;
use super::part::{CollectorFact, LOGS_OWN};
use crate::limits::Limits;
use memchr::memmem;

/// What stands right before the version in a start-up line.
struct Line {
    /// The component, as the inventory calls it.
    component: &'static str,
    /// The words before the version.
    words: &'static [u8],
    /// What comes before the version as the inventory writes it, as nodes state it.
    prefix: &'static str,
}

/// A row of the table.
const fn line(component: &'static str, words: &'static [u8], prefix: &'static str) -> Line {
    Line {
        component,
        words,
        prefix,
    }
}

/// Start-up lines of the kubelet, containerd, `CoreDNS`, the kernel, and what all of Kubernetes'
/// own components write. All are rare words, so that healthy logs cost one search each.
const LINES: &[Line] = &[
    line("kubelet", b"\"Kubelet version\" kubeletVersion=\"", ""),
    line("kubelet", b"] Kubelet version: ", ""),
    line(
        "container runtime",
        b"starting containerd\" revision=",
        "containerd://",
    ),
    line("CoreDNS", b"CoreDNS-", ""),
    line("kernel", b"kernel: Linux version ", ""),
    // With the `v`, because cadvisor begins a line about the machine in the same way.
    line(LOGS_OWN, b"] Version: v", "v"),
];

/// The versions named in a log; of several starts of one component the last counts.
pub(super) fn versions(text: &[u8], first_line: u64, limits: &Limits) -> Vec<CollectorFact> {
    let mut found: Vec<(usize, CollectorFact)> = Vec::new();
    for line in LINES {
        let Some((at, fact)) = started(line, text, first_line, limits) else {
            continue;
        };
        let of_it = |(_, known): &(usize, CollectorFact)| matches!(known, CollectorFact::Started { component, .. } if *component == line.component);
        match found.iter_mut().find(|known| of_it(known)) {
            Some(known) if known.0 < at => *known = (at, fact),
            Some(_) => {}
            None => found.push((at, fact)),
        }
    }
    found.into_iter().map(|(_, fact)| fact).collect()
}

/// The last start that this line tells of, and where it stands.
fn started(
    line: &Line,
    text: &[u8],
    first_line: u64,
    limits: &Limits,
) -> Option<(usize, CollectorFact)> {
    // Searching forward is several times faster, and most logs have no such line.
    memmem::find(text, line.words)?;
    let at = memmem::rfind(text, line.words)?;
    let mut from = at + line.words.len();
    // containerd names its revision before its version.
    if line.words.ends_with(b"revision=") {
        let rest = text.get(from..)?;
        let row = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
        from += memmem::find(row, b" version=")? + b" version=".len();
    }
    let rest = text.get(from..)?;
    let end = rest
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b".-+~_".contains(byte)))
        .unwrap_or(rest.len());
    let version = std::str::from_utf8(rest.get(..end)?).ok()?;
    // Built from changed source; in a version it would say that it comes before the release.
    let version = version.strip_suffix("-dirty").unwrap_or(version);
    let number = version.strip_prefix('v').unwrap_or(version);
    let is_version = number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('.');
    is_version.then(|| {
        let fact = CollectorFact::Started {
            component: line.component,
            version: format!("{}{version}", line.prefix),
            snippet: lines::snippet(
                text,
                first_line.saturating_add(lines::feeds(text.get(..at).unwrap_or_default())),
                at..from + end,
                limits,
            ),
        };
        (at, fact)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(&'static str, String, u64)> {
        let facts = versions(text.as_bytes(), 1, &Limits::RELEASE);
        let row = |fact| match fact {
            CollectorFact::Started {
                component,
                version,
                snippet,
            } => (component, version, snippet.line),
            other => panic!("{other:?}"),
        };
        facts.into_iter().map(row).collect()
    }

    #[test]
    fn the_last_start_of_a_kubelet_tells_its_version() {
        let log = "I0312 06:02:11 1 server.go:467] \"Kubelet version\" kubeletVersion=\"v1.27.8\"\nI0312 07:02:11 2 server.go:467] \"Kubelet version\" kubeletVersion=\"v1.27.9\"\n";
        assert_eq!(told(log), [("kubelet", "v1.27.9".to_owned(), 2)]);
        let older = "I0312 07:02:11 2 server.go:467] Kubelet version: v1.15.7\n";
        assert_eq!(
            told(&format!("{log}{older}")),
            [("kubelet", "v1.15.7".to_owned(), 3)]
        );
    }

    #[test]
    fn other_programs_name_theirs() {
        let log = "Mar 12 06:02:11 aks-1 kernel: Linux version 5.15.0-1051-azure (buildd@lcy02) (gcc)\n\
            Mar 12 06:02:20 aks-1 containerd[900]: time=\"2024-03-12T06:02:20Z\" level=info msg=\"starting containerd\" revision=0cae528dd version=1.7.5-1\n\
            CoreDNS-1.9.4\nlinux/amd64, go1.19.6\n";
        assert_eq!(
            told(log),
            [
                ("container runtime", "containerd://1.7.5-1".to_owned(), 2),
                ("CoreDNS", "1.9.4".to_owned(), 3),
                ("kernel", "5.15.0-1051-azure".to_owned(), 1),
            ]
        );
    }

    #[test]
    fn a_line_that_all_components_write_names_none() {
        let built = "I0312 06:02:11.000000    9 server.go:163] Version: v1.27.8-dirty\n";
        assert_eq!(told(built)[0].1, "v1.27.8");
        let log = "I0312 06:02:11.000000    9 server.go:163] Version: v1.27.8\n\
            I0312 06:02:12.000000    9 manager.go:229] Version: {KernelVersion:4.9.56 DockerVersion:}\n";
        assert_eq!(told(log), [(LOGS_OWN, "v1.27.8".to_owned(), 1)]);
    }

    #[test]
    fn other_lines_tell_nothing() {
        assert!(
            told("Version: v1.2.3\nCoreDNS-plugin ready\nstarting containerd\" revision=x\n")
                .is_empty()
        );
    }
}
