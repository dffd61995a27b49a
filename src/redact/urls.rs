//! Secrets in addresses: before the host, and in fields that only an address has.

use super::{Found, Kind, chance, values};
use regex::Regex;
use std::sync::LazyLock;

/// `%3A%2F%2Fuser%3Apassword%40`, encoded once or twice.
static ENCODED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)%(?:25)?3A%(?:25)?2F%(?:25)?2F[^%\s"'&]*%(?:25)?3A([^\s"'&]+?)%(?:25)?40"#)
        .expect("a constant pattern")
});

/// `?code=...` of functions and of sign-ins.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:[?&;]|u0026|%26|%3f)code(?:=|%3d)([A-Za-z0-9._~%+/=-]{16,})")
        .expect("a constant pattern")
});

/// `app:password@tcp(db:3306)/shop`, `scott/password@//host:1521/svc`.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[\w.-]+:([^\s"']+)@(?:tcp|unix)\(|(?:oracle:(?:thin|oci):|sqlplus (?:-\w )*|impdp |expdp )[\w.$-]+/([^\s"']+)@"#)
        .expect("a constant pattern")
});

/// Every secret in an address.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for (at, _) in text.match_indices("://") {
        userinfo(text, at + 3, found);
    }
    if text.contains('%') {
        for captures in ENCODED.captures_iter(text) {
            push(&captures, Kind::Password, found, values::is_told);
        }
    }
    for captures in CODE.captures_iter(text) {
        push(&captures, Kind::ApiKey, found, |code| {
            chance::is_random(code) || values::has_odd_case(code)
        });
    }
    if text.contains('@') {
        for captures in LOGIN.captures_iter(text) {
            push(&captures, Kind::Password, found, values::is_told);
        }
    }
}

/// Adds the last group of a match, if it is a secret.
fn push(captures: &regex::Captures<'_>, kind: Kind, found: &mut Vec<Found>, is: fn(&str) -> bool) {
    if let Some(value) = captures.iter().flatten().last()
        && is(value.as_str())
    {
        found.push(Found {
            kind,
            range: value.range(),
        });
    }
}

/// What stands before the host: a user with a password, which may hold any sign, or a token alone.
fn userinfo(text: &str, start: usize, found: &mut Vec<Found>) {
    let rest = text.get(start..).unwrap_or_default();
    let rest = rest
        .get(..rest.floor_char_boundary(2_048))
        .unwrap_or_default();
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\')
    };
    let length = rest.find(ends).unwrap_or(rest.len());
    let url = rest.get(..length).unwrap_or_default();
    // Another address behind a comma or in a query has its own.
    let url = url
        .find("://")
        .map_or(url, |end| url.get(..end).unwrap_or_default());
    let mut ats = url.match_indices('@').map(|(at, _)| at).collect::<Vec<_>>();
    ats.retain(|at| is_host(url.get(at + 1..).unwrap_or_default()));
    let Some(at) = ats.pop() else { return };
    let info = url.get(..at).unwrap_or_default();
    let Some((user, password)) = info.split_once(':') else {
        if !info.contains(['/', '?', '#']) && (chance::is_random(info) || is_token(info)) {
            found.push(Found {
                kind: Kind::ApiKey,
                range: start..start + at,
            });
        }
        return;
    };
    // `host:8080/path@x`: no password before a path begins with a port.
    let digits = password.bytes().take_while(u8::is_ascii_digit).count();
    let behind = password.get(digits..).unwrap_or_default();
    let port = (1..=5).contains(&digits) && behind.starts_with('/');
    if user.contains(['/', '?', '#']) || port || values::is_hidden(password) {
        return;
    }
    // The scheme of a token is written as the password: `token:x-oauth-basic@`.
    let from = start + user.len() + 1;
    found.push(Found {
        kind: Kind::Password,
        range: from..start + at,
    });
    if chance::is_random(user) {
        found.push(Found {
            kind: Kind::ApiKey,
            range: start..start + user.len(),
        });
    }
}

/// A user that is a token by its length and digits.
fn is_token(user: &str) -> bool {
    let letters = user.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = user.bytes().filter(u8::is_ascii_digit).count();
    user.len() >= 20
        && letters > 0
        && digits > 1
        && user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a host with its end stands here.
fn is_host(rest: &str) -> bool {
    let length = rest
        .find(|c: char| {
            !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':'))
        })
        .unwrap_or(rest.len());
    let host = rest.get(..length).unwrap_or_default();
    let behind = rest.get(length..).unwrap_or_default();
    !host.is_empty()
        && (behind.is_empty()
            || behind.starts_with(['/', '?', '#', ',', ')', ';', '&', ']', '}', '|', '…']))
}
