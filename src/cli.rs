//! The command line: what may be typed. No input or output.

use crate::limits::MOST_THREADS;
use crate::report::Format;
use crate::report::diff::DiffFormat;
use crate::severity::{Category, Severity};
use clap::builder::RangedU64ValueParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::Timestamp;
use std::path::PathBuf;

/// Colours of help texts; clap leaves them out where there is no terminal or `NO_COLOR` is set.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold());

/// Offline analyzer of Kubernetes support bundles: says what broke, where, since when, how it
/// knows, and what to do next. It needs no cluster and opens no network connection.
#[derive(Debug, Parser)]
#[command(name = "bundlescope", version, styles = STYLES, arg_required_else_help = true, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 nothing at or above --fail-on, 1 such findings, 2 the run failed."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write one report about a bundle
    Analyze(AnalyzeArgs),
    /// Make an archive of many bundles: an index, a report for each, tables for SQL engines
    Batch(BatchArgs),
    /// Show what is in a bundle: its format and why, components, times, gaps
    Inspect(InspectArgs),
    /// Compare two bundles, reports or archives: new, resolved, no longer visible
    ///
    /// Each side is a bundle, which is analyzed now, or a report that `analyze` wrote as HTML or
    /// JSON; or both are archives of `bundlescope batch`. A finding that is gone is resolved only if its rule could look in NEW as well as in
    /// OLD. Exit status: 0 NEW has no finding at or above --fail-on that OLD does not have, 1 it has,
    /// 2 the run failed.
    Diff(DiffArgs),
    /// Print a rule's cause, checks, fix, versions and references
    Explain(ExplainArgs),
    /// List, check, try and draft rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// Bundles and how to read them.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Folder, archive (tar, gzip, zip, zstd, xz, bzip2), single log, or - for standard input;
    /// several are read as one collection run
    #[arg(value_name = "BUNDLE", required = true)]
    pub bundles: Vec<PathBuf>,
    /// File or folder with more rules; may be repeated. Also read are monitors of
    /// node-problem-detector (JSON) and analyzers of troubleshoot.sh (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Threads that examine entries [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub threads: usize,
    /// Bytes that may come out of the bundles beyond those on disk, such as 800M or 20G; the rest is
    /// a gap in the report [default: 8G]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub max_bytes: Option<u64>,
    /// Entries that are read of each bundle; the others are a gap in the report [default: 100000]
    #[arg(long, value_name = "N")]
    pub max_entries: Option<u64>,
    /// Memory for the texts of hits and unexplained errors, such as 200M or 1G; where they need more,
    /// fewer samples are kept, and the report lists that as a gap [default: 96M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
}

/// Arguments of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// File to write, or - for standard output; may be repeated, one for each --format
    /// [default: BUNDLE.report.html]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Format of the output; told from the file's name where it is not given
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Only evidence that ended at or after this time (RFC 3339, such as 2024-05-01T12:00:00Z)
    #[arg(long, value_name = "TIME")]
    pub since: Option<Timestamp>,
    /// Only evidence that began at or before this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Leave findings below this severity out of the report; they are still counted
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub min_severity: Severity,
    /// Exit with status 1 when a finding that has not ended is at or above this level
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// Archive that `batch` wrote: the report names the cases in it that look like this one, and
    /// what they were as its resolutions.toml says
    #[arg(long, value_name = "OUTDIR")]
    pub archive: Option<PathBuf>,
    /// End the reading after so many seconds and report what was read until then; how much that is
    /// depends on the machine
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<u64>,
    /// Largest HTML report in bytes; what is left out is said in it
    #[arg(long, value_name = "BYTES", default_value_t = crate::report::MAX_BYTES)]
    pub max_size: usize,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// Folders (walked: every archive or bundle folder in them is a case), bundles, globs, or - for
    /// a list on standard input, one bundle a line; with --merge, what workers printed
    #[arg(value_name = "DIR|BUNDLE", required_unless_present = "worker")]
    pub named: Vec<PathBuf>,
    /// Folder of the archive; what an earlier run read into it is not read again
    #[arg(short, long, value_name = "DIR", required_unless_present_any = ["worker", "list", "merge"])]
    pub output: Option<PathBuf>,
    /// File or folder with more rules; may be repeated. Also read are monitors of
    /// node-problem-detector (JSON) and analyzers of troubleshoot.sh (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Cases side by side [default: as many as there are threads]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub jobs: usize,
    /// Threads that examine entries, of all cases together [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub threads: usize,
    /// Memory that all cases in work may need together, such as 800M or 4G
    /// [default: a quarter of the machine's]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
    /// Exit with status 1 when a finding of any case that has not ended is at or above this level
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// Only the cases of one share of so many, such as 0/8 to 7/8; a case is always in the same one
    #[arg(long, value_name = "I/N", conflicts_with_all = ["worker", "merge"])]
    pub share: Option<Share>,
    /// Print the cases, one a line, and read none: the input of workers
    #[arg(long, conflicts_with_all = ["worker", "merge"])]
    pub list: bool,
    /// Read bundles as lines on standard input and print one JSON record a line, as they are done;
    /// keeps nothing
    #[arg(long, conflicts_with_all = ["merge", "output", "named"])]
    pub worker: bool,
    /// Make the archive OUT from what workers printed, or from other archives
    #[arg(long, value_name = "OUT", conflicts_with = "output")]
    pub merge: Option<PathBuf>,
}

/// One of several equal parts of the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Which, from zero.
    pub index: u64,
    /// Of how many.
    pub count: u64,
}

impl std::str::FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            let (index, count) = (index.parse().ok()?, count.parse().ok()?);
            (index < count).then_some(Self { index, count })
        });
        parsed.ok_or_else(|| {
            "a share is I/N, with I from 0 to N-1, such as 0/8 for the first of eight".to_owned()
        })
    }
}

/// A number of threads that a machine can have.
fn threads() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(0..=MOST_THREADS)
}

/// A number of bytes: `1048576`, `800M`, `4G`, `1.5GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let shift = match unit
        .to_ascii_lowercase()
        .trim_end_matches("ib")
        .trim_end_matches('b')
    {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err("not a size; write it as 800M or 4G".to_owned()),
    };
    let (whole, tenths) = number
        .trim()
        .split_once('.')
        .unwrap_or((number.trim(), "0"));
    let whole: Option<u64> = whole.parse().ok();
    let tenths: Option<u64> = tenths.get(..1).and_then(|digit| digit.parse().ok());
    whole
        .zip(tenths)
        .and_then(|(whole, tenths)| {
            let unit = 1_u64 << shift;
            whole.checked_mul(unit)?.checked_add(unit / 10 * tenths)
        })
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "not a size; write it as 800M or 4G".to_owned())
}

/// Level at which a run ends with exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Any finding.
    Info,
    /// Low and above.
    Low,
    /// Medium and above.
    Medium,
    /// High and above.
    High,
    /// Critical only.
    Critical,
    /// Never.
    Never,
}

impl FailOn {
    /// The severity; `None` for never.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Info => Some(Severity::Info),
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
            Self::Never => None,
        }
    }
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier bundle, report or archive of `bundlescope batch`
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later one of the same kind
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// File to write, or - for standard output; may be repeated, one for each --format
    /// [default: text on standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Format of the output; told from the file's name where it is not given
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<DiffFormat>,
    /// Exit with status 1 when NEW has a finding at or above this level that has not ended, and
    /// that OLD does not have
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// File or folder with more rules for the bundles; may be repeated. Also read are monitors of
    /// node-problem-detector (JSON) and analyzers of troubleshoot.sh (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Threads that examine entries [default: as many as the machine has]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub threads: usize,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Id of the rule, as reports name it
    pub rule: String,
    /// File or folder with more rules; may be repeated. Also read are monitors of
    /// node-problem-detector (JSON) and analyzers of troubleshoot.sh (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List {
        /// Only rules of this category
        #[arg(long)]
        category: Option<String>,
        /// Only rules at or above this severity
        #[arg(long, value_name = "LEVEL")]
        min_severity: Option<Severity>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// File or folder with more rules; may be repeated. Also read are monitors of
        /// node-problem-detector (JSON) and analyzers of troubleshoot.sh (YAML)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Check rule files: syntax, texts, and every example through the real engine; of other tools'
    /// files, what was not taken over and why
    Check {
        /// Rule files or folders with rule files [default: the built-in rules]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Try one rule file on bundles: hits, lines that other rules explain, and near misses
    ///
    /// The rule runs beside the built-in ones, on each bundle by itself. Exit status: 0 the rule
    /// fired in one of the bundles, 1 in none, 2 the run failed.
    Test {
        /// The rule file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Folders, archives or single logs
        #[arg(value_name = "BUNDLE", required_unless_present = "archive")]
        bundles: Vec<PathBuf>,
        /// Archive that `batch` wrote: the rule is tried on the bundle of each case, where that
        /// still is, and the sum is told: hits, cases, lines newly explained, findings taken from
        /// other rules, cost
        #[arg(long, value_name = "OUTDIR", conflicts_with = "bundles")]
        archive: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the errors that no rule explains in an archive, those of most cases first
    Unexplained {
        /// Archive that `batch` wrote
        #[arg(value_name = "OUTDIR")]
        archive: PathBuf,
        /// Templates that are listed; all are counted
        #[arg(long, value_name = "N", default_value_t = 20)]
        top: usize,
        /// Print JSON, with samples
        #[arg(long)]
        json: bool,
    },
    /// Print a rule file to begin with: a skeleton with comments, or a draft from a line
    ///
    /// What only a person can know begins with TODO; `rules check` names each such place.
    New {
        /// Id of the rule: lower-case words with dashes
        id: String,
        /// Category of the rule [default: guessed from who wrote the line]
        #[arg(long)]
        category: Option<Category>,
        /// The line that states the failure, as the bundle has it
        #[arg(long, allow_hyphen_values = true)]
        line: Option<String>,
        /// Draft from the lines of this template instead, as `rules unexplained` lists it
        #[arg(
            long,
            value_name = "TEMPLATE",
            requires = "archive",
            conflicts_with = "line"
        )]
        from_unknown: Option<String>,
        /// Archive that `batch` wrote, in which the template is
        #[arg(long, value_name = "OUTDIR", requires = "from_unknown")]
        archive: Option<PathBuf>,
        /// File or folder to write to [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write the catalogue: one Markdown page for each rule, and an index
    Docs {
        /// Folder to write to; pages of rules that are no more are removed from it
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Folder with more rule files; may be repeated
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
}
