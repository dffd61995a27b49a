//! Offline analysis of Kubernetes support bundles: rooms that data flows through once.
//!
//! ```text
//!  rules/**/*.toml -> RuleSet (compiled once, before any input) ---+-----------------+
//!                                                                  v                 v
//!  bundle -> [1 ingest] -Chunk-> [2 examine] -Part-> [3 layout] -> [4 evidence] -> [5 diagnose] -> [6 report]
//!            bytes, limits,      parse + scan,       which         one sorted,     findings,       html, json,
//!            nested archives     pure, parallel      collector,    immutable base  incidents,      markdown,
//!                                                    whose file                    coverage        text
//!              \____________________\__________________________________^
//!                               Gap: anything unread, with its reason
//!
//!  [7 batch] runs rooms 1 to 6 over many bundles and reports on the set.
//! ```
//!
//! A room may use the rooms before it, never one after it; the vocabulary (`locator`, `severity`,
//! `limits`, `time`, `gap`, `component`) is open to all, `kube` and `rules` to rooms 2 to 7,
//! [`codes`], what well-known codes in a line mean, to rooms 5 and 6, and [`redact`], pure functions
//! of text, to those that cut text or show it: `examine`, `report`, `batch`, `trial`, `draft` and the
//! commands.
//! Room 5 has rooms of its own, in the same order: `observe` (rules and checks to clues), `conclude`
//! (clues to findings), `relate` (findings to incidents, changes and shared attributes), `answer`
//! (coverage, unexplained errors, what to ask for).
//! [`analyze()`] runs rooms 1 to 5, [`batch`] calls it for every case of an archive; [`commands`] is
//! what the binary calls; [`trial`] and [`draft`] help authors of rules. The architecture test
//! (`tests/it/architecture.rs`) holds this picture as a table and reads the `use` lines.
//!
//! How the bytes of an entry are read ([`examine::Shape`]) is told from its name and first bytes
//! alone; whose file it is ([`layout::Role`]) is decided when the names of all entries are known.
//! So the order of entries in an archive can never matter, and a stream is read once.
//!
//! # Invariants
//!
//! 1. **Damage is data.** Wrong use is an `Err`. A damaged bundle is a [`gap::Gap`] in the report,
//!    and the rules it blinds end as not checked.
//! 2. **No citation, no finding.** [`diagnose::FindingBuilder`] refuses to build without one.
//! 3. **Absence is not health.** Every rule ends as found, clear, or not checked with a reason.
//! 4. **Order is output.** No hash map reaches a writer; threads and the order of entries change
//!    no byte. Nothing asks the clock: "now" is the capture time.
//! 5. **Bundle text is hostile.** It is never a path, never HTML, never a format string, never a
//!    reason to panic. Nothing from an archive is written to disk.
//! 6. **Memory is bounded** by [`limits::Limits`] and the number of threads, not by the bundle. What
//!    is learned is folded while more is read (`evidence::fold`); where the texts of hits and errors
//!    need more than their budget, all are kept less closely, and a gap says so. Counts stay exact.
//! 7. **No secret leaves.** Text is masked with all that stood around it, never after it was cut;
//!    what was masked anywhere is masked everywhere. Where the last look at the rendered bytes finds
//!    more, the report is made again without it, and thrown away if it is still there.
//! 8. **Words live with their rule.** Logic formats values, never advice; `explain` and the report
//!    print the same text.

// Vocabulary.
pub mod component;
pub mod gap;
pub mod limits;
pub mod locator;
pub mod severity;
pub mod time;
// Rooms, in the order that data takes.
pub mod codes;
pub mod diagnose;
pub mod evidence;
pub mod examine;
pub mod ingest;
pub mod kube;
pub mod layout;
pub mod redact;
pub mod report;
pub mod rules;
// What runs them.
mod analyze;
pub mod batch;
pub mod cli;
pub mod commands;
pub mod draft;
pub mod trial;

pub use analyze::{AnalyzeError, Settings, Workers, analyze, collect, conclude};
