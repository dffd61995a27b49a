//! Secrets on command lines whose flags do not name them: `-p`, `-u user:password`, pipes.

use super::{Found, Kind, values};
use regex::Regex;
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

/// Patterns whose last group is the secret.
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
    .map(|pattern| Regex::new(pattern).expect("a constant pattern"))
    .into()
});

/// `root:password` in a list of cloud-init.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|\\n)[ \t-]*[a-z_][a-z0-9_-]{0,31}:([^\s\\:"']{4,})"#)
        .expect("a constant pattern")
});

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
        for captures in pattern.captures_iter(text) {
            let Some(value) = captures.iter().flatten().last() else {
                continue;
            };
            let number = value
                .as_str()
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'/'));
            if !number && value.len() > 3 && !values::is_ordinary(value.as_str()) {
                found.push(Found {
                    kind: Kind::Password,
                    range: value.range(),
                });
            }
        }
    }
}
