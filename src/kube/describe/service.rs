//! Described services with the endpoints they list, endpoints, and ingresses.

use super::draft::{Draft, number};
use super::tree::{Node, Tree, stated};
use serde_json::{Value, json};

/// Puts the fields of a service.
pub(super) fn read(tree: &Tree<'_>, draft: &mut Draft) {
    draft.text(tree, "Type", "spec.type");
    draft.text(tree, "IP", "spec.clusterIP");
    draft.text(
        tree,
        "External Traffic Policy",
        "spec.externalTrafficPolicy",
    );
    draft.pairs(tree, tree.find("Selector"), "spec.selector");
    if let Some(node) = tree.find("LoadBalancer Ingress") {
        let addresses = node.value.split(',').filter_map(stated);
        for (index, address) in addresses.enumerate() {
            // Newer clients add the mode: `20.1.2.3 (VIP)`.
            let address = address.split_whitespace().next().unwrap_or_default();
            let path = format!("status.loadBalancer.ingress[{index}]");
            draft.put(&path, load_balancer_entry(address), node.line);
        }
    }
    ports(tree, draft);
}

/// An entry of `status.loadBalancer.ingress`: an address or a name.
fn load_balancer_entry(address: &str) -> Value {
    if address.parse::<std::net::IpAddr>().is_ok() {
        json!({"ip": address})
    } else {
        json!({"hostname": address})
    }
}

/// Puts the ports: each `Port` line is followed by its `TargetPort`.
fn ports(tree: &Tree<'_>, draft: &mut Draft) {
    let mut count = 0;
    for node in tree.top() {
        match node.key {
            "Port" => {
                let mut words = node.value.split_whitespace().rev();
                let (port, protocol) = words
                    .next()
                    .and_then(|port| port.split_once('/'))
                    .unwrap_or_default();
                let name = words.next().and_then(stated).unwrap_or_default();
                let Some(port) = number(port) else { continue };
                let value = json!({"name": name, "port": port, "protocol": protocol});
                draft.put(&format!("spec.ports[{count}]"), value, node.line);
                count += 1;
            }
            "TargetPort" if count > 0 => {
                let target = node
                    .value
                    .split('/')
                    .next()
                    .and_then(stated)
                    .unwrap_or_default();
                let path = format!("spec.ports[{}].targetPort", count - 1);
                draft.put(&path, target.into(), node.line);
            }
            _ => {}
        }
    }
}

/// The endpoints that the text of a service lists, as an object of their own; `None` where the text
/// has no such line. Only addresses that are ready are listed, once for every port; the port with
/// most of them counts.
pub(super) fn endpoints(tree: &Tree<'_>) -> Option<Draft> {
    let lines = tree
        .top()
        .into_iter()
        .filter(|node| node.key == "Endpoints");
    let (node, addresses) = lines
        .map(|node| (node, addresses(node.value)))
        .max_by_key(|(_, addresses)| addresses.len())?;
    let mut draft = Draft::default();
    draft.put("kind", "Endpoints".into(), node.line);
    draft.text(tree, "Name", "metadata.name");
    draft.text(tree, "Namespace", "metadata.namespace");
    let subsets = match addresses.as_slice() {
        [] => json!([]),
        some => json!([{"addresses": some}]),
    };
    draft.put("subsets", subsets, node.line);
    Some(draft)
}

/// Most addresses that `+ 3 more...` may stand for; the largest services have a few thousand.
const MOST_UNNAMED: i64 = 10_000;

/// The addresses of `10.0.0.1:80,10.0.0.2:80 + 3 more...`; those that are only counted have no ip.
fn addresses(text: &str) -> Vec<Value> {
    let Some(text) = stated(text) else {
        return vec![];
    };
    let (listed, more) = text.split_once(" + ").unwrap_or((text, ""));
    let mut all: Vec<Value> = listed
        .split(',')
        .filter_map(stated)
        .map(|address| json!({"ip": address.rsplit_once(':').map_or(address, |(ip, _)| ip)}))
        .collect();
    let unnamed = number(more).unwrap_or(0).clamp(0, MOST_UNNAMED);
    all.extend((0..unnamed).map(|_| json!({})));
    all
}

/// Puts the fields of an `Endpoints` object.
pub(super) fn read_endpoints(tree: &Tree<'_>, draft: &mut Draft) {
    let Some(node) = tree.find("Subsets") else {
        return;
    };
    draft.put("subsets", json!([]), node.line);
    let mut count: usize = 0;
    for child in tree.below(node) {
        match child.key {
            "Addresses" => {
                draft.put(
                    &format!("subsets[{count}].addresses"),
                    addresses(child.value).into(),
                    child.line,
                );
                count += 1;
            }
            "NotReadyAddresses" if count > 0 => {
                let path = format!("subsets[{}].notReadyAddresses", count - 1);
                draft.put(&path, addresses(child.value).into(), child.line);
            }
            _ => {}
        }
    }
}

/// Puts the fields of an ingress.
pub(super) fn read_ingress(tree: &Tree<'_>, draft: &mut Draft) {
    if let Some((node, address)) = tree
        .find("Address")
        .and_then(|node| Some((node, stated(node.value)?)))
    {
        for (index, address) in address.split(',').enumerate() {
            let path = format!("status.loadBalancer.ingress[{index}]");
            draft.put(&path, load_balancer_entry(address.trim()), node.line);
        }
    }
    if let Some((node, name)) = tree
        .find("Default backend")
        .and_then(|node| Some((node, backend(node.value)?)))
    {
        // kubectl prints the controller's own default where the ingress names none.
        if name != "default-http-backend" {
            draft.put("spec.defaultBackend.service.name", name.into(), node.line);
        }
    }
    if let Some(node) = tree.find("TLS") {
        let secrets = tree.below(node).into_iter().filter_map(|child| {
            let (secret, _) = child.raw.trim().split_once(" terminates ")?;
            Some((secret, child.line))
        });
        for (index, (secret, line)) in secrets.enumerate() {
            draft.put(
                &format!("spec.tls[{index}].secretName"),
                secret.into(),
                line,
            );
        }
    }
    if let Some(node) = tree.find("Rules") {
        rules(tree, node, draft);
    }
}

/// Puts the backends of the Rules table as paths of one rule; hosts are not read.
fn rules(tree: &Tree<'_>, node: &Node<'_>, draft: &mut Draft) {
    let mut index = 0;
    for line in tree.after(node) {
        if line.indent <= node.indent {
            break;
        }
        let name = line
            .raw
            .split_whitespace()
            .find(|word| word.contains(':'))
            .and_then(backend);
        if let Some(name) = name {
            let path = format!("spec.rules[0].http.paths[{index}].backend.service.name");
            draft.put(&path, name.into(), line.line);
            index += 1;
        }
    }
}

/// The service of `web:80 (10.0.0.1:80)`.
fn backend(text: &str) -> Option<&str> {
    let (name, port) = text.split_whitespace().next()?.split_once(':')?;
    (!name.is_empty() && !port.is_empty()).then_some(name)
}
