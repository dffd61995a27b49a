//! Values that are no secret whatever their name: masks, placeholders, references, plain words.

/// What tools write in place of a value. Only alone is it a mask: what is glued to it is not.
const MASKS: &[&str] = &[
    "***hidden***",
    "[redacted]",
    "[redacted",
    "<redacted>",
    "redacted",
    "[hidden]",
    "<hidden>",
    "hidden",
    "[masked]",
    "<masked>",
    "masked",
    "[filtered]",
    "removed",
    "omitted",
    "<omitted>",
    "<sensitive>",
    "(sensitive",
    "sensitive",
    "<secret>",
    "data+omitted",
    "<removed>",
];

/// Words that say that there is no value, or what became of it.
const WORDS: &[&str] = &[
    "true",
    "false",
    "null",
    "nil",
    "none",
    "yes",
    "no",
    "empty",
    "unset",
    "set",
    "not",
    "required",
    "optional",
    "invalid",
    "expired",
    "missing",
    "unknown",
    "string",
    "undefined",
    "present",
    "incorrect",
    "wrong",
    "changed",
    "accepted",
    "rejected",
    "failed",
    "bytes",
    "[]byte",
    "map",
    "object",
    "bool",
    "int",
    "na",
    "n/a",
];

/// Words of placeholders in texts for people: `<client-secret>`, `<your password>`.
const PLACEHOLDERS: &[&str] = &[
    "secret",
    "password",
    "passwd",
    "token",
    "key",
    "value",
    "your",
    "my",
    "the",
    "name",
    "client",
    "app",
    "id",
    "api",
    "none",
    "nil",
    "unset",
    "empty",
    "unknown",
    "invalid",
    "n",
    "hash",
    "user",
    "username",
    "account",
    "account-key",
    "uuid",
    "hex",
    "string",
    "bytes",
    "to",
    "in",
    "of",
    "set",
    "no",
    "from",
    "new",
    "old",
    "redacted",
    "hidden",
    "masked",
    "sas",
    "connection",
    "access",
    "auth",
    "credential",
    "credentials",
    "signature",
    "sig",
    "pass",
    "service",
    "principal",
    "registry",
    "namespace",
    "ip",
    "host",
    "port",
    "path",
    "query",
    "type",
    "version",
    "time",
    "duration",
    "size",
    "zone",
    "cookie",
    "private",
    "admin",
    "db",
    "database",
    "shared",
    "base",
    "encoded",
];

/// Length of a mask at the front of a value; nothing where none stands there.
pub(super) fn mask_at(value: &str) -> usize {
    // Markdown writes a backslash before each bracket.
    let escaped = usize::from(value.starts_with("\\["));
    if let Some(rest) = value
        .get(escaped..)
        .and_then(|value| value.strip_prefix("[REDACTED"))
    {
        let end = rest.find(']').filter(|end| {
            let kind = rest.get(..*end).unwrap_or_default();
            kind.bytes()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b' ' | b'-' | b'\\'))
        });
        return end.map_or(0, |end| escaped + "[REDACTED".len() + end + 1);
    }
    let lower = value
        .get(..value.floor_char_boundary(16))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let named = MASKS
        .iter()
        .filter(|mask| mask.starts_with(['*', '[', '<', '(']) && lower.starts_with(**mask));
    let named = named.map(|mask| mask.len()).max().unwrap_or(0);
    let stars = value.bytes().take_while(|byte| *byte == b'*').count();
    named.max(if stars >= 3 { stars } else { 0 })
}

/// Whether something stands for a value here and none is told: a mask, a placeholder, a reference.
pub(super) fn is_hidden(value: &str) -> bool {
    let value = value.trim();
    let bare = value.trim_matches(|c: char| matches!(c, '"' | '\'' | ',' | '.' | ';' | ':' | ')'));
    let lower = bare.to_ascii_lowercase();
    let same = |byte: u8| !bare.is_empty() && bare.bytes().all(|b| b == byte);
    bare.is_empty()
        || mask_at(bare) == bare.len()
        || MASKS.contains(&lower.as_str())
        || [b'x', b'X', b'*', b'.', b'-', b'?', b'_']
            .into_iter()
            .any(same)
        || is_placeholder(bare)
        || is_reference(bare)
}

/// `<client-secret>`, `{password}`, `<set to the key 'x' in secret 'y'>`.
fn is_placeholder(value: &str) -> bool {
    let inside = value
        .strip_prefix("&lt;")
        .or_else(|| value.strip_prefix(['<', '{']))
        .map(|inside| inside.trim_start_matches('{'));
    let Some(inside) = inside else { return false };
    if inside.starts_with("set to the key") {
        return true;
    }
    let inside = inside
        .trim_end_matches("&gt;")
        .trim_end_matches("&gt")
        .trim_end_matches(['>', '}']);
    let mut words = inside
        .split([' ', '-', '_', '.'])
        .filter(|word| !word.is_empty());
    words.all(|word| PLACEHOLDERS.contains(&word.to_ascii_lowercase().as_str()))
}

/// `${DB_PASSWORD}`, `$(TOKEN)`, `%PASSWORD%`, `$env:PASSWORD`, `{{ .Values.password }}`.
fn is_reference(value: &str) -> bool {
    if ["{{", "${{", "{."]
        .iter()
        .any(|open| value.starts_with(open))
        || value.starts_with("$(") && value.contains(' ')
    {
        return true;
    }
    let inside = value.strip_prefix('$').map(|inside| {
        let inside = inside.strip_prefix("env:").unwrap_or(inside);
        inside.trim_matches(|c: char| matches!(c, '{' | '}' | '(' | ')'))
    });
    let inside = inside.or_else(|| value.strip_prefix('%')?.strip_suffix('%'));
    inside.is_some_and(|inside| {
        let name = inside.split(":-").next().unwrap_or_default();
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
            && !(name.bytes().any(|b| b.is_ascii_digit()) && super::names::meaning(name).is_none())
    })
}

/// Whether the value is one that a name such as `password` gives away: neither hidden nor a word
/// that says that there is none.
pub(super) fn is_told(value: &str) -> bool {
    let bare = value.trim().trim_matches(|c: char| !c.is_alphanumeric());
    !is_hidden(value) && !WORDS.contains(&bare.to_ascii_lowercase().as_str())
}

/// Whether the value reads like a word, a name, a path, an address or a number: nothing that was
/// made up to be hard to guess.
pub(super) fn is_ordinary(value: &str) -> bool {
    // Reports cut what they quote behind a mask, or within a word.
    let value = value.trim().trim_end_matches('…');
    if !is_told(value) || value.len() < 4 {
        return true;
    }
    if value
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b':' | b'-' | b'/' | b','))
    {
        return true;
    }
    if is_time(value) {
        return true;
    }
    if is_uuid(value) || has_signs(value) || has_odd_case(value) {
        return false;
    }
    if value.contains("${") || tells_its_length(value) {
        return true;
    }
    if value.starts_with(['/', '*', '&', '(']) && !super::chance::is_random(value)
        || value.contains("://") && !super::chance::is_random(value)
    {
        return true;
    }
    let mut pieces = value
        .split(|c: char| {
            matches!(
                c,
                '/' | '.'
                    | '-'
                    | ':'
                    | ','
                    | ' '
                    | '_'
                    | '='
                    | '|'
                    | '@'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
                    | '*'
            )
        })
        .filter(|piece| !piece.is_empty());
    let in_name = value.contains('-') && value.starts_with(|c: char| c.is_ascii_lowercase());
    pieces.all(|piece| is_word(piece, in_name)) && !super::chance::is_random(value)
}

/// `2024-05-01T12:00:00.5Z`: a moment, which reports write beside everything.
fn is_time(value: &str) -> bool {
    let date = value.get(..10).map(str::as_bytes);
    let is_date = date.is_some_and(|date| {
        let mut bytes = date.iter().enumerate();
        bytes.all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    });
    let sign = |b: u8| matches!(b, b':' | b'-' | b'.' | b'+' | b'T' | b'Z' | b' ');
    is_date && value.bytes().all(|b| b.is_ascii_digit() || sign(b))
}

/// `8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11`: an identifier, but some tokens are written so.
fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `1679 bytes long` in base64: what must-gather writes in place of a Secret's value.
fn tells_its_length(value: &str) -> bool {
    use base64::Engine as _;
    let engine = &base64::engine::general_purpose::STANDARD;
    let decoded = engine.decode(value).unwrap_or_default();
    decoded.ends_with(b" bytes long")
}

/// One piece of a name: letters, or letters with a number at the end, or the hash of a pod.
fn is_word(piece: &str, in_name: bool) -> bool {
    let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = piece.len() - letters.len();
    if letters.is_empty() {
        return digits <= 14;
    }
    if letters.chars().all(char::is_alphabetic) {
        return digits <= 8 && letters.chars().count() < 40;
    }
    // `7d9f8b6c5d`, `x7k2p`, `3g41mr2412eu`: made up by a controller, and no secret.
    piece.len() <= if in_name { 13 } else { 10 }
        && piece
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        || piece.starts_with("0x") && piece.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Signs that no name, path or quantity has, among letters.
fn has_signs(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let odd = value
        .bytes()
        .any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let signs = value.contains(['!', '#', '%', '^', '~', '?', '+', '$'])
        || odd && value.contains('@') && !value.contains('/');
    value.len() >= 8
        && letters > 2
        && signs
        && !value.contains([' ', '('])
        && !value.starts_with('/')
}

/// `aBcDeF`: words written together (`createPodSandbox`, `RBACRole`) are longer than two letters
/// each, and have vowels.
pub(super) fn has_odd_case(value: &str) -> bool {
    let words = camel_words(value);
    let mixed = value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase());
    let odd = |word: &&&[u8]| {
        let vowel = |b: &u8| b"aeiouyAEIOUY".contains(b);
        let lower = word.iter().filter(|b| b.is_ascii_lowercase()).count();
        word.len() <= 2 || lower >= 2 && !word.iter().any(vowel)
    };
    let odd = words.iter().filter(odd).count();
    mixed && value.len() >= 8 && words.len() > 2 && odd * 3 > words.len()
}

/// The words of a text in which each begins with a capital, a digit or a sign.
pub(super) fn camel_words(value: &str) -> Vec<&[u8]> {
    let bytes = value.as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    for at in 0..=bytes.len() {
        let get = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
        let before = if at == 0 { b' ' } else { get(at - 1) };
        let (now, next) = (get(at), get(at + 1));
        let starts = now.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_uppercase() && next.is_ascii_lowercase());
        if starts || !now.is_ascii_alphabetic() {
            words.extend(bytes.get(start..at).filter(|word| !word.is_empty()));
            start = if now.is_ascii_alphabetic() {
                at
            } else {
                at + 1
            };
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mask_alone_hides_a_value() {
        for hidden in [
            "***HIDDEN***",
            "[REDACTED]",
            "[REDACTED password]",
            "<redacted>",
            "xxxxx",
            "****",
            "<client-secret>",
            "${DB_PASSWORD}",
            "$(API_TOKEN)",
            "<none>",
            "",
            "<set to the key 'x' in secret 'y'>",
            "{{ .Values.password }}",
            "%PASSWORD%",
        ] {
            assert!(is_hidden(hidden), "{hidden}");
        }
        for told in [
            "[hunter2]",
            "<hunter2x>",
            "${hunter2x}",
            "[REDACTED]hunter2",
            "abc**def",
            "***a***b",
        ] {
            assert!(!is_hidden(told), "{told}");
        }
        assert_eq!(mask_at("[REDACTED password]x"), 19);
        assert_eq!(mask_at("***HIDDEN***x"), 12);
        assert_eq!(mask_at("hidden"), 0);
    }

    #[test]
    fn names_and_words_are_ordinary() {
        for plain in [
            "2026-11-20T10:59:00Z",
            "shop-tls",
            "kube-system/bootstrap-token-abcdef",
            "default-token-x7k2p",
            "RBAC,Node",
            "/etc/kubernetes/certs/sa.pub",
            "10.0.0.4:443",
            "24h0m0s",
            "https://example.org/x",
            "digitalSignature,keyEncipherment",
            "invalid",
            "SHA256-RSA",
            "v1beta1",
            "authent…",
        ] {
            assert!(is_ordinary(plain), "{plain}");
        }
        for odd in [
            "s3cr3tOfMine",
            "aB3dE5fG7hJ9kL",
            "hunter2!x?9",
            "3f9c1b7a8d2e4f60",
        ] {
            assert!(!is_ordinary(odd), "{odd}");
        }
    }
}
