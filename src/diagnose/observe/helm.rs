//! Helm's releases and their revisions.
//!
//! Two sources tell them: `helm_list` of AKS Periscope, and the secrets or config maps in which Helm
//! keeps one revision each, whose labels state the same (`pkg/storage/driver/labels.go` of Helm 3).
//!
//! Periscope asks Helm for the history of a release by its name alone, in all namespaces at once:
//! where two namespaces have a release of one name, both get the revisions of both, and no field
//! says whose they are. Such a history is left out.

use crate::diagnose::finding::Subject;
use crate::diagnose::scene::Scene;
use crate::examine::facts::HelmRevision;
use crate::examine::part::{CollectorFact, HelmRelease};
use crate::kube::{Object, ObjectKey};
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Kinds of objects in which Helm keeps its revisions.
const KEPT_IN: [&str; 2] = ["ConfigMap", "Secret"];

/// A release, with the revisions that are known of it.
pub(in crate::diagnose) struct Release<'a> {
    /// Its namespace.
    namespace: &'a str,
    /// Its name.
    name: &'a str,
    /// `deployed`, `failed`, `pending-upgrade`, ...: that of its latest revision.
    pub(in crate::diagnose) status: &'a str,
    /// Its revisions by their number.
    pub(in crate::diagnose) revisions: BTreeMap<u64, Revision<'a>>,
    /// Where its status stands.
    path: &'a EntryPath,
    /// See `path`.
    source: Source<'a>,
}

/// One revision of a release.
pub(in crate::diagnose) struct Revision<'a> {
    /// Its status.
    pub(in crate::diagnose) status: &'a str,
    /// When Helm began with it.
    pub(in crate::diagnose) at: Option<Timestamp>,
    /// How it went, in Helm's words; may be empty.
    pub(in crate::diagnose) description: &'a str,
    /// Version of what the chart installs; may be empty.
    pub(in crate::diagnose) app_version: &'a str,
    /// Where it stands.
    path: &'a EntryPath,
    /// See `path`.
    source: Source<'a>,
}

/// What states a release or a revision.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// An item of Periscope's list.
    Listed(&'a Snippet),
    /// The object in which Helm keeps it.
    Object(&'a Object),
}

impl Source<'_> {
    /// Its words.
    fn snippet(&self) -> Snippet {
        match self {
            Self::Listed(snippet) => (*snippet).clone(),
            Self::Object(object) => object.text.cite("metadata.labels.status", &Limits::RELEASE),
        }
    }
}

impl Release<'_> {
    /// The release as the subject of a finding or a change.
    pub(in crate::diagnose) fn subject(&self) -> Subject {
        Subject {
            kind: "Release".into(),
            namespace: self.namespace.into(),
            name: self.name.into(),
            node: None,
        }
    }

    /// Its latest revision with its number, where that is known.
    pub(in crate::diagnose) fn latest(&self) -> Option<(u64, &Revision<'_>)> {
        let (number, revision) = self.revisions.last_key_value()?;
        Some((*number, revision))
    }

    /// Where its status stands, and its words.
    pub(in crate::diagnose) fn cite(&self) -> (&EntryPath, Snippet) {
        (self.path, self.source.snippet())
    }
}

impl Revision<'_> {
    /// Where it stands, and its words.
    pub(in crate::diagnose) fn cite(&self) -> (&EntryPath, Snippet) {
        (self.path, self.source.snippet())
    }
}

/// All releases, by namespace and name.
pub(in crate::diagnose) fn releases(scene: Scene<'_>) -> Vec<Release<'_>> {
    let mut releases = BTreeMap::new();
    kept(scene, &mut releases);
    listed(scene, &mut releases);
    releases.into_values().collect()
}

/// Releases by namespace and name.
type Releases<'a> = BTreeMap<(&'a str, &'a str), Release<'a>>;

/// Adds what the objects of Helm tell.
fn kept<'a>(scene: Scene<'a>, releases: &mut Releases<'a>) {
    let index = &scene.evidence.index;
    for object in KEPT_IN.iter().flat_map(|kind| index.of_kind(kind)) {
        let Some((name, number)) = kept_revision(object.key()) else {
            continue;
        };
        let status = object.meta.labels.get("status").map_or("", String::as_str);
        let (source, path) = (Source::Object(object), &object.path);
        let namespace = object.key().namespace.as_str();
        let release = releases.entry((namespace, name)).or_insert(Release {
            namespace,
            name,
            status,
            revisions: BTreeMap::new(),
            path,
            source,
        });
        release.revisions.insert(
            number,
            Revision {
                status,
                at: object.meta.created,
                description: "",
                app_version: "",
                path,
                source,
            },
        );
        if let Some((_, latest)) = release.revisions.last_key_value() {
            (release.status, release.path, release.source) =
                (latest.status, latest.path, latest.source);
        }
    }
}

/// Adds what Periscope's lists tell, of which every node may have a copy: of the same release the
/// one with the latest revision counts, then the first.
fn listed<'a>(scene: Scene<'a>, releases: &mut Releases<'a>) {
    let listed = || {
        let facts = scene.evidence.collector.iter();
        facts.filter_map(|(path, _, fact)| match fact {
            CollectorFact::HelmRelease(release) => Some((path, release)),
            _ => None,
        })
    };
    let mut namespaces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, release) in listed() {
        let of_name = namespaces.entry(&release.name).or_default();
        of_name.insert(&release.namespace);
    }
    for (path, fact) in listed() {
        let shared = namespaces
            .get(fact.name.as_str())
            .is_some_and(|all| all.len() > 1);
        let release = Release {
            namespace: &fact.namespace,
            name: &fact.name,
            status: &fact.status,
            revisions: if shared {
                BTreeMap::new()
            } else {
                revisions(path, fact)
            },
            path,
            source: Source::Listed(&fact.snippet),
        };
        let key = (release.namespace, release.name);
        let newer = releases.get(&key).is_none_or(|known| {
            let number = |one: &Release<'_>| one.latest().map(|(number, _)| number);
            number(known) < number(&release)
                || matches!(known.source, Source::Object(_)) && number(known) == number(&release)
        });
        if newer {
            releases.insert(key, release);
        }
    }
}

/// The revisions that a listed release states, unless two have one number: then they are of two
/// releases.
fn revisions<'a>(path: &'a EntryPath, release: &'a HelmRelease) -> BTreeMap<u64, Revision<'a>> {
    let revision = |fact: &'a HelmRevision| Revision {
        status: &fact.status,
        at: fact.at,
        description: &fact.description,
        app_version: &fact.app_version,
        path,
        source: Source::Listed(&release.snippet),
    };
    let told = release
        .history
        .iter()
        .map(|fact| (fact.number, revision(fact)));
    let told: BTreeMap<_, _> = told.collect();
    if told.len() == release.history.len() {
        told
    } else {
        BTreeMap::new()
    }
}

/// What is known of a revision: "revision 7 (app version 2.8.1) at 2023-05-10 13:35:05 UTC: Upgrade
/// failed".
pub(in crate::diagnose) fn told(number: u64, revision: &Revision<'_>) -> String {
    let mut told = format!("revision {number}");
    if !revision.app_version.is_empty() {
        let _ = write!(told, " (app version {})", revision.app_version);
    }
    if let Some(at) = revision.at {
        let _ = write!(told, " at {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"));
    }
    if !revision.description.is_empty() {
        let _ = write!(told, ": {}", revision.description);
    }
    told
}

/// Release and revision of the secret or config map in which Helm keeps one.
pub(in crate::diagnose) fn kept_revision(key: &ObjectKey) -> Option<(&str, u64)> {
    let kept = KEPT_IN.contains(&key.kind.as_str());
    let name = key
        .name
        .strip_prefix("sh.helm.release.v1.")
        .filter(|_| kept)?;
    let (release, number) = name.rsplit_once(".v")?;
    Some((release, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_secret_tells_release_and_revision() {
        let revision = |kind, name| {
            let key = ObjectKey::new(kind, "shop", name);
            kept_revision(&key).map(|(release, number)| (release.to_owned(), number))
        };
        let name = "sh.helm.release.v1.shop.v2.v10";
        assert_eq!(revision("Secret", name), Some(("shop.v2".to_owned(), 10)));
        assert_eq!(
            revision("ConfigMap", name),
            Some(("shop.v2".to_owned(), 10))
        );
        assert_eq!(revision("Pod", name), None);
        assert_eq!(revision("Secret", "sh.helm.release.v1.shop"), None);
    }
}
