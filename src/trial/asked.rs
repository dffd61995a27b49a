//! What a matcher asks of a line: its writer, and how often.

use crate::rules::{Matcher, MatcherId, RuleSet};

/// What a matcher asks for, where one hit is not enough.
pub(super) fn asks(matcher: &Matcher) -> Option<String> {
    let rate = matcher.rate()?;
    Some(match rate.within {
        Some(within) => format!(
            "{} within {}",
            rate.at_least,
            crate::rules::words::duration(within)
        ),
        None => rate.at_least.to_string(),
    })
}

/// Whether a matcher of lines takes lines of this log: by the component of the line's writer, or
/// by that of the log as its name says.
pub(super) fn accepts(
    rules: &RuleSet,
    id: MatcherId,
    writer: Option<&'static str>,
    log: Option<&'static str>,
) -> bool {
    let Some(matcher) = rules.log_matcher(id) else {
        return false;
    };
    if let (None, None) = (writer, log) {
        matcher.accepts(None)
    } else {
        let mut names = [writer, log].into_iter().flatten();
        names.any(|name| matcher.accepts(Some(name)))
    }
}
