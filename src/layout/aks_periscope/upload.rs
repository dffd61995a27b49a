//! Uploads: what one node collected in one run, wherever its copies lie.
//!
//! In: the bases (folders and zips) with their nodes, and what their files say of time. Out: for
//! each base its node, its run, which bases hold the same upload, and when it was collected.
//!
//! The id of a run is given before anything is collected, and an old one stays while pods come and
//! go: it never is the time of collection where the files tell a better one. Connection probes are
//! stamped while the collector runs; the header of a journal states the end of the journal.

use super::super::{Collected, Named, ToldBy};
use super::keys::Collector;
use super::place::{Base, Place};
use crate::layout::aks_periscope::run::run_time;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What tells two uploads of one node apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// Nothing does: a zip that was downloaded by itself, without probes.
    Unknown,
    /// The run that its folder names.
    Run(Timestamp),
    /// The newest probe, which blobs and zip share to the second.
    Probed(Timestamp),
}

/// What one node collected in one run.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    /// The node.
    pub(super) node: Option<Arc<str>>,
    /// What tells it apart from others of its node.
    pub(super) moment: Moment,
    /// When it was collected.
    pub(super) collected: Option<Collected>,
    /// The container of the storage account: what lies above the run; `None` where no run shows.
    pub(super) container: Option<String>,
}

/// What the files of one base say of its time.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    probed: Option<Timestamp>,
    journal: Option<Timestamp>,
    run: Option<Timestamp>,
}

impl Times {
    /// What is known from either.
    fn with(self, other: Self) -> Self {
        Self {
            probed: self.probed.max(other.probed),
            journal: self.journal.max(other.journal),
            run: self.run.max(other.run),
        }
    }

    /// The best of them. A journal may have ended before the run; the run id then says more.
    fn collected(self) -> Option<Collected> {
        let told = |told_by| move |at| Collected { at, told_by };
        let journal = self
            .journal
            .filter(|end| self.run.is_none_or(|run| *end >= run));
        self.probed
            .map(told(ToldBy::Probes))
            .or(journal.map(told(ToldBy::Journal)))
            .or(self.run.map(told(ToldBy::RunId)))
    }
}

/// The upload of every base.
pub(super) fn uploads<'a>(
    entries: &'a [Named<'a>],
    places: &BTreeMap<usize, Place<'a>>,
    nodes: &BTreeMap<Base<'a>, Option<String>>,
) -> BTreeMap<Base<'a>, Upload> {
    let times = times(entries, places);
    let known = Known::of(nodes, &times);
    let moments: BTreeMap<_, _> = times
        .iter()
        .map(|(base, own)| (*base, known.moment(nodes.get(base), *own)))
        .collect();
    let node = |base: &Base<'a>| nodes.get(base).cloned().flatten();
    let mut shared: BTreeMap<(Option<String>, Moment), Times> = BTreeMap::new();
    for (base, own) in &times {
        let moment = moments.get(base).copied().unwrap_or(Moment::Unknown);
        let all = shared.entry((node(base), moment)).or_default();
        *all = all.with(*own);
    }
    let upload = |(base, own): (&Base<'a>, &Times)| {
        let (node, moment) = (node(base), *moments.get(base)?);
        // Bases without a node are not known to be of one upload.
        let all = match node {
            Some(_) => *shared.get(&(node.clone(), moment))?,
            None => *own,
        };
        let container = base.iter().position(|segment| run_time(segment).is_some());
        let container = container.and_then(|at| base.get(..at));
        let upload = Upload {
            node: node.map(Arc::from),
            moment,
            collected: all.collected(),
            container: container.map(|above| above.join("/")),
        };
        Some((*base, upload))
    };
    times.iter().filter_map(upload).collect()
}

/// What the files of every base say of its time.
fn times<'a>(
    entries: &'a [Named<'a>],
    places: &BTreeMap<usize, Place<'a>>,
) -> BTreeMap<Base<'a>, Times> {
    let mut times: BTreeMap<Base<'_>, Times> = BTreeMap::new();
    for (index, place) in places {
        let Some(entry) = entries.get(*index) else {
            continue;
        };
        let own = times.entry(place.base).or_insert_with(|| Times {
            run: runs(place.base).max(),
            ..Times::default()
        });
        match place.collector {
            Some(Collector::NetworkOutbound) => own.probed = own.probed.max(entry.facts.probed),
            Some(Collector::SystemLogs) => own.journal = own.journal.max(entry.facts.latest),
            _ => {}
        }
    }
    times
}

/// The newest upload of each node, and of each node in each run, that tells itself apart.
struct Known<'a> {
    of_node: BTreeMap<&'a str, Moment>,
    of_run: BTreeMap<(&'a str, Option<Timestamp>), Moment>,
}

impl<'a> Known<'a> {
    /// Reads what the bases say.
    fn of(
        nodes: &'a BTreeMap<Base<'a>, Option<String>>,
        times: &BTreeMap<Base<'a>, Times>,
    ) -> Self {
        let mut known = Self {
            of_node: BTreeMap::new(),
            of_run: BTreeMap::new(),
        };
        for (base, own) in times {
            let Some(Some(node)) = nodes.get(base) else {
                continue;
            };
            let moment = match (own.probed, own.run) {
                (Some(at), _) => Moment::Probed(at),
                (None, Some(run)) => Moment::Run(run),
                (None, None) => continue,
            };
            let newest = known.of_node.entry(node).or_insert(moment);
            *newest = moment.max(*newest);
            let newest = known.of_run.entry((node, own.run)).or_insert(moment);
            *newest = moment.max(*newest);
        }
        known
    }

    /// What tells the upload of a base apart. A base without probes is that of the same run that
    /// has some, or of a zip that was downloaded apart; one without a run is the newest of its node.
    fn moment(&self, node: Option<&Option<String>>, own: Times) -> Moment {
        if let Some(at) = own.probed {
            return Moment::Probed(at);
        }
        let of_itself = own.run.map_or(Moment::Unknown, Moment::Run);
        let Some(Some(node)) = node else {
            return of_itself;
        };
        let newest = match own.run {
            Some(_) => {
                let in_run = |run| self.of_run.get(&(node.as_str(), run)).copied();
                in_run(own.run).max(in_run(None))
            }
            None => self.of_node.get(node.as_str()).copied(),
        };
        newest.map_or(of_itself, |newest| newest.max(of_itself))
    }
}

/// Times of the runs that a path names.
fn runs(segments: &[&str]) -> impl Iterator<Item = Timestamp> {
    segments.iter().filter_map(|segment| run_time(segment))
}
