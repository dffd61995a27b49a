//! Cases of an archive that look like this one: a section that can also be put into a page that was
//! rendered before its neighbours were known.

use super::shown::{Shown, shown};
use crate::report::ReportError;
use crate::report::html::shown::unix_line_ends;
use crate::report::view::{SimilarCase, SimilarCases};
use crate::report::words::{clock, plural};
use askama::Template;

/// Where the section begins in a page; text of a bundle cannot contain it, because its `<` is escaped.
const BEGIN: &str = "<!-- similar cases -->";

/// Where it ends.
const END: &str = "<!-- end of similar cases -->";

/// Of what two cases share, so much is listed: the rarest, which say most.
const SHARED: usize = 8;

/// The section.
#[derive(Template)]
#[template(path = "similar.html")]
struct Section {
    lead: String,
    note: Shown,
    cases: Vec<Row>,
}

/// One case.
struct Row {
    name: Shown,
    report: Shown,
    percent: u64,
    captured: String,
    version: Shown,
    headline: Shown,
    was: Shown,
    link: Shown,
    shared: Vec<(Shown, Shown, String)>,
    /// How many more both show.
    more: String,
}

/// The section between its marks; nothing between them where no archive was looked in.
pub fn section(similar: &SimilarCases) -> Result<String, ReportError> {
    if similar.compared == 0 {
        return Ok(format!("{BEGIN}\n{END}"));
    }
    let others = similar.compared.saturating_sub(1);
    let lead = if similar.cases.is_empty() {
        format!(
            "None of {} in the archive has enough in common with this one.",
            plural(others, "other case")
        )
    } else {
        format!(
            "The most similar of {} in the archive; rare traits weigh most. These cases belong to others: keep this section inside your team.",
            plural(others, "other case")
        )
    };
    let section = Section {
        lead,
        note: shown(&similar.note),
        cases: similar
            .cases
            .iter()
            .map(|case| row(case, similar.compared))
            .collect(),
    };
    let html = section
        .render()
        .map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(format!("{BEGIN}\n{}{END}", unix_line_ends(&html)))
}

/// One case.
fn row(case: &SimilarCase, all: usize) -> Row {
    let more = case.shared.len().saturating_sub(SHARED);
    let shared = case.shared.iter().take(SHARED).map(|one| {
        let cases = format!("{} of {}", one.cases, plural(all, "case"));
        (shown(&one.id), shown(&one.text), cases)
    });
    let taken = case.captured_at.as_deref();
    Row {
        name: shown(&case.case),
        report: shown(&case.report),
        percent: case.percent,
        captured: taken.map(|time| clock(time) + " UTC").unwrap_or_default(),
        version: shown(&case.kubernetes_version),
        headline: shown(&case.headline),
        was: shown(&case.was),
        link: shown(&case.link),
        shared: shared.collect(),
        more: if more > 0 {
            format!("and {more} more")
        } else {
            String::new()
        },
    }
}

/// A rendered report with this section in place of the one it has; `None` where it has none, because
/// another version made it.
pub fn with_similar(page: &str, section: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{section}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::SharedTrait;

    /// One neighbour whose words try to be markup.
    fn similar() -> SimilarCases {
        SimilarCases {
            compared: 12,
            cases: vec![SimilarCase {
                case: "a<b>".into(),
                report: "a.html".into(),
                captured_at: Some("2024-05-01T12:00:00Z".into()),
                kubernetes_version: "v1.28.5".into(),
                headline: "h".into(),
                percent: 62,
                shared: vec![SharedTrait {
                    kind: "rule",
                    id: "r".into(),
                    text: "<!-- end of similar cases -->".into(),
                    cases: 2,
                }],
                was: "<script>".into(),
                link: "https://x.example/\"onload=1".into(),
            }],
            note: String::new(),
        }
    }

    #[test]
    fn a_section_takes_the_place_of_the_one_before() {
        let empty = format!(
            "<p>a</p>{}<p>b</p>",
            section(&SimilarCases::default()).expect("it renders")
        );
        assert_eq!(empty, format!("<p>a</p>{BEGIN}\n{END}<p>b</p>"));
        let full = section(&similar()).expect("it renders");
        let page = with_similar(&empty, &full).expect("it has the marks");
        assert!(page.contains("62 % similar"), "{page}");
        assert!(page.contains("2 of 12 cases"), "{page}");
        assert!(
            !page.contains("<script>") && !page.contains("\"onload"),
            "{page}"
        );
        assert_eq!(with_similar(&page, &full), Some(page.clone()));
        let none = section(&SimilarCases::default()).expect("it renders");
        assert_eq!(with_similar(&page, &none), Some(empty));
        assert_eq!(with_similar("<p>old</p>", &full), None);
    }
}
