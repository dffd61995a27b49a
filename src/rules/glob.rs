//! Which entries a matcher reads, by the end of their path: `cluster-resources/*/api*.log`.
//!
//! `*` and `?` stay within one part of the path, as in a shell and in Go. What stands before is
//! free, because a bundle is often unpacked into a folder of its own, or lies in another archive.

use crate::rules::pattern::Pattern;

/// The end of a path.
#[derive(Debug, Clone)]
pub struct PathGlob {
    source: String,
    pattern: Pattern,
}

impl PathGlob {
    /// Reads a glob; the error says what is wrong with it.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let parts: Vec<&str> = source
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        if parts.is_empty() || parts.contains(&"..") {
            return Err("write a path inside the bundle, such as logs/*.log".into());
        }
        let mut regex = String::from("(?:^|/)");
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                regex.push('/');
            }
            part_regex(part, &mut regex)?;
        }
        regex.push('$');
        let pattern = Pattern::checked(&regex).map_err(|_| {
            format!("`{source}` is not a valid path pattern (*, ? and [...] are allowed)")
        })?;
        Ok(Self {
            source: source.to_owned(),
            pattern,
        })
    }

    /// As the rule file writes it.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether a path, its parts parted by `/`, ends like this.
    pub fn matches(&self, path: &str) -> bool {
        self.pattern.is_match(path.as_bytes())
    }
}

/// Adds one part of a path as a regex.
fn part_regex(part: &str, regex: &mut String) -> Result<(), String> {
    let mut rest = part.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '[' => {
                let (inside, after) = rest
                    .as_str()
                    .split_once(']')
                    .ok_or_else(|| format!("`]` is missing in `{part}`"))?;
                regex.push('[');
                for (place, character) in inside.chars().enumerate() {
                    match character {
                        '^' if place == 0 => regex.push('^'),
                        '-' => regex.push('-'),
                        other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
                    }
                }
                regex.push(']');
                rest = after.chars();
            }
            '\\' => {
                let escaped = rest.next().unwrap_or('\\');
                regex.push_str(&regex::escape(escaped.encode_utf8(&mut [0; 4])));
            }
            other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_end_of_a_path_is_matched_part_by_part() {
        for (glob, path, expected) in [
            ("logs/*.log", "logs/a.log", true),
            ("logs/*.log", "bundle/x/logs/a.log", true),
            ("/logs/*.log", "bundle/logs/a.log", true),
            ("logs/*.log", "bundle/logs/x/a.log", false),
            ("logs/*.log", "bundle/oldlogs/a.log", false),
            ("a.log", "bundle/a.log", true),
            ("a.log", "bundle/a.log.1", false),
            ("a.log", "bundle/aXlog", false),
            ("*/web-?/[a-c]*.txt", "b/ns/web-1/b.txt", true),
            ("*/web-?/[^a-c]*.txt", "b/ns/web-1/b.txt", false),
            (r"a\*.log", "x/a*.log", true),
            ("+(x)/a", "+(x)/a", true),
        ] {
            assert_eq!(
                PathGlob::parse(glob).unwrap().matches(path),
                expected,
                "{glob} {path}"
            );
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for glob in ["", "/", ".", "../a", "a/[b", "[]"] {
            assert!(PathGlob::parse(glob).is_err(), "{glob}");
        }
    }

    proptest! {
        #[test]
        fn any_glob_is_survived(glob in "[a/*?\\[\\]\\\\^.-]{0,16}", path in "[a/.-]{0,16}") {
            if let Ok(glob) = PathGlob::parse(&glob) {
                let _ = glob.matches(&path);
            }
        }
    }
}
