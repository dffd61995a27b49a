//! What all lines of a piece say together.

use super::hint::Votes;
use super::rhythm::{BOOTS, Listener, Rhythm};
use crate::examine::lines::line::{line_after, line_at, line_before};
use crate::examine::part::Tag;
use crate::examine::prefix::{Prefix, parse, writer};
use crate::time::{Stamp, read};
use jiff::{Timestamp, tz::Offset};
use std::collections::BTreeMap;

/// Lines at the front that are read in full: start-up flags, journal headers, and whether the lines
/// name their writers.
const FRONT: usize = 40;

/// Lines read in full that are spread over the rest.
const SPREAD: usize = 48;

/// Lines searched for the first and for the last time. Text with fewer times is no log.
const SEARCH: usize = 1_000;

/// Writers kept apart; more than this is not a journal but a trick, and counts as nobody's.
const WRITERS: usize = 4_096;

/// What all lines of a piece say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Number of lines.
    pub lines: u64,
    /// First time stated.
    pub first: Option<Stamp>,
    /// Last time stated.
    pub last: Option<Stamp>,
    /// Latest instant that a line states in full.
    pub latest_absolute: Option<Timestamp>,
    /// Who wrote the lines, with line counts.
    pub tags: BTreeMap<Tag, u64>,
    /// Component guessed from the source files that klog names; `None` where the lines themselves
    /// name several programs.
    pub component_hint: Option<&'static str>,
    /// How the log moves through time.
    pub rhythm: Rhythm,
}

/// Surveys the lines of a piece at a small part of the cost of scanning them: writers are counted
/// on every line, all else is read from a few hundred lines whose places depend on the text's size
/// alone.
pub fn survey(text: &[u8]) -> Survey {
    if text.is_empty() {
        return Survey::default();
    }
    let sample = sample(text);
    let machine = glog_machine(text);
    let (tags, boots) = if sample.names_writers {
        writers(text)
    } else {
        let writer = Tag {
            host: machine.map(Into::into),
            unit: None,
        };
        (BTreeMap::from([(writer, lines(text))]), vec![])
    };
    Survey {
        lines: tags.values().sum(),
        first: sample.first,
        last: last_stamp(text),
        latest_absolute: sample.latest,
        component_hint: sample.votes.winner().filter(|_| programs(&tags) <= 1),
        rhythm: sample.listener.finish(text, boots),
        tags,
    }
}

/// Number of lines; a last line needs no line end.
fn lines(text: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let open = usize::from(text.last().is_some_and(|&byte| byte != b'\n'));
    u64::try_from(feeds + open).unwrap_or(u64::MAX)
}

/// Programs that the lines name, besides systemd, which writes about every other one.
fn programs(tags: &BTreeMap<Tag, u64>) -> usize {
    tags.keys()
        .filter_map(|tag| tag.unit.as_deref())
        .filter(|&unit| unit != "systemd")
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

/// What the lines that are read in full say.
#[derive(Default)]
struct Sample {
    /// First time, in line order.
    first: Option<Stamp>,
    /// Latest instant stated in full.
    latest: Option<Timestamp>,
    /// Whether any line names who wrote it.
    names_writers: bool,
    /// Votes for the component.
    votes: Votes,
    /// Hears the rhythm.
    listener: Listener,
}

impl Sample {
    /// Takes the line that begins at `at`.
    fn take(&mut self, at: usize, line: &[u8]) {
        let Prefix {
            stamp,
            source,
            host,
            ..
        } = parse(line);
        self.listener.take(at, line);
        self.first = self.first.or(stamp);
        self.names_writers |= host.is_some();
        self.votes.take(line, source);
        let stated = match stamp {
            Some(Stamp::Absolute(at)) => Some(at),
            _ => journal_end(line).or_else(|| glog_begin(line)),
        };
        self.latest = self.latest.max(stated);
    }
}

/// Reads the first lines, lines spread over the text, and the last.
fn sample(text: &[u8]) -> Sample {
    let mut sample = Sample::default();
    let mut line = line_at(text, 0);
    for number in 0..SEARCH {
        if number >= FRONT && sample.first.is_some() {
            break;
        }
        sample.take(line.start, text.get(line.clone()).unwrap_or_default());
        let Some(next) = line_after(text, line.end) else {
            return sample;
        };
        line = next;
    }
    let rest = text.len() - line.start;
    let mut behind = line.start;
    for step in 0..=SPREAD {
        let place = line.start + rest / SPREAD * step;
        let chosen = line_at(
            text,
            if step == SPREAD {
                text.len() - 1
            } else {
                place
            },
        );
        if chosen.start >= behind {
            behind = chosen.end + 1;
            sample.take(chosen.start, text.get(chosen).unwrap_or_default());
        }
    }
    sample
}

/// Last time stated, searched from the end.
fn last_stamp(text: &[u8]) -> Option<Stamp> {
    let mut line = line_at(text, text.len().saturating_sub(1));
    for _ in 0..SEARCH {
        let stamp = parse(text.get(line.clone())?).stamp;
        if stamp.is_some() {
            return stamp;
        }
        line = line_before(text, line.start)?;
    }
    None
}

/// The end that a journal's header states, where it is in UTC:
/// `-- Logs begin at Tue 2021-02-16 10:00:00 UTC, end at Wed 2021-02-17 11:00:00 UTC. --`, or
/// `-- Journal begins at …, ends at … --` since systemd 247.
fn journal_end(line: &[u8]) -> Option<Timestamp> {
    if !line.starts_with(b"-- ") {
        return None;
    }
    let stated = [&b", end at "[..], b", ends at "].into_iter();
    let mut ends =
        stated.filter_map(|words| Some(memchr::memmem::find(line, words)? + words.len()));
    let end = ends.next()?;
    match read::with_weekday(line.get(end..)?)? {
        (Stamp::Absolute(at), _) => Some(at),
        _ => None,
    }
}

/// The time in the first line of a file that klog or glog writes itself (`--log-dir`), whose other
/// lines state no year: `Log file created at: 2021/04/15 00:10:00`.
fn glog_begin(line: &[u8]) -> Option<Timestamp> {
    let stated = line.strip_prefix(b"Log file created at: ")?;
    match read::iso(stated)?.0 {
        Stamp::Absolute(at) => Some(at),
        Stamp::Local(at) => Offset::UTC.to_timestamp(at).ok(),
        _ => None,
    }
}

/// The machine that such a file names in its second line: `Running on machine: node1`.
fn glog_machine(text: &[u8]) -> Option<&str> {
    let second = text.split(|byte| *byte == b'\n').nth(1)?;
    let name = second.strip_prefix(b"Running on machine: ")?;
    std::str::from_utf8(name.trim_ascii()).ok()
}

/// Counts the lines of every writer, and notes boots. Neighbouring lines are mostly of one writer,
/// who is then neither looked up nor copied.
fn writers(text: &[u8]) -> (BTreeMap<Tag, u64>, Vec<Stamp>) {
    let mut boots = Boots::default();
    let mut counts = BTreeMap::<Option<(&str, &str)>, u64>::new();
    let mut run = (None, 0_u64);
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', body).chain([body.len()]) {
        let line = body.get(start..end).unwrap_or_default();
        let writer = writer(line);
        start = end + 1;
        boots.take(writer, writer != run.0, line);
        if writer != run.0 {
            add(&mut counts, run);
            run = (writer, 0);
        }
        run.1 += 1;
    }
    add(&mut counts, run);
    let tags = counts
        .into_iter()
        .map(|(writer, count)| {
            let tag = writer.map_or_else(Tag::default, |(host, unit)| Tag {
                host: Some(host.into()),
                unit: Some(unit.into()),
            });
            (tag, count)
        })
        .collect();
    (tags, boots.at)
}

/// Notes where a journal tells of boots.
#[derive(Default)]
struct Boots {
    /// First times after each.
    at: Vec<Stamp>,
    /// Whether the journal said so on a line before, and no line with a time has followed.
    said: bool,
}

impl Boots {
    /// Takes a line; only the first of several lines of one writer can be the kernel's banner.
    fn take(&mut self, writer: Option<(&str, &str)>, first: bool, line: &[u8]) {
        if self.at.len() >= BOOTS {
            return;
        }
        let Some((_, unit)) = writer else {
            self.said |= line.starts_with(b"-- Boot ") || line.starts_with(b"-- Reboot --");
            return;
        };
        let banner = || {
            let head = line.get(..line.len().min(BANNER)).unwrap_or_default();
            memchr::memmem::find(head, b"Linux version ").is_some()
        };
        if self.said || (first && unit == "kernel" && banner()) {
            self.said = false;
            self.at.extend(parse(line).stamp);
        }
    }
}

/// Bytes of a line in which the kernel's banner begins.
const BANNER: usize = 200;

/// Adds a run of lines to its writer's count.
fn add<'a>(
    counts: &mut BTreeMap<Option<(&'a str, &'a str)>, u64>,
    (writer, count): (Option<(&'a str, &'a str)>, u64),
) {
    if count == 0 {
        return;
    }
    let full = counts.len() >= WRITERS && !counts.contains_key(&writer);
    *counts.entry(writer.filter(|_| !full)).or_default() += count;
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use proptest::prelude::*;

    fn tag(host: &str, unit: &str) -> Tag {
        Tag {
            host: Some(host.into()),
            unit: Some(unit.into()),
        }
    }

    #[test]
    fn a_journal_counts_every_writer() {
        let text = "\
-- Logs begin at Tue 2021-02-16 10:00:00 UTC, end at Wed 2021-02-17 11:00:00 UTC. --
Feb 16 10:00:00 n kubelet[1]: I0216 10:00:00.5       1 kubelet.go:1] x
Feb 16 10:00:01 n kubelet[2]: I0216 10:00:01.5       1 kubelet.go:1] x
Feb 16 10:00:02 n containerd[3]: time=\"2021-02-16T10:00:02Z\" level=info msg=x
Feb 16 10:00:03 n kubelet[2]: I0216 10:00:03.5       1 kubelet.go:1] x
";
        let survey = survey(text.as_bytes());
        assert_eq!(survey.lines, 5);
        assert_eq!(
            survey.tags,
            BTreeMap::from([
                (Tag::default(), 1),
                (tag("n", "containerd"), 1),
                (tag("n", "kubelet"), 3),
            ])
        );
        let stated = |second| {
            Some(Stamp::Yearless {
                month: 2,
                day: 16,
                time: time(10, 0, second, 500_000_000),
            })
        };
        assert_eq!((survey.first, survey.last), (stated(0), stated(3)));
        assert_eq!(
            survey.latest_absolute,
            Some("2021-02-17T11:00:00Z".parse().unwrap())
        );
        assert_eq!(survey.component_hint, None, "several programs");
    }

    #[test]
    fn a_bare_klog_log_hints_at_its_component() {
        let line = |second: usize, file: &str| {
            format!("I0216 10:00:{second:02}.000000       1 {file}:1] x\n")
        };
        let text: String = (0..40)
            .map(|at| line(at, ["kubelet.go", "reflector.go"][at % 2]))
            .collect();
        let survey = survey(text.as_bytes());
        assert_eq!(survey.component_hint, Some("kubelet"));
        assert_eq!(survey.tags, BTreeMap::from([(Tag::default(), 40)]));
        assert_eq!(survey.latest_absolute, None);
    }

    #[test]
    fn the_first_and_last_times_are_found_behind_lines_without() {
        let filler = "text\n".repeat(200);
        let text =
            format!("{filler}2024-01-01T00:00:00Z a\n{filler}2024-01-02T00:00:00Z b\n{filler}");
        let survey = survey(text.as_bytes());
        let at = |text: &str| Some(Stamp::Absolute(text.parse().unwrap()));
        assert_eq!(survey.first, at("2024-01-01T00:00:00Z"));
        assert_eq!(survey.last, at("2024-01-02T00:00:00Z"));
        assert_eq!(survey.lines, 602);
    }

    #[test]
    fn text_without_anything_to_say_is_still_counted() {
        assert_eq!(survey(b""), Survey::default());
        for (text, lines) in [("\n", 1), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)] {
            assert_eq!(survey(text.as_bytes()).lines, lines, "{text:?}");
        }
    }

    #[test]
    fn endless_writers_do_not_fill_the_memory() {
        let text = (0..WRITERS + 100)
            .map(|number| format!("Feb 16 10:00:00 n{number} u[1]: x\n"))
            .collect::<Vec<_>>()
            .concat();
        let survey = survey(text.as_bytes());
        assert!(survey.tags.len() <= WRITERS + 1);
        assert_eq!(survey.tags.get(&Tag::default()), Some(&100));
    }

    proptest! {
        #[test]
        fn every_line_is_counted_once(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "\n", "\r\n", "Feb 16 10:00:00 n u[1]: x", "text", "2024-01-01T00:00:00Z", "<1>",
            ]), 0..60),
        ) {
            let text = parts.concat();
            let survey = survey(text.as_bytes());
            prop_assert_eq!(survey.lines, lines(text.as_bytes()));
            prop_assert_eq!(survey.tags.values().sum::<u64>(), survey.lines);
        }
    }
}
