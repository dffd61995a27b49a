//! `index.html`: what the archive shows to people; pages of 500 cases.
//!
//! In: an [`Archive`] and what changed. Out: names and bytes of pages. The requirements of a report hold
//! for every page: it loads nothing, it is complete without its script, and all text is escaped.

mod matrix;
mod rows;
mod shown;
mod top;

use super::digest::{self, Archive, ReadLine, Template};
use super::record::{Class, UnknownRow};
use super::runs::Runs;
use crate::batch::index::shown::{shown, span};
use crate::report::ReportError;
use crate::report::html::Inline;
use crate::report::html::unix_line_ends;
use askama::Template as _;
use matrix::Matrix;
use rows::{Group, Row};
use top::Top;

/// Cases on one page.
pub const PAGE: usize = 500;

/// The inline style.
const STYLE: &str = include_str!("../../../templates/archive.css");

/// The inline script; the page is complete without it.
const SCRIPT: &str = include_str!("../../../templates/archive.js");

/// What the index tells besides the cases.
pub struct Extras<'a> {
    /// Templates that no rule explains, those of most cases first.
    pub unexplained: &'a [Unexplained],
    /// What was shown before.
    pub runs: &'a Runs,
    /// Hash of the rules.
    pub rules_hash: &'a str,
    /// Cases that were not read because the run was stopped.
    pub missing: usize,
}

/// A template that no rule explains, over all cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexplained {
    /// Its id.
    pub id: String,
    /// Whose lines they are.
    pub component: String,
    /// The lines, with placeholders.
    pub text: String,
    /// Cases that have it.
    pub cases: usize,
    /// Lines in all of them.
    pub lines: u64,
    /// Names of some of the cases, and of their reports.
    pub some: Vec<(String, String)>,
    /// First and last day of a capture with it.
    pub days: String,
}

impl Unexplained {
    /// A template with its words, as one of its cases has them.
    pub fn new(row: &UnknownRow, template: &Template, cases: &[&digest::Line]) -> Self {
        let days = cases.iter().filter_map(|line| line.read.as_ref().ok());
        let mut days: Vec<&str> = days.map(|read| read.captured.as_str()).collect();
        days.retain(|day| !day.is_empty());
        days.sort_unstable();
        let named = cases.iter().filter_map(|line| {
            let read = line.read.as_ref().ok()?;
            Some((line.case.clone(), read.report.clone()))
        });
        Self {
            id: row.template_id.clone(),
            component: row.component.clone(),
            text: row.text.clone(),
            cases: template.cases.len(),
            lines: template.lines,
            some: named.take(3).collect(),
            days: span(days.first().copied(), days.last().copied()),
        }
    }
}

/// Name of a page; the first is the index.
pub fn page_name(number: usize) -> String {
    if number == 1 {
        "index.html".to_owned()
    } else {
        format!("index-{number}.html")
    }
}

/// One page.
#[derive(askama::Template)]
#[template(path = "archive.html")]
struct Page {
    policy: String,
    style: String,
    script: String,
    title: String,
    number: usize,
    pages: Vec<Link>,
    top: Option<Top>,
    groups: Vec<Group>,
    matrix: Matrix,
    unreadable: Vec<Row>,
    version: &'static str,
    rules_hash: String,
}

/// A link to a page.
struct Link {
    number: usize,
    href: String,
    here: bool,
}

/// All pages, by name.
pub fn pages(archive: &Archive, extras: &Extras<'_>) -> Result<Vec<(String, String)>, ReportError> {
    let mut order: Vec<&digest::Line> = archive.lines.iter().collect();
    order.sort_by_key(|line| reading_order(line));
    let count = order.len().div_ceil(PAGE).max(1);
    let shared = rows::shared_folder(archive);
    let mut pages = Vec::new();
    for number in 1..=count {
        let from = (number - 1) * PAGE;
        let lines = order
            .get(from..order.len().min(from + PAGE))
            .unwrap_or_default();
        let Inline {
            policy,
            style,
            script,
        } = Inline::new(STYLE, SCRIPT);
        let top = (number == 1).then(|| Top::new(archive, extras));
        let page = Page {
            policy,
            style,
            script,
            title: top::headline(archive),
            number,
            pages: (1..=count)
                .map(|other| Link {
                    number: other,
                    href: page_name(other),
                    here: other == number,
                })
                .collect(),
            top,
            groups: rows::groups(lines, &shared, extras.runs),
            matrix: Matrix::new(archive, lines),
            unreadable: rows::unreadable(lines, &shared),
            version: env!("CARGO_PKG_VERSION"),
            rules_hash: extras.rules_hash.to_owned(),
        };
        let html = page
            .render()
            .map_err(|error| ReportError::Render(error.to_string()))?;
        pages.push((page_name(number), unix_line_ends(&html)));
    }
    Ok(pages)
}

/// Cases nobody can explain first, then by class, the newest first; what could not be read last.
fn reading_order(line: &digest::Line) -> (bool, Option<Class>, std::cmp::Reverse<String>, String) {
    let read = line.read.as_ref().ok();
    let captured = read
        .map(|read: &ReadLine| read.captured.clone())
        .unwrap_or_default();
    (
        read.is_none(),
        read.map(|read| read.class),
        std::cmp::Reverse(captured),
        line.location.clone(),
    )
}
