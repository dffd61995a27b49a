//! A described pod: containers with their states, conditions, what its volumes refer to.

use super::draft::{Draft, number};
use super::table::conditions;
use super::tree::{Node, Tree, stated};
use crate::kube::describe::age::time;
use serde_json::{Value, json};

/// Puts the fields of a pod.
pub(super) fn read(tree: &Tree<'_>, draft: &mut Draft) {
    if let Some((node, value)) = tree
        .find("Node")
        .and_then(|node| Some((node, stated(node.value)?)))
    {
        let (name, ip) = value.split_once('/').unwrap_or((value, ""));
        if !name.is_empty() {
            draft.put("spec.nodeName", name.into(), node.line);
        }
        if let Some(ip) = stated(ip) {
            draft.put("status.hostIP", ip.into(), node.line);
        }
    }
    draft.time(tree, "Start Time", "status.startTime");
    draft.text(tree, "Priority Class Name", "spec.priorityClassName");
    draft.text(tree, "PriorityClassName", "spec.priorityClassName");
    draft.text(tree, "Service Account", "spec.serviceAccountName");
    draft.text(tree, "Reason", "status.reason");
    draft.text(tree, "Message", "status.message");
    draft.text(tree, "IP", "status.podIP");
    draft.text(tree, "QoS Class", "status.qosClass");
    phase(tree, draft);
    draft.pairs(tree, tree.find("Node-Selectors"), "spec.nodeSelector");
    for (heading, spec, status) in [
        (
            "Init Containers",
            "spec.initContainers",
            "status.initContainerStatuses",
        ),
        ("Containers", "spec.containers", "status.containerStatuses"),
        (
            "Ephemeral Containers",
            "spec.ephemeralContainers",
            "status.ephemeralContainerStatuses",
        ),
    ] {
        if let Some(node) = tree.find(heading) {
            containers(tree, node, spec, Some(status), draft);
        }
    }
    conditions(tree, draft);
    if let Some(node) = tree.find("Volumes") {
        volumes(tree, node, "spec.volumes", draft);
    }
}

/// The phase of a pod: while it is being deleted, what its containers tell.
fn phase_of<'a>(tree: &Tree<'_>, printed: &'a str) -> &'a str {
    if printed != "Terminating" {
        return printed;
    }
    let containers = tree.find("Containers");
    let mut states = containers
        .into_iter()
        .flat_map(|node| tree.below(node))
        .filter_map(|container| tree.child(container, "State"));
    match states.next().map(|state| state.value) {
        None => printed,
        Some("Waiting") => "Pending",
        Some(_) => "Running",
    }
}

/// Puts the phase. Of a pod that is being deleted kubectl prints only that, and older clients the
/// time at which its grace ends.
fn phase(tree: &Tree<'_>, draft: &mut Draft) {
    let Some((node, value)) = tree
        .find("Status")
        .and_then(|node| Some((node, stated(node.value)?)))
    else {
        return;
    };
    let (phase, more) = value.split_once(" (").unwrap_or((value, ""));
    draft.put("status.phase", phase_of(tree, phase).into(), node.line);
    if let Some(end) = more
        .strip_prefix("expires ")
        .and_then(|end| time(end.trim_end_matches(')')))
    {
        draft.put("metadata.deletionTimestamp", end.into(), node.line);
    }
}

/// Puts the containers below a heading: their specification, and, unless it is a template, their
/// status.
pub(super) fn containers(
    tree: &Tree<'_>,
    heading: &Node<'_>,
    spec: &str,
    status: Option<&str>,
    draft: &mut Draft,
) {
    let named = tree
        .below(heading)
        .into_iter()
        .filter(|node| !node.key.is_empty());
    for (index, node) in named.enumerate() {
        let path = format!("{spec}[{index}]");
        draft.note(&path, node.line);
        draft.put(&format!("{path}.name"), node.key.into(), node.line);
        draft.put_text(&format!("{path}.image"), tree.child(node, "Image"));
        for (key, field) in [("Limits", "limits"), ("Requests", "requests")] {
            draft.quantities(
                tree,
                tree.child(node, key),
                &format!("{path}.resources.{field}"),
            );
        }
        environment(tree, node, &path, draft);
        if let Some(status) = status {
            container_status(tree, node, &format!("{status}[{index}]"), draft);
        }
    }
}

/// Puts the status of one container.
fn container_status(tree: &Tree<'_>, node: &Node<'_>, path: &str, draft: &mut Draft) {
    draft.note(path, node.line);
    draft.put(&format!("{path}.name"), node.key.into(), node.line);
    for (key, field) in [
        ("Image", "image"),
        ("Image ID", "imageID"),
        ("Container ID", "containerID"),
    ] {
        draft.put_text(&format!("{path}.{field}"), tree.child(node, key));
    }
    if let Some(ready) = tree.child(node, "Ready") {
        draft.put(
            &format!("{path}.ready"),
            (ready.value == "True").into(),
            ready.line,
        );
    }
    draft.put_number(
        &format!("{path}.restartCount"),
        tree.child(node, "Restart Count"),
    );
    for (key, field) in [("State", "state"), ("Last State", "lastState")] {
        if let Some(state) = tree.child(node, key) {
            container_state(tree, state, &format!("{path}.{field}"), draft);
        }
    }
}

/// Puts one state of a container.
fn container_state(tree: &Tree<'_>, node: &Node<'_>, path: &str, draft: &mut Draft) {
    let state = match node.value {
        "Waiting" => "waiting",
        "Running" => "running",
        "Terminated" => "terminated",
        _ => return,
    };
    let path = format!("{path}.{state}");
    draft.put(&path, json!({}), node.line);
    for child in tree.below(node) {
        match child.key {
            "Reason" => draft.put_text(&format!("{path}.reason"), Some(child)),
            "Message" => {
                let message = tree
                    .values(child)
                    .iter()
                    .map(|(text, _)| *text)
                    .collect::<Vec<_>>();
                if !message.is_empty() {
                    let message = message.join("\n");
                    draft.put(&format!("{path}.message"), message.into(), child.line);
                }
            }
            "Exit Code" => draft.put_number(&format!("{path}.exitCode"), Some(child)),
            "Signal" => draft.put_number(&format!("{path}.signal"), Some(child)),
            "Started" => draft.put_time(&format!("{path}.startedAt"), Some(child)),
            "Finished" => draft.put_time(&format!("{path}.finishedAt"), Some(child)),
            _ => {}
        }
    }
}

/// Puts what the environment of a container refers to; the values themselves are left in the text.
fn environment(tree: &Tree<'_>, container: &Node<'_>, path: &str, draft: &mut Draft) {
    let mut next = 0;
    for child in tree
        .child(container, "Environment")
        .map(|node| tree.below(node))
        .unwrap_or_default()
    {
        if let Some((field, reference)) =
            variable_source(child.value).filter(|_| !child.key.is_empty())
        {
            let at = format!("{path}.env[{next}]");
            draft.put(
                &at,
                json!({"name": child.key, "valueFrom": {field: reference}}),
                child.line,
            );
            next += 1;
        }
    }
    let bulk = tree.child(container, "Environment Variables from");
    next = 0;
    for child in bulk.map(|node| tree.below(node)).unwrap_or_default() {
        if let Some((field, reference)) = bulk_source(child.raw) {
            draft.put(
                &format!("{path}.envFrom[{next}]"),
                json!({field: reference}),
                child.line,
            );
            next += 1;
        }
    }
}

/// The reference of `<set to the key 'a' in secret 'b'>  Optional: false`.
fn variable_source(value: &str) -> Option<(&'static str, Value)> {
    let rest = value.strip_prefix("<set to the key '")?;
    let (key, rest) = rest.split_once('\'')?;
    let (field, rest) = match rest.strip_prefix(" in secret '") {
        Some(rest) => ("secretKeyRef", rest),
        None => ("configMapKeyRef", rest.strip_prefix(" of config map '")?),
    };
    let (name, rest) = rest.split_once('\'')?;
    let optional = rest.contains("Optional: true");
    Some((
        field,
        json!({"name": name, "key": key, "optional": optional}),
    ))
}

/// The reference of `name  Secret  Optional: false`.
fn bulk_source(line: &str) -> Option<(&'static str, Value)> {
    let mut words = line.split_whitespace();
    let name = words.next()?;
    let field = match words.next()? {
        "Secret" => "secretRef",
        "ConfigMap" => "configMapRef",
        _ => return None,
    };
    let optional = line.contains("Optional: true");
    Some((field, json!({"name": name, "optional": optional})))
}

/// Puts the volumes below a heading.
pub(super) fn volumes(tree: &Tree<'_>, heading: &Node<'_>, path: &str, draft: &mut Draft) {
    let named = tree
        .below(heading)
        .into_iter()
        .filter(|node| !node.key.is_empty());
    for (index, node) in named.enumerate() {
        let mut volume = json!({"name": node.key});
        if let Some((source, fields)) = volume_source(tree, node) {
            volume[source] = fields;
        }
        draft.put(&format!("{path}[{index}]"), volume, node.line);
    }
}

/// The source of a volume and its reference, for the kinds that refer to another object.
fn volume_source(tree: &Tree<'_>, node: &Node<'_>) -> Option<(&'static str, Value)> {
    let children = tree.below(node);
    let of = |key: &str| {
        let child = children.iter().find(|child| child.key == key)?;
        stated(child.value)
    };
    let optional = of("Optional") == Some("true");
    match of("Type")?.split_whitespace().next()? {
        "Secret" => Some((
            "secret",
            json!({"secretName": of("SecretName")?, "optional": optional}),
        )),
        "ConfigMap" => Some((
            "configMap",
            json!({"name": of("Name")?, "optional": optional}),
        )),
        "PersistentVolumeClaim" => Some((
            "persistentVolumeClaim",
            json!({"claimName": of("ClaimName")?}),
        )),
        "AzureFile" => Some(("azureFile", json!({"secretName": of("SecretName")?}))),
        "Projected" => {
            let mut sources: Vec<Value> = vec![];
            for child in &children {
                let field = match child.key {
                    "SecretName" => "secret",
                    "ConfigMapName" => "configMap",
                    // Stands below the name that it belongs to.
                    "SecretOptionalName" | "ConfigMapOptional" => {
                        if child.value == "true"
                            && let Some(last) = sources.last_mut().and_then(Value::as_object_mut)
                        {
                            for source in last.values_mut() {
                                source["optional"] = true.into();
                            }
                        }
                        continue;
                    }
                    _ => continue,
                };
                if let Some(name) = stated(child.value) {
                    sources.push(json!({field: {"name": name}}));
                }
            }
            Some(("projected", json!({"sources": sources})))
        }
        _ => None,
    }
}

/// The first number of a `2 desired | 2 updated`-like text that stands before `word`.
pub(super) fn counted(text: &str, word: &str) -> Option<i64> {
    text.split(['|', '/'])
        .find(|part| part.split_whitespace().nth(1) == Some(word))
        .and_then(number)
}
