//! Ages as kubectl prints them.

use jiff::fmt::rfc2822::DateTimeParser;

/// Seconds of an age as kubectl prints it: `45s`, `5m2s`, `3d4h`, `2y100d`.
pub(in crate::kube) fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if text == "<invalid>" {
        return Some(0);
    }
    let mut total: i64 = 0;
    let mut amount: Option<i64> = None;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            amount = Some(
                amount
                    .unwrap_or(0)
                    .saturating_mul(10)
                    .saturating_add(digit.into()),
            );
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'y' => 365 * 86_400,
            _ => return None,
        };
        total = total.saturating_add(amount.take()?.saturating_mul(unit));
    }
    (amount.is_none() && !text.is_empty()).then_some(total)
}

/// A time as kubectl prints it (`Mon, 03 Jun 2019 13:54:18 +0000`) as the API writes it.
pub(super) fn time(text: &str) -> Option<String> {
    let parser = DateTimeParser::new().relaxed_weekday(true);
    let time = parser.parse_timestamp(text.trim()).ok()?;
    Some(time.to_string())
}
