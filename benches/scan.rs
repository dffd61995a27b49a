//! How fast logs are scanned, beside what bounds it: `cargo bench --bench scan`.
//!
//! The text is made here: 64 MiB of lines as klog writes them, one in about two thousand of them
//! a hit; the rules are 300 made-up ones with one literal and one regex each, and the built-in ones.

use aho_corasick::automaton::{Automaton, OverlappingState};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, Input, MatchKind};
use bundlescope::examine::scan::scan_lines;
use bundlescope::examine::templates::{Known, error_line};
use bundlescope::limits::Limits;
use bundlescope::rules::RuleSet;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use regex::bytes::RegexSet;
use std::fmt::Write as _;
use std::hint::black_box;

/// Bytes of text.
const TEXT: usize = 64 << 20;
/// Bytes given to the slowest way, which would take minutes for all.
const SHORT: usize = 4 << 20;
/// Number of made-up rules.
const RULES: u32 = 300;
/// Words of which messages and literals are made, so that literals begin like the text does.
const WORDS: &[&str] = &[
    "failed",
    "container",
    "volume",
    "node",
    "status",
    "to",
    "mount",
    "sync",
    "pod",
    "error",
    "timeout",
    "connection",
    "refused",
    "deadline",
    "exceeded",
    "while",
    "waiting",
    "for",
    "condition",
    "update",
    "image",
    "pull",
    "cgroup",
    "runtime",
    "network",
    "plugin",
    "not",
    "ready",
    "lease",
    "renew",
    "certificate",
    "expired",
    "endpoint",
    "route",
    "attach",
    "disk",
];

/// A small generator of numbers: the text must be the same on every machine.
struct Numbers(u64);

impl Numbers {
    /// The next number below `bound`.
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(bound)).expect("below a u32")
    }

    /// The next word.
    fn word(&mut self) -> &'static str {
        let count = u32::try_from(WORDS.len()).expect("a few words");
        WORDS
            .get(self.below(count) as usize)
            .expect("below the count")
    }
}

/// Three words that no other literal has, because the last is the rule's own.
fn literal(rule: u32) -> String {
    let mut numbers = Numbers(u64::from(rule) + 1);
    format!("{} {} x{rule:03}q", numbers.word(), numbers.word())
}

/// Made-up rule files.
fn rules() -> Vec<(String, String)> {
    (0..RULES)
        .map(|rule| {
            let literal = literal(rule);
            let text = format!(
                "schema = 1\nid = \"r{rule}\"\ntitle = \"t\"\ncategory = \"node\"\nseverity = \"low\"\n\
                 confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n\
                 [[log]]\nliteral = [\"{literal}\"]\nregex = '{literal} (?<code>\\d+)'\n"
            );
            (format!("r{rule}.toml"), text)
        })
        .collect()
}

/// Lines as klog writes them.
fn text() -> Vec<u8> {
    let mut numbers = Numbers(7);
    let mut text = String::with_capacity(TEXT + 1024);
    while text.len() < TEXT {
        let (second, micros) = (numbers.below(60), numbers.below(1_000_000));
        write!(
            text,
            "E0729 13:02:{second:02}.{micros:06}    2714 kubelet.go:{}] \"",
            numbers.below(3_000)
        )
        .expect("writing to a string cannot fail");
        for _ in 0..6 + numbers.below(10) {
            text.push_str(numbers.word());
            text.push(' ');
        }
        if numbers.below(2_000) == 0 {
            text.push_str(&literal(numbers.below(RULES)));
            text.push_str(" 17");
        }
        writeln!(
            text,
            "\" pod=\"kube-system/coredns-{}\"",
            numbers.below(500)
        )
        .expect("writing to a string cannot fail");
    }
    text.into_bytes()
}

/// The engine, what bounds it from above, and what it replaces.
fn scan(criterion: &mut Criterion) {
    let text = text();
    let files = rules();
    let made_up = RuleSet::from_files(&files).expect("the made-up rules are sound");
    let builtin = RuleSet::builtin();
    let all = 0..text.len();
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(10);

    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("floor: count line ends", |bencher| {
        bencher.iter(|| memchr::memchr_iter(b'\n', black_box(&text)).count());
    });
    group.bench_function("literals only, 300", |bencher| {
        bencher.iter(|| {
            made_up
                .engine()
                .logs
                .find(black_box(&text), all.clone())
                .len()
        });
    });
    for (name, rules) in [
        ("300 made-up rules", &made_up),
        ("built-in rules", &builtin),
    ] {
        group.bench_with_input(
            BenchmarkId::new("scan_lines", name),
            rules,
            |bencher, rules| {
                bencher
                    .iter(|| scan_lines(black_box(&text), all.clone(), 1, rules, &Limits::RELEASE));
            },
        );
    }

    // What one automaton over the same literals takes, the fastest of its kind.
    let literals: Vec<_> = (0..RULES).map(literal).collect();
    let automaton = DFA::builder()
        .match_kind(MatchKind::Standard)
        .prefilter(false)
        .build(&literals)
        .expect("a few literals");
    group.bench_function("replaced: literals by an Aho-Corasick DFA", |bencher| {
        bencher.iter(|| {
            let input = Input::new(black_box(&text)).anchored(Anchored::No);
            let mut state = OverlappingState::start();
            let mut found = 0;
            loop {
                automaton
                    .try_find_overlapping(&input, &mut state)
                    .expect("overlapping matches are asked of a standard automaton");
                if state.get_match().is_none() {
                    break found;
                }
                found += 1;
            }
        });
    });

    let short = text.get(..SHORT).expect("the text is longer");
    let patterns: Vec<_> = (0..RULES)
        .map(|rule| format!("(?-u){} (?<code>\\d+)", literal(rule)))
        .collect();
    let set = RegexSet::new(&patterns).expect("the made-up rules are sound");
    group.throughput(Throughput::Bytes(SHORT as u64));
    group.bench_function("replaced: one regex set on every line", |bencher| {
        bencher.iter(|| {
            short
                .split(|byte| *byte == b'\n')
                .filter(|line| set.is_match(black_box(line)))
                .count()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("errors");
    group.throughput(Throughput::Bytes(SHORT as u64));
    group.bench_function("templates of lines that are all errors", |bencher| {
        bencher.iter(|| {
            let mut known = Known::default();
            short
                .split(|byte| *byte == b'\n')
                .filter_map(|line| error_line(black_box(line), None, &mut known))
                .count()
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("rules");
    group.bench_function("read 300 files", |bencher| {
        bencher.iter(|| RuleSet::from_files(black_box(&files)));
    });
    group.bench_function("read the built-in files", |bencher| {
        bencher.iter(RuleSet::builtin);
    });
    group.bench_function("prepare the search for 300 literals", |bencher| {
        bencher.iter_with_setup(
            || RuleSet::from_files(&files).expect("the made-up rules are sound"),
            |rules| {
                rules.engine();
                rules
            },
        );
    });
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
