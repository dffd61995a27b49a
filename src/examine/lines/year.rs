//! The year of a log whose stamps have none, from dates that its messages write.
//!
//! Certificates, flags and API objects in the text carry full dates. Of those on the very month and
//! day of a stamp, the most frequent year is the log's own; an expiry on the same day of another
//! year is rarer, and later.

use crate::time::Stamp;
use memchr::memmem;
use std::collections::BTreeMap;

/// Years that a log of Kubernetes can be from.
const YEARS: std::ops::RangeInclusive<i16> = 2014..=2099;

/// The year written most often before the month and day of `stamp`; the earliest of equals.
pub fn year_beside(text: &[u8], stamp: Stamp) -> Option<i16> {
    let Stamp::Yearless {
        month: month @ 1..,
        day,
        ..
    } = stamp
    else {
        return None;
    };
    let needle = format!("-{month:02}-{day:02}");
    let mut years: BTreeMap<i16, u64> = BTreeMap::new();
    for at in memmem::find_iter(text, needle.as_bytes()) {
        if let Some(year) = year_before(text, at) {
            *years.entry(year).or_default() += 1;
        }
    }
    let most = years.values().copied().max()?;
    years
        .into_iter()
        .find(|(_, count)| *count == most)
        .map(|(year, _)| year)
}

/// The four digits that end at `at` and stand alone.
fn year_before(text: &[u8], at: usize) -> Option<i16> {
    let start = at.checked_sub(4)?;
    let alone = start
        .checked_sub(1)
        .and_then(|before| text.get(before))
        .is_none_or(|byte| !byte.is_ascii_digit());
    let digits = text
        .get(start..at)
        .filter(|digits| alone && digits.iter().all(u8::is_ascii_digit))?;
    let year = digits
        .iter()
        .fold(0, |year, digit| year * 10 + i16::from(digit - b'0'));
    YEARS.contains(&year).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn on(month: i8, day: i8) -> Stamp {
        Stamp::Yearless {
            month,
            day,
            time: time(11, 59, 0, 0),
        }
    }

    #[test]
    fn the_most_frequent_year_on_the_day_counts() {
        let text = b"cert valid 2020-11-19 11:50 to 2025-11-18\n2020-11-19T11:57 x\nexpires 2021-11-19 10:56\n";
        assert_eq!(year_beside(text, on(11, 19)), Some(2020));
        assert_eq!(
            year_beside(b"2021-11-19 and 2020-11-19", on(11, 19)),
            Some(2020)
        );
    }

    #[test]
    fn other_days_and_numbers_say_nothing() {
        assert_eq!(
            year_beside(b"2020-11-18, 12020-11-19, id-0000-11-19", on(11, 19)),
            None
        );
        assert_eq!(year_beside(b"-11-19", on(11, 19)), None);
        assert_eq!(year_beside(b"2020-11-19", on(0, 19)), None);
    }
}
