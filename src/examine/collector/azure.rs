//! What `az` prints about Azure resources: the state of each, its power and its version.
//!
//! Read are objects of `-o json` (`az aks show`, `az aks nodepool list`, `az vmss list`,
//! `list-instances`, `az network ... list`, `az resource list`) and the tables of `-o table`, whose
//! second line is made of dashes. A resource that says nothing of its state is none here.

use crate::examine::facts::AzureResource;
use crate::examine::part::CollectorFact;
use crate::examine::snippet::line_snippet;
use crate::kube::value::{list, text as text_at};
use crate::locator::Snippet;
use serde_json::Value;

/// Columns of a table that hold the name of a resource, the first of which counts.
const NAMES: [&str; 3] = ["name", "poolName", "instanceId"];

/// Where a resource tells of its power, in JSON and as a column.
const POWER: [&str; 3] = [
    "powerState.code",
    "powerState",
    "properties.powerState.code",
];

/// Where it tells its version of Kubernetes; what runs comes before what is wanted.
const VERSIONS: [&str; 6] = [
    "currentKubernetesVersion",
    "kubernetesVersion",
    "currentOrchestratorVersion",
    "orchestratorVersion",
    "properties.currentKubernetesVersion",
    "properties.kubernetesVersion",
];

/// Where a resource tells how its last operation ended.
const PROVISIONING: [&str; 2] = ["provisioningState", "properties.provisioningState"];

/// What a whole document states, citing the line with the state.
pub(super) fn of_document(value: &Value, text: &str, line: u64) -> Vec<CollectorFact> {
    if PROVISIONING
        .iter()
        .all(|field| text_at(value, field).is_none())
    {
        return vec![];
    }
    let mut lines = text.lines().zip(line..);
    let state = lines.find(|(line, _)| line.contains("\"provisioningState\""));
    let (shown, at) = state.unwrap_or((text, line));
    of_json(value, &line_snippet(shown, at))
}

/// What one JSON value states of itself and of the node pools in it.
pub(super) fn of_json(value: &Value, snippet: &Snippet) -> Vec<CollectorFact> {
    let resources = resources(value, snippet).into_iter();
    resources.map(CollectorFact::Azure).collect()
}

/// The resources that one JSON value states: itself and the node pools in it.
fn resources(value: &Value, snippet: &Snippet) -> Vec<AzureResource> {
    let Some(own) = resource(value, "", snippet) else {
        return vec![];
    };
    let pools = ["agentPoolProfiles", "properties.agentPoolProfiles"]
        .iter()
        .flat_map(|field| list(value, field));
    let pools: Vec<AzureResource> = pools
        .filter_map(|pool| resource(pool, &format!("{}/", own.name), snippet))
        .collect();
    [own].into_iter().chain(pools).collect()
}

/// One resource; `above` is put before its name.
fn resource(value: &Value, above: &str, snippet: &Snippet) -> Option<AzureResource> {
    let first = |fields: &[&str]| fields.iter().find_map(|field| text_at(value, field));
    let provisioning = first(&PROVISIONING)?;
    let id = text_at(value, "id").unwrap_or_default();
    let of_azure = id.starts_with("/subscriptions/") || !above.is_empty();
    let name = text_at(value, "name").or_else(|| id.rsplit('/').next())?;
    // An instance is called by a number: its scale set tells which.
    let set = id
        .split_once("/virtualMachineScaleSets/")
        .and_then(|(_, rest)| rest.split('/').next())
        .filter(|set| !name.starts_with(*set));
    let name = match set {
        Some(set) => format!("{set}/{name}"),
        None => format!("{above}{name}"),
    };
    of_azure.then(|| AzureResource {
        name,
        provisioning: provisioning.to_owned(),
        power: first(&POWER).map(short_power).map(str::to_owned),
        version: first(&VERSIONS).map(str::to_owned),
        snippet: snippet.clone(),
    })
}

/// `deallocated` of `PowerState/deallocated` and `VM deallocated`.
fn short_power(text: &str) -> &str {
    let text = text.strip_prefix("PowerState/").unwrap_or(text);
    text.strip_prefix("VM ").unwrap_or(text)
}

/// The resources of a table, and whether the text is one.
pub(super) fn of_table(text: &str, first_line: u64) -> Option<Vec<AzureResource>> {
    let mut lines = text.lines().zip(first_line..);
    let (header, _) = lines.by_ref().find(|(line, _)| !line.trim().is_empty())?;
    let (dashes, _) = lines.next()?;
    let columns = columns(header, dashes)?;
    // A column is called as the field is, with a capital letter.
    let place = |fields: &[&str]| {
        fields.iter().find_map(|field| {
            let mut names = columns.iter().map(|(name, ..)| name);
            names.position(|name| name.eq_ignore_ascii_case(field))
        })
    };
    let state = place(&PROVISIONING)?;
    let name = place(&NAMES)?;
    let power = place(&POWER);
    let version = place(&VERSIONS);
    let cell = |line: &str, column: usize| -> Option<String> {
        let (_, from, to) = columns.get(column)?;
        let cell: String = line.chars().skip(*from).take(to - from).collect();
        let cell = cell.trim();
        (!cell.is_empty()).then(|| cell.to_owned())
    };
    let rows = lines.take_while(|(line, _)| !line.trim().is_empty());
    let rows = rows.filter_map(|(line, number)| {
        Some(AzureResource {
            name: cell(line, name)?,
            provisioning: cell(line, state)?,
            power: power
                .and_then(|power| cell(line, power))
                .map(|text| short_power(&text).to_owned()),
            version: version.and_then(|version| cell(line, version)),
            snippet: line_snippet(line, number),
        })
    });
    Some(rows.collect())
}

/// The columns of a table with their names and where they begin and end; `None` where
/// the second line is not made of dashes below them.
fn columns(header: &str, dashes: &str) -> Option<Vec<(String, usize, usize)>> {
    let is_rule = !dashes.trim().is_empty() && dashes.chars().all(|c| c == '-' || c == ' ');
    if !is_rule {
        return None;
    }
    let mut starts = Vec::new();
    let mut before = ' ';
    for (at, c) in dashes.chars().enumerate() {
        if c == '-' && before == ' ' {
            starts.push(at);
        }
        before = c;
    }
    let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
    let columns = starts.iter().zip(ends).map(|(from, to)| {
        let name: String = header.chars().skip(*from).take(to - from).collect();
        (name.trim().to_owned(), *from, to)
    });
    Some(columns.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Name, state, power and version of resources.
    fn told(resources: &[AzureResource]) -> Vec<(&str, &str, Option<&str>, Option<&str>)> {
        resources
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.provisioning.as_str(),
                    one.power.as_deref(),
                    one.version.as_deref(),
                )
            })
            .collect()
    }

    #[test]
    fn a_cluster_is_told_with_its_node_pools() {
        let value = json!({
            "id": "/subscriptions/0/resourcegroups/shop/providers/Microsoft.ContainerService/managedClusters/shop",
            "name": "shop",
            "provisioningState": "Failed",
            "powerState": {"code": "Running"},
            "kubernetesVersion": "1.29",
            "currentKubernetesVersion": "1.29.4",
            "agentPoolProfiles": [
                {"name": "np1", "provisioningState": "Succeeded", "powerState": {"code": "Stopped"}, "orchestratorVersion": "1.28"}
            ],
        });
        let snippet = Snippet::of_line(1, "{");
        assert_eq!(
            told(&resources(&value, &snippet)),
            [
                ("shop", "Failed", Some("Running"), Some("1.29.4")),
                ("shop/np1", "Succeeded", Some("Stopped"), Some("1.28")),
            ]
        );
        let instance = json!({
            "id": "/subscriptions/0/resourceGroups/mc/providers/Microsoft.Compute/virtualMachineScaleSets/aks-np1-vmss/virtualMachines/3",
            "instanceId": "3", "name": "3", "provisioningState": "Updating",
        });
        assert_eq!(
            told(&resources(&instance, &snippet)),
            [("aks-np1-vmss/3", "Updating", None, None)]
        );
        // Somebody else's documents have such fields too.
        let other = json!({"name": "x", "provisioningState": "Failed"});
        assert_eq!(resources(&other, &snippet).len(), 0);
    }

    #[test]
    fn the_rows_of_a_table_are_resources() {
        let text = "\
Name    Location    ResourceGroup    KubernetesVersion    CurrentKubernetesVersion    ProvisioningState    Fqdn
------  ----------  ---------------  -------------------  --------------------------  -------------------  ----------
shop    westeurope  rg               1.29                 1.29.4                      Failed               shop.hcp.io
edge    westeurope  rg               1.28                 1.28.9                      Succeeded            edge.hcp.io
";
        let rows = of_table(text, 5).unwrap_or_default();
        assert_eq!(
            told(&rows),
            [
                ("shop", "Failed", None, Some("1.29.4")),
                ("edge", "Succeeded", None, Some("1.28.9")),
            ]
        );
        assert_eq!(rows[1].snippet.line, 8);
        assert!(of_table("Name  ProvisioningState\nshop  Failed\n", 1).is_none());
        assert!(of_table("", 1).is_none());
    }
}
