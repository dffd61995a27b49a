//! The report as one HTML file: it loads nothing, runs nothing that matters, and says everything.
//!
//! In: a [`Report`]. Out: the page. `page` arranges, `templates/report.html` prints. All text is
//! escaped by the template engine; the style and the only script are inline and named by their
//! hashes in a `Content-Security-Policy` that forbids everything else. The JSON of the same
//! report is embedded as a data block, which browsers never execute, so that [`embedded_json`]
//! can read an old report back when the bundle is gone.

mod ask;
mod before;
mod coverage;
mod detectors;
mod excerpt;
mod findings;
mod page;
pub(super) mod shown;
mod similar;
mod timeline;
mod unknown;

pub use shown::unix_line_ends;
pub use similar::{section as similar_section, with_similar};

use super::view::Report;
use super::words::size;
use super::{ReportError, json, markdown, shed};
use askama::Template as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The inline style.
pub const STYLE: &str = include_str!("../../../templates/style.css");

/// The inline script; the report is complete without it.
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// How the embedded JSON begins; log text cannot contain it, because its `<` is escaped.
pub(super) const DATA_BLOCK: &str = r#"<script type="application/json" id="bundlescope-report">"#;

/// The page, at most `max_bytes` large if leaving out what [`shed`] allows makes that possible.
pub(super) fn render(report: &Report, max_bytes: usize) -> Result<String, ReportError> {
    let mut html = print(report)?;
    let mut report = report.clone();
    for step in shed::STEPS {
        if html.len() <= max_bytes {
            return Ok(html);
        }
        if step.take(&mut report) {
            html = print(&report)?;
        }
    }
    // What a page has is about what its findings have; half as many are half as much at most.
    let all = report.findings.len();
    let mut keep = all;
    while html.len() > max_bytes && keep > LEAST {
        let fits = keep.saturating_mul(max_bytes) / html.len();
        keep = fits.clamp(LEAST, keep / 2 + LEAST / 2);
        shed::few(&mut report, keep, all);
        html = print(&report)?;
    }
    if html.len() > max_bytes {
        report.shed.push(format!(
            "nothing more can be omitted: titles and counts alone exceed the limit of {}",
            size(max_bytes as u64)
        ));
        html = print(&report)?;
    }
    Ok(html)
}

/// Findings that a page lists whatever its size.
const LEAST: usize = 2;

/// What a page may use: its own style and script, and nothing else.
pub struct Inline {
    /// The `Content-Security-Policy` that names both by their hashes.
    pub policy: String,
    /// The style as it has to be printed.
    pub style: String,
    /// The script as it has to be printed.
    pub script: String,
}

impl Inline {
    /// The policy for this style and script; a page without one runs none.
    pub fn new(style: &str, script: &str) -> Self {
        let (style, script) = (unix_line_ends(style), unix_line_ends(script));
        let allowed = match script.as_str() {
            "" => "none".to_owned(),
            script => hash(script),
        };
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{allowed}'; base-uri 'none'; form-action 'none'",
            hash(&style),
        );
        Self {
            policy,
            style,
            script,
        }
    }
}

/// The page as it is, whatever its size.
fn print(report: &Report) -> Result<String, ReportError> {
    let Inline {
        policy,
        style,
        script,
    } = Inline::new(STYLE, SCRIPT);
    let summary = markdown::render(report);
    let data = json::embedded(report)?;
    let similar = similar::section(&report.similar)?;
    let page = page::Page::new(
        report,
        page::Frame {
            policy,
            style,
            script,
            summary,
            data,
            similar,
        },
    );
    let html = page
        .render()
        .map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(unix_line_ends(&html))
}

/// The report that an HTML report carries; `None` where there is none, or it is damaged.
pub fn embedded_json(html: &str) -> Option<serde_json::Value> {
    serde_json::from_str(parts(html).1).ok()
}

/// What stands before the report that an HTML report carries, the report, and what stands behind.
pub(super) fn parts(html: &str) -> (&str, &str, &str) {
    let (before, rest) = html.split_once(DATA_BLOCK).unwrap_or((html, ""));
    let (data, after) = rest.split_once("</script>").unwrap_or((rest, ""));
    (before, data, after)
}

/// `sha256-...` as a policy names it.
fn hash(inline: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(inline)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_inline_text_by_its_hash() {
        assert_eq!(
            hash(""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn a_page_without_a_report_holds_none() {
        assert_eq!(embedded_json(""), None);
        assert_eq!(embedded_json("<script>{}</script>"), None);
        assert_eq!(embedded_json(&format!("{DATA_BLOCK}{{")), None);
        assert_eq!(embedded_json(&format!("{DATA_BLOCK}{{</script>")), None);
        assert_eq!(
            embedded_json(&format!("{DATA_BLOCK}{{\"a\":1}}</script>")),
            Some(serde_json::json!({"a": 1}))
        );
    }
}
