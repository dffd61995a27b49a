//! `bundlescope rules new`: a rule file to begin with.

use super::{Console, ExitStatus, is_dash, output::Output};
use crate::draft::{Request, draft};
use crate::rules::RuleSet;
use crate::severity::Category;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(super) fn run(
    id: &str,
    category: Option<Category>,
    line: Option<&str>,
    output: Option<&Path>,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let rules = RuleSet::builtin();
    let text = draft(Request { id, category, line }, &rules)?;
    let path = match output {
        Some(path) if path.is_dir() => path.join(format!("{id}.toml")),
        Some(path) => path.to_owned(),
        None => PathBuf::from("-"),
    };
    if !is_dash(&path) {
        anyhow::ensure!(
            path.file_name() == Some(format!("{id}.toml").as_ref()),
            "{}: a rule file is named like its rule; call it {id}.toml",
            path.display()
        );
        anyhow::ensure!(
            !path.exists(),
            "{}: is there already; a draft does not replace it",
            path.display()
        );
    }
    Output::open(&path)?.finish(text.as_bytes(), &mut console.out)?;
    Ok(ExitStatus::Clean)
}
