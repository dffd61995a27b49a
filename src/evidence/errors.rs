//! Error lines of one log that no rule explains for sure: pieces joined, times made real.

use crate::examine::part::{ErrorGroup, ErrorKey, Tag};
use crate::examine::prefix::Level;
use crate::examine::scan::errors::thin_out;
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::rules::MatcherId;
use crate::time::Stamp;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Lines of one log with one template, by one writer.
#[derive(Debug, Clone)]
pub struct LogError {
    /// Their words without what varies.
    pub template: String,
    /// How bad.
    pub level: Level,
    /// Machine that the lines name.
    pub host: Option<String>,
    /// Component that wrote them, where known.
    pub component: Option<&'static str>,
    /// Matchers that hit the lines and accept their component: where the rule of one is found, or
    /// knows them as noise, they are explained.
    pub hit_by: Vec<MatcherId>,
    /// Number of lines.
    pub count: u64,
    /// When they were written, with their number; neighbours may be told together.
    pub times: Vec<(Timestamp, u64)>,
    /// The first two and the last line.
    pub samples: Vec<(Option<Timestamp>, Snippet)>,
}

/// Groups of one log, joined so far.
#[derive(Debug, Default)]
pub(super) struct Errors {
    found: BTreeMap<ErrorKey, ErrorGroup>,
    /// Lines whose template was one too many.
    left_out: u64,
}

impl Errors {
    /// Adds the groups of the next piece.
    pub(super) fn add(&mut self, groups: Vec<ErrorGroup>, left_out: u64, limits: &Limits) {
        self.left_out += left_out;
        for group in groups {
            let full = self.found.len() >= limits.log_error_templates;
            match self.found.get_mut(&group.key) {
                Some(known) => join(known, group, limits),
                None if full => self.left_out += group.count,
                None => _ = self.found.insert(group.key.clone(), group),
            }
        }
    }

    /// The errors of the log and the number of lines left out. `writer` names the component of a
    /// unit, `accepted` says whether a matcher looks at the lines of a unit in this log.
    pub(super) fn finish(
        self,
        writer: impl Fn(&Tag) -> Option<&'static str>,
        accepted: impl Fn(MatcherId, &Tag) -> bool,
        resolve: impl Fn(Stamp) -> Option<Timestamp>,
    ) -> (Vec<LogError>, u64) {
        let error = |group: ErrorGroup| {
            let ErrorKey {
                template,
                level,
                tag,
                hit_by,
            } = group.key;
            let times = group.times.into_iter();
            let samples = group.samples.into_iter();
            LogError {
                template,
                level,
                component: writer(&tag),
                hit_by: hit_by
                    .iter()
                    .copied()
                    .filter(|id| accepted(*id, &tag))
                    .collect(),
                host: tag.host.map(String::from),
                count: group.count,
                times: times
                    .filter_map(|(stamp, count)| Some((resolve(stamp)?, count)))
                    .collect(),
                samples: samples
                    .map(|sample| (sample.stamp.and_then(&resolve), sample.snippet))
                    .collect(),
            }
        };
        (self.found.into_values().map(error).collect(), self.left_out)
    }
}

/// Adds a later piece's group to that of the same key.
fn join(known: &mut ErrorGroup, later: ErrorGroup, limits: &Limits) {
    known.count += later.count;
    known.times.extend(later.times);
    thin_out(&mut known.times, limits.error_times);
    known.samples.extend(later.samples);
    known.samples.sort_by_key(|sample| sample.snippet.line);
    // Two first ones and the last, as if the log had been one piece.
    if known.samples.len() > 3 {
        let last = known.samples.pop();
        known.samples.truncate(2);
        known.samples.extend(last);
    }
}
