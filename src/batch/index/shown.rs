//! Texts of bundles and spans of days, as pages show them.

use crate::report::glyphs::visible;

/// From one day to another.
pub(super) fn span(first: Option<&str>, last: Option<&str>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first != last => format!("{first} – {last}"),
        (Some(day), _) | (_, Some(day)) => day.to_owned(),
        (None, None) => String::new(),
    }
}

/// Text of a bundle as it may be shown.
pub(super) fn shown(text: &str) -> String {
    visible(text)
}
