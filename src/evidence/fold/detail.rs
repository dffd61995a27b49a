//! How closely evidence is kept: the closest level at which all of it fits into its budget.
//!
//! What a level keeps of a log depends on that log alone, and the number of groups that it keeps only
//! grows with what is read. So the level that a run ends with does not depend on the order of its
//! entries: below it the whole does not fit, and at it no part is more than the whole.

use crate::limits::Limits;

/// How much is kept of each thing.
#[derive(Debug, Clone, Copy)]
pub(in crate::evidence) struct Detail {
    /// First hits with their text, of each matcher and subject in a log.
    pub(super) first_samples: usize,
    /// The last ones.
    pub(super) last_samples: usize,
    /// Lines around each of them.
    pub(super) context_lines: usize,
    /// Subjects told apart, for each matcher in a log.
    pub(super) subjects: usize,
    /// Templates of unexplained errors in a log.
    pub(super) templates: usize,
    /// Times of the hits of one matcher on one subject.
    pub(super) times: usize,
    /// Times of the lines of one template.
    pub(super) error_times: usize,
    /// What hits on one subject take in memory, on real text.
    hit_bytes: usize,
    /// What error lines of one template take.
    error_bytes: usize,
}

/// The levels below the closest, in the order in which they are tried: repetitions and the lines
/// around a hit are missed least, then subjects beside many others.
const COARSER: [Detail; 4] = [
    Detail {
        first_samples: 1,
        last_samples: 1,
        context_lines: 1,
        subjects: 128,
        templates: 64,
        times: 256,
        error_times: 24,
        hit_bytes: 8 << 10,
        error_bytes: 4 << 10,
    },
    Detail {
        first_samples: 1,
        last_samples: 0,
        context_lines: 0,
        subjects: 64,
        templates: 32,
        times: 64,
        error_times: 12,
        hit_bytes: 3 << 10,
        error_bytes: 3 << 10,
    },
    Detail {
        first_samples: 1,
        last_samples: 0,
        context_lines: 0,
        subjects: 8,
        templates: 8,
        times: 16,
        error_times: 6,
        hit_bytes: 2_500,
        error_bytes: 2_500,
    },
    Detail {
        first_samples: 1,
        last_samples: 0,
        context_lines: 0,
        subjects: 1,
        templates: 2,
        times: 8,
        error_times: 4,
        hit_bytes: 0,
        error_bytes: 0,
    },
];

/// Groups that are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// Of hits: one for each matcher, writer and subject in a log.
    pub(super) hits: usize,
    /// Of error lines: one for each template and writer in a log.
    pub(super) errors: usize,
}

impl std::ops::AddAssign for Groups {
    fn add_assign(&mut self, other: Self) {
        self.hits += other.hits;
        self.errors += other.errors;
    }
}

impl std::ops::SubAssign for Groups {
    fn sub_assign(&mut self, other: Self) {
        self.hits = self.hits.saturating_sub(other.hits);
        self.errors = self.errors.saturating_sub(other.errors);
    }
}

impl std::iter::Sum for Groups {
    fn sum<I: Iterator<Item = Self>>(groups: I) -> Self {
        groups.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

impl Detail {
    /// All that one piece holds: what of it is kept is only known beside the pieces before.
    pub(super) const WHOLE: Self = Self {
        first_samples: usize::MAX,
        last_samples: usize::MAX,
        context_lines: usize::MAX,
        subjects: usize::MAX,
        templates: usize::MAX,
        times: usize::MAX,
        error_times: usize::MAX,
        hit_bytes: 0,
        error_bytes: 0,
    };

    /// The closest level: what the limits say.
    pub(super) fn closest(limits: &Limits) -> Self {
        Self {
            first_samples: limits.first_samples.max(1),
            last_samples: limits.last_samples.max(1),
            context_lines: limits.context_lines,
            subjects: limits.log_subjects,
            templates: limits.log_error_templates,
            times: limits.log_rate_times,
            error_times: limits.error_times,
            hit_bytes: 16 << 10,
            error_bytes: 5 << 10,
        }
    }

    /// A level so many below the closest, which keeps no more than that does; `None` below the last.
    pub(super) fn below_closest(steps: usize, limits: &Limits) -> Option<Self> {
        let closest = Self::closest(limits);
        let level = COARSER.get(steps.checked_sub(1)?)?;
        Some(Self {
            first_samples: level.first_samples.min(closest.first_samples),
            last_samples: level.last_samples.min(closest.last_samples),
            context_lines: level.context_lines.min(closest.context_lines),
            subjects: level.subjects.min(closest.subjects),
            templates: level.templates.min(closest.templates),
            times: level.times.min(closest.times),
            error_times: level.error_times.min(closest.error_times),
            hit_bytes: level.hit_bytes,
            error_bytes: level.error_bytes,
        })
    }

    /// What this level keeps, for readers.
    pub(super) fn describe(&self) -> String {
        let count = |number: usize, noun: &str| match number {
            1 => format!("1 {noun}"),
            _ => format!("{number} {noun}s"),
        };
        let samples = count(self.first_samples + self.last_samples, "sample");
        let context = match self.context_lines {
            0 => "without context".to_owned(),
            lines => format!("with {} of context on each side", count(lines, "line")),
        };
        let subjects = count(self.subjects, "subject");
        let templates = count(self.templates, "template");
        format!(
            "{samples} {context} per signature and subject, {subjects} per signature and log, \
             {templates} of unexplained errors per log"
        )
    }

    /// What groups take at this level.
    pub(super) fn bytes(&self, groups: Groups) -> usize {
        let hits = groups.hits.saturating_mul(self.hit_bytes);
        hits.saturating_add(groups.errors.saturating_mul(self.error_bytes))
    }
}
