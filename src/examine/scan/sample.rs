//! The sample of a hit: its excerpt, and what the matcher's regex finds on its line.
//!
//! Where a regex matches, and its groups, costs a second and a third search, and most samples are
//! never shown: those of a piece in the middle of a log give way to the first and last of the whole,
//! those of a matcher that does not look at this log are dropped. So a sample marks a literal of its
//! matcher until [`completed`] searches the line that it shows. Only a line that the excerpt does
//! not show as it is, is searched while its text is there.

use crate::examine::lines::line_at;
use crate::examine::part::Sample;
use crate::examine::scan::place::clip;
use crate::examine::scan::place::{Place, cut_out};
use crate::limits::Limits;
use crate::rules::pattern::{Captured, Match};
use crate::rules::{MatcherId, Pattern, RuleSet};

/// Cuts samples out of a piece.
#[derive(Clone, Copy)]
pub(super) struct Samples<'a> {
    pub text: &'a [u8],
    pub rules: &'a RuleSet,
    pub limits: &'a Limits,
}

impl Samples<'_> {
    /// The sample of a hit; `found` is what the regex finds on its line, where that was asked.
    pub(super) fn cut(&self, matcher: MatcherId, place: &Place, found: Option<Match>) -> Sample {
        let line = self.text.get(place.line.clone()).unwrap_or_default();
        let regex = regex_of(matcher, self.rules);
        let shown = line.len() <= self.limits.excerpt_bytes && std::str::from_utf8(line).is_ok();
        let searched = found.is_some() || regex.is_none() || !shown;
        let found = found.or_else(|| regex.filter(|_| !shown)?.find_with_captures(line));
        let start = place.line.start;
        let (span, captures) = found.map_or_else(
            || (place.literal.clone(), Vec::new()),
            |(at, captures)| (start + at.start..start + at.end, captures),
        );
        Sample {
            stamp: place.stamp,
            snippet: cut_out(self.text, place, span, self.limits),
            captures: clipped(captures, self.limits),
            searched,
        }
    }
}

/// A sample with the match marked and the groups of its matcher, if it hits a line of a log.
pub fn completed(
    mut sample: Sample,
    matcher: MatcherId,
    rules: &RuleSet,
    limits: &Limits,
) -> Sample {
    let Some(regex) = regex_of(matcher, rules).filter(|_| !sample.searched) else {
        return sample;
    };
    let record = sample.snippet.text.as_bytes();
    let line = line_at(record, sample.snippet.matched.0);
    let found = regex.find_with_captures(record.get(line.clone()).unwrap_or_default());
    if let Some((at, captures)) = found {
        sample.snippet.matched = (line.start + at.start, line.start + at.end);
        sample.captures = clipped(captures, limits);
    }
    sample.searched = true;
    sample
}

/// The regex of a matcher of lines, where it has one.
fn regex_of(matcher: MatcherId, rules: &RuleSet) -> Option<&Pattern> {
    rules.log_matcher(matcher)?.regex.as_ref()
}

/// Groups no longer than an excerpt.
fn clipped(captures: Captured, limits: &Limits) -> Captured {
    let clip = |(name, value): (String, String)| {
        let value = clip(&value, limits.excerpt_bytes).to_owned();
        (name, value)
    };
    captures.into_iter().map(clip).collect()
}
