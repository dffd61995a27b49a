//! The template that is kept: that of the line without its secrets.
//!
//! A template drops digits and keeps letters, so that nobody recognises any more what is left of a
//! token. Lines are told apart by what they say; what is kept of them is made once for each group.

use super::known::Known;
use super::record::error_line;
use crate::examine::lines::lossy;
use crate::redact;

/// The template of a line, which is `template` where the line holds no secret. `next` is as in
/// [`error_line`].
pub fn shown(template: String, line: &[u8], next: Option<&[u8]>) -> String {
    if !redact::may_hold(line) && !next.is_some_and(redact::may_hold) {
        return template;
    }
    // Both lines together: a name may end one, its value begin the other.
    let joined = [line, next.unwrap_or_default()].join(&b'\n');
    let text = lossy(&joined);
    let (masked, found) = redact::mask(&text);
    if found.is_empty() {
        return template;
    }
    let (line, behind) = masked.split_once('\n').unwrap_or((&masked, ""));
    let next = next.map(|_| behind.as_bytes());
    let again = error_line(line.as_bytes(), next, &mut Known::default());
    again.map_or_else(
        || redact::mask(&template).0.into_owned(),
        |again| again.template,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_of_a_token_is_left_in_a_template() {
        let line = b"E0521 14:00:00.000000 1 a.go:1] \"request refused\" token=aB3dE5fG7hJ9kLmN2pQ4 by 10.0.0.4";
        let raw = error_line(line, None, &mut Known::default())
            .unwrap()
            .template;
        let kept = shown(raw, line, None);
        assert!(!kept.contains("aB") && !kept.contains("mN"), "{kept}");
        assert!(
            kept.contains("request refused") && kept.contains("<ip>"),
            "{kept}"
        );
        let plain = b"E0521 14:00:00.000000 1 a.go:1] \"request refused\" by 10.0.0.4";
        let raw = error_line(plain, None, &mut Known::default())
            .unwrap()
            .template;
        assert_eq!(shown(raw.clone(), plain, None), raw);
    }
}
