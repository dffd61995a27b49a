//! A text that stands in every match of a regex, read from its source.
//!
//! Thousands of regexes are never compiled for the few lines they are asked about: one search for
//! all needles says which ones can match at all.

/// Shortest text that is worth a search.
const SHORTEST: usize = 3;

/// The longest run of plain characters outside of all groups; `None` where none is sure.
pub(super) fn needle(regex: &str) -> Option<String> {
    let regex = regex.strip_prefix("(?i)").unwrap_or(regex);
    let mut runs = vec![String::new()];
    let mut depth = 0_usize;
    let mut class = false;
    let mut characters = regex.chars().peekable();
    while let Some(character) = characters.next() {
        let plain = match character {
            '\\' => characters
                .next()
                .filter(|escaped| !escaped.is_ascii_alphanumeric()),
            ']' if class => {
                class = false;
                None
            }
            _ if class => None,
            '[' => {
                class = true;
                // A bracket that stands first is a member.
                if characters.peek() == Some(&'^') {
                    characters.next();
                }
                if characters.peek() == Some(&']') {
                    characters.next();
                }
                None
            }
            '(' => {
                depth += 1;
                None
            }
            ')' => {
                depth = depth.saturating_sub(1);
                None
            }
            '|' if depth == 0 => return None,
            '?' | '*' => {
                // What stands before it may be missing.
                runs.last_mut().map(String::pop);
                None
            }
            '{' => {
                runs.last_mut().map(String::pop);
                while characters.next().is_some_and(|inside| inside != '}') {}
                None
            }
            '.' | '+' | '^' | '$' | '|' => None,
            other => Some(other),
        };
        match plain.filter(|_| depth == 0 && !class) {
            Some(plain) => {
                if let Some(run) = runs.last_mut() {
                    run.push(plain);
                }
            }
            None => runs.push(String::new()),
        }
    }
    let longest = runs.into_iter().max_by_key(String::len)?;
    (longest.len() >= SHORTEST).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_that_has_to_be_there_is_found() {
        for (regex, expected) in [
            (r"NVRM: Xid \(PCI:[^)]*\): 79\b", Some("NVRM: Xid (PCI:")),
            (r"(?i)\berrno[ =:]+28\b", Some("errno")),
            (r"exit codes? 137", Some("exit code")),
            (r"abc|def", None),
            (r"(?:abc|def)", None),
            (r"x{2}abcd{0,3}", Some("abc")),
            (r"[]abc]def", Some("def")),
        ] {
            assert_eq!(needle(regex).as_deref(), expected, "{regex}");
        }
    }
}
