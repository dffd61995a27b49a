//! The uploads of nodes that AKS Periscope brought nothing of.

use crate::diagnose::answer::coverage::Coverage;
use crate::diagnose::finding::is_plain;
use crate::diagnose::scene::Scene;
use crate::examine::part::CollectorFact;
use crate::layout::Role;
use crate::locator::EntryPath;

/// Absent nodes that are asked for by name.
const NAMED: usize = 3;

/// The command that downloads what the nodes uploaded, if they did, and why to run it. The nodes
/// may have failed; as often a download of single zips left them out.
pub(super) fn uploads(scene: Scene<'_>, coverage: &Coverage) -> Option<(String, String)> {
    let absent: Vec<&str> = coverage
        .absent_nodes()
        .map(|node| node.name.as_str())
        .collect();
    let first = *absent.first()?;
    let roles = &scene.evidence.layout.roles;
    let run = roles.iter().find_map(|(path, role)| run_of(path, role));
    let run = run.filter(|run| is_plain(run)).unwrap_or("<run>");
    let folder = match absent.as_slice() {
        [only] if is_plain(only) => format!("{run}/{only}"),
        _ => run.to_owned(),
    };
    let mut newest = scene.evidence.collector.iter().rev();
    let told = newest.find_map(|(_, _, fact)| match fact {
        CollectorFact::Console {
            account, container, ..
        } if !account.is_empty() => Some((account.as_str(), container.as_str())),
        _ => None,
    });
    let (account, container) = told.unwrap_or(("<account>", "<container>"));
    let command = format!(
        "az storage blob download-batch --account-name {account} --source {container} --destination . --pattern '{folder}/*'"
    );
    let mut named = absent
        .iter()
        .take(NAMED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if absent.len() > NAMED {
        named = format!("{named} and {} more", absent.len() - NAMED);
    }
    let them = if absent.len() == 1 { "it" } else { "them" };
    let say = if first == named {
        "this is"
    } else {
        "these are"
    };
    let why = format!(
        "the bundle contains nothing from {named}; if {say} in the storage account, {} more checks could cover {them}",
        coverage.partly()
    );
    Some((command, why))
}

/// The run whose folder holds the node's.
fn run_of<'a>(path: &'a EntryPath, role: &Role) -> Option<&'a str> {
    let node = role.collected_by.as_deref()?;
    let mut before = None;
    for segment in path.segments() {
        if segment == node {
            return before;
        }
        before = Some(segment);
    }
    None
}
