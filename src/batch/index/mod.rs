//! `index.html`: what the archive shows to people; pages of 500 cases.
//!
//! In: an [`Archive`] and what changed. Out: [`Pages`]. The requirements of a report hold
//! for every page: it loads nothing, it is complete without its script, and all text is escaped.

mod matrix;
mod rows;
mod shown;
mod top;

use super::digest::{Archive, Line, ReadLine, Template};
use super::record::{Class, UnknownRow};
use super::runs::Runs;
use crate::batch::index::shown::{shown, span};
use crate::report::ReportError;
use crate::report::html::Inline;
use crate::report::html::unix_line_ends;
use askama::Template as _;
use matrix::Matrix;
use rows::{Group, Row};
use std::cmp::Reverse;
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
    pub fn new(row: &UnknownRow, template: &Template, cases: &[&Line]) -> Self {
        let days = cases.iter().filter_map(|line| line.read.as_ref().ok());
        let mut days: Vec<&str> = days.map(ReadLine::captured).collect();
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

/// The pages of an archive, of which each is made by itself.
pub struct Pages<'a> {
    archive: &'a Archive,
    extras: &'a Extras<'a>,
    /// All cases in reading order.
    order: Vec<&'a Line>,
    /// The folder that all cases lie in.
    shared: String,
}

impl<'a> Pages<'a> {
    /// The pages of this archive.
    pub fn new(archive: &'a Archive, extras: &'a Extras<'a>) -> Self {
        let mut order: Vec<&Line> = archive.lines.iter().collect();
        order.sort_by(|a, b| reading_order(a).cmp(&reading_order(b)));
        Self {
            archive,
            extras,
            order,
            shared: rows::shared_folder(archive),
        }
    }

    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.order.len().div_ceil(PAGE).max(1)
    }

    /// The page of this number, from one.
    pub fn render(&self, number: usize) -> Result<String, ReportError> {
        let lines = self.order.chunks(PAGE).nth(number - 1).unwrap_or_default();
        let Inline {
            policy,
            style,
            script,
        } = Inline::new(STYLE, SCRIPT);
        let page = Page {
            policy,
            style,
            script,
            title: top::headline(self.archive),
            number,
            pages: (1..=self.count())
                .map(|other| Link {
                    number: other,
                    href: page_name(other),
                    here: other == number,
                })
                .collect(),
            top: (number == 1).then(|| Top::new(self.archive, self.extras)),
            groups: rows::groups(lines, &self.shared, self.extras.runs),
            matrix: Matrix::new(self.archive, lines),
            unreadable: rows::unreadable(lines, &self.shared),
            version: env!("CARGO_PKG_VERSION"),
            rules_hash: self.extras.rules_hash.to_owned(),
        };
        let html = page
            .render()
            .map_err(|error| ReportError::Render(error.to_string()))?;
        Ok(unix_line_ends(&html))
    }
}

/// Cases nobody can explain first, then by class, the newest first; what could not be read last.
fn reading_order(line: &Line) -> (bool, Option<Class>, Reverse<&str>, &str) {
    let read = line.read.as_ref().ok();
    (
        read.is_none(),
        read.map(|read| read.class),
        Reverse(read.map(ReadLine::captured).unwrap_or_default()),
        &line.location,
    )
}
