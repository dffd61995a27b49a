//! A label and things, over several lines where they are long.

use crate::report::glyphs::visible;

/// Columns of a line.
pub(super) const WIDTH: usize = 80;

/// A label and things, from column `indent` on, over several lines where they are long; nothing
/// where there are none. Words are parted by spaces, other things by commas.
pub(super) fn wrapped(label: &str, indent: usize, items: &[String]) -> String {
    let Some((last, before)) = items.split_last() else {
        return String::new();
    };
    let comma = if items.iter().any(|item| item.contains(' ')) {
        ","
    } else {
        ""
    };
    let pieces = before
        .iter()
        .map(|item| format!("{}{comma}", visible(item)));
    let mut text = format!("{label:<indent$}");
    let mut column = text.chars().count();
    for (number, piece) in pieces.chain([visible(last)]).enumerate() {
        let wide = piece.chars().count();
        if number > 0 && column + 1 + wide > WIDTH {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            column = indent;
        } else if number > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(&piece);
        column += wide;
    }
    text + "\n"
}
