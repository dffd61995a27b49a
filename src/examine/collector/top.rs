//! The tables of `kubectl top nodes` and `kubectl top pods --all-namespaces`, which Periscope saved
//! up to 0.5.

use super::super::facts::{Usage, UsageOf};
use super::super::lines;
use super::super::part::CollectorFact;
use crate::kube::value::quantity;
use crate::limits::Limits;

/// Whether a text begins with the heading of such a table.
pub(super) fn is_one(body: &[u8]) -> bool {
    let first = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let heading = first.starts_with(b"NAME ") || first.starts_with(b"NAMESPACE ");
    heading && memchr::memmem::find(first, b" CPU(cores)").is_some()
}

/// One fact for each row that states numbers.
pub(super) fn read(body: &[u8], first_line: u64, limits: &Limits) -> Vec<CollectorFact> {
    let mut facts = Vec::new();
    let mut at = 0;
    for (index, line) in (0_u64..).zip(body.split_inclusive(|byte| *byte == b'\n')) {
        let start = at;
        at += line.len();
        let text = String::from_utf8_lossy(line);
        let words: Vec<&str> = text.split_whitespace().collect();
        let Some(mut usage) = row(&words) else {
            continue;
        };
        usage.snippet = lines::snippet(
            body,
            first_line + index,
            start..start + text.trim_end().len().max(1),
            limits,
        );
        facts.push(CollectorFact::Usage(usage));
    }
    facts
}

/// What a row states: name, CPU and memory of a node with percentages, or namespace, name, CPU and
/// memory of a pod.
fn row(words: &[&str]) -> Option<Usage> {
    let percent = |word: &str| word.strip_suffix('%')?.parse().ok();
    let (of, namespace, name, cpu, memory, percent) = match words {
        [name, cpu, cpu_percent, memory, memory_percent] => {
            let percent = percent(cpu_percent).zip(percent(memory_percent));
            (UsageOf::Node, None, name, cpu, memory, Some(percent?))
        }
        [namespace, name, cpu, memory] => (
            UsageOf::Pod,
            Some((*namespace).to_owned()),
            name,
            cpu,
            memory,
            None,
        ),
        _ => return None,
    };
    Some(Usage {
        of,
        name: (*name).to_owned(),
        namespace,
        cpu: quantity("cpu", cpu)?,
        memory: quantity("memory", memory)?,
        percent,
        snippet: crate::examine::snippet::line_snippet("", 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<Usage> {
        assert!(is_one(text.as_bytes()));
        let usage = |fact| match fact {
            CollectorFact::Usage(usage) => usage,
            other => panic!("{other:?}"),
        };
        read(text.as_bytes(), 1, &Limits::RELEASE)
            .into_iter()
            .map(usage)
            .collect()
    }

    #[test]
    fn nodes_and_pods_are_read() {
        let nodes = told(
            "NAME                       CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%   \naks-nodepool1-1-vmss000000   1893m        99%    5101Mi          95%       \naks-nodepool1-1-vmss000001   <unknown>   <unknown>   <unknown>   <unknown>\n",
        );
        let [node] = nodes.as_slice() else {
            panic!("{nodes:?}")
        };
        assert_eq!(
            (node.of, node.cpu, node.memory, node.percent),
            (UsageOf::Node, 1893, 5101 << 20, Some((99, 95)))
        );
        assert_eq!(node.snippet.line, 2);
        let pods = told(
            "NAMESPACE   NAME    CPU(cores)   MEMORY(bytes)   \nshop        web-1   3m           21Mi            \n",
        );
        let [pod] = pods.as_slice() else {
            panic!("{pods:?}")
        };
        assert_eq!(
            (pod.of, pod.namespace.as_deref(), pod.name.as_str(), pod.cpu),
            (UsageOf::Pod, Some("shop"), "web-1", 3)
        );
    }

    #[test]
    fn other_tables_are_none() {
        assert!(!is_one(b"NAME READY STATUS\n"));
        assert!(!is_one(b""));
    }
}
