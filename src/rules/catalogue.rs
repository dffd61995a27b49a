//! The catalogue: one Markdown page for each rule, and an index by category.
//!
//! In: the rules. Out: names and texts of files; writing them is [`crate::commands`]' work. The same
//! rules give the same bytes. Words of rules and of bundles are escaped, so that a page shows them
//! as they are.

use super::words;
use super::{Example, Kind, Matcher, Maturity, Rule, RuleSet, Should};
use crate::severity::Category;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How every generated page begins; files that begin otherwise are not ours to replace.
pub const MARK: &str = "<!-- Generated from the rule files by `bundlescope rules docs`. -->\n";

/// Examples of each kind shown on a page: enough to recognise the failure by.
const EXAMPLES: usize = 3;

/// The pages by name (`storage/pvc-pending-unbound.md`), sorted, with `README.md` as the index.
/// `looks_at` says what a check in Rust looks at; it knows checks, this room does not.
pub fn pages(rules: &RuleSet, looks_at: &dyn Fn(&str) -> Vec<String>) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = rules
        .rules()
        .iter()
        .map(|rule| {
            let name = format!("{}/{}.md", rule.category, rule.id);
            (name, page(rule, rules, &looks_at(&rule.id)))
        })
        .collect();
    pages.insert("README.md".to_owned(), index(rules));
    pages
}

/// The index.
fn index(rules: &RuleSet) -> String {
    let mut by_category: BTreeMap<Category, Vec<&Rule>> = BTreeMap::new();
    for rule in rules.rules() {
        by_category.entry(rule.category).or_default().push(rule);
    }
    let mut text = format!(
        "{MARK}\n# Rules\n\n{} rules: the failures that `bundlescope` recognises. `bundlescope explain ID` prints the same text offline.\n",
        rules.rules().len()
    );
    for (category, rules) in by_category {
        let _ = write!(
            text,
            "\n## {category}\n\n| rule | severity | what |\n|---|---|---|\n"
        );
        for rule in rules {
            let id = &rule.id;
            let title = prose(&rule.title).replace('|', "\\|");
            let _ = writeln!(
                text,
                "| [{id}]({category}/{id}.md) | {} | {title} |",
                standing(rule)
            );
        }
    }
    text
}

/// How bad, or that it is noise.
fn standing(rule: &Rule) -> String {
    match rule.kind {
        Kind::Noise => "harmless".to_owned(),
        Kind::Failure | Kind::Check => rule.severity.to_string(),
    }
}

/// The page of one rule.
fn page(rule: &Rule, rules: &RuleSet, looks_at: &[String]) -> String {
    let mut text = format!("{MARK}\n# {}\n\n", prose(&rule.title));
    let category = rule.category;
    let _ = write!(
        text,
        "`{}` · [{category}](../README.md#{category}) · ",
        rule.id
    );
    let _ = match rule.kind {
        Kind::Noise => write!(text, "harmless lines, counted only"),
        Kind::Failure | Kind::Check => write!(
            text,
            "severity **{}** · confidence {}",
            rule.severity, rule.confidence
        ),
    };
    if rule.maturity == Maturity::Experimental {
        text.push_str(" · experimental");
    }
    let _ = write!(text, "\n\n{}\n", prose(&rule.explain));
    section(
        &mut text,
        "How it is found",
        &found_by(rule, rules, looks_at),
    );
    section(&mut text, "How to rule it out", &prose(&rule.disprove));
    let commands = rule.check.join("\n");
    section(&mut text, "What to check", &block(&commands, "sh"));
    section(
        &mut text,
        "What to do",
        &list(rule.remedy.iter().map(|step| prose(step))),
    );
    section(&mut text, "Versions", &versions(rule));
    let general = rule.supersedes.iter().filter_map(|id| rules.rule(id));
    let general = general.map(|rule| format!("[{}](../{}/{}.md)", rule.id, rule.category, rule.id));
    section(&mut text, "Takes precedence over", &list(general));
    let links = rule.references.iter().map(|link| format!("<{link}>"));
    section(&mut text, "References", &list(links));
    for (should, heading) in [(Should::Match, "Found"), (Should::NotMatch, "Not found")] {
        let own = rule.examples.iter().filter(|e| e.should == should);
        let blocks: Vec<String> = own.take(EXAMPLES).map(example).collect();
        section(&mut text, heading, &blocks.join("\n\n"));
    }
    text
}

/// Adds a section, unless it is empty.
fn section(text: &mut String, heading: &str, body: &str) {
    if !body.trim().is_empty() {
        let _ = write!(text, "\n## {heading}\n\n{}\n", body.trim_end());
    }
}

/// What finds the rule.
fn found_by(rule: &Rule, rules: &RuleSet, looks_at: &[String]) -> String {
    let mut rows: Vec<String> = Vec::new();
    if !looks_at.is_empty() {
        rows.push(format!("A built-in check of {}", looks_at.join(", ")));
    }
    let matchers: Vec<&Matcher> = rule.matchers().filter_map(|id| rules.matcher(id)).collect();
    let all = rule.require == super::Require::All && matchers.len() > 1;
    rows.extend(
        matchers
            .into_iter()
            .map(|matcher| words::matcher(matcher, &code)),
    );
    let text = list(rows);
    if all {
        format!("All of these together:\n\n{text}")
    } else {
        text
    }
}

/// Affected versions and those with the fix.
fn versions(rule: &Rule) -> String {
    let Some(range) = &rule.version else {
        return String::new();
    };
    let affected = code(&range.affected.join(" or "));
    let mut text = format!("{} {affected}", range.component);
    if !range.fixed.is_empty() {
        let _ = write!(text, ", fixed in {}", code(&range.fixed.join(", ")));
    }
    if range.provider.is_some() {
        text.push_str(", only in Azure");
    }
    text
}

/// An example with the reason of its event.
fn example(example: &Example) -> String {
    let text = block(&example.text, "text");
    match &example.reason {
        Some(reason) => format!("An event with the reason {}:\n\n{text}", code(reason)),
        None => text,
    }
}

/// A list with one item for each text.
fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        let _ = writeln!(text, "- {item}");
        text
    })
}

/// A fenced block whose fence stands nowhere in the text.
fn block(text: &str, language: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// A code span whose fence stands nowhere in the text.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let edge = |at: Option<char>| matches!(at, Some('`' | ' '));
    if edge(text.chars().next()) || edge(text.chars().last()) {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// Most backticks in a row.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c: char| c != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// Words that are shown as they are: what Markdown would read as markup is escaped, apart from code
/// spans, which rules use too.
fn prose(text: &str) -> String {
    let spans = text.matches('`').count().is_multiple_of(2);
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if c == '`' && spans {
            inside = !inside;
        } else if !inside && "\\*_[]<>`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_shown_as_they_are() {
        for (text, shown) in [
            ("a <name> of `x_y`", "a \\<name\\> of `x_y`"),
            ("one ` only *", "one \\` only \\*"),
            ("two\n   lines", "two lines"),
        ] {
            assert_eq!(prose(text), shown);
        }
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(block("a\n```\nb", "sh"), "````sh\na\n```\nb\n````");
        assert_eq!(block(" ", "sh"), "");
    }

    #[test]
    fn every_rule_has_a_page_and_a_row_in_the_index() {
        let rules = RuleSet::builtin();
        let pages = pages(&rules, &|_| vec!["Pods".to_owned()]);
        assert_eq!(pages.len(), rules.rules().len() + 1);
        let index = &pages["README.md"];
        for name in pages.keys().filter(|name| *name != "README.md") {
            assert!(index.contains(&format!("]({name})")), "{name}");
        }
        assert!(pages.values().all(|page| page.starts_with(MARK)));
    }
}
