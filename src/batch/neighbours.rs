//! The cases of an archive that look like a bundle, in words.
//!
//! In: an archive on disk and a case from elsewhere, or an archive that is being written and one of its
//! own. Out: what a report shows.

use super::digest::{Archive, Line};
use super::record::Case;
use super::resolutions::Resolutions;
use super::similar::{Corpus, NEAREST, Neighbour, Shared, Trait, Traits, Weighed, traits};
use super::store::{Key, Store, StoreError};
use crate::report::view::{SharedTrait, SimilarCase, SimilarCases};
use rayon::prelude::*;

/// An archive to look for similar cases in.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    lines: Vec<Line>,
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
        let read: Vec<Option<(Line, Traits)>> = keys
            .par_iter()
            .filter_map(|key| match archive.load(key) {
                Ok(record) if record.keys.bundle_sha256 == without => None,
                Ok(record) => record
                    .case()
                    .map(|case| Some((Line::of(&record), traits(case)))),
                Err(_) => Some(None),
            })
            .collect();
        let unread = read.iter().filter(|one| one.is_none()).count();
        let mut cases: Vec<(Line, Traits)> = read.into_iter().flatten().collect();
        let place = |line: &Line| (line.case.clone(), line.location.clone());
        cases.sort_by_cached_key(|(line, _)| place(line));
        let (resolutions, note) = resolutions(archive);
        Ok(Self {
            corpus: Corpus::new(cases.iter().map(|(_, traits)| traits)),
            lines: cases.into_iter().map(|(line, _)| line).collect(),
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
                "unreadable records in the archive: {}; run `bundlescope batch` on it again",
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
            let line = self.lines.get(near.case)?;
            in_words(case, near, line, &self.resolutions)
        });
        SimilarCases {
            compared: self.lines.len() + 1,
            cases: found.collect(),
            note: self.note.clone(),
        }
    }
}

/// The cases of an archive beside one another.
pub struct Beside<'a> {
    archive: &'a Archive,
    corpus: Weighed<'a>,
    /// Places of the cases that were read, in the order of the corpus.
    read: Vec<usize>,
    resolutions: Resolutions,
    note: String,
}

impl<'a> Beside<'a> {
    /// The cases of this archive.
    pub fn new(store: &Store, archive: &'a Archive) -> Self {
        let (resolutions, note) = resolutions(store);
        Self {
            archive,
            corpus: archive.corpus.weighed(),
            read: archive.read().map(|(place, ..)| place).collect(),
            resolutions,
            note,
        }
    }

    /// The cases most like the one of this place in the archive, with links to their reports; nothing
    /// where it is the only one.
    pub fn like(&self, place: usize, case: &Case) -> SimilarCases {
        let own = self.read.binary_search(&place);
        let (Ok(own), true) = (own, self.read.len() > 1) else {
            return SimilarCases::default();
        };
        let nearest = self.corpus.nearest_to(own, NEAREST);
        let found = nearest.iter().filter_map(|near| {
            let line = self.archive.lines.get(*self.read.get(near.case)?)?;
            let report = line.read.as_ref().ok()?.report.clone();
            let similar = in_words(case, near, line, &self.resolutions)?;
            Some(SimilarCase { report, ..similar })
        });
        SimilarCases {
            compared: self.read.len(),
            cases: found.collect(),
            note: self.note.clone(),
        }
    }
}

/// What the cases of an archive were, and why that may not be known.
fn resolutions(archive: &Store) -> (Resolutions, String) {
    match Resolutions::read(archive.root()) {
        Ok(resolutions) => (resolutions, String::new()),
        Err(note) => (Resolutions::default(), note),
    }
}

/// A neighbour in words, without a link to its report; `None` where it could not be read.
fn in_words(
    own: &Case,
    near: &Neighbour,
    line: &Line,
    resolutions: &Resolutions,
) -> Option<SimilarCase> {
    let read = line.read.as_ref().ok()?;
    let resolution = resolutions.of(&line.case, &line.sha256);
    let resolution = resolution.cloned().unwrap_or_default();
    Some(SimilarCase {
        case: line.case.clone(),
        report: String::new(),
        captured_at: read.captured_at.clone(),
        kubernetes_version: read.version.clone(),
        headline: read.headline.clone(),
        percent: near.likeness / 10,
        shared: near.shared.iter().map(|one| shared(own, one)).collect(),
        was: resolution.was,
        link: resolution.link,
    })
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
