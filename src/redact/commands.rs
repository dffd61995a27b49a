//! Secrets on command lines whose flags do not name them: `-p`, `-u user:password`, pipes.

use super::{Found, Kind, values};
use regex::bytes::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// What leads to the patterns; each has one of these.
const MARKS: &[&str] = &[
    " -",
    "chpasswd",
    "stdin",
    "SecureString",
    "PSCredential",
    "pgpass",
    "from-literal",
    "system:",
];

/// Patterns whose last group is the secret. Words between a command and its flag are counted in bytes: counted in
/// characters, each of the patterns is as large as all the others of this room.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // curl -u user:password
        r#"(?:^|\s)(?:-u|--user|--proxy-user|-U)[= ]*["']?[^\s:"'/]+:([^\s"'\\]+)"#,
        // docker login -p password, redis-cli -a password, ldapsearch -w password
        r#"\b(?:docker|podman|nerdctl|helm|oras|crane|skopeo|az|mongo\w*|mysql\w*|mariadb\w*|sshpass|redis-cli|sqlcmd|zip|unzip|7z|ldap\w+|smbclient|influx|cqlsh|sqlplus)\b[^\n|;]{0,400}?\s-[paPw][ =]?["']?([^\s"'\\-][^\s"'\\]{3,})"#,
        r#"\bmysql\w*\b[^\n|;]{0,200}?\s-p([^\s"'\\]{4,})"#,
        r#"\becho\s+(?:-n\s+)?["']?([^\s"'|]+)["']?\s*\|[^\n|]{0,200}stdin"#,
        r#"\becho\s+(?:-n\s+)?["']?[\w.-]+:([^\s"'|]+)["']?\s*\|\s*(?:sudo )?chpasswd"#,
        r#"(?:SecureString|PSCredential\(["'][^"']*["'],)\s+["']?\s*([^\s"')]+)"#,
        // The file of static tokens: token,user,uid,"groups"
        r#"(?:^|\s|")([^\s,"']{12,}),[\w:.@-]+,[\w-]+,\\*"?system:"#,
        r#"--from-literal[= ]["']?[\w.-]+=([^\s"'\\]+)"#,
        r#"\b[\w.*-]+:[0-9*]{1,5}:[\w.*-]+:[\w.*-]+:([^\s:"']{6,})"#,
    ]
    .map(bytewise)
    .into()
});

/// `root:password` in a list of cloud-init.
static LISTED: LazyLock<Regex> =
    LazyLock::new(|| bytewise(r#"(?m)(?:^|\\n)[ \t-]*[a-z_][a-z0-9_-]{0,31}:([^\s\\:"']{4,})"#));

/// A regex that knows no characters beyond ASCII; a secret in other ones is the bytes up to the next
/// blank or quote.
fn bytewise(pattern: &str) -> Regex {
    let mut builder = RegexBuilder::new(pattern);
    builder.unicode(false).build().expect("a constant pattern")
}

/// Whether a text looks like a command line with a flag of one letter, or a pipe.
pub(super) fn may_hold(text: &str) -> bool {
    let flag = [" -p", " -u", " -a", " -w", " -P", " -U"];
    flag.iter()
        .chain(MARKS.iter().skip(1))
        .any(|mark| text.contains(mark))
}

/// Every secret on a command line.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    if !MARKS.iter().any(|mark| text.contains(mark)) {
        return;
    }
    let listed = text.contains("chpasswd").then_some(&*LISTED);
    for pattern in PATTERNS.iter().chain(listed) {
        for captures in pattern.captures_iter(text.as_bytes()) {
            let group = captures.iter().flatten().last();
            let Some(range) = group.map(|group| group.range()) else {
                continue;
            };
            let Some(value) = text.get(range.clone()) else {
                continue;
            };
            let number = value
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'/'));
            if !number && value.len() > 3 && !values::is_ordinary(value) {
                found.push(Found {
                    kind: Kind::Password,
                    range,
                });
            }
        }
    }
}
