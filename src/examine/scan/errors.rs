//! Error lines that no rule explains, counted by template and writer.
//!
//! As with hits, only places are kept while the scan runs. Which templates of a piece are kept is
//! decided by the order of its lines alone; lines of further ones are counted.

use crate::examine::lines;
use crate::examine::part::{ErrorGroup, ErrorKey, Sample, Tag};
use crate::examine::scan::place::{Place, cut_out};
use crate::examine::templates::{self, ErrorLine};
use crate::limits::Limits;
use crate::rules::MatcherId;
use crate::time::{Stamp, same_minute};
use std::collections::BTreeMap;

/// Lines of one key.
#[derive(Default)]
struct Group {
    count: u64,
    first: Vec<Place>,
    last: Option<Place>,
    times: Vec<(Stamp, u64)>,
}

/// First lines kept of each template: the very first, and one that may stand between it and the
/// last of the whole bundle.
const FIRST: usize = 2;

/// All of a piece.
pub(super) struct Errors<'a> {
    limits: &'a Limits,
    found: BTreeMap<ErrorKey, Group>,
    left_out: u64,
}

impl<'a> Errors<'a> {
    /// None yet.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            found: BTreeMap::new(),
            left_out: 0,
        }
    }

    /// Counts a line; lines come in their order.
    pub(super) fn add(&mut self, error: ErrorLine<'_>, hit_by: &[MatcherId], place: Place) {
        let key = ErrorKey {
            template: error.template,
            level: error.level,
            tag: Tag {
                host: error.prefix.host.map(Into::into),
                unit: error.prefix.unit.map(Into::into),
            },
            hit_by: hit_by.into(),
        };
        if !self.found.contains_key(&key) && self.found.len() >= self.limits.error_templates {
            self.left_out += 1;
            return;
        }
        let group = self.found.entry(key).or_default();
        group.count += 1;
        if let Some(stamp) = place.stamp {
            match group.times.last_mut() {
                Some((last, count)) if same_minute(*last, stamp) => *count += 1,
                _ => group.times.push((stamp, 1)),
            }
            thin_out(&mut group.times, self.limits.error_times);
        }
        if group.first.len() < FIRST {
            group.first.push(place);
        } else {
            group.last = Some(place);
        }
    }

    /// All groups, sorted, with the texts of their samples; and the number of lines left out.
    pub(super) fn finish(self, text: &[u8]) -> (Vec<ErrorGroup>, u64) {
        let limits = Limits {
            context_lines: 0,
            excerpt_bytes: self.limits.error_excerpt_bytes,
            record_lines: 6,
            ..*self.limits
        };
        let sample = |place: &Place| Sample {
            stamp: place.stamp,
            snippet: cut_out(text, place, place.literal.clone(), &limits),
            captures: vec![],
            searched: true,
        };
        let group = |(mut key, group): (ErrorKey, Group)| {
            if let Some(place) = group.first.first() {
                let line = text.get(place.line.clone()).unwrap_or_default();
                let next = lines::value_below(text, &place.line);
                key.template = templates::shown(key.template, line, next);
            }
            ErrorGroup {
                samples: group.first.iter().chain(&group.last).map(sample).collect(),
                key,
                count: group.count,
                times: group.times,
            }
        };
        (self.found.into_iter().map(group).collect(), self.left_out)
    }
}

/// Counts neighbouring times together when there are more than `limit`.
fn thin_out(times: &mut Vec<(Stamp, u64)>, limit: usize) {
    while times.len() > limit.max(1) {
        let pairs = times.chunks(2);
        *times = pairs
            .filter_map(|pair| {
                let (stamp, _) = pair.first()?;
                Some((*stamp, pair.iter().map(|(_, count)| count).sum()))
            })
            .collect();
    }
}
