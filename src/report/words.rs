//! Times, sizes and numbers as people read them.

use crate::redact::Masker;

/// A time for people: `2024-03-01 14:02:11`, always UTC.
pub fn clock(time: &str) -> String {
    let whole = time.split(['.', 'Z']).next().unwrap_or(time);
    whole.replacen('T', " ", 1)
}

/// From first to last for people: the day is said once where both fall on it.
pub fn span(first: Option<&str>, last: Option<&str>) -> String {
    match (first.map(clock), last.map(clock)) {
        (None, None) => "no timestamp".to_owned(),
        (Some(one), None) | (None, Some(one)) => format!("{one} UTC"),
        (Some(first), Some(last)) if first == last => format!("{first} UTC"),
        (Some(first), Some(last)) => {
            let day = first.split_once(' ').map_or("", |(day, _)| day);
            let end = last
                .strip_prefix(day)
                .map_or(last.as_str(), str::trim_start);
            format!("{first} – {end} UTC")
        }
    }
}

/// Bytes for people: `1.2 GB`, in powers of a thousand.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

/// A number with thousands set apart: `12,345`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 entry`, `12 entries`.
pub fn entries(count: u64) -> String {
    let ending = if count == 1 { "y" } else { "ies" };
    format!("{} entr{ending}", number(count))
}

/// `1 pod`, `2 pods`.
pub fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {word}{ending}", number(count as u64))
}

/// At most `width` characters, with an ellipsis where something was cut. Masked again, because
/// half a mask may look like a secret.
pub fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => {
            let head = text.get(..at).unwrap_or_default().trim_end();
            Masker::default().text(&format!("{head}…"))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_times_read_well() {
        assert_eq!(
            [0, 999, 1_000, 99_999, 1_234_567].map(number),
            ["0", "999", "1,000", "99,999", "1,234,567"]
        );
        assert_eq!(
            [999, 1_000, 12_345, 999_999, 1_200_000_000, u64::MAX].map(size),
            ["999 B", "1.0 kB", "12 kB", "999 kB", "1.2 GB", "18446 PB"]
        );
        let (a, b, c) = (
            "2024-03-01T14:02:11.123Z",
            "2024-03-01T15:00:00Z",
            "2024-03-02T00:00:00Z",
        );
        assert_eq!(span(Some(a), Some(b)), "2024-03-01 14:02:11 – 15:00:00 UTC");
        assert_eq!(
            span(Some(a), Some(c)),
            "2024-03-01 14:02:11 – 2024-03-02 00:00:00 UTC"
        );
        assert_eq!(span(None, Some(c)), "2024-03-02 00:00:00 UTC");
        assert_eq!(span(None, None), "no timestamp");
    }

    #[test]
    fn a_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("exactly-10", 10), "exactly-10");
        assert_eq!(cut("日本語の文字列です", 4), "日本語…");
        assert_eq!(cut("anything", 0), "…");
    }
}
