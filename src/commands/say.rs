//! What commands say on standard error: a name in it moves no cursor and begins no line of its own.

use crate::report::glyphs::visible;
use std::io::{self, Write as _};
use std::path::Path;

/// A path as messages show it: a name must not move the cursor or begin a line of its own.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

/// Says something on standard error, line by line, with nothing hidden in it.
pub(super) fn say(text: &str) {
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
pub(super) struct Mistakes(pub(super) Vec<String>);

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
