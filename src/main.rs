//! The `bundlescope` binary: parse arguments, call the library, print the error chain.

use bundlescope::cli::Cli;
use bundlescope::commands::{self, Console};
use clap::Parser as _;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if commands::say_wrong_use(&error) => return ExitCode::from(2),
        Err(error) => error.exit(),
    };
    let mut console = Console::of_process();
    match commands::run(cli, &mut console) {
        Ok(status) => status.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            commands::say_error(&error);
            ExitCode::from(2)
        }
    }
}

/// Whether the reader of our output went away, as `| head` does: no error of the user's.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}
