//! `bundlescope rules new`: a rule file to begin with.

use super::output::Output;
use super::{Console, ExitStatus};
use crate::batch::{store::Store, unexplained};
use crate::commands::inputs::is_dash;
use crate::draft::{Request, draft};
use crate::report::glyphs::visible;
use crate::rules::RuleSet;
use crate::severity::Category;
use anyhow::Context as _;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What a rule is drafted from.
pub(super) enum From<'a> {
    /// Nothing: a skeleton.
    Nothing,
    /// A line that states the failure.
    Line(&'a str),
    /// A template that no rule explains, and the archive that has it.
    Unknown(&'a str, &'a Path),
}

impl<'a> From<'a> {
    /// What the arguments say.
    pub(super) fn of(line: Option<&'a str>, unknown: Option<(&'a str, &'a Path)>) -> Self {
        match (line, unknown) {
            (_, Some((id, archive))) => Self::Unknown(id, archive),
            (Some(line), None) => Self::Line(line),
            (None, None) => Self::Nothing,
        }
    }
}

/// Runs the command.
pub(super) fn run(
    id: &str,
    category: Option<Category>,
    from: &From<'_>,
    output: Option<&Path>,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let rules = RuleSet::builtin();
    let blank = Request {
        id,
        category,
        line: None,
        more: &[],
        component: None,
    };
    let text = match from {
        From::Nothing => draft(blank, &rules)?,
        From::Line(line) => draft(
            Request {
                line: Some(line),
                ..blank
            },
            &rules,
        )?,
        From::Unknown(template, archive) => of_template(blank, template, archive, &rules)?,
    };
    let path = match output {
        Some(path) if path.is_dir() => path.join(format!("{id}.toml")),
        Some(path) => path.to_owned(),
        None => PathBuf::from("-"),
    };
    if !is_dash(&path) {
        anyhow::ensure!(
            path.file_name() == Some(format!("{id}.toml").as_ref()),
            "{}: the file name must match the rule id; name it {id}.toml",
            path.display()
        );
        anyhow::ensure!(
            !path.exists(),
            "{}: already exists; delete it or choose another file with --output",
            path.display()
        );
    }
    Output::open(&path)?.finish(text.as_bytes(), &mut console.out)?;
    Ok(ExitStatus::Clean)
}

/// The draft from the lines of a template, with what the archive says of them.
fn of_template(
    blank: Request<'_>,
    template: &str,
    archive: &Path,
    rules: &RuleSet,
) -> anyhow::Result<String> {
    let found = unexplained::find(&Store::open(archive)?, template)?;
    let found = found.with_context(|| {
        format!(
            "{template}: no such template in {}; `bundlescope rules unexplained {}` lists the templates",
            archive.display(),
            archive.display()
        )
    })?;
    let (first, more) = found.samples.split_first().with_context(|| {
        format!("{template}: the archive has no sample line of this template; pass one with --line")
    })?;
    let text = draft(
        Request {
            line: Some(first),
            more,
            component: Some(&found.component),
            ..blank
        },
        rules,
    )?;
    let mut head = format!(
        "# {} lines in {} cases of the archive match this template",
        found.lines, found.cases
    );
    if found.near_onset > 0 {
        write!(head, ", in {} near the first incident", found.near_onset)?;
    }
    writeln!(head, ": {}.", visible(&found.named.join(", ")))?;
    Ok(head + &text)
}
