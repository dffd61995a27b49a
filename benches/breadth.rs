//! What more rules cost: the whole rule base against a hundred of its rules, on the same text, in
//! the same run: `cargo bench --bench breadth`.
//!
//! With a limit it is a guard and ends with a failure when the whole base takes longer by more than
//! that factor: `BREADTH_LIMIT=1.15 cargo bench --bench breadth`. Rounds of both alternate and the
//! medians are compared, so that a machine that is busy for a while is busy for both.
//!
//! The text is made here: lines as components of a healthy cluster write them, of which no rule
//! knows any and one in nine is an error, and one in about two hundred that some rule of the whole
//! base knows: the share of the hits in logs of a sound control plane. They are of two dozen rules,
//! as in a bundle; most of them are in the whole base only, and cost what a hit costs. A log with
//! more hits costs more by that: `BREADTH_LOG=FILE` takes the lines of a file.

use bundlescope::examine::scan::scan_lines;
use bundlescope::limits::Limits;
use bundlescope::rules::{Kind, RuleSet, Should, builtin};
use criterion::{BenchmarkId, Criterion, Throughput};
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Bytes of text.
const TEXT: usize = 32 << 20;
/// Rules of the smaller set.
const FEW: usize = 100;
/// Rounds of each set that the guard compares.
const ROUNDS: usize = 15;
/// So many rules have hits: about as many as the findings of a bundle.
const HITTING: usize = 24;
/// One line in so many is an example of one of these.
const HIT_EVERY: u64 = 200;

/// What healthy components say; `#` stands for a number.
const LINES: &[&str] = &[
    "I0312 09:41:#.123456    2714 kubelet.go:2412] \"SyncLoop UPDATE\" source=\"api\" pod=\"kube-system/coredns-#\" event={\"ID\":\"#\",\"Type\":\"ContainerStarted\"}",
    "I0312 09:41:#.123456    2714 reconciler_common.go:245] \"operationExecutor.VerifyControllerAttachedVolume started for volume \\\"kube-api-access-#\\\" (UniqueName: \\\"kubernetes.io/projected/#\\\") pod \\\"web-#\\\"\"",
    "I0312 09:41:#.123456       1 httplog.go:132] \"HTTP\" verb=\"GET\" URI=\"/api/v1/namespaces/shop/configmaps/web-#\" latency=\"#ms\" userAgent=\"kubelet/v1.28.5 (linux/amd64)\" resp=200",
    "2024-03-12T09:41:07.#Z stdout F 10.244.0.# - - [12/Mar/2024:09:41:07 +0000] \"GET /healthz HTTP/1.1\" 200 # \"-\" \"kube-probe/1.28\"",
    "Mar 12 09:41:07 worker-# containerd[812]: time=\"2024-03-12T09:41:07.#Z\" level=info msg=\"StartContainer for \\\"#\\\" returns successfully\"",
    "[INFO] 10.244.0.#:5353 - # \"A IN web.shop.svc.cluster.local. udp 54 false 512\" NOERROR qr,aa,rd 106 0.000#s",
    "{\"level\":\"info\",\"ts\":\"2024-03-12T09:41:07.#Z\",\"caller\":\"controller/controller.go:#\",\"msg\":\"reconciled\",\"namespace\":\"shop\",\"name\":\"web-#\",\"attempt\":#}",
    "W0312 09:41:#.123456       1 reconciler.go:70] \"Reconcile took longer than usual\" duration=\"#ms\"",
    "E0312 09:41:#.123456       1 controller.go:#] \"failed to update status, will retry\" err=\"the object is being written by another client\" pod=\"shop/web-#\" node=\"worker-#\"",
];

/// A small generator of numbers: the text must be the same on every machine.
struct Numbers(u64);

impl Numbers {
    /// The next number.
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// One of these.
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.next() % of.len() as u64).expect("below a length");
        of.get(place).expect("below the length")
    }
}

/// The text, in pieces as the reader cuts them.
fn pieces(rules: &RuleSet) -> Vec<Vec<u8>> {
    if let Some(file) = std::env::var_os("BREADTH_LOG") {
        let text = std::fs::read(file).expect("BREADTH_LOG names a file");
        return cut(&text);
    }
    let examples: Vec<&str> = rules
        .rules()
        .iter()
        .filter(|rule| rule.kind == Kind::Failure)
        .flat_map(|rule| &rule.examples)
        .filter(|example| example.should == Should::Match)
        .map(|example| example.text.as_str())
        .collect();
    let examples: Vec<&str> = examples
        .iter()
        .copied()
        .step_by(examples.len().div_ceil(HITTING))
        .collect();
    let mut numbers = Numbers(7);
    let mut text = String::with_capacity(TEXT + 1024);
    while text.len() < TEXT {
        let hit = numbers.next().is_multiple_of(HIT_EVERY);
        let line = numbers.one(if hit { &examples } else { LINES });
        for part in line.split_inclusive('#') {
            match part.strip_suffix('#') {
                Some(words) if !hit => {
                    write!(text, "{words}{}", numbers.next() % 100_000)
                        .expect("writing to a string cannot fail");
                }
                _ => text.push_str(part),
            }
        }
        text.push('\n');
    }
    cut(text.as_bytes())
}

/// Cuts a text at line ends into pieces of the size that the tool examines.
fn cut(text: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let goal = Limits::RELEASE.chunk_bytes.min(rest.len());
        let (_, behind) = rest.split_at(goal);
        let end = memchr::memchr(b'\n', behind).map_or(rest.len(), |at| goal + at + 1);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// A hundred rules, evenly taken from all; what they supersede may not be among them.
fn few() -> RuleSet {
    let step = builtin::FILES.len().div_ceil(FEW);
    let offsets = (0..step).flat_map(|offset| builtin::FILES.iter().skip(offset).step_by(step));
    let files: Vec<(&str, String)> = offsets
        .take(FEW)
        .map(|(name, text)| {
            let mut table: toml::Table = text.parse().expect("a built-in rule");
            table.remove("supersedes");
            (*name, table.to_string())
        })
        .collect();
    RuleSet::from_files(&files).expect("built-in rules without what they supersede")
}

/// Scans all pieces once.
fn scan(pieces: &[Vec<u8>], rules: &RuleSet) -> usize {
    let scan = |piece: &Vec<u8>| {
        let found = scan_lines(black_box(piece), 0..piece.len(), 1, rules, &Limits::RELEASE);
        found.hits.len() + found.errors.len()
    };
    pieces.iter().map(scan).sum()
}

/// How much longer the whole base takes: the ratio of the medians of alternating rounds.
fn ratio(pieces: &[Vec<u8>], few: &RuleSet, all: &RuleSet) -> f64 {
    let timed = |rules| {
        let start = Instant::now();
        black_box(scan(pieces, rules));
        start.elapsed()
    };
    let (mut with_few, mut with_all) = (Vec::new(), Vec::new());
    // The first round builds automata and compiles regexes.
    let _ = (timed(few), timed(all));
    for _ in 0..ROUNDS {
        with_few.push(timed(few));
        with_all.push(timed(all));
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times
            .get(times.len() / 2)
            .expect("there were rounds")
            .as_secs_f64()
    };
    median(with_all) / median(with_few)
}

#[expect(clippy::print_stdout, reason = "what it prints is the result")]
fn main() -> ExitCode {
    let (few, all) = (few(), RuleSet::builtin());
    let pieces = pieces(&all);
    if let Some(limit) = std::env::var_os("BREADTH_LIMIT") {
        let limit: f64 = limit
            .to_str()
            .and_then(|limit| limit.parse().ok())
            .expect("BREADTH_LIMIT is a number such as 1.15");
        let ratio = ratio(&pieces, &few, &all);
        println!(
            "{} rules with {} literals take {ratio:.3} times as long as {} with {}; the limit is {limit}",
            all.rules().len(),
            all.engine().logs.len(),
            few.rules().len(),
            few.engine().logs.len()
        );
        return if ratio > limit {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        };
    }
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("breadth");
    group.sample_size(10);
    let bytes = pieces.iter().map(Vec::len).sum::<usize>();
    group.throughput(Throughput::Bytes(bytes as u64));
    for (name, rules) in [("100 rules", &few), ("all rules", &all)] {
        group.bench_with_input(BenchmarkId::new("scan", name), rules, |bencher, rules| {
            bencher.iter(|| scan(&pieces, rules));
        });
    }
    group.finish();
    criterion.final_summary();
    ExitCode::SUCCESS
}
