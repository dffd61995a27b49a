//! Tables as `kubectl get` prints them, read back to objects and events.
//!
//! In: the text of one or more tables (`kubectl get all` prints one for each kind, with blank lines
//! between). Out: a value in the API's shape for each object, as far as its row states it.

mod events;
mod header;
mod pods;
mod rows;

pub use events::{EventRow, events};
pub use pods::SOME_CONTAINER;

use header::Header;
use pods::OF_PODS;
use serde_json::Value;

/// End of the names of tables of the pods of one namespace, which stands before it.
pub const PODS_OF_NAMESPACE: &str = "_pods_list";

/// Ends of the names of files with tables of pods.
pub const FILES: [&str; 2] = [PODS_OF_NAMESPACE, "all_resources_list"];

/// One object of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// Its line in the text, counted from zero.
    pub line: usize,
    /// Its text.
    pub text: &'a str,
    /// The object in the API's shape, as far as the row states it.
    pub object: Value,
}

/// Whether a table of pods begins with this line.
pub fn is_header(line: &str) -> bool {
    Header::parse(line).is_some_and(|header| header.has_all(&OF_PODS))
}

/// Whether a table whose rows are read begins with this line.
pub fn is_known_header(line: &str) -> bool {
    Header::parse(line).is_some_and(|header| {
        events::are_in(&header) || rows::kind_of(&header).is_some() || rows::names_kinds(&header)
    })
}

/// The objects of all tables in a text; `namespace` is that of tables without such a column, and
/// `hint` the kind of those whose headings tell none.
pub fn objects<'a>(text: &'a str, namespace: &str, hint: Option<&str>) -> Vec<Row<'a>> {
    let mut found = Vec::new();
    let mut header: Option<Header> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            header = None;
        } else if let Some(next) = Header::parse(line) {
            header = Some(next);
        } else if let Some(header) = header.as_ref().filter(|header| !events::are_in(header))
            && let Some(object) = rows::object(header, line, namespace, hint)
        {
            found.push(Row {
                line: number,
                text: line,
                object,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::{ContainerState, Detail, Object, ObjectText, Pod, TextFormat};
    use crate::locator::EntryPath;
    use proptest::prelude::*;

    const WIDE: &str = "\
NAME            READY   STATUS             RESTARTS      AGE     IP           NODE     NOMINATED NODE   READINESS GATES
bookbuyer-5c6   1/2     CrashLoopBackOff   14 (3m ago)   3h      10.244.0.9   aks-0    <none>           <none>
web-0           1/1     Running            0             2d3h    10.244.0.8   aks-1    <none>           <none>
web-1           0/1     ImagePullBackOff   2             2d3h    <none>       <none>   <none>           <none>
";

    /// The pods of a text, with their identity and line.
    fn read(text: &str) -> Vec<(String, usize, Pod)> {
        let path = EntryPath::bundle("b", true);
        let rows = objects(text, "shop", None);
        let rows = rows.into_iter().filter(|row| row.object["kind"] == "Pod");
        let pods = rows.map(|row| {
            let own = ObjectText::new(row.text, TextFormat::Row, 1);
            let object = Object::from_value(&row.object, &path, own).expect("a pod with a name");
            let Detail::Pod(pod) = object.detail else {
                panic!("a pod: {:?}", row.object);
            };
            (object.meta.key.to_string(), row.line, *pod)
        });
        pods.collect()
    }

    #[test]
    fn a_wide_table_tells_pods_with_their_nodes() {
        let pods = read(WIDE);
        let told: Vec<_> = pods
            .iter()
            .map(|(key, line, pod)| (key.as_str(), *line, pod.node.as_deref()))
            .collect();
        let expected = [
            ("Pod shop/bookbuyer-5c6", 1, Some("aks-0")),
            ("Pod shop/web-0", 2, Some("aks-1")),
            ("Pod shop/web-1", 3, None),
        ];
        assert_eq!(told, expected);
        let ContainerState::Waiting(waiting) = &pods[0].2.containers[0].state else {
            panic!("it waits: {:?}", pods[0].2);
        };
        assert_eq!(waiting.reason, "CrashLoopBackOff");
        // Whose restarts these are, a row of two containers does not say.
        assert!(waiting.message.starts_with("14 restarts"), "{waiting:?}");
        assert_eq!(pods[0].2.containers[0].restarts, 0);
        assert!(pods[1].2.is_unremarkable());
        assert_eq!(pods[2].2.containers[0].restarts, 2);
        assert_eq!(pods[2].2.phase, "Pending");
    }

    #[test]
    fn of_the_tables_of_all_kinds_pods_are_read() {
        let text = "\
NAMESPACE    NAME                     READY   STATUS    RESTARTS   AGE
osm-system   pod/osm-controller-7f    0/1     Error     3          5m

NAMESPACE    NAME             TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
osm-system   service/osm      ClusterIP   10.0.0.1     <none>        443/TCP   5m

NAMESPACE    NAME                              READY   UP-TO-DATE   AVAILABLE   AGE
osm-system   deployment.apps/osm-controller    0/1     1            0           5m
";
        let keys: Vec<_> = read(text)
            .into_iter()
            .map(|(key, line, _)| (key, line))
            .collect();
        assert_eq!(keys, [("Pod osm-system/osm-controller-7f".to_owned(), 1)]);
    }

    #[test]
    fn every_status_is_told_as_the_api_would() {
        for (status, phase, healthy) in [
            ("Running", "Running", true),
            ("Completed", "Succeeded", true),
            ("Pending", "Pending", false),
            ("ContainerCreating", "Pending", false),
            ("Init:0/2", "Pending", false),
            ("Init:CrashLoopBackOff", "Pending", false),
            ("Evicted", "Failed", false),
            ("OOMKilled", "Running", false),
            ("ExitCode:3", "Running", false),
            ("Error", "Running", false),
            ("Terminating", "Terminating", false),
        ] {
            let ready = if healthy { "1/1" } else { "0/1" };
            let text =
                format!("NAME  READY  STATUS  RESTARTS  AGE\nweb   {ready}    {status}  0  1d\n");
            let pods = read(&text);
            assert_eq!(pods.len(), 1, "{status}");
            assert_eq!(pods[0].2.phase, phase, "{status}");
            let ended_well = phase == "Succeeded";
            assert_eq!(
                pods[0].2.is_unremarkable(),
                healthy || ended_well,
                "{status}"
            );
        }
    }

    #[test]
    fn other_tables_and_sentences_tell_no_pods() {
        for text in [
            "",
            "No resources found in shop namespace.\n",
            "NAME   DATA   AGE\nosm   3   5m\n",
            "Failed to collect pods for namespace shop: timeout\n",
            "NAME  READY  STATUS  RESTARTS  AGE\nweb  all  Running  0  1d\n",
        ] {
            assert_eq!(read(text).len(), 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_table_is_too_strange(text in "(NAME  READY  STATUS  RESTARTS  AGE\n)?([a-zé/ 0-9]{0,12}  [0-9]{0,3}/[0-9]{0,3}[ \n]){0,4}|.{0,80}") {
            for row in objects(&text, "shop", None) {
                prop_assert_eq!(text.lines().nth(row.line).map(str::trim_end), Some(row.text));
            }
            is_header(&text);
        }
    }
}
