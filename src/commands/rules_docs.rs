//! `bundlescope rules docs`: the catalogue as a folder of Markdown.

use super::{Console, ExitStatus};
use crate::diagnose::checks::{self, Need};
use crate::rules::RuleSet;
use crate::rules::catalogue::{MARK, pages};
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Writes the catalogue, and takes away the pages of rules that are no more.
pub(super) fn run(
    folder: &Path,
    rules: &[PathBuf],
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let rules = super::rules::load(rules)?;
    let pages = catalogue(&rules);
    let failed = |path: &Path| format!("{}: cannot be written", path.display());
    for (name, text) in &pages {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| failed(parent))?;
        }
        fs::write(&path, text).with_context(|| failed(&path))?;
    }
    let gone = gone(folder, &pages)?;
    for path in &gone {
        fs::remove_file(path).with_context(|| failed(path))?;
    }
    writeln!(
        console.out,
        "{} pages written to {}, {} old ones removed",
        pages.len(),
        folder.display(),
        gone.len()
    )?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// The pages of a set of rules, by name.
pub fn catalogue(rules: &RuleSet) -> BTreeMap<String, String> {
    pages(rules, &|id| {
        let needs = checks::of(id).map(|check| check.needs);
        needs.unwrap_or_default().iter().map(need).collect()
    })
}

/// What a check looks at, in words.
fn need(need: &Need) -> String {
    match need {
        Need::All(needs) => {
            let needs: Vec<String> = needs.iter().map(self::need).collect();
            needs.join(", with ")
        }
        Need::Objects(kind) => format!("{kind} objects"),
        Need::Together(kinds) => format!("{} objects together", kinds.join(" and ")),
        Need::Listed(kind) => format!("a complete list of {kind} objects"),
        Need::AnyObject => "objects of any kind".to_owned(),
        Need::Conditions => "conditions of custom resources".to_owned(),
        Need::Certificates => "certificates in objects".to_owned(),
        Need::Budgets => "the PodDisruptionBudgets collected by AKS Periscope".to_owned(),
        Need::Version => "the Kubernetes version".to_owned(),
        Need::Collected(kind) => format!("the {} collected by AKS Periscope", kind.as_str()),
        Need::DumpLogs => "container logs".to_owned(),
    }
}

/// Files in the categories' folders that this command once wrote and now does not.
fn gone(folder: &Path, pages: &BTreeMap<String, String>) -> anyhow::Result<Vec<PathBuf>> {
    let mut gone = Vec::new();
    let read = |path: &Path| {
        fs::read_dir(path).with_context(|| format!("{}: cannot be read", path.display()))
    };
    for category in read(folder)? {
        let category = category?;
        if !category.file_type()?.is_dir() {
            continue;
        }
        for page in read(&category.path())? {
            let page = page?;
            let name = format!(
                "{}/{}",
                category.file_name().to_string_lossy(),
                page.file_name().to_string_lossy()
            );
            let is_page = page.file_type()?.is_file()
                && page.path().extension().is_some_and(|end| end == "md");
            if is_page && !pages.contains_key(&name) {
                // Only what begins with our mark is ours to remove.
                let text = fs::read(page.path())?;
                if text.starts_with(MARK.as_bytes()) {
                    gone.push(page.path());
                }
            }
        }
    }
    gone.sort();
    Ok(gone)
}
