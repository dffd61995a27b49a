//! The nat table of a node, as `iptables -t nat -L` prints it, with `-n` and `-v` or without.
//!
//! Nothing in the output says which table it is: the nat table is the one with the chains
//! PREROUTING and POSTROUTING and without FORWARD. kube-proxy names the service that a rule is for
//! in a comment, which is printed whatever the options are. Without `-n`, addresses and ports in the
//! other columns may be names; targets of a translation (`to:`) never are.

use super::super::facts::{EndpointRule, NatTable};
use super::super::lines;
use crate::limits::Limits;

/// How the file is called in which Periscope saves it.
pub(super) const FILE: &str = "iptables";
/// What iptables-nft says of rules that it does not show.
const OTHER_VARIANT: &str = "# Warning: iptables-";
/// Chains that kube-proxy makes for each service or endpoint.
const OF_ONE: &[&str] = &[
    "KUBE-EXT-",
    "KUBE-FW-",
    "KUBE-SEP-",
    "KUBE-SVC-",
    "KUBE-SVL-",
    "KUBE-XLB-",
];
/// Lines in which the table shows what it is.
const FRONT: usize = 200;

/// Whether a text begins like the nat table.
pub(super) fn is_one(body: &[u8]) -> bool {
    let text = body.trim_ascii_start();
    if !text.starts_with(b"Chain ") && !text.starts_with(OTHER_VARIANT.as_bytes()) {
        return false;
    }
    let mut chains = text
        .split(|byte| *byte == b'\n')
        .take(FRONT)
        .filter_map(|line| line.strip_prefix(b"Chain "));
    let first = chains.find(|chain| !chain.is_empty());
    let translates = first.is_some_and(|chain| chain.starts_with(b"PREROUTING ("));
    translates
        && memchr::memmem::find(text, b"\nChain FORWARD (").is_none()
        && memchr::memmem::find(text, b"\nChain POSTROUTING (").is_some()
}

/// Reads a piece of the table.
pub(super) fn read(body: &[u8], number: u32, first_line: u64, limits: &Limits) -> NatTable {
    let mut table = NatTable::default();
    if number == 0 {
        let at = memchr::memmem::find(body, b"Chain ").unwrap_or(0);
        let line = first_line + lines::feeds(body.get(..at).unwrap_or_default());
        table.front = Some(lines::snippet(body, line, at..at + 1, limits));
    }
    for (index, line) in (0_u64..).zip(body.split(|byte| *byte == b'\n')) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if let Some(chain) = line.strip_prefix("Chain ") {
            let name = chain.split_whitespace().next().unwrap_or_default();
            let of_one = OF_ONE.iter().any(|front| name.starts_with(front));
            if !of_one && table.chains.len() < limits.subjects {
                table.chains.insert(name.to_owned());
            }
        } else if line.starts_with(OTHER_VARIANT) {
            table.other_variant = true;
        } else if let Some(service) = translated_service(line) {
            table.services.insert(service.to_owned());
        } else if line.contains(" to:") && line.contains("DNAT ") {
            if table.endpoints.len() < limits.nat_rules {
                table.endpoints.push(EndpointRule {
                    line: first_line + index,
                    text: line.into(),
                });
            }
        } else if line.contains("match-set KUBE-") {
            table.ipsets = true;
        }
    }
    table
}

/// The service whose cluster IP a rule sends on, as `namespace/name`.
fn translated_service(line: &str) -> Option<&str> {
    let (rule, comment) = line.split_once("/* ")?;
    let (comment, _) = comment.split_once(" */")?;
    let port = comment.strip_suffix(" cluster IP")?;
    let sends_on = rule
        .split_whitespace()
        .any(|word| word.starts_with("KUBE-SV"));
    let service = port.split_once(':').map_or(port, |(service, _)| service);
    sends_on.then_some(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As kube-proxy 1.27 leaves it on a node of AKS.
    const TABLE: &str = "\
Chain PREROUTING (policy ACCEPT)
target     prot opt source               destination         
KUBE-SERVICES  all  --  anywhere             anywhere             /* kubernetes service portals */

Chain POSTROUTING (policy ACCEPT)
target     prot opt source               destination         

Chain KUBE-SERVICES (2 references)
target     prot opt source               destination         
KUBE-MARK-MASQ  tcp  -- !10.244.0.0/16        10.0.0.9             /* shop/only-masked:http cluster IP */ tcp dpt:http
KUBE-SVC-NPX46M4PTMTKRN6Y  tcp  --  anywhere             10.0.0.1             /* default/kubernetes:https cluster IP */ tcp dpt:https
KUBE-NODEPORTS  all  --  anywhere             anywhere             /* kubernetes service nodeports; NOTE: this must be the last rule in this chain */ ADDRTYPE match dst-type LOCAL

Chain KUBE-SEP-4BZKJKIVL7BG6BPO (1 references)
target     prot opt source               destination         
KUBE-MARK-MASQ  all  --  10.224.0.10          anywhere             /* shop/web */
DNAT       tcp  --  anywhere             anywhere             /* shop/web */ tcp to:10.224.0.10:8080
DNAT       tcp  --  anywhere             anywhere             /* shop/six:http */ tcp to:[fd00::5]:8080
";

    fn table(text: &str) -> NatTable {
        read(text.as_bytes(), 0, 1, &Limits::RELEASE)
    }

    #[test]
    fn chains_services_and_endpoints_are_read() {
        assert!(is_one(TABLE.as_bytes()));
        let table = table(TABLE);
        let chains: Vec<_> = table.chains.iter().map(String::as_str).collect();
        assert_eq!(chains, ["KUBE-SERVICES", "POSTROUTING", "PREROUTING"]);
        let services: Vec<_> = table.services.iter().map(String::as_str).collect();
        assert_eq!(services, ["default/kubernetes"]);
        let endpoints: Vec<_> = table
            .endpoints
            .iter()
            .map(|rule| (rule.line, rule.service(), rule.address()))
            .collect();
        assert_eq!(
            endpoints,
            [
                (17, Some("shop/web"), Some("10.224.0.10")),
                (18, Some("shop/six"), Some("fd00::5"))
            ]
        );
        assert!(!table.ipsets && !table.other_variant);
        assert_eq!(
            table.front.map(|front| (front.line, front.text)),
            Some((1, "Chain PREROUTING (policy ACCEPT)".to_owned()))
        );
    }

    #[test]
    fn counters_and_numbers_do_not_matter() {
        let text = "\
# Warning: iptables-legacy tables present, use iptables-legacy to see them
Chain PREROUTING (policy ACCEPT 32 packets, 2091 bytes)
 pkts bytes target     prot opt in     out     source               destination
   44  3984 KUBE-SERVICES  all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service portals */

Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)

Chain KUBE-SERVICES (2 references)
    5   300 KUBE-SVC-JD5MR3NA4I4DYORP  tcp  --  *      *       0.0.0.0/0            10.0.0.10            /* kube-system/kube-dns:metrics cluster IP */ tcp dpt:9153
    0     0 KUBE-CLUSTER-IP  all  --  *      *       0.0.0.0/0            0.0.0.0/0            match-set KUBE-CLUSTER-IP dst,dst
";
        assert!(is_one(text.as_bytes()));
        let table = table(text);
        assert!(table.ipsets && table.other_variant);
        assert!(table.services.contains("kube-system/kube-dns"));
        assert_eq!(table.front.map(|front| front.line), Some(2));
    }

    #[test]
    fn other_tables_and_texts_are_none() {
        for text in [
            "",
            "Chain of events\n",
            "Chain INPUT (policy ACCEPT)\n\nChain FORWARD (policy ACCEPT)\n\nChain OUTPUT (policy ACCEPT)\n",
            "Chain PREROUTING (policy ACCEPT)\n\nChain INPUT (policy ACCEPT)\n\nChain FORWARD (policy ACCEPT)\n\nChain POSTROUTING (policy ACCEPT)\n",
            "Chain PREROUTING (policy ACCEPT)\n\nChain OUTPUT (policy ACCEPT)\n",
        ] {
            assert!(!is_one(text.as_bytes()), "{text}");
        }
    }
}
