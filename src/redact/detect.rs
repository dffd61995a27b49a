//! What a secret looks like: a table of detectors, each a cheap trigger and a precise regex.
//!
//! In: one text. Out: the byte ranges of secret values in it. Values that are masked already,
//! placeholders and plain words are no secrets; nor are digests, UIDs and image names, which have
//! no detector.

use rayon::prelude::*;
use regex::{Regex, RegexSet};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// What was masked; its words stand inside the mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Key of an Azure storage account, service bus or workspace.
    AccountKey,
    /// Access key or secret key of another cloud or a web API.
    ApiKey,
    /// `Authorization: Bearer ...` and bare tokens named so.
    BearerToken,
    /// Token with which a node joins a cluster.
    BootstrapToken,
    /// Secret of an application registration.
    ClientSecret,
    /// A connection string as a whole.
    ConnectionString,
    /// JSON web token.
    Jwt,
    /// Client key, client certificate or token of a kubeconfig.
    Kubeconfig,
    /// Password of any kind, also in a URL.
    Password,
    /// Private key, or lines out of the middle of one.
    PrivateKey,
    /// Credential of an image registry.
    RegistryCredential,
    /// Signature of a shared access signature.
    SasToken,
}

impl Kind {
    /// `sas-token`, `private-key`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountKey => "account-key",
            Self::ApiKey => "api-key",
            Self::BearerToken => "bearer-token",
            Self::BootstrapToken => "bootstrap-token",
            Self::ClientSecret => "client-secret",
            Self::ConnectionString => "connection-string",
            Self::Jwt => "jwt",
            Self::Kubeconfig => "kubeconfig",
            Self::Password => "password",
            Self::PrivateKey => "private-key",
            Self::RegistryCredential => "registry-credential",
            Self::SasToken => "sas-token",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One secret: what it is and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// What it is.
    pub(super) kind: Kind,
    /// Byte range of the secret value, without its name.
    pub(super) range: Range<usize>,
}

/// Every secret in the text, in no particular order; ranges may overlap.
pub(super) fn find(text: &str) -> Vec<Found> {
    let table = &*TABLE;
    let triggered = table.triggers.matches(text);
    let detectors = triggered
        .iter()
        .filter_map(|index| table.detectors.get(index));
    detectors.flat_map(|detector| detector.find(text)).collect()
}

/// Bytes of a long text that one thread looks through for triggers at a time.
const PIECE: usize = 128 << 10;

/// The kind of the first secret that [`find`] would name. For long texts: all threads share the
/// work.
pub(super) fn find_first(text: &str) -> Option<Kind> {
    let table = &*TABLE;
    // A trigger never reaches over the end of a line; what it triggers may, and sees all of it.
    let triggered: BTreeSet<usize> = pieces(text)
        .into_par_iter()
        .flat_map_iter(|piece| table.triggers.matches(piece))
        .collect();
    let detectors: Vec<&Detector> = triggered
        .into_iter()
        .filter_map(|index| table.detectors.get(index))
        .collect();
    detectors
        .into_par_iter()
        .with_max_len(1)
        .find_map_first(|detector| detector.find(text).next())
        .map(|found| found.kind)
}

/// The text cut at line ends into pieces of about [`PIECE`] bytes.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.as_bytes().get(PIECE..).unwrap_or_default();
        let end = memchr::memchr(b'\n', after).map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = more;
    }
    pieces
}

/// One way a secret shows itself.
struct Detector {
    kind: Kind,
    regex: Regex,
    accept: fn(&str) -> bool,
}

impl Detector {
    /// The secrets that it sees, in order.
    fn find(&self, text: &str) -> impl Iterator<Item = Found> {
        self.regex.captures_iter(text).filter_map(|captures| {
            // The value is the last group that took part; a regex without groups is all value.
            let value = captures.iter().flatten().last()?;
            let trimmed = value.as_str().trim_end_matches('\\');
            let secret = (self.accept)(trimmed) || is_open(text, &value);
            (!trimmed.is_empty() && secret).then(|| Found {
                kind: self.kind,
                range: value.start()..value.start() + trimmed.len(),
            })
        })
    }
}

/// Whether a value in quotes goes on to the end of its line, so that what it is, is not told: what
/// is written behind the line would be taken for the rest of it. A mask is none.
fn is_open(text: &str, value: &regex::Match<'_>) -> bool {
    let before = text.get(..value.start()).unwrap_or_default();
    let behind = text.get(value.end()..).unwrap_or_default();
    before.ends_with(['"', '\''])
        && (behind.is_empty() || behind.starts_with(['\r', '\n']))
        && !value.as_str().starts_with("[REDACTED")
}

/// All detectors, and the literals without which none of them can match.
struct Table {
    triggers: RegexSet,
    detectors: Vec<Detector>,
}

/// Names whose values are secrets, by kind. They match at the end of a longer name as well
/// (`MYSQL_ROOT_PASSWORD`, `aadClientSecret`), and never with more name behind them
/// (`passwordFile`).
const NAMES: [(Kind, &str); 6] = [
    (
        Kind::Password,
        "password|passwd|passphrase|[;,{]pwd|(?:_|-)pass",
    ),
    (
        Kind::ClientSecret,
        "client[_-]?secret|app[_-]?secret|secret[_-]?value",
    ),
    (
        Kind::AccountKey,
        "account[_-]?key|shared[_-]?access[_-]?key|shared[_-]?key|wskey|storage[_-]?key",
    ),
    (
        Kind::ApiKey,
        "api[_-]?key|secret[_-]?access[_-]?key|secret[_-]?key|subscription[_-]?key",
    ),
    (
        Kind::ConnectionString,
        "connection[_-]?string|shared[_-]?access[_-]?signature",
    ),
    (
        Kind::Kubeconfig,
        "client-key-data|client-certificate-data|refresh[_-]?token|access[_-]?token|id[_-]?token",
    ),
];

/// Value without quotes: up to white space or the end of the pair.
const BARE: &str = r#"([^\s"'\\<>&,;(){}\[\]][^\s"'\\<>&,;)}\]]*|\[[^\s"'\\<>&,;)}]*)"#;

/// First character of a quoted value: none that could follow the quote in our own output.
const QUOTED_FIRST: &str = r#"[^"'\\<>,:\]}\s]"#;

/// Kind, trigger, regex, and a second look at the value.
type Pattern = (Kind, &'static str, &'static str, fn(&str) -> bool);

/// Detectors that need no name.
const PATTERNS: [Pattern; 15] = [
    (
        Kind::PrivateKey,
        "PRIVATE KEY",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[\s\\A-Za-z0-9+/=:,.-]*-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{16,})*)",
        always,
    ),
    (
        Kind::PrivateKey,
        "PRIVATE KEY",
        r"(?:[A-Za-z0-9+/=]{4,}(?:\s|\\[nr])+)*-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----",
        always,
    ),
    (
        Kind::PrivateKey,
        r"(?m)^[ \t]*[A-Za-z0-9+/]{64}",
        r"(?m)^[ \t]*([A-Za-z0-9+/]{64,76})[ \t]*\r?$",
        is_key_body,
    ),
    (
        Kind::Jwt,
        "eyJ",
        r"(?:^|[^A-Za-z0-9])(eyJ[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*){0,2})",
        always,
    ),
    (
        Kind::BearerToken,
        "(?i)bearer",
        r"(?i)\bbearer\s+([A-Za-z0-9._~+/=-]{16,})",
        has_digit,
    ),
    (
        Kind::BearerToken,
        "(?i)authorization",
        r#"(?i)\bauthorization\\*["']?\s*[:=]\s*\[?\\*["']?(?:basic|bearer|digest|negotiate|sharedkey|sharedkeylite)\s+([A-Za-z0-9._~+/=:-]{6,})"#,
        always,
    ),
    (
        Kind::BearerToken,
        "(?i)token",
        r#"(?i)token\\*["']?[ \t]{0,4}[:=][ \t]{0,4}\\*["']?([A-Za-z0-9._~+/=-]{16,})"#,
        is_random,
    ),
    (
        Kind::SasToken,
        "(?i)sig(?:=|%3d)",
        r"(?i)(?:^|[^A-Za-z0-9]|u0026|%26)sig(?:=|%3d)([A-Za-z0-9%+/=_.~-]{16,})",
        always,
    ),
    (
        Kind::AccountKey,
        "==",
        r"(?:^|[^A-Za-z0-9+/])([A-Za-z0-9+/]{86}==)",
        is_random,
    ),
    (
        Kind::Password,
        "://",
        r#"://[^\s/:@?#"'<>\\]*:([^\s/@"'<>\\]+)@"#,
        is_value,
    ),
    (
        Kind::BootstrapToken,
        "(?i)token",
        r"(?i)token[^\n]{0,24}?\b([a-z0-9]{6}\.[a-z0-9]{16})\b",
        has_digit,
    ),
    (
        Kind::ApiKey,
        "AKIA|ASIA|AIza|xox",
        r"\b((?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|xox[abprs]-[A-Za-z0-9-]{10,})",
        always,
    ),
    (
        Kind::ApiKey,
        "gh[opsur]_|github_pat_",
        r"\b(gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
        always,
    ),
    (
        Kind::ClientSecret,
        "8Q~",
        r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34})",
        always,
    ),
    (
        Kind::RegistryCredential,
        "(?i)auth",
        r#"\\*"auth\\*"\s*:\s*\\*"([A-Za-z0-9+/=]{8,})"#,
        is_value,
    ),
];

/// Compiled once; every pattern is a constant of this file.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut triggers: Vec<String> = Vec::new();
    let mut detectors = Vec::new();
    let mut add = |kind, trigger: &str, pattern: &str, accept| {
        triggers.push(trigger.to_owned());
        let regex = Regex::new(pattern).expect("a constant pattern that the tests compile");
        detectors.push(Detector {
            kind,
            regex,
            accept,
        });
    };
    for (kind, trigger, pattern, accept) in PATTERNS {
        add(kind, trigger, pattern, accept);
    }
    for (kind, names) in NAMES {
        let trigger = format!("(?i){names}");
        for form in named_forms(names) {
            add(kind, &trigger, &form, is_value);
        }
    }
    let words = "passw|passphrase|secret|token|api_?key|account_?key|connection_?string";
    for form in environment_forms(words) {
        add(Kind::Password, &format!("(?i){words}"), &form, is_value);
    }
    Table {
        triggers: RegexSet::new(triggers).expect("constant patterns that the tests compile"),
        detectors,
    }
});

/// The ways in which a name and its value are written; the value is the last group.
fn named_forms(names: &str) -> [String; 6] {
    let first = QUOTED_FIRST;
    [
        // `"password": "value"`, `password="value"`
        format!(
            r#"(?i)(?:{names})["']?[ \t]{{0,4}}[:=][ \t]{{0,4}}"({first}(?:[^"\\\r\n]|\\[^\r\n])*)"#
        ),
        format!(r"(?i)(?:{names})['\x22]?[ \t]{{0,4}}[:=][ \t]{{0,4}}'({first}[^'\r\n]*)"),
        // `\"password\":\"value\"`: JSON inside a string
        format!(
            r#"(?i)(?:{names})\\+["'][ \t]{{0,4}}[:=][ \t]{{0,4}}\\+["']({first}[^"'\\\r\n]*)"#
        ),
        // `password=value`, `password:value`
        format!(r#"(?i)(?:{names})\\*["']?(?:[ \t]{{0,4}}=[ \t]{{0,4}}|:)\\*["']?{BARE}"#),
        // `password: value` as a line of YAML or of `kubectl describe`
        format!(r"(?im)^[ \t-]*[\w.-]*(?:{names}):[ \t]+{BARE}[ \t]*\r?$"),
        // `--client-secret value`
        format!(r"(?i)(?:^|\s)--?[\w-]*(?:{names})[ \t]+([^\s\x22'<>&\\\[{{$-][^\s\x22'<>\\&;]*)"),
    ]
}

/// An environment variable of a container whose name says that its value is a secret.
fn environment_forms(words: &str) -> [String; 2] {
    [
        format!(
            r#"(?i)\\*"name\\*"\s*:\s*\\*"[^"\\\n]{{0,80}}(?:{words})[^"\\\n]{{0,40}}\\*"\s*,\s*\\*"value\\*"\s*:\s*\\*"({QUOTED_FIRST}(?:[^"\\\r\n]|\\[^\r\n])*)"#
        ),
        format!(
            r#"(?i)\bname:[ \t]*["']?[\w.-]*(?:{words})[\w.-]*["']?[ \t]*\r?\n[ \t]*value:[ \t]*["']?({QUOTED_FIRST}[^"'\r\n]*)"#
        ),
    ]
}

/// A pattern that needs no second look.
fn always(_: &str) -> bool {
    true
}

/// A token has digits; a sentence rarely has.
fn has_digit(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit())
}

/// Random-looking: letters and digits, and not masked already.
fn is_random(value: &str) -> bool {
    has_digit(value) && value.bytes().any(|b| b.is_ascii_alphabetic()) && is_value(value)
}

/// Base64 of key material: both cases and a digit. A digest in hex has one case only.
fn is_key_body(value: &str) -> bool {
    has_digit(value)
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && value
            .bytes()
            .any(|b| b.is_ascii_alphabetic() && !b.is_ascii_hexdigit())
}

/// A real value, and neither a mask, a placeholder, a reference nor a plain word that says that
/// there is none.
fn is_value(value: &str) -> bool {
    const WORDS: [&str; 22] = [
        "true", "false", "null", "nil", "none", "yes", "no", "empty", "unset", "set", "required",
        "optional", "invalid", "expired", "missing", "unknown", "redacted", "hidden", "masked",
        "removed", "omitted", "string",
    ];
    let value = value.trim();
    let bare = value.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let lower = bare.to_ascii_lowercase();
    let masked = value.starts_with('[')
        && (value == "[REDACTED" || value.starts_with("[REDACTED ") || value.ends_with(']'))
        || value.contains("**");
    let placeholder = value.starts_with("$(")
        || value.starts_with("${")
        || value.starts_with('{')
        || value.starts_with('<')
        || value.starts_with("&lt;");
    let same = lower
        .bytes()
        .all(|b| b == b'x' || b == b'.' || b == b'-' || b == b'*');
    !(masked || placeholder || same || WORDS.contains(&lower.as_str()))
}
