//! `bundlescope explain`: what a rule knows, offline.

use super::{Console, ExitStatus};
use crate::cli::ExplainArgs;
use crate::rules::{Rule, RuleSet};
use std::fmt::Write as _;
use std::io::Write as _;

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let rules = super::rules::load(&args.rules)?;
    let rule = rules
        .rule(&args.rule)
        .ok_or_else(|| unknown(&rules, &args.rule))?;
    console.out.write_all(words(rule)?.as_bytes())?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// The error for an id that no rule has, with those that look like it.
fn unknown(rules: &RuleSet, id: &str) -> anyhow::Error {
    let words: Vec<&str> = id.split('-').filter(|word| word.len() > 2).collect();
    let mut alike: Vec<(usize, &str)> = rules
        .rules()
        .iter()
        .map(|rule| {
            (
                words.iter().filter(|word| rule.id.contains(**word)).count(),
                &*rule.id,
            )
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    alike.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let alike: Vec<&str> = alike.into_iter().take(3).map(|(_, id)| id).collect();
    if alike.is_empty() {
        anyhow::anyhow!("{id}: no such rule; run `bundlescope rules list` for all rules")
    } else {
        anyhow::anyhow!("{id}: no such rule; did you mean {}?", alike.join(", "))
    }
}

/// The rule in text.
fn words(rule: &Rule) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "{}\n{}\n", rule.id, rule.title)?;
    writeln!(
        text,
        "{} severity, {} confidence, category {}\n",
        rule.severity, rule.confidence, rule.category
    )?;
    let mut paragraph = |heading: &str, body: &str| {
        if body.trim().is_empty() {
            Ok(())
        } else {
            writeln!(text, "{heading}\n{}\n", indent(body))
        }
    };
    paragraph("What it means", &rule.explain)?;
    paragraph("How to rule it out", &rule.disprove)?;
    paragraph("What to check", &rule.check.join("\n"))?;
    paragraph("What to do", &rule.remedy.join("\n"))?;
    if let Some(version) = &rule.version {
        paragraph(
            "Affected versions",
            &format!("{} {}", version.component, version.affected.join(" or ")),
        )?;
        paragraph("Fixed in", &version.fixed.join(", "))?;
    }
    paragraph("References", &rule.references.join("\n"))?;
    Ok(text)
}

/// Every line two columns in.
fn indent(body: &str) -> String {
    body.trim()
        .lines()
        .map(|line| format!("  {}", line.trim()))
        .collect::<Vec<_>>()
        .join("\n")
}
