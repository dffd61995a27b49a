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

/// Offline analyzer for Kubernetes support bundles: reports what broke, where, since when, the
/// evidence, and what to do next. It needs no cluster access and opens no network connection.
#[derive(Debug, Parser)]
#[command(name = "bundlescope", version, styles = STYLES, arg_required_else_help = true, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 no finding at or above --fail-on, 1 at least one, 2 the run failed."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyze a bundle and write a report
    Analyze(AnalyzeArgs),
    /// Analyze many bundles into an archive: an index, a report per case, tables for SQL engines
    Batch(BatchArgs),
    /// Show what a bundle contains: its layout and how it was recognised, components, times, gaps
    Inspect(InspectArgs),
    /// Compare two bundles, reports or archives: new, resolved, no longer visible
    ///
    /// Each side is a bundle, which is analyzed first, or an HTML or JSON report written by
    /// `analyze`; or both sides are archives written by `bundlescope batch`. A finding that NEW no
    /// longer shows counts as resolved only if its rule could run on NEW as well as on OLD. Exit
    /// status: 0 NEW has no finding at or above --fail-on that OLD lacks, 1 it has at least one, 2
    /// the run failed.
    Diff(DiffArgs),
    /// Show a rule: what it means, what to check, how to fix it, versions and references
    Explain(ExplainArgs),
    /// List, check, test and draft rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print a shell completion script
    Completions {
        /// Shell to complete for
        shell: Shell,
    },
    /// Print the man page (roff)
    Man,
}

/// Bundles and how to read them.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Folder, archive (tar, gzip, zip, zstd, xz, bzip2), single log, or - for standard input;
    /// several inputs are read as one collection run
    #[arg(value_name = "BUNDLE", required = true)]
    pub bundles: Vec<PathBuf>,
    /// File or folder with additional rules; may be repeated. Also accepts node-problem-detector
    /// monitors (JSON) and troubleshoot.sh specs (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Number of worker threads [default: number of CPUs]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub threads: usize,
    /// Limit on decompressed bytes beyond the size on disk, such as 800M or 20G; what exceeds it is
    /// reported as a gap [default: 8G]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub max_bytes: Option<u64>,
    /// Maximum number of entries read from each bundle; the others are reported as a gap
    /// [default: 100000]
    #[arg(long, value_name = "N")]
    pub max_entries: Option<u64>,
    /// Memory for the text of hits and unexplained errors, such as 200M or 1G; beyond it, fewer
    /// samples are kept and the report lists a gap [default: 96M]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
}

/// Arguments of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// Output file, or - for standard output; may be repeated, one per --format
    /// [default: BUNDLE.report.html]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Output format [default: inferred from the file name]
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<Format>,
    /// Ignore evidence that ended before this time (RFC 3339, such as 2024-05-01T12:00:00Z)
    #[arg(long, value_name = "TIME")]
    pub since: Option<Timestamp>,
    /// Ignore evidence that began after this time
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Omit findings below this severity from the report; they are still counted
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub min_severity: Severity,
    /// Exit with status 1 if a finding at or above this severity has not ended
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// Archive written by `batch`: the report names similar cases in it and how they were resolved,
    /// according to its resolutions.toml
    #[arg(long, value_name = "OUTDIR")]
    pub archive: Option<PathBuf>,
    /// Stop reading after this many seconds and report what was read so far; how much that is
    /// depends on the machine
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<u64>,
    /// Maximum size of the HTML report in bytes; the report lists what was omitted
    #[arg(long, value_name = "BYTES", default_value_t = crate::report::MAX_BYTES)]
    pub max_size: usize,
}

/// Arguments of `batch`.
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// Folders (searched: every archive or bundle folder in them is a case), bundles, globs, or -
    /// for a list on standard input, one bundle per line; with --merge, the output of workers or
    /// archives
    #[arg(value_name = "DIR|BUNDLE", required_unless_present = "worker")]
    pub named: Vec<PathBuf>,
    /// Folder of the archive; bundles that an earlier run read into it are not read again
    #[arg(short, long, value_name = "DIR", required_unless_present_any = ["worker", "list", "merge"])]
    pub output: Option<PathBuf>,
    /// File or folder with additional rules; may be repeated. Also accepts node-problem-detector
    /// monitors (JSON) and troubleshoot.sh specs (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Number of cases read in parallel [default: number of threads]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub jobs: usize,
    /// Number of worker threads, shared by all cases [default: number of CPUs]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads())]
    pub threads: usize,
    /// Memory limit for all cases in progress together, such as 800M or 4G
    /// [default: a quarter of the machine's memory]
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub memory: Option<u64>,
    /// Exit with status 1 if any case has a finding at or above this severity that has not ended
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// Read only share I of N, such as 0/8 to 7/8; a case is always in the same share
    #[arg(long, value_name = "I/N", conflicts_with_all = ["worker", "merge"])]
    pub share: Option<Share>,
    /// Print the cases, one per line, as input for workers; read none of them
    #[arg(long, conflicts_with_all = ["worker", "merge"])]
    pub list: bool,
    /// Read bundle paths from standard input, one per line, and print one JSON record per line as
    /// each is done; keep nothing
    #[arg(long, conflicts_with_all = ["merge", "output", "named"])]
    pub worker: bool,
    /// Build the archive OUT from the output of workers, or from other archives
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
            "not a share; write it as I/N with I from 0 to N-1, such as 0/8 for the first of eight".to_owned()
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
    /// Earlier bundle, report, or archive written by `bundlescope batch`
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// Later one of the same kind
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Output file, or - for standard output; may be repeated, one per --format
    /// [default: text on standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Output format [default: inferred from the file name]
    #[arg(long, value_name = "FORMAT")]
    pub format: Vec<DiffFormat>,
    /// Exit with status 1 if NEW has a finding at or above this severity that has not ended and
    /// that OLD lacks
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    pub fail_on: FailOn,
    /// File or folder with additional rules for the bundles; may be repeated. Also accepts
    /// node-problem-detector monitors (JSON) and troubleshoot.sh specs (YAML)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Number of worker threads [default: number of CPUs]
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
    /// Rule id, as shown in reports
    pub rule: String,
    /// File or folder with additional rules; may be repeated. Also accepts node-problem-detector
    /// monitors (JSON) and troubleshoot.sh specs (YAML)
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
        /// File or folder with additional rules; may be repeated. Also accepts
        /// node-problem-detector monitors (JSON) and troubleshoot.sh specs (YAML)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Check rule files: syntax, texts, and every example against the real engine; for files of
    /// other tools, list what could not be imported and why
    Check {
        /// Rule files, or folders that contain them [default: the built-in rules]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Test one rule file against bundles: hits, lines that other rules explain, near misses
    ///
    /// The rule runs together with the built-in rules, on each bundle separately. Exit status: 0 the
    /// rule fired in at least one bundle, 1 it fired in none, 2 the run failed.
    Test {
        /// Rule file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Folders, archives or single logs
        #[arg(value_name = "BUNDLE", required_unless_present = "archive")]
        bundles: Vec<PathBuf>,
        /// Archive written by `batch`: the rule is tested against the bundle of each case, if that
        /// still exists; prints a summary of hits, cases, newly explained lines, findings taken
        /// from other rules, and cost
        #[arg(long, value_name = "OUTDIR", conflicts_with = "bundles")]
        archive: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the errors in an archive that no rule explains, those in the most cases first
    Unexplained {
        /// Archive written by `batch`
        #[arg(value_name = "OUTDIR")]
        archive: PathBuf,
        /// Maximum number of templates to list; all are counted
        #[arg(long, value_name = "N", default_value_t = 20)]
        top: usize,
        /// Print JSON, with samples
        #[arg(long)]
        json: bool,
    },
    /// Print a new rule file: a commented skeleton, or a draft from a log line
    ///
    /// Parts that need human judgement begin with TODO; `rules check` lists those that remain.
    New {
        /// Rule id: lower-case words separated by hyphens
        id: String,
        /// Rule category [default: guessed from the component that wrote the line]
        #[arg(long)]
        category: Option<Category>,
        /// Log line that states the failure, exactly as in the bundle
        #[arg(long, allow_hyphen_values = true)]
        line: Option<String>,
        /// Draft from the lines of this template, as listed by `rules unexplained`
        #[arg(
            long,
            value_name = "TEMPLATE",
            requires = "archive",
            conflicts_with = "line"
        )]
        from_unknown: Option<String>,
        /// Archive written by `batch` that contains the template
        #[arg(long, value_name = "OUTDIR", requires = "from_unknown")]
        archive: Option<PathBuf>,
        /// Output file or folder [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Write the rule catalogue: one Markdown page per rule, and an index
    Docs {
        /// Output folder; pages of rules that no longer exist are removed from it
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Folder with additional rule files; may be repeated
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
}
