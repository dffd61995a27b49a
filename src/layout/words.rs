//! Words that the reasons of all formats are made of.

/// "1 node", "3 nodes".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
