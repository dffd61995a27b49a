//! A resolver configuration, `resolv.conf`, of a machine or of the collector's own pod.

use super::super::facts::Resolver;
use super::super::lines;
use crate::limits::Limits;

/// Names of the files that hold that of the machine: Periscope's, those of its first release, and
/// its own.
const OF_MACHINE: &[&str] = &["virtualmachine", "host", "resolv.conf"];
/// Names of the files that hold that of the collector's pod.
const OF_POD: &[&str] = &["kubernetes", "container"];
/// First words of its lines (`man 5 resolv.conf`).
const KEYWORDS: &[&str] = &["nameserver", "search", "domain", "options", "sortlist"];
/// More is no resolver configuration.
const MAX_BYTES: usize = 64 << 10;

/// Whether a file of this name may hold a resolver configuration.
pub(super) fn is_its(file: &str) -> bool {
    OF_MACHINE.contains(&file) || OF_POD.contains(&file)
}

/// Reads a text that is nothing but a resolver configuration, in a file that may hold one.
pub(super) fn read(body: &[u8], file: &str, first_line: u64, limits: &Limits) -> Option<Resolver> {
    if !is_its(file) || body.len() > MAX_BYTES {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?;
    let mut servers = Vec::new();
    let mut cited = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap_or_default();
        if !KEYWORDS.contains(&keyword) {
            return None;
        }
        if let ("nameserver", Some(server)) = (keyword, words.next()) {
            cited.get_or_insert(start..start + line.len());
            servers.push(server.to_owned());
        }
    }
    let cited = cited?;
    Some(Resolver {
        of_machine: OF_MACHINE.contains(&file),
        servers,
        snippet: lines::snippet(
            body,
            first_line + lines::feeds(body.get(..cited.start).unwrap_or_default()),
            cited,
            limits,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(file: &str, text: &str) -> Option<Vec<String>> {
        read(text.as_bytes(), file, 1, &Limits::RELEASE).map(|resolver| resolver.servers)
    }

    #[test]
    fn servers_are_read_in_order() {
        let text = "# generated\n\nsearch a.internal\nnameserver 10.1.0.4\nnameserver\t168.63.129.16\noptions edns0 trust-ad\n";
        let resolver =
            read(text.as_bytes(), "virtualmachine", 1, &Limits::RELEASE).expect("it is one");
        assert!(resolver.of_machine);
        assert_eq!(resolver.servers, ["10.1.0.4", "168.63.129.16"]);
        assert_eq!(
            (resolver.snippet.line, resolver.snippet.text.as_str()),
            (4, "nameserver 10.1.0.4")
        );
        let pod = read(text.as_bytes(), "kubernetes", 1, &Limits::RELEASE);
        assert!(pod.is_some_and(|pod| !pod.of_machine));
    }

    #[test]
    fn what_has_no_servers_or_other_lines_is_none() {
        assert_eq!(
            servers(
                "virtualmachine",
                "open /etc/resolv.conf: no such file or directory"
            ),
            None
        );
        assert_eq!(servers("virtualmachine", "search a.internal\n"), None);
        assert_eq!(servers("host", "nameserver 10.0.0.1\nstarted\n"), None);
        assert_eq!(servers("notes", "nameserver 10.0.0.1\n"), None);
        assert_eq!(servers("virtualmachine", ""), None);
    }
}
