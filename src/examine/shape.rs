//! How the bytes of an entry are read, told from its name and first bytes alone.
//!
//! In: an entry's name and its head, up to 64 KiB of UTF-8. Out: a [`Shape`]. Content decides;
//! the name is asked only where content can be read both ways. A log must never be read as a
//! document (its lines would not be scanned) nor a document as a log (its objects would be lost),
//! so a document has to look like one as far as the head goes, and all else is a log.

mod json;
mod noise;
mod rendered;
mod yaml;

use super::{Shape, lines, pasted, quoting};
use crate::examine::shape::noise::{first_line, is_noise};
use crate::ingest::{Cut, HEAD_BYTES};
use crate::kube::table;
use crate::locator::EntryPath;
use memchr::{memchr, memmem};

/// Opens every log section of a cluster-info dump.
const SECTION: &[u8] = b"==== START logs for ";

/// Keys at the front of `kubectl describe` text, besides `Name:`.
const DESCRIBE_KEYS: &[&[u8]] = &[
    b"API Version:",
    b"Annotations:",
    b"CreationTimestamp:",
    b"Finalizers:",
    b"IsDefaultClass:",
    b"Labels:",
    b"Namespace:",
    b"Node:",
    b"Priority:",
    b"Provisioner:",
    b"Roles:",
    b"Selector:",
];

/// Lines of a description in which its other keys have to show.
const DESCRIBE_LINES: usize = 60;

/// The shape of the entry that begins with `head` (UTF-8, up to 64 KiB).
pub fn shape(path: &EntryPath, head: &[u8]) -> Shape {
    if head.is_empty() {
        return Shape::Opaque;
    }
    let name = Name::of(path.file_name());
    let head = &*quoting::plain(head);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = text.trim_ascii_start();
    let quiet = without_noise(text);
    if quiet.starts_with(SECTION) {
        return Shape::Sections;
    }
    let shape = match quiet.first() {
        Some(b'{') => json::of_object(quiet, &name),
        Some(b'[') => json::of_array(quiet, &name),
        _ => yaml::of(quiet, &name),
    };
    match shape {
        Some(Shape::Json | Shape::Yaml)
            if memmem::find(quiet, b"\n==== START logs for ").is_some() =>
        {
            Shape::Sections
        }
        // Errors before a document are captured with whole dumps, or where the name says what was
        // meant to be in the file; else the first lines of a log happen to look like one.
        Some(Shape::Json | Shape::Yaml)
            if quiet.len() < text.len() && name.extension == Extension::Other =>
        {
            if is_pasted(text, &name) {
                Shape::Pasted
            } else {
                Shape::Log
            }
        }
        Some(shape) => shape,
        None if name.tabulates_pods && is_table_of_pods(quiet) => Shape::Table,
        None if is_pasted(text, &name) => Shape::Pasted,
        None if is_description(quiet) => Shape::Describe,
        None => Shape::Log,
    }
}

/// How the entry that begins with `head` may be cut.
pub fn cut_of(path: &EntryPath, head: &[u8]) -> Cut {
    match rendered::kind(head) {
        Some(what) => Cut::LeaveOut(what),
        None => cut(shape(path, head)),
    }
}

/// How an entry of this shape may be cut.
pub fn cut(shape: Shape) -> Cut {
    match shape {
        Shape::Log => Cut::Lines,
        Shape::Sections => Cut::Sections,
        Shape::Json | Shape::Yaml | Shape::Describe | Shape::Table | Shape::Pasted => Cut::Whole,
        Shape::Opaque => Cut::Skip,
    }
}

/// What an entry's own name says about its content.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// The extension, compression left out.
    extension: Extension,
    /// A file of nodes alone (`nodes.json`), which begins as a dump's stream does.
    lists_nodes: bool,
    /// JSON by name that is wanted as lines: the output of provisioning, in which rules look for
    /// error codes and which is often cut in the middle.
    lines_in_json: bool,
    /// A table of pods by the names that AKS Periscope gives them; elsewhere such tables are text.
    tabulates_pods: bool,
}

/// Extensions that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extension {
    /// `.json`
    Json,
    /// `.yaml` or `.yml`
    Yaml,
    /// `.log`, with a number of its rotation or without
    Log,
    /// Any other, or none.
    Other,
}

impl Name {
    /// Reads a file's name.
    fn of(file: &str) -> Self {
        let file = file.to_ascii_lowercase();
        let file = [".gz", ".xz", ".zst", ".bz2"]
            .iter()
            .find_map(|suffix| file.strip_suffix(suffix))
            .unwrap_or(&file);
        let (stem, suffix) = file.rsplit_once('.').unwrap_or((file, ""));
        let extension = match suffix {
            "json" => Extension::Json,
            "yaml" | "yml" => Extension::Yaml,
            "log" => Extension::Log,
            _ if file.contains(".log.") => Extension::Log,
            _ => Extension::Other,
        };
        Self {
            extension,
            lists_nodes: matches!(extension, Extension::Json | Extension::Yaml)
                && stem.ends_with("nodes"),
            tabulates_pods: table::FILES.iter().any(|end| file.ends_with(end)),
            lines_in_json: file.ends_with("provision.json") || suffix == "status",
        }
    }
}

/// The text after the lines of standard error (and a pasted command) that it begins with.
fn without_noise(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while is_noise(first_line(rest)) {
        match memchr(b'\n', rest) {
            Some(end) => rest = rest.get(end + 1..).unwrap_or_default().trim_ascii_start(),
            None => return b"",
        }
    }
    rest
}

/// Whether a table of pods as `kubectl get` prints it begins here.
fn is_table_of_pods(text: &[u8]) -> bool {
    std::str::from_utf8(first_line(text)).is_ok_and(table::is_header)
}

/// Words of which a pasted text has one at least; most logs are told by that alone.
const PASTED: &[&[u8]] = &[
    b"AGE",
    b"Error from server",
    b"LAST SEEN",
    b"LASTSEEN",
    b"Name:",
    b"The connection to the server",
    b"Unable to connect to the server",
    b"You must be logged in",
    b"apiVersion",
    b"error: ",
    b"kubectl ",
    b"oc ",
    b"Events:",
];

/// Whether outputs of several commands begin here, or of one that is told apart from a log. Text that
/// begins as a log is one, unless somebody pasted a command with its prompt below; a file that is
/// named a log is one.
fn is_pasted(text: &[u8], name: &Name) -> bool {
    if name.extension == Extension::Log
        || !PASTED.iter().any(|word| memmem::find(text, word).is_some())
    {
        return false;
    }
    // The last line may be cut where the head ends.
    let whole = text.len() < HEAD_BYTES / 2;
    let end = memchr::memrchr(b'\n', text).map_or(text.len(), |end| end + 1);
    let text = text.get(..if whole { text.len() } else { end });
    pasted::is_pasted(&lines::lossy(text.unwrap_or_default()))
}

/// Whether this is `kubectl describe` text: `Name:` with a value first, and two of its keys soon.
fn is_description(text: &[u8]) -> bool {
    let named = |line: &[u8]| {
        line.strip_prefix(b"Name:")
            .is_some_and(|value| value.starts_with(b" ") && !value.trim_ascii().is_empty())
    };
    named(first_line(text))
        && text
            .split(|byte| *byte == b'\n')
            .take(DESCRIBE_LINES)
            .filter(|line| DESCRIBE_KEYS.iter().any(|key| line.starts_with(key)) || is_table(line))
            .take(2)
            .count()
            == 2
}

/// Whether a table of a description begins at the left edge: that of a quota, conditions, events.
fn is_table(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.starts_with(b"Resource ") && line.ends_with(b"Hard")
        || line == b"Conditions:"
        || line == b"Events:"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape_of(name: &str, head: &str) -> Shape {
        shape(
            &EntryPath::bundle("b.zip", false).entry(name),
            head.as_bytes(),
        )
    }

    fn check(cases: &[(&str, &str, Shape)]) {
        for (name, head, expected) in cases {
            assert_eq!(shape_of(name, head), *expected, "{name}: {head}");
        }
    }

    #[test]
    fn logs_stay_logs() {
        check(&[
            (
                "kubelet.log",
                "Nov 29 18:33:25 host kubelet[2983]: I1129 x\n",
                Shape::Log,
            ),
            (
                "kubelet",
                "-- Logs begin at Mon 2020-11-30 --\n",
                Shape::Log,
            ),
            (
                "k.log",
                "I1129 18:33:25.449865    2983 file.go:123] \"msg\"\n",
                Shape::Log,
            ),
            (
                "k.log",
                "W1129 18:33:25.449865 1 a.go:1] x\n{\"a\": 1}\n",
                Shape::Log,
            ),
            (
                "dmesg",
                "[    0.000000] Linux version 5.4\n[    1.0] x\n",
                Shape::Log,
            ),
            ("d.log", "[Tue Sep  3 05:57:48 2024] eth0 up\n", Shape::Log),
            ("d.log", "[INFO] plugin/reload\n", Shape::Log),
            ("d.log", "[\"a\" \"b\"] is what was asked\n", Shape::Log),
            ("d.log", "{Foo:1 Bar:2}\n", Shape::Log),
            ("d.log", "{\"config\":{\"a\":1}}\nstarting up\n", Shape::Log),
            ("d.log", "{\n \"config\": 1\n}\nstarting up\n", Shape::Log),
            (
                "0.log",
                "2025-03-21T15:35:32.1Z stdout F {\"level\":\"info\"}\n",
                Shape::Log,
            ),
        ]);
    }

    #[test]
    fn logs_of_json_lines_and_lookalikes_of_yaml_stay_logs() {
        check(&[
            (
                "a.log",
                "{\"level\":\"info\",\"ts\":1.5,\"msg\":\"started\"}\n",
                Shape::Log,
            ),
            (
                "a.json",
                "{\"log\":\"x\\n\",\"stream\":\"stderr\",\"time\":\"t\"}\n{\"log\":",
                Shape::Log,
            ),
            (
                "a",
                "{\"@timestamp\":\"t\",\"message\":\"m\"}\n",
                Shape::Log,
            ),
            (
                "a",
                "{\"t\":{\"$date\":\"x\"},\"s\":\"I\",\"msg\":\"m\"}\n",
                Shape::Log,
            ),
            (
                "access.log",
                "{\"path\":\"/a\"}\n{\"path\":\"/b\"}\n",
                Shape::Log,
            ),
            ("current.log", "{\"path\":\"/a\"}\n", Shape::Log),
            (
                "audit.log",
                "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"level\":\"Metadata\"}\n",
                Shape::Log,
            ),
            (
                "provision.json",
                "{\"ExitCode\": \"50\", \"Output\": \"a\"}",
                Shape::Log,
            ),
            ("s.log", "---\nstarting\n", Shape::Log),
            (
                "s.log",
                "apiVersion: v1\nkind: Config\nI1129 started\n",
                Shape::Log,
            ),
            ("s.log", "kind: of strange\nlog here\n", Shape::Log),
            (
                "virtualmachine",
                "nameserver 168.63.129.16\nsearch x\n",
                Shape::Log,
            ),
            (
                "virtualmachine",
                "open /etc/resolv.conf: no such file or directory",
                Shape::Log,
            ),
            (
                "kubeletcmd",
                "/usr/local/bin/kubelet --enable-server\n",
                Shape::Log,
            ),
            ("a.txt", "Name: only a name\nno keys\n", Shape::Log),
            (
                "lines.log",
                "hello\n==== START logs for container a of pod b/c ====\n",
                Shape::Log,
            ),
            ("a", "\n\n", Shape::Log),
        ]);
    }

    #[test]
    fn documents_are_json() {
        check(&[
            (
                "events.json",
                "{\n    \"kind\": \"EventList\",\n    \"items\": [\n",
                Shape::Json,
            ),
            (
                "pods",
                "{\"Items\":[{\"name\":\"a\"}],\"selfLink\":\"/api/v1/namespaces/x/pods\"}",
                Shape::Json,
            ),
            (
                "nodes.json",
                "{\"kind\":\"NodeList\",\"items\":[]}\n",
                Shape::Json,
            ),
            (
                "Nodes.json.gz",
                "{\"kind\":\"NodeList\",\"items\":[]}\n",
                Shape::Json,
            ),
            (
                "Internet",
                "{\"TimeStamp\":\"2023-10-05T09:15:02Z\",\"Type\":\"Internet\",\"URL\":\"google.com:80\",\"Status\":\"Connected\"}",
                Shape::Json,
            ),
            (
                "ACRConnectivity",
                "{\"TimeStamp\":\"t\",\"Type\":\"a\",\"URL\":\"u\",\"Connected\":false,\"Error\":\"e\"}\n{\"TimeStamp\":\"t\",\"Type\":\"a\"}\n",
                Shape::Json,
            ),
            (
                "networkoutbound",
                "[{\"HostName\":\"n\",\"Type\":\"Internet\"}]",
                Shape::Json,
            ),
            (
                "networkconfig",
                "{\"HostName\":\"n\",\"NetworkPlugin\":\"azurecni\"}",
                Shape::Json,
            ),
            ("pdb-default", "[]", Shape::Json),
            (
                "pdb-kube-system",
                "[{\"name\":\"coredns-pdb\"}]",
                Shape::Json,
            ),
            ("helm_list", "[\n  {\"name\":\"x\"}]", Shape::Json),
            (
                "web-1-web",
                "{\"name\":\"web-1\",\"ready\":\"1/1\",\"status\":\"Running\",\"restart\":0,\"age\":1,\"containerName\":\"web\",\"containerLog\":\"a",
                Shape::Json,
            ),
            ("a", "{\n\"a\": 1\n}\n{\n\"b\": 2\n}\n", Shape::Json),
            (
                "watch",
                "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"message\":\"m\",\"time\":1}\n{\"kind\":\"Event\"}\n",
                Shape::Json,
            ),
            ("jobs.json", "[\"could not list\"]", Shape::Json),
            ("a.json", "[1, 2]", Shape::Json),
            (
                "a.json",
                "Warning: v1 ComponentStatus is deprecated\n{\"kind\":\"List\"}",
                Shape::Json,
            ),
            (
                "broken.json",
                "{\"kind\":\"PodList\",\"items\":[ oops }",
                Shape::Json,
            ),
            (
                "bom.json",
                "\u{feff}{\"kind\":\"PodList\",\r\n\"items\":[]}",
                Shape::Json,
            ),
            ("empty", "{}", Shape::Json),
        ]);
    }

    #[test]
    fn documents_are_yaml() {
        check(&[
            (
                "pods.yaml",
                "---\napiVersion: v1\nitems: []\nkind: PodList\n",
                Shape::Yaml,
            ),
            ("smi/crd_x", "apiVersion: v1\nkind: X\n", Shape::Yaml),
            (
                "pod.txt",
                "# saved\n\nkind: Pod\napiVersion: v1\n",
                Shape::Yaml,
            ),
            (
                "list",
                "items:\n- apiVersion: v1\n  kind: Pod\n",
                Shape::Yaml,
            ),
            ("list", "---\nitems: []\nkind: PodList\n", Shape::Yaml),
            ("values.yaml", "replicaCount: 1\nimage: x\n", Shape::Yaml),
            ("list.yml", "- a\n- b\n", Shape::Yaml),
            (
                "nodes.yaml",
                "apiVersion: v1\nkind: NodeList\nitems:\n- metadata:\n",
                Shape::Yaml,
            ),
            (
                "node.yaml",
                "---\napiVersion: v1\nkind: Node\nstatus:\n  nodeInfo:\n    a: b\n",
                Shape::Yaml,
            ),
            ("x.yaml", "open /x: no such file or directory\n", Shape::Log),
            ("x", "{}\n", Shape::Json),
        ]);
    }

    #[test]
    fn dumps_are_sections() {
        let section = "==== START logs for container c of pod n/p ====\nline\n";
        let documents = format!("{{\n\"kind\": \"PodList\"\n}}\n{section}");
        let named_nodes = format!("{{\"kind\":\"NodeList\",\"items\":[]}}\n{section}");
        let internal = format!("{{\"selfLink\":\"/api/v1/nodes\",\"Items\":[]}}\n{section}");
        let yaml = format!("apiVersion: v1\nitems: []\nkind: EventList\n{section}free text\n");
        check(&[
            ("logs.txt", section, Shape::Sections),
            (
                "logs.txt",
                "\n==== START logs for n/p ====\n",
                Shape::Sections,
            ),
            (
                "dump.json",
                "{\"kind\":\"NodeList\",\"items\":[",
                Shape::Sections,
            ),
            (
                "dump.txt",
                "{\n \"apiVersion\": \"v1\",\n \"kind\": \"NodeList\",",
                Shape::Sections,
            ),
            (
                "dump",
                "{\"items\":[{\"status\":{\"nodeInfo\":{\"kubeletVersion\":\"v1\"",
                Shape::Sections,
            ),
            (
                "dump",
                "{\"selfLink\":\"/api/v1/nodes\",\"Items\":[{\"na",
                Shape::Sections,
            ),
            (
                "dump",
                "Defaulted container \"a\" out of: a, b\nW0601 10:00:00.0 1 x.go:1] y\n{\"kind\":\"NodeList\",",
                Shape::Sections,
            ),
            (
                "dump",
                "$ kubectl cluster-info dump\n{\"kind\":\"NodeList\",",
                Shape::Sections,
            ),
            ("dump", &documents, Shape::Sections),
            ("nodes.json", &named_nodes, Shape::Sections),
            ("nodes.json", &internal, Shape::Sections),
            (
                "dump.yaml",
                "apiVersion: v1\nkind: NodeList\nitems:\n",
                Shape::Sections,
            ),
            (
                "dump.yaml",
                "apiVersion: v1\nitems:\n- status:\n    nodeInfo:\n      a: b\n",
                Shape::Sections,
            ),
            ("dump.yaml", &yaml, Shape::Sections),
        ]);
    }

    #[test]
    fn descriptions_are_told_by_their_keys() {
        check(&[
            (
                "kube-system_pod_x",
                "Name:                 x\nNamespace:            kube-system\nPriority:             2000\n",
                Shape::Describe,
            ),
            (
                "n",
                "Name:               node-1\nRoles:              agent\nLabels:             a=b\n",
                Shape::Describe,
            ),
            (
                "s",
                "Warning: x is deprecated\nName:         s\nNamespace:    d\nLabels:       <none>\n",
                Shape::Pasted,
            ),
            (
                "s",
                "Name:            default\nIsDefaultClass:  Yes\nAnnotations:     x\n",
                Shape::Describe,
            ),
        ]);
    }

    #[test]
    fn tables_of_pods_are_told_by_name_and_header() {
        let table =
            "NAME   READY   STATUS   RESTARTS   AGE\nweb    1/1     Running  0          1d\n";
        check(&[
            ("osm/shop_pods_list", table, Shape::Table),
            ("osm/control_plane/all_resources_list", table, Shape::Table),
            ("osm/shop_services_list", table, Shape::Pasted),
            ("kubectl/pods", table, Shape::Pasted),
            (
                "osm/shop_pods_list",
                "Failed to collect pods for namespace shop: x\n",
                Shape::Log,
            ),
        ]);
    }

    #[test]
    fn a_noisy_log_with_a_document_in_it_stays_a_log_where_its_name_says_so() {
        check(&[
            ("a", "error: no\n{\"kind\":\"PodList\"}\n", Shape::Pasted),
            ("a.log", "error: no\napiVersion: v1\n", Shape::Log),
        ]);
    }

    #[test]
    fn nothing_to_read_is_opaque() {
        assert_eq!(shape_of("pdb-x", ""), Shape::Opaque);
        assert_eq!(cut(Shape::Opaque), Cut::Skip);
    }

    proptest! {
        #[test]
        fn no_head_is_too_strange(name in ".{0,20}", head in prop::collection::vec(any::<u8>(), 0..400)) {
            shape(&EntryPath::bundle(&name, false), &head);
        }

        #[test]
        fn no_half_document_is_too_strange(head in r#"[\[\]{}",:\\ \n-]{0,60}(kind: NodeList|"kind":"NodeList")?[\[\]{}",:\\ \n-]{0,60}"#) {
            shape(&EntryPath::bundle("x", false), head.as_bytes());
        }

        #[test]
        fn a_cut_document_keeps_its_shape(at in 45usize..2000) {
            let items = "{\"metadata\":{\"name\":\"a\"},\"spec\":null},".repeat(60);
            let text = format!("{{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{items}]}}");
            let head: String = text.chars().take(at).collect();
            prop_assert_eq!(shape_of("pods", &head), Shape::Json);
        }
    }
}
