//! `bundlescope rules unexplained`: what the next rules should be about.

use super::{Console, ExitStatus};
use crate::batch::store::Store;
use crate::batch::unexplained::{self, Unexplained};
use crate::report::glyphs::visible;
use crate::report::words::{cut, number, plural};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Characters shown of a template.
const WIDTH: usize = 160;

/// Runs the command.
pub(super) fn run(
    archive: &Path,
    top: usize,
    as_json: bool,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let found = unexplained::top(&Store::open(archive)?)?;
    let shown = found.iter().take(top);
    let text = if as_json {
        let rows: Vec<_> = shown.map(row).collect();
        serde_json::to_string_pretty(&json!({"templates": found.len(), "listed": rows}))? + "\n"
    } else {
        let mut text = String::new();
        for one in shown {
            words(&mut text, one)?;
        }
        match found.len().saturating_sub(top) {
            0 => {}
            more => writeln!(text, "and {more} more; --top {} lists all", found.len())?,
        }
        if found.is_empty() {
            text.push_str("rules explain every error line in this archive\n");
        }
        text
    };
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// One template in text.
fn words(text: &mut String, one: &Unexplained) -> std::fmt::Result {
    let cases = usize::try_from(one.cases).unwrap_or(usize::MAX);
    let near = match one.near_onset {
        0 => String::new(),
        some => format!(", near the first incident in {}", number(some)),
    };
    let lines = number(one.lines);
    let component = visible(&one.component);
    let cases = plural(cases, "case");
    writeln!(
        text,
        "{}  {cases}, {lines} lines{near}, {component}",
        one.id
    )?;
    writeln!(text, "    {}", cut(&visible(&one.text), WIDTH))?;
    writeln!(text, "    {}", cut(&visible(&one.named.join(", ")), WIDTH))
}

/// One template as JSON.
fn row(one: &Unexplained) -> serde_json::Value {
    let samples: Vec<String> = one.samples.iter().map(|line| visible(line)).collect();
    let named: Vec<String> = one.named.iter().map(|name| visible(name)).collect();
    json!({
        "template_id": one.id,
        "component": visible(&one.component),
        "text": visible(&one.text),
        "cases": one.cases,
        "named_cases": named,
        "near_onset": one.near_onset,
        "lines": one.lines,
        "samples": samples,
    })
}
