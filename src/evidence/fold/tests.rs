//! Laws of the fold: neither the order of entries nor where the work is divided changes anything, at
//! whichever level it ends.

use super::*;
use crate::examine::part::{
    About, ErrorGroup, ErrorKey, HitGroup, LogPart, QuietEvents, Sample, Shape, Tag, ToldEvents,
};
use crate::examine::prefix::Level;
use crate::locator::Snippet;
use crate::rules::MatcherId;
use crate::time::Stamp;
use jiff::Timestamp;
use proptest::prelude::*;

/// A hit: matcher, subject, and whether it states its time.
type Hit = (u32, u8, bool);

/// Lines of one piece: hits, or the template of an unexplained error.
type Piece = Vec<Result<Hit, u8>>;

fn limits(evidence_bytes: usize) -> Limits {
    Limits {
        evidence_bytes,
        log_subjects: 6,
        log_error_templates: 4,
        log_rate_times: 3,
        ..Limits::RELEASE
    }
}

fn sample(line: u64, stamp: Option<Stamp>) -> Sample {
    Sample {
        stamp,
        snippet: Snippet {
            before: vec!["above".into(), "right above".into()],
            after: vec!["right below".into()],
            ..Snippet::of_line(line, format!("line {line}"))
        },
        captures: vec![],
        searched: true,
    }
}

/// The piece of an entry that begins with this line.
fn part(entry: &EntryPath, piece: u32, first_line: u64, lines: &Piece) -> Part {
    let mut hits: BTreeMap<(u32, u8), HitGroup> = BTreeMap::new();
    let mut errors: BTreeMap<u8, ErrorGroup> = BTreeMap::new();
    for (line, what) in (first_line..).zip(lines) {
        let at = i64::try_from(line)
            .ok()
            .and_then(|second| Timestamp::from_second(second).ok());
        let stamp = at.map(Stamp::Absolute);
        match *what {
            Ok((matcher, subject, timed)) => {
                let group = hits.entry((matcher, subject)).or_insert_with(|| HitGroup {
                    matcher: MatcherId(matcher),
                    tag: Tag::default(),
                    about: About {
                        pod: (subject > 0).then(|| subject.to_string().into()),
                        ..About::default()
                    },
                    silenced_by: Box::default(),
                    count: 0,
                    samples: vec![],
                    times: vec![],
                });
                group.count += 1;
                let stamp = stamp.filter(|_| timed);
                group.samples.push(sample(line, stamp));
                group.times.extend(stamp);
            }
            Err(template) => {
                let group = errors.entry(template).or_insert_with(|| ErrorGroup {
                    key: ErrorKey {
                        template: template.to_string(),
                        level: Level::Error,
                        tag: Tag::default(),
                        hit_by: Box::default(),
                    },
                    count: 0,
                    times: vec![],
                    samples: vec![],
                });
                group.count += 1;
                group.times.extend(stamp.map(|stamp| (stamp, 1)));
                group.samples.push(sample(line, stamp));
            }
        }
    }
    Part {
        path: entry.clone(),
        piece,
        shape: Shape::Log,
        bytes: lines.len() as u64,
        digest: u128::from(piece),
        modified: None,
        logs: vec![LogPart {
            first_line,
            lines: lines.len() as u64,
            hits: hits.into_values().collect(),
            errors: errors.into_values().collect(),
            ..LogPart::default()
        }],
        objects: vec![],
        events: vec![],
        quiet_events: QuietEvents::default(),
        kinds: BTreeMap::new(),
        listed: std::collections::BTreeSet::new(),
        collector: vec![],
        told_events: ToldEvents::default(),
        gaps: vec![],
    }
}

/// All pieces of some entries, in order.
fn parts(entries: &[Vec<Piece>]) -> Vec<Vec<Part>> {
    let bundle = EntryPath::bundle("b.tar", false);
    let named = entries.iter().enumerate();
    named
        .map(|(place, pieces)| {
            let entry = bundle.entry(&format!("{place}.log"));
            let mut first_line = 1;
            let numbered = (0..).zip(pieces);
            numbered
                .map(|(number, lines)| {
                    let part = part(&entry, number, first_line, lines);
                    first_line += lines.len() as u64;
                    part
                })
                .collect()
        })
        .collect()
}

/// What is kept in the end, and at which level.
fn kept(ledger: Ledger<'_>) -> (usize, String) {
    let level = ledger.level;
    (level, format!("{:#?}", ledger.finish()))
}

fn entries() -> impl Strategy<Value = Vec<Vec<Piece>>> {
    let hit = (0..3_u32, 0..9_u8, any::<bool>()).prop_map(Ok);
    let line = prop_oneof![3 => hit, 1 => (0..6_u8).prop_map(Err)];
    let piece = prop::collection::vec(line, 0..24);
    prop::collection::vec(prop::collection::vec(piece, 1..4), 1..5)
}

proptest! {
    #[test]
    fn the_order_of_entries_and_the_division_of_work_change_nothing(
        entries in entries(),
        budget in prop_oneof![Just(usize::MAX), 0..400_000_usize],
        seed in any::<u64>(),
    ) {
        let limits = limits(budget);
        let whole = parts(&entries);
        let mut straight = Ledger::new(&limits);
        whole.iter().flatten().for_each(|part| straight.add(part.clone()));

        let mut state = seed;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 33
        };
        let mut shuffled = whole;
        shuffled.sort_by_cached_key(|_| random());
        let mut divided = Ledger::new(&limits);
        for entry in shuffled {
            // As pieces of a large log, or as a nested archive hands it over.
            if random() % 2 == 0 {
                for part in entry {
                    divided.add(part);
                }
            } else {
                let mut beside = Ledger::new(&limits);
                for part in entry {
                    beside.add(part);
                }
                divided.append(beside);
            }
        }
        prop_assert_eq!(kept(straight), kept(divided));
    }

    #[test]
    fn every_line_is_counted_at_every_level(entries in entries(), budget in 0..400_000_usize) {
        let limits = limits(budget);
        let mut ledger = Ledger::new(&limits);
        let lines = entries.iter().flatten().map(Vec::len).sum::<usize>() as u64;
        parts(&entries).into_iter().flatten().for_each(|part| ledger.add(part));
        let (entries, _) = ledger.finish();
        let logs = entries.into_iter().flat_map(|entry| entry.logs.into_values());
        let counted = logs.map(|log| {
            let (errors, left_out) = log.errors.finish(|_| None, |_, _| true, |_| None);
            let errors: u64 = errors.iter().map(|error| error.count).sum();
            let hits: u64 = log.hits.into_iter().map(|(_, hits)| hits.count).sum();
            hits + errors + left_out
        });
        prop_assert_eq!(counted.sum::<u64>(), lines);
    }
}

#[test]
fn a_smaller_budget_keeps_less_and_says_so() {
    let line = |subject| Ok((0, subject, true));
    let piece: Piece = (1..=9).chain(1..=9).map(line).collect();
    let kept_with = |budget| {
        let limits = limits(budget);
        let mut ledger = Ledger::new(&limits);
        let parts = parts(&[vec![piece.clone(), piece.clone()]]);
        parts
            .into_iter()
            .flatten()
            .for_each(|part| ledger.add(part));
        let (entries, gaps) = ledger.finish();
        let logs = entries
            .into_iter()
            .flat_map(|entry| entry.logs.into_values());
        let hits = logs.flat_map(|log| log.hits);
        let samples: Vec<usize> = hits.map(|(_, hits)| hits.samples.len()).collect();
        let gaps = gaps
            .finish()
            .0
            .into_iter()
            .map(|gap| gap.reason.to_string());
        (samples, gaps.collect::<Vec<_>>())
    };
    // Six subjects, and the others together.
    assert_eq!(kept_with(usize::MAX), (vec![5, 4, 4, 4, 4, 4, 4], vec![]));
    let (samples, gaps) = kept_with(0);
    assert_eq!(samples, [1, 1]);
    let expected = "more was found than fits into the memory budget: 1 sample without context per \
                    signature and subject, 1 subject per signature and log, 2 templates of \
                    unexplained errors per log";
    assert_eq!(gaps, [expected]);
}
