//! The comparison of two archives for programs: schema `bundlescope.archive-diff/v1`,
//! `docs/archive-diff.v1.schema.json`. No key is renamed or dropped within v1.

use super::ArchiveDiff;
use crate::report::ReportError;
use crate::report::diff::Kind;
use crate::report::json::escape_hidden;
use serde::{Serialize, Serializer};

/// Name of the schema.
const SCHEMA: &str = "bundlescope.archive-diff/v1";

/// The whole document.
#[derive(Serialize)]
struct Document<'d> {
    schema: &'static str,
    #[serde(flatten)]
    diff: &'d ArchiveDiff,
}

/// The document, indented, with a line end.
pub(super) fn render(diff: &ArchiveDiff) -> Result<String, ReportError> {
    let document = Document {
        schema: SCHEMA,
        diff,
    };
    let text = serde_json::to_string_pretty(&document);
    let text = text.map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(escape_hidden(text) + "\n")
}

/// What became of a signature, as one word.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
pub(super) fn kind<S: Serializer>(kind: &Kind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match kind {
        Kind::New => "new",
        Kind::NewlyVisible => "newly_visible",
        Kind::Resolved => "gone",
        Kind::NoLongerVisible => "no_longer_visible",
        Kind::Unchanged => "unchanged",
    })
}
