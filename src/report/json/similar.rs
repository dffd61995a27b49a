//! `similar_cases`.

use crate::report::view;
use serde::Serialize;

/// Cases of an archive that look like this one.
#[derive(Serialize)]
pub(super) struct SimilarCases<'r> {
    compared: usize,
    cases: Vec<SimilarCase<'r>>,
}

/// One of them.
#[derive(Serialize)]
struct SimilarCase<'r> {
    case: &'r str,
    captured_at: Option<&'r str>,
    kubernetes_version: &'r str,
    headline: &'r str,
    percent: u64,
    shared: Vec<Shared<'r>>,
    was: &'r str,
    link: &'r str,
}

/// Something that both show.
#[derive(Serialize)]
struct Shared<'r> {
    kind: &'static str,
    id: &'r str,
    text: &'r str,
    cases: usize,
}

/// The cases that look like this one.
pub(super) fn similar(similar: &view::SimilarCases) -> SimilarCases<'_> {
    SimilarCases {
        compared: similar.compared,
        cases: similar.cases.iter().map(case).collect(),
    }
}

/// One case.
fn case(case: &view::SimilarCase) -> SimilarCase<'_> {
    let shared = case.shared.iter().map(|one| Shared {
        kind: one.kind,
        id: &one.id,
        text: &one.text,
        cases: one.cases,
    });
    SimilarCase {
        case: &case.case,
        captured_at: case.captured_at.as_deref(),
        kubernetes_version: &case.kubernetes_version,
        headline: &case.headline,
        percent: case.percent,
        shared: shared.collect(),
        was: &case.was,
        link: &case.link,
    }
}
