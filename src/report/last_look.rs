//! The last look for secrets in what is about to be written.
//!
//! Masking has judged each text of the bundle as it stands there; the writers disguise hidden
//! characters since. A text must read as it did, or a glyph or an escape is taken for the value of
//! `password:`, and whoever puts one into a log keeps the report from being written.

use super::html::parts;
use super::{Format, ReportError, glyphs, json};
use crate::redact::find_secret;

/// The rendered text, if no secret is left in it.
pub(super) fn checked(rendered: String, format: Format) -> Result<String, ReportError> {
    let (pages, data) = match format {
        Format::Html => {
            let (before, data, after) = parts(&rendered);
            ([before, after], data)
        }
        Format::Json => (["", ""], &*rendered),
        Format::Markdown | Format::Text => ([&*rendered, ""], ""),
    };
    let left = pages
        .into_iter()
        .find_map(|page| find_secret(glyphs::restored(page).as_bytes()))
        .or_else(|| find_secret(json::restored(data).as_bytes()));
    match left {
        None => Ok(rendered),
        Some(kind) => Err(ReportError::SecretLeft { kind }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::DATA_BLOCK;
    use super::*;
    use crate::redact::Kind;

    /// What is found in a text of this format.
    fn left(text: &str, format: Format) -> Option<Kind> {
        match checked(text.to_owned(), format) {
            Err(ReportError::SecretLeft { kind }) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn a_secret_in_the_rendered_bytes_fails_the_run() {
        for (format, text, secret) in [
            (Format::Html, "<p>password=hunter2</p>", true),
            (Format::Html, "<p>password=[REDACTED password]</p>", false),
            (Format::Markdown, "password=hunter2", true),
            (Format::Json, r#"{"text":"password=hunter2\u003cp"}"#, true),
            // A placeholder stays one, however the format escapes it.
            (
                Format::Json,
                r#"{"text":"password=\u003cnone\u003e"}"#,
                false,
            ),
        ] {
            let expected = secret.then_some(Kind::Password);
            assert_eq!(left(text, format), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_for_a_hidden_character_is_no_secret() {
        let html = |data: &str| format!("<p>a</p>{DATA_BLOCK}{data}</script><p>b</p>");
        for (format, text, secret) in [
            (Format::Text, "password:⟦U+202E⟧:".to_owned(), false),
            (Format::Text, "password:⟦U+202E⟧null".to_owned(), false),
            (Format::Text, "password:hunter2⟦U+202E⟧".to_owned(), true),
            (Format::Json, r#"["password:\u202e:"]"#.to_owned(), false),
            (
                Format::Json,
                r#"["password:\u0001 \udb40\udc41"]"#.to_owned(),
                false,
            ),
            (
                Format::Json,
                r#"["password:\nnext line"]"#.to_owned(),
                false,
            ),
            (
                Format::Json,
                r#"["password:\u202ehunter2"]"#.to_owned(),
                true,
            ),
            // The text has the backslash itself.
            (Format::Json, r#"["password:\\u202e:"]"#.to_owned(), true),
            (Format::Html, html(r#"["password:\u202e:"]"#), false),
            (Format::Html, html(r#"["password:hunter2"]"#), true),
        ] {
            let expected = secret.then_some(Kind::Password);
            assert_eq!(left(&text, format), expected, "{text}");
        }
    }
}
