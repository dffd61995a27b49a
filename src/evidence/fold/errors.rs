//! Error lines of one log that no rule explains for sure: pieces added in line order, bounded in
//! templates, then times made real.

use super::detail::Detail;
use super::hits::keep_ends;
use super::times::Times;
use crate::examine::part::{ErrorGroup, ErrorKey, Sample, Tag};
use crate::examine::prefix::Level;
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

/// Lines of one key; see [`ErrorGroup`].
#[derive(Debug)]
struct Lines {
    count: u64,
    times: Times,
    samples: Vec<Sample>,
}

/// Error lines of one log, added so far.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Errors {
    found: BTreeMap<Box<ErrorKey>, Box<Lines>>,
    /// Lines whose template was one too many.
    left_out: u64,
}

impl Errors {
    /// The groups of one piece.
    pub(super) fn of(groups: Vec<ErrorGroup>, left_out: u64) -> Self {
        let mut errors = Self {
            left_out,
            ..Self::default()
        };
        let lines = |group: ErrorGroup| {
            let lines = Lines {
                count: group.count,
                times: Times::of(group.times, usize::MAX),
                samples: group.samples,
            };
            (Box::new(group.key), Box::new(lines))
        };
        errors.extend(groups.into_iter().map(lines), &Detail::WHOLE);
        errors
    }

    /// Adds those of what follows in the same log.
    pub(super) fn then(&mut self, next: Self, detail: &Detail) {
        self.left_out += next.left_out;
        self.extend(next.found, detail);
    }

    /// Keeps them at another level, as if they had been added at it.
    pub(super) fn coarsen(&mut self, detail: &Detail) {
        let found = std::mem::take(&mut self.found);
        self.extend(found, detail);
    }

    /// Adds lines; of too many templates those are kept that the log begins with.
    fn extend(
        &mut self,
        lines: impl IntoIterator<Item = (Box<ErrorKey>, Box<Lines>)>,
        detail: &Detail,
    ) {
        let mut lines: Vec<_> = lines.into_iter().collect();
        let begins = |lines: &Lines| lines.samples.first().map(|sample| sample.snippet.line);
        lines.sort_by(|(a, first), (b, second)| (begins(first), a).cmp(&(begins(second), b)));
        for (key, mut lines) in lines {
            let full = self.found.len() >= detail.templates;
            match self.found.get_mut(&key) {
                Some(known) => known.join(*lines, detail),
                None if full => self.left_out += lines.count,
                None => {
                    lines.trim(detail);
                    self.found.insert(key, lines);
                }
            }
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// The errors of the log and the number of lines left out. `writer` names the component of a
    /// unit, `accepted` says whether a matcher looks at the lines of a unit in this log.
    pub(in crate::evidence) fn finish(
        self,
        writer: impl Fn(&Tag) -> Option<&'static str>,
        accepted: impl Fn(MatcherId, &Tag) -> bool,
        resolve: impl Fn(Stamp) -> Option<Timestamp>,
    ) -> (Vec<LogError>, u64) {
        let error = |(key, lines): (Box<ErrorKey>, Box<Lines>)| {
            let ErrorKey {
                template,
                level,
                tag,
                hit_by,
            } = *key;
            let times = lines.times.into_iter();
            let samples = lines.samples.into_iter();
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
                count: lines.count,
                times: times
                    .filter_map(|(stamp, count)| Some((resolve(stamp)?, count)))
                    .collect(),
                samples: samples
                    .map(|sample| (sample.stamp.and_then(&resolve), sample.snippet))
                    .collect(),
            }
        };
        (self.found.into_iter().map(error).collect(), self.left_out)
    }
}

impl Lines {
    /// Adds lines of the same key.
    fn join(&mut self, later: Self, detail: &Detail) {
        self.count += later.count;
        self.times.join(later.times, detail.error_times);
        self.samples.extend(later.samples);
        self.trim(detail);
    }

    /// Leaves the first two lines and the last, as if the log had been one piece.
    fn trim(&mut self, detail: &Detail) {
        self.times.bound(detail.error_times);
        keep_ends(
            &mut self.samples,
            detail.first_samples.min(2),
            detail.last_samples.min(1),
        );
        for sample in &mut self.samples {
            sample.snippet.narrow(detail.context_lines);
        }
    }
}
