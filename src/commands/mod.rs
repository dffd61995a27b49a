//! What the binary does: one file for each command. Only here are terminals, files of the user's
//! and exit statuses known.

mod analyze;
mod batch;
mod batch_words;
mod diff;
mod explain;
mod inspect;
mod interrupt;
mod memory;
mod output;
mod progress;
mod rules;
mod rules_backtest;
mod rules_docs;
mod rules_new;
mod rules_test;
mod rules_unexplained;

pub use rules_docs::catalogue;

use crate::cli::{Cli, Command, InputArgs, RulesCommand};
use crate::ingest::Input;
use crate::limits::Limits;
use crate::report::glyphs::visible;
use anyhow::Context as _;
use clap::CommandFactory as _;
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above `--fail-on`, rule files with mistakes, or a tried rule that did not fire.
    Findings,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Clean => Self::SUCCESS,
            ExitStatus::Findings => Self::from(1),
        }
    }
}

/// Where a command writes what the user reads at once.
pub struct Console {
    /// Standard output.
    pub out: Box<dyn Write>,
    /// Whether standard output is a terminal that takes colours.
    pub color: bool,
    /// Whether progress may be drawn on standard error.
    pub progress: bool,
}

impl Console {
    /// The console of this process; `NO_COLOR` is honoured.
    pub fn of_process() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let stdout = io::stdout();
        Self {
            color: stdout.is_terminal() && !plain,
            progress: io::stderr().is_terminal(),
            out: Box::new(stdout),
        }
    }
}

/// Runs one command.
pub fn run(cli: Cli, console: &mut Console) -> anyhow::Result<ExitStatus> {
    match cli.command {
        Command::Analyze(args) => analyze::run(&args, console),
        Command::Batch(args) => batch::run(&args, console),
        Command::Inspect(args) => inspect::run(&args, console),
        Command::Diff(args) => diff::run(&args, console),
        Command::Explain(args) => explain::run(&args, console),
        Command::Rules(RulesCommand::List {
            category,
            min_severity,
            json,
            rules,
        }) => rules::list(category.as_deref(), min_severity, json, &rules, console),
        Command::Rules(RulesCommand::Check { paths }) => rules::check(&paths, console),
        Command::Rules(RulesCommand::Test {
            file,
            bundles,
            archive,
            json,
        }) => match archive {
            Some(archive) => rules_backtest::run(&file, &archive, json, console),
            None => rules_test::run(&file, &bundles, json, console),
        },
        Command::Rules(RulesCommand::Unexplained { archive, top, json }) => {
            rules_unexplained::run(&archive, top, json, console)
        }
        Command::Rules(RulesCommand::New {
            id,
            category,
            line,
            from_unknown,
            archive,
            output,
        }) => {
            let unknown = from_unknown.as_deref().zip(archive.as_deref());
            let from = rules_new::From::of(line.as_deref(), unknown);
            rules_new::run(&id, category, &from, output.as_deref(), console)
        }
        Command::Rules(RulesCommand::Docs { folder, rules }) => {
            rules_docs::run(&folder, &rules, console)
        }
        Command::Completions { shell } => {
            // clap_complete panics when its writer fails; a string never does.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "bundlescope", &mut script);
            console.out.write_all(&script)?;
            Ok(ExitStatus::Clean)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut console.out)?;
            Ok(ExitStatus::Clean)
        }
    }
}

/// The bounds that the user wants to differ from the usual ones.
fn limits(args: &InputArgs) -> Limits {
    let usual = Limits::RELEASE;
    Limits {
        bundle_bytes: args.max_bytes.unwrap_or(usual.bundle_bytes),
        entries: args.max_entries.unwrap_or(usual.entries),
        ..usual
    }
}

/// The inputs that the user named; each must be there before minutes of work begin.
fn inputs(bundles: &[PathBuf]) -> anyhow::Result<Vec<Input>> {
    let stdin = bundles.iter().filter(|path| is_dash(path)).count();
    anyhow::ensure!(stdin <= 1, "standard input can be named once only");
    bundles.iter().map(|path| input(path)).collect()
}

/// One input.
fn input(path: &Path) -> anyhow::Result<Input> {
    if is_dash(path) {
        return Ok(Input {
            name: "stdin".into(),
            path: None,
        });
    }
    let real = path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!(
            "{}: no such file or folder; name the folder or archive that the collector wrote",
            shown(path)
        ),
        _ => anyhow::Error::new(error).context(shown(path)),
    })?;
    // `.` and `..` have no name of their own; the folder they stand for has.
    let name = path
        .file_name()
        .or_else(|| real.file_name())
        .context("the root of the file system is no bundle; name a folder in it")?;
    Ok(Input {
        name: name.to_string_lossy().into_owned(),
        path: Some(path.to_owned()),
    })
}

/// A path as messages show it: a name must not move the cursor or begin a line of its own.
fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

/// Says something on standard error, line by line, with nothing hidden in it.
fn say(text: &str) {
    let mut said = String::new();
    for line in text.lines() {
        said.push_str(&visible(line));
        said.push('\n');
    }
    // Nothing is left to do when even standard error is gone.
    let _ = io::stderr().write_all(said.as_bytes());
}

/// Several mistakes, each on a line of its own.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
struct Mistakes(Vec<String>);

/// Says why a run failed.
pub fn say_error(error: &anyhow::Error) {
    let said = match error.downcast_ref::<Mistakes>() {
        Some(mistakes) => mistakes.to_string(),
        None => visible(&format!("{error:#}")),
    };
    say(&format!("bundlescope: {said}"));
}

/// Says what clap has to say of arguments with something hidden in them; `false` for others, which it
/// says itself, with colours.
pub fn say_wrong_use(error: &clap::Error) -> bool {
    let hides = std::env::args_os().any(|argument| {
        argument
            .to_string_lossy()
            .contains(crate::report::glyphs::is_hidden)
    });
    if hides && error.use_stderr() {
        say(&error.render().to_string());
    }
    hides && error.use_stderr()
}

/// Whether a path means standard input or output.
fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}
