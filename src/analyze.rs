//! Runs rooms 1 to 5 over the inputs: one thread reads, a pool of threads examines and diagnoses.
//!
//! The reader fills batches and hands them over through a channel that holds one; this thread
//! receives them and lets the pool work on each. So the next batch inflates while the last one is
//! scanned, no more than three batches are ever in memory, and nothing blocks inside the pool.
//!
//! Who calls from within the pool reads and examines in turn, without a thread of its own: of many small
//! bundles side by side, all the threads are busy anyway, and handing over costs more than it gains.

use crate::diagnose::{self, Diagnosis, Window};
use crate::evidence::{Evidence, Ledger};
use crate::examine::{self, Examiner, Part};
use crate::gap::Gap;
use crate::ingest::{self, IngestError, Input, InputFacts, Meter, Reader, Stop, Work};
use crate::limits::{Limits, STACK_BYTES};
use crate::locator::EntryPath;
use crate::rules::RuleSet;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::sync_channel;

/// Bytes after which a batch is handed over: enough that every thread gets several pieces.
const BATCH_BYTES: usize = 6 << 20;
/// Entries after which it is, however small they are.
const BATCH_ENTRIES: usize = 256;

/// The threads that examine and diagnose. Whoever calls starts them, so that one run over several
/// bundles, and what it does with the result, needs no further ones.
#[derive(Debug)]
pub struct Workers(rayon::ThreadPool);

impl Workers {
    /// Starts so many threads; 0 for as many as the machine has.
    pub fn start(threads: usize) -> Result<Self, AnalyzeError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK_BYTES)
            .build()
            .map(Self)
            .map_err(|source| AnalyzeError::Threads { threads, source })
    }

    /// The thread that calls, until it ends, and no other.
    pub fn of_this_thread() -> Result<Self, AnalyzeError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build()
            .map(Self)
            .map_err(|source| AnalyzeError::Threads { threads: 1, source })
    }

    /// Lets the threads share in some work, and waits for its result.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.install(work)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.current_num_threads()
    }

    /// Whether the caller is one of these threads, and so must not wait for another one.
    fn has_caller(&self) -> bool {
        self.0.current_thread_index().is_some()
    }
}

/// What an analysis needs besides its inputs.
pub struct Settings<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// Bounds on work and memory.
    pub limits: &'a Limits,
    /// Threads that examine and diagnose.
    pub workers: &'a Workers,
    /// Told how far the reading is.
    pub meter: &'a Meter,
}

/// Why an analysis could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// An input cannot be read at all.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The operating system gave no thread for the reading.
    #[error("cannot start a thread")]
    Thread(#[source] std::io::Error),
    /// The operating system gave no threads.
    #[error("cannot start {threads} threads; lower --threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// The reason.
        source: rayon::ThreadPoolBuildError,
    },
}

/// Reads and diagnoses the inputs as one collection run.
pub fn analyze(
    inputs: &[Input],
    settings: &Settings<'_>,
    window: Window,
) -> Result<Diagnosis, AnalyzeError> {
    let (evidence, facts) = collect(inputs, settings)?;
    Ok(conclude(evidence, facts, settings, window))
}

/// Diagnoses what was read.
pub fn conclude(
    evidence: Evidence,
    facts: Vec<InputFacts>,
    settings: &Settings<'_>,
    window: Window,
) -> Diagnosis {
    let diagnose = || diagnose::diagnose(evidence, facts, settings.rules, window);
    settings.workers.run(diagnose)
}

/// Reads the inputs and builds the evidence, without a diagnosis.
pub fn collect(
    inputs: &[Input],
    settings: &Settings<'_>,
) -> Result<(Evidence, Vec<InputFacts>), AnalyzeError> {
    let reader = Reader {
        limits: settings.limits,
        cut: &examine::cut_for,
        meter: settings.meter,
    };
    let examiner = Examiner {
        rules: settings.rules,
        limits: settings.limits,
    };
    let inputs = &ingest::told_apart(inputs);
    let mut so_far = Examined {
        read: Ledger::new(settings.limits),
        left: reader.allowance(inputs),
        inputs,
        reader: &reader,
        examiner,
        workers: settings.workers,
    };
    let take = |batch| so_far.add(batch);
    let facts = if settings.workers.has_caller() {
        read_all(&reader, inputs, take)?
    } else {
        read_ahead(&reader, inputs, take)?
    };
    let read = so_far.read;
    if let (true, None) = (read.is_empty(), settings.meter.stop.reason()) {
        return Err(unreadable(inputs, read.into_gaps()).into());
    }
    let build = || Evidence::build(read, settings.rules, settings.limits);
    Ok((settings.workers.run(build), facts))
}

/// The error for inputs of which not one entry was read.
fn unreadable(inputs: &[Input], mut gaps: Vec<Gap>) -> IngestError {
    gaps.sort();
    let lost = gaps.iter().find(|gap| gap.reason.loses_evidence());
    let first = lost.or(gaps.first()).map(|gap| gap.reason.to_string());
    IngestError::Unreadable {
        name: inputs
            .first()
            .map(|input| input.name.clone())
            .unwrap_or_default(),
        first: first.unwrap_or_else(|| "no entry is text".to_owned()),
    }
}

/// Reads all inputs on a thread of its own while `take` works on the batch before.
fn read_ahead(
    reader: &Reader<'_>,
    inputs: &[Input],
    mut take: impl FnMut(Vec<Work>) -> ControlFlow<()>,
) -> Result<Vec<InputFacts>, AnalyzeError> {
    let (sender, receiver) = sync_channel::<Vec<Work>>(1);
    // Where nobody receives any more, the receiver has failed and says so itself.
    let send = move |batch| {
        sender
            .send(batch)
            .map_or(ControlFlow::Break(()), ControlFlow::Continue)
    };
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new()
            .spawn_scoped(scope, move || read_all(reader, inputs, send))
            .map_err(AnalyzeError::Thread)?;
        for batch in receiver {
            if take(batch).is_break() {
                break;
            }
        }
        match reading.join() {
            Ok(result) => result.map_err(AnalyzeError::from),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Reads all inputs and hands over their work in batches, until one is not wanted any more.
fn read_all(
    reader: &Reader<'_>,
    inputs: &[Input],
    deliver: impl FnMut(Vec<Work>) -> ControlFlow<()>,
) -> Result<Vec<InputFacts>, IngestError> {
    let mut batch = Batch {
        work: Vec::new(),
        bytes: 0,
        wanted: true,
        deliver,
    };
    let mut facts = Vec::new();
    for input in inputs {
        let stop = &reader.meter.stop;
        let mut read = reader.read(input, &mut |work| {
            batch.add(work)?;
            go_on(stop)
        })?;
        if let (false, Some(path)) = (batch.wanted, &input.path) {
            // Its name is that of all its bytes, also of those that nobody wanted any more.
            read = ingest::fingerprint(&input.name, path, &AtomicU64::new(0))?;
        }
        if let Some(reason) = stop.reason() {
            // The hash is that of a part, which no other run would find again.
            read.sha256.clear();
            let locator = EntryPath::bundle(&input.name, false).whole();
            let _ = batch.add(Work::Gap(Gap { locator, reason }));
        }
        facts.push(read);
    }
    let _ = batch.send();
    facts.sort_by(|a: &InputFacts, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    Ok(facts)
}

/// Breaks when the reading should end.
fn go_on(stop: &Stop) -> ControlFlow<()> {
    match stop.reason() {
        Some(_) => ControlFlow::Break(()),
        None => ControlFlow::Continue(()),
    }
}

/// Work that was read and not yet handed over.
struct Batch<F> {
    work: Vec<Work>,
    bytes: usize,
    /// Whether the last batch was not too much.
    wanted: bool,
    deliver: F,
}

impl<F: FnMut(Vec<Work>) -> ControlFlow<()>> Batch<F> {
    /// Adds one thing to do; breaks when nobody wants any more.
    fn add(&mut self, work: Work) -> ControlFlow<()> {
        let cost = match &work {
            Work::Chunk(chunk) => chunk.bytes.len(),
            Work::Deferred(deferred) => deferred.cost(),
            Work::Gap(_) => 0,
        };
        self.bytes = self.bytes.saturating_add(cost);
        self.work.push(work);
        if self.bytes >= BATCH_BYTES || self.work.len() >= BATCH_ENTRIES {
            self.send()
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Hands over what there is.
    fn send(&mut self) -> ControlFlow<()> {
        self.bytes = 0;
        let work = std::mem::take(&mut self.work);
        self.wanted = self.wanted && (self.deliver)(work).is_continue();
        if self.wanted {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// What was examined so far, and with what.
struct Examined<'a> {
    read: Ledger<'a>,
    /// Bytes that may still be examined.
    left: u64,
    inputs: &'a [Input],
    reader: &'a Reader<'a>,
    examiner: Examiner<'a>,
    workers: &'a Workers,
}

impl Examined<'_> {
    /// Examines a batch; breaks when that was more than may be.
    fn add(&mut self, batch: Vec<Work>) -> ControlFlow<()> {
        let (reader, examiner) = (self.reader, self.examiner);
        let done: Vec<Done<'_>> = self.workers.run(|| {
            batch
                .into_par_iter()
                .map(|work| work_off(reader, examiner, work))
                .collect()
        });
        // In the order of the input, so that the same bytes are the last ones in every run.
        for done in done {
            let Some(rest) = self.left.checked_sub(done.add_to(&mut self.read)) else {
                for input in self.inputs {
                    self.read.gap(over_allowance(input, examiner.limits));
                }
                return ControlFlow::Break(());
            };
            self.left = rest;
        }
        ControlFlow::Continue(())
    }
}

/// The gap of an input, with others perhaps, out of which more came than the limits allow.
fn over_allowance(input: &Input, limits: &Limits) -> Gap {
    Gap {
        locator: EntryPath::bundle(&input.name, false).whole(),
        reason: ingest::over_allowance(limits),
    }
}

/// What came of one thing to do.
enum Done<'l> {
    /// A piece of an entry.
    Piece(Box<Part>, u64),
    /// Whole entries of something nested, and the bytes examined.
    Nested(Ledger<'l>, u64),
    /// Nothing but this.
    Gap(Gap),
}

impl<'l> Done<'l> {
    /// Adds it to what was read before; returns the bytes examined.
    fn add_to(self, read: &mut Ledger<'l>) -> u64 {
        match self {
            Self::Piece(part, bytes) => {
                read.add(*part);
                bytes
            }
            Self::Nested(entries, bytes) => {
                read.append(entries);
                bytes
            }
            Self::Gap(gap) => {
                read.gap(gap);
                0
            }
        }
    }
}

/// Examines one thing to do, and all that is nested in it.
fn work_off<'l>(reader: &Reader<'_>, examiner: Examiner<'l>, work: Work) -> Done<'l> {
    let nested = match work {
        Work::Chunk(chunk) => {
            let part = Box::new(examiner.examine(&chunk));
            return Done::Piece(part, chunk.body.len() as u64);
        }
        Work::Gap(gap) => return Done::Gap(gap),
        Work::Deferred(nested) => nested,
    };
    let mut read = Ledger::new(examiner.limits);
    let mut bytes = 0;
    let mut todo = vec![nested];
    while let Some(nested) = todo.pop() {
        if reader.meter.stop.reason().is_some() {
            // What is left was not asked for any more; the reading thread says so of the input.
            break;
        }
        reader.open(nested, &mut |work| {
            match work {
                Work::Deferred(deeper) => todo.push(deeper),
                plain => bytes += work_off(reader, examiner, plain).add_to(&mut read),
            }
            go_on(&reader.meter.stop)
        });
    }
    Done::Nested(read, bytes)
}
