//! The cases of an archive that look like a bundle, in words.
//!
//! In: an archive on disk, or the heads and traits of its cases, and a case. Out: what a report shows.
//! Of each archived case only its head and its traits are kept in memory.

use super::record::{Case, CaseRecord};
use super::resolutions::Resolutions;
use super::similar::{Corpus, NEAREST, Neighbour, Shared, Trait, Traits, traits, traits_of};
use super::store::{Key, Store, StoreError, report_name};
use crate::report::view::{SharedTrait, SimilarCase, SimilarCases};
use rayon::prelude::*;

/// What is told of an archived case beside its traits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub case: String,
    /// Its place: two cases may have one name.
    pub location: String,
    /// Hash of its bundle.
    pub sha256: String,
    /// When it was taken.
    pub captured_at: Option<String>,
    /// Version of Kubernetes; empty where it is not known.
    pub k8s_version: String,
    /// Its first incident, or its first sentence where there is none.
    pub headline: String,
    /// Name of its report.
    pub report: String,
}

/// The head of a record; `None` where the bundle could not be read.
pub fn head_of(record: &CaseRecord) -> Option<Head> {
    let case = record.case()?;
    let headline = case.first_incident().map(|incident| &incident.title);
    Some(Head {
        case: record.case.clone(),
        location: record.location.clone(),
        sha256: record.keys.bundle_sha256.clone(),
        captured_at: case.captured_at.clone(),
        k8s_version: case.k8s_version.clone(),
        headline: headline.unwrap_or(&case.verdict).clone(),
        report: report_name(record),
    })
}

/// An archive to look for similar cases in.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    heads: Vec<Head>,
    corpus: Corpus,
    resolutions: Resolutions,
    /// Why it is not known what cases were.
    note: String,
    /// Records that could not be read.
    unread: usize,
}

impl Neighbours {
    /// Reads all cases of an archive but the bundle with this hash, on the threads of the pool that
    /// this runs in.
    pub fn open(archive: &Store, without: &str) -> Result<Self, StoreError> {
        let keys: Vec<Key> = archive.keys()?;
        let read: Vec<Option<(Head, Traits)>> = keys
            .par_iter()
            .filter_map(|key| match archive.load(key) {
                Ok(record) if record.keys.bundle_sha256 == without => None,
                Ok(record) => head_of(&record).map(|head| Some((head, traits_of(&record)))),
                Err(_) => Some(None),
            })
            .collect();
        let unread = read.iter().filter(|one| one.is_none()).count();
        let mut cases: Vec<(Head, Traits)> = read.into_iter().flatten().collect();
        let place = |head: &Head| (head.case.clone(), head.location.clone());
        cases.sort_by_cached_key(|(head, _)| place(head));
        let (resolutions, note) = match Resolutions::read(archive.root()) {
            Ok(resolutions) => (resolutions, String::new()),
            Err(note) => (Resolutions::default(), note),
        };
        Ok(Self {
            corpus: Corpus::new(cases.iter().map(|(_, traits)| traits)),
            heads: cases.into_iter().map(|(head, _)| head).collect(),
            resolutions,
            note,
            unread,
        })
    }

    /// What has to be said of the archive itself.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.unread > 0 {
            warnings.push(format!(
                "{} records of the archive cannot be read; run `bundlescope batch` on it again",
                self.unread
            ));
        }
        if !self.note.is_empty() {
            warnings.push(self.note.clone());
        }
        warnings
    }

    /// The cases most like this one. Its report lies outside of the archive.
    pub fn like(&self, case: &Case) -> SimilarCases {
        let nearest = self.corpus.nearest(&traits(case), NEAREST);
        let found = nearest.iter().filter_map(|near| {
            let head = self.heads.get(near.case)?;
            Some(in_words(case, near, head, &self.resolutions))
        });
        SimilarCases {
            compared: self.heads.len() + 1,
            cases: found.collect(),
            note: self.note.clone(),
        }
    }
}

/// A neighbour in words; without a link to its report.
pub fn in_words(
    own: &Case,
    near: &Neighbour,
    head: &Head,
    resolutions: &Resolutions,
) -> SimilarCase {
    let resolution = resolutions.of(&head.case, &head.sha256);
    let (was, link) = resolution
        .map(|one| (one.was.clone(), one.link.clone()))
        .unwrap_or_default();
    SimilarCase {
        case: head.case.clone(),
        report: String::new(),
        captured_at: head.captured_at.clone(),
        kubernetes_version: head.k8s_version.clone(),
        headline: head.headline.clone(),
        percent: near.likeness / 10,
        shared: near.shared.iter().map(|one| shared(own, one)).collect(),
        was,
        link,
    }
}

/// Something shared, in the words of the case that was asked about.
fn shared(own: &Case, shared: &Shared) -> SharedTrait {
    let (kind, id, text) = match &shared.what {
        Trait::Rule(id) => {
            let finding = own.findings.iter().find(|finding| finding.rule_id == *id);
            ("rule", id, finding.map(|finding| finding.title.clone()))
        }
        Trait::Template(id) => {
            let row = own.unknown.iter().find(|row| row.template_id == *id);
            let text = row.map(|row| format!("{}: {}", row.component, row.text));
            ("unknown_error", id, text)
        }
    };
    SharedTrait {
        kind,
        id: id.clone(),
        text: text.unwrap_or_default(),
        cases: shared.cases,
    }
}
