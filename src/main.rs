//! The `bundlescope` binary: parse arguments, call the library, print the error chain.

use bundlescope::cli::Cli;
use bundlescope::commands::{self, Console};
use clap::Parser as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut console = Console::of_process();
    match commands::run(cli, &mut console) {
        Ok(status) => status.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even standard error is gone.
            let _ = writeln!(io::stderr(), "bundlescope: {error:#}");
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
