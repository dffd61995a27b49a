//! What the binary does: one file for each command. Only here are terminals, files of the user's
//! and exit statuses known.

mod analyze;
mod batch;
mod batch_words;
mod diff;
mod explain;
mod inputs;
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
mod say;

pub use rules_docs::catalogue;
pub use say::{say_error, say_wrong_use};

use crate::cli::{Cli, Command, RulesCommand};
use crate::commands::inputs::inputs;
use clap::CommandFactory as _;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above `--fail-on`, rule files with mistakes, or a tried rule that did not fire.
    Findings,
    /// Nothing in the input could be read or recognised.
    Nothing,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        match status {
            ExitStatus::Clean => Self::SUCCESS,
            ExitStatus::Findings => Self::from(1),
            ExitStatus::Nothing => Self::from(2),
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
