//! Log times as they stand on a line, and how they become instants.
//!
//! A line rarely says everything: klog and syslog have no year, many formats no zone, the kernel
//! counts seconds since boot. [`Stamp`] is what the line says; [`Clock`] is what the bundle knows
//! (a reference instant near the capture, the zone of the machine, its boot); together they make a
//! [`Timestamp`]. The spellings of each format are read in `read`; which one a line has is decided
//! by [`crate::examine::prefix`].

pub(crate) mod read;

use jiff::{SignedDuration, Timestamp, civil, tz::Offset};

/// How far a stamp without a year may lie behind the reference instant: a day for zones that the
/// line does not name, and two hours for clocks that disagree.
const TOLERANCE: SignedDuration = SignedDuration::from_hours(26);

/// How far a bare time of day may lie behind the reference instant. It has no zone to be wrong by a
/// day, and with [`TOLERANCE`] every evening would move into the night after the capture.
const TIME_OF_DAY_TOLERANCE: SignedDuration = SignedDuration::from_hours(2);

/// Years to step back at most until a 29 February is found: eight, around a century without one.
const LEAP_GAP: i16 = 8;

/// All zones are a multiple of this many seconds from UTC.
const ZONE_STEP: i64 = 15 * 60;

/// The zone furthest from UTC, in seconds.
const ZONE_LIMIT: i64 = 14 * 3600;

/// How far the two stamps of one line may differ beyond a zone, in seconds: a runtime stamps a line
/// a moment after its process did.
const STAMP_LAG: i64 = 30;

/// A time as one line states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stamp {
    /// Date, time and zone: an instant.
    Absolute(Timestamp),
    /// Date and time without a zone.
    Local(civil::DateTime),
    /// Month, day and time: klog, syslog, journald short.
    Yearless {
        /// 1 to 12; 0 where the month's name is in a language that is not read.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// Time of day.
        time: civil::Time,
    },
    /// Time of day only (tunnelfront).
    TimeOfDay(civil::Time),
    /// Microseconds since boot (dmesg).
    SinceBoot(i64),
}

/// Whether two stamps of one kind fall into the same minute.
pub fn same_minute(a: Stamp, b: Stamp) -> bool {
    let minute = |time: civil::Time| (time.hour(), time.minute());
    match (a, b) {
        (Stamp::Absolute(a), Stamp::Absolute(b)) => {
            a.as_second().div_euclid(60) == b.as_second().div_euclid(60)
        }
        (Stamp::Local(a), Stamp::Local(b)) => {
            a.date() == b.date() && minute(a.time()) == minute(b.time())
        }
        (
            Stamp::Yearless { month, day, time },
            Stamp::Yearless {
                month: other_month,
                day: other_day,
                time: other,
            },
        ) => (month, day, minute(time)) == (other_month, other_day, minute(other)),
        (Stamp::TimeOfDay(a), Stamp::TimeOfDay(b)) => minute(a) == minute(b),
        (Stamp::SinceBoot(a), Stamp::SinceBoot(b)) => {
            a.div_euclid(60_000_000) == b.div_euclid(60_000_000)
        }
        _ => false,
    }
}

/// What turns a [`Stamp`] into an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The best known instant at or shortly after the end of the evidence.
    pub reference: Timestamp,
    /// Seconds east of UTC of stamps that name no zone.
    pub offset_seconds: i32,
    /// When the machine booted, for stamps that count from there.
    pub boot: Option<Timestamp>,
}

impl Clock {
    /// A clock in UTC.
    pub fn utc(reference: Timestamp) -> Self {
        Self {
            reference,
            offset_seconds: 0,
            boot: None,
        }
    }

    /// The instant a stamp means, if it can be known.
    ///
    /// A stamp without a year belongs to the last year in which it is not later than the reference
    /// by more than 26 hours; 29 February falls on a leap year. A bare time of day belongs to the
    /// last day on which it is not later than the reference by more than two hours. A month that
    /// could not be read, a time since an unknown boot and an impossible date give `None`.
    pub fn resolve(&self, stamp: Stamp) -> Option<Timestamp> {
        let offset = Offset::from_seconds(self.offset_seconds).ok()?;
        match stamp {
            Stamp::Absolute(at) => Some(at),
            Stamp::Local(at) => offset.to_timestamp(at).ok(),
            Stamp::Yearless { month, day, time } => {
                let latest = later(self.reference, TOLERANCE);
                latest_year(month, day, time, latest, offset)
            }
            Stamp::TimeOfDay(time) => {
                let latest = later(self.reference, TIME_OF_DAY_TOLERANCE);
                let date = offset.to_datetime(latest).date();
                [Some(date), date.yesterday().ok()]
                    .into_iter()
                    .flatten()
                    .filter_map(|date| offset.to_timestamp(date.to_datetime(time)).ok())
                    .find(|&at| at <= latest)
            }
            Stamp::SinceBoot(micros) => self
                .boot?
                .checked_add(SignedDuration::from_micros(micros))
                .ok(),
        }
    }
}

/// An instant moved on, or the last there is.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The last instant with this month, day and time that is not after `latest`.
fn latest_year(
    month: i8,
    day: i8,
    time: civil::Time,
    latest: Timestamp,
    offset: Offset,
) -> Option<Timestamp> {
    let newest = offset.to_datetime(latest).year();
    (newest - LEAP_GAP..=newest)
        .rev()
        .filter_map(|year| civil::Date::new(year, month, day).ok())
        .filter_map(|date| offset.to_timestamp(date.to_datetime(time)).ok())
        .find(|&at| at <= latest)
}

/// Seconds from one stamp to another of the same kind, as far as they say: without years a step of
/// more than half a year is one over New Year. Bare times of day tell no direction.
pub(crate) fn seconds_between(from: Stamp, to: Stamp) -> Option<i64> {
    const DAY: i64 = 86_400;
    const YEAR: i64 = 366 * DAY;
    let of_day = |time: civil::Time| {
        i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
    };
    // Every year is taken for a leap year: one day more in March is no silence.
    let of_year = |month: i8, day: i8| {
        let date = civil::Date::new(2000, month, day).ok()?;
        Some(i64::from(date.day_of_year()) * DAY)
    };
    match (from, to) {
        (Stamp::Absolute(from), Stamp::Absolute(to)) => Some(to.duration_since(from).as_secs()),
        (Stamp::Local(from), Stamp::Local(to)) => Some(to.duration_since(from).as_secs()),
        (Stamp::SinceBoot(from), Stamp::SinceBoot(to)) => Some(to.checked_sub(from)? / 1_000_000),
        (
            Stamp::Yearless { month, day, time },
            Stamp::Yearless {
                month: to_month,
                day: to_day,
                time: to_time,
            },
        ) => {
            let from = of_year(month, day)? + of_day(time);
            let step = of_year(to_month, to_day)? + of_day(to_time) - from;
            Some(if step < -YEAR / 2 {
                step + YEAR
            } else if step > YEAR / 2 {
                step - YEAR
            } else {
                step
            })
        }
        _ => None,
    }
}

/// The date and time that `inner` states, in UTC, where `outer` on the same line gives the year.
pub(crate) fn beside(inner: Stamp, outer: Timestamp) -> Option<civil::DateTime> {
    match inner {
        Stamp::Local(at) => Some(at),
        Stamp::Yearless { month, day, time } => {
            let latest = later(outer, TOLERANCE);
            let at = latest_year(month, day, time, latest, Offset::UTC)?;
            Some(Offset::UTC.to_datetime(at))
        }
        Stamp::Absolute(_) | Stamp::TimeOfDay(_) | Stamp::SinceBoot(_) => None,
    }
}

/// The zone of an inner stamp that names none, in seconds east of UTC, told from the absolute stamp
/// that a wrapper put on the same line.
///
/// Their difference is a zone where it is a multiple of 15 minutes (and a moment for the way from
/// the process to the runtime); any other difference is a clock that is wrong or a line that was
/// forwarded late, and gives `None`.
pub fn zone_offset(inner: Stamp, outer: Timestamp) -> Option<i32> {
    let inner = Offset::UTC.to_timestamp(beside(inner, outer)?).ok()?;
    let difference = inner.duration_since(outer).as_secs();
    let zone = (difference + ZONE_STEP / 2).div_euclid(ZONE_STEP) * ZONE_STEP;
    if zone.abs() > ZONE_LIMIT || (difference - zone).abs() > STAMP_LAG {
        return None;
    }
    i32::try_from(zone).ok()
}

/// The instant of an RFC 3339 text, as fields of Kubernetes objects hold it (with and without a
/// fraction). Near misses that tools write (`-0700`, a space for the `T`, Go's ` +0000 UTC`) are
/// read too; a text without a zone is none.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    absolute(text, read::iso)
}

/// The instant of `Mon, 03 Jun 2019 13:54:18 +0000`, as `kubectl describe` writes it.
pub fn parse_describe_time(text: &str) -> Option<Timestamp> {
    absolute(text, read::rfc1123)
}

/// The instant that a reader finds where it uses up the whole text.
fn absolute(text: &str, read: fn(&[u8]) -> Option<(Stamp, usize)>) -> Option<Timestamp> {
    let text = text.trim();
    match read(text.as_bytes())? {
        (Stamp::Absolute(at), length) if length == text.len() => Some(at),
        _ => None,
    }
}

/// Seconds of an age that `kubectl` prints: `3m`, `5m2s`, `2d3h`, `45d`, `2y35d`.
///
/// `<invalid>` (a time in the future) and `<unknown>` are no ages.
pub fn parse_age(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut total = 0_i64;
    let mut number = None::<i64>;
    let mut last_unit = i64::MAX;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            let digit = i64::from(byte - b'0');
            number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            continue;
        }
        let unit = match byte {
            b'y' => 365 * 86_400,
            b'd' => 86_400,
            b'h' => 3_600,
            b'm' => 60,
            b's' => 1,
            _ => return None,
        };
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (last_unit != i64::MAX && number.is_none()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn yearless(month: i8, day: i8, time: civil::Time) -> Stamp {
        Stamp::Yearless { month, day, time }
    }

    #[test]
    fn a_missing_year_is_the_latest_that_is_not_in_the_future() {
        let noon = time(12, 0, 0, 0);
        let cases = [
            ("2024-06-15T00:00:00Z", 6, 14, Some("2024-06-14T12:00:00Z")),
            ("2024-06-15T00:00:00Z", 6, 15, Some("2024-06-15T12:00:00Z")),
            ("2024-06-15T00:00:00Z", 6, 16, Some("2023-06-16T12:00:00Z")),
            ("2024-01-01T00:30:00Z", 12, 31, Some("2023-12-31T12:00:00Z")),
            ("2023-12-31T23:30:00Z", 1, 1, Some("2024-01-01T12:00:00Z")),
            ("2023-06-15T00:00:00Z", 2, 29, Some("2020-02-29T12:00:00Z")),
            ("1903-06-15T00:00:00Z", 2, 29, Some("1896-02-29T12:00:00Z")),
            ("2024-06-15T00:00:00Z", 2, 30, None),
            ("2024-06-15T00:00:00Z", 0, 14, None),
        ];
        for (reference, month, day, expected) in cases {
            assert_eq!(
                Clock::utc(at(reference)).resolve(yearless(month, day, noon)),
                expected.map(at),
                "{month}/{day} before {reference}"
            );
        }
    }

    #[test]
    fn a_stamp_without_a_zone_is_read_in_the_clocks_zone() {
        let clock = Clock {
            offset_seconds: 8 * 3600,
            ..Clock::utc(at("2024-06-15T00:00:00Z"))
        };
        let local = date(2024, 6, 1).at(8, 0, 0, 0);
        assert_eq!(
            clock.resolve(Stamp::Local(local)),
            Some(at("2024-06-01T00:00:00Z"))
        );
        assert_eq!(
            clock.resolve(yearless(6, 1, time(8, 0, 0, 0))),
            Some(at("2024-06-01T00:00:00Z"))
        );
    }

    #[test]
    fn a_bare_time_of_day_is_of_the_last_day_that_has_passed_it() {
        let clock = Clock::utc(at("2024-06-15T10:00:00Z"));
        let cases = [
            (time(9, 0, 0, 0), "2024-06-15T09:00:00Z"),
            (time(11, 59, 0, 0), "2024-06-15T11:59:00Z"),
            (time(23, 0, 0, 0), "2024-06-14T23:00:00Z"),
        ];
        for (time, expected) in cases {
            assert_eq!(clock.resolve(Stamp::TimeOfDay(time)), Some(at(expected)));
        }
        let midnight = Clock::utc(at("2024-06-14T23:30:00Z"));
        assert_eq!(
            midnight.resolve(Stamp::TimeOfDay(time(0, 30, 0, 0))),
            Some(at("2024-06-15T00:30:00Z"))
        );
    }

    #[test]
    fn a_time_since_boot_needs_a_boot() {
        let mut clock = Clock::utc(at("2024-06-15T10:00:00Z"));
        assert_eq!(clock.resolve(Stamp::SinceBoot(1_500_000)), None);
        clock.boot = Some(at("2024-06-15T00:00:00Z"));
        assert_eq!(
            clock.resolve(Stamp::SinceBoot(1_500_000)),
            Some(at("2024-06-15T00:00:01.5Z"))
        );
    }

    #[test]
    fn an_offset_out_of_range_resolves_nothing_without_panicking() {
        let clock = Clock {
            offset_seconds: i32::MAX,
            ..Clock::utc(at("2024-06-15T00:00:00Z"))
        };
        assert_eq!(clock.resolve(yearless(6, 1, time(8, 0, 0, 0))), None);
    }

    #[test]
    fn a_constant_difference_of_quarter_hours_is_a_zone() {
        let outer = at("2024-06-15T10:00:00.2Z");
        let cases = [
            (time(10, 0, 0, 0), Some(0)),
            (time(18, 0, 0, 0), Some(8 * 3600)),
            (time(15, 30, 0, 0), Some(5 * 3600 + 1800)),
            (time(3, 0, 0, 0), Some(-7 * 3600)),
            (time(10, 7, 0, 0), None),
        ];
        for (inner, expected) in cases {
            assert_eq!(
                zone_offset(yearless(6, 15, inner), outer),
                expected,
                "{inner}"
            );
        }
        assert_eq!(
            zone_offset(yearless(6, 11, time(10, 0, 0, 0)), outer),
            None,
            "days apart is a late forward, not a zone"
        );
        let new_year = at("2023-12-31T23:00:00Z");
        assert_eq!(
            zone_offset(yearless(1, 1, time(7, 0, 0, 0)), new_year),
            Some(8 * 3600)
        );
    }

    #[test]
    fn steps_without_a_year_go_over_new_year_in_both_directions() {
        let (old, new) = (
            yearless(12, 31, time(23, 59, 30, 0)),
            yearless(1, 1, time(0, 0, 30, 0)),
        );
        assert_eq!(seconds_between(old, new), Some(60));
        assert_eq!(seconds_between(new, old), Some(-60));
        let leap = yearless(2, 29, time(0, 0, 0, 0));
        let march = yearless(3, 1, time(0, 0, 0, 0));
        assert_eq!(seconds_between(leap, march), Some(86_400));
        assert_eq!(seconds_between(leap, Stamp::SinceBoot(1)), None);
        assert_eq!(
            seconds_between(yearless(0, 1, time(0, 0, 0, 0)), march),
            None
        );
    }

    #[test]
    fn object_times_are_read_in_every_spelling() {
        let cases = [
            ("2024-01-31T20:02:48Z", Some("2024-01-31T20:02:48Z")),
            (
                "2024-01-31T20:02:48.123456Z",
                Some("2024-01-31T20:02:48.123456Z"),
            ),
            (
                "2022-03-17T17:22:25.525-0700",
                Some("2022-03-18T00:22:25.525Z"),
            ),
            (
                "2024-01-31 20:02:48,5+01:00",
                Some("2024-01-31T19:02:48.5Z"),
            ),
            (
                "2024-01-31 20:02:48.5 +0000 UTC",
                Some("2024-01-31T20:02:48.5Z"),
            ),
            ("2024-01-31T20:02:48", None),
            ("2024-01-31T20:02:48Zulu", None),
            ("2024-02-31T20:02:48Z", None),
            ("null", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_rfc3339(text), expected.map(at), "{text}");
        }
    }

    #[test]
    fn describe_times_are_read_with_the_zone_of_the_client() {
        let cases = [
            (
                "Mon, 03 Jun 2019 13:54:18 +0000",
                Some("2019-06-03T13:54:18Z"),
            ),
            (
                "Mon, 03 Jun 2019 13:54:18 +0800",
                Some("2019-06-03T05:54:18Z"),
            ),
            ("<unset>", None),
            ("Mon, 03 Jun 2019", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_describe_time(text), expected.map(at), "{text}");
        }
    }

    #[test]
    fn ages_are_sums_of_falling_units() {
        let cases = [
            ("3m", Some(180)),
            ("5m2s", Some(302)),
            ("18h", Some(64_800)),
            ("2d3h", Some(183_600)),
            ("45d", Some(3_888_000)),
            ("2y35d", Some(66_096_000)),
            ("0s", Some(0)),
            ("<invalid>", None),
            ("<unknown>", None),
            ("", None),
            ("5", None),
            ("m5", None),
            ("3s2m", None),
            ("99999999999999999999d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_age(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_yearless_stamp_never_resolves_beyond_the_tolerance(
            reference in 0_i64..4_000_000_000,
            month in -1_i8..14,
            day in -1_i8..33,
            hour in 0_i8..24,
            offset in -50_400_i32..50_401,
            bare in any::<bool>(),
        ) {
            let reference = Timestamp::from_second(reference).unwrap();
            let clock = Clock { reference, offset_seconds: offset, boot: None };
            let time = time(hour, 0, 0, 0);
            let stamp = if bare { Stamp::TimeOfDay(time) } else { yearless(month, day, time) };
            if let Some(resolved) = clock.resolve(stamp) {
                prop_assert!(resolved.duration_since(reference) <= TOLERANCE);
            } else {
                prop_assert!(!bare && civil::Date::new(2024, month, day).is_err());
            }
        }

        #[test]
        fn readers_never_panic(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = (parse_rfc3339(&text), parse_describe_time(&text), parse_age(&text));
            for reader in [
                read::iso, read::klog, read::syslog, read::foreign_syslog, read::with_weekday,
                read::rfc1123, read::access, read::american, read::since_boot,
            ] {
                for bytes in [text.as_bytes(), &bytes] {
                    if let Some((_, length)) = reader(bytes) {
                        prop_assert!(length <= bytes.len());
                    }
                }
            }
            let _ = read::unix(&bytes);
        }

        #[test]
        fn every_rfc3339_text_reads_back(nanos in 0_i128..4_000_000_000_000_000_000) {
            let instant = Timestamp::from_nanosecond(nanos).unwrap();
            prop_assert_eq!(parse_rfc3339(&instant.to_string()), Some(instant));
        }
    }
}
