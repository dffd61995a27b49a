//! Paths of fields: `status.conditions[*].type`, `metadata.annotations["example.com/owner"]`.
//!
//! In: the text of a path. Out: its steps. Walking a value along them is the examining room's.

use std::fmt;

/// A parsed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    steps: Vec<Step>,
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a map.
    Key(String),
    /// An item of a list, from zero.
    Index(usize),
    /// Every item of a list.
    All,
}

impl FieldPath {
    /// Reads a path; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside)?,
                None => key(rest, steps.is_empty())?,
            };
            steps.push(step);
            rest = after;
        }
        if steps.is_empty() {
            return Err("a field path must not be empty".into());
        }
        Ok(Self { steps })
    }

    /// The path of the whole object: stands in for a path that could not be read.
    pub(super) fn root() -> Self {
        Self { steps: Vec::new() }
    }

    /// Its steps, from the outside in.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// Reads `name` (at the start) or `.name`, and returns what follows.
fn key(text: &str, first: bool) -> Result<(Step, &str), String> {
    let name = match text.strip_prefix('.') {
        Some(name) if !first => name,
        None if first => text,
        _ => {
            return Err(format!(
                "keys must be separated by exactly one dot, near `{text}`"
            ));
        }
    };
    let end = name.find(['.', '[']).unwrap_or(name.len());
    match name.split_at_checked(end) {
        Some((name, after)) if !name.is_empty() && !name.contains([']', '"']) => {
            Ok((Step::Key(name.into()), after))
        }
        _ => Err(format!("a key is missing, near `{text}`")),
    }
}

/// Reads what follows `[`: `*]`, `0]` or `"quoted.key"]`.
fn bracket(inside: &str) -> Result<(Step, &str), String> {
    if let Some(quoted) = inside.strip_prefix('"') {
        return quoted
            .split_once("\"]")
            .map(|(key, after)| (Step::Key(key.into()), after))
            .ok_or_else(|| format!("`\"]` is missing after `[\"{quoted}`"));
    }
    let (index, after) = inside
        .split_once(']')
        .ok_or_else(|| format!("`]` is missing after `[{inside}`"))?;
    if index == "*" {
        return Ok((Step::All, after));
    }
    index
        .parse()
        .map(|index| (Step::Index(index), after))
        .map_err(|_| format!("`[{index}]` is neither [*], a number, nor [\"a quoted key\"]"))
}

impl fmt::Display for Step {
    /// The step as it stands behind another.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                write!(f, "[\"{key}\"]")
            }
            Self::Key(key) => write!(f, ".{key}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::All => f.write_str("[*]"),
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(&self.steps))
    }
}

/// The text of a path with these steps.
pub fn join(steps: &[Step]) -> String {
    let text: String = steps.iter().map(ToString::to_string).collect();
    text.strip_prefix('.').map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_read_back_as_they_were_written() {
        for text in [
            "status",
            "status.containerStatuses[*].lastState.terminated.reason",
            "spec.containers[0].args[12]",
            "metadata.annotations[\"example.com/owner\"]",
            "data[\"a.b\"].c",
            "matrix[*][*]",
        ] {
            assert_eq!(FieldPath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_broken_path_is_refused() {
        for text in [
            "", ".a", "a..b", "a.", "a[", "a[x]", "a[\"b]", "a[*]b", "a]b",
        ] {
            assert!(FieldPath::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_accepted_path_reads_back(text in "[a-c.\\[\\]*\"0-2]{0,12}") {
            if let Ok(path) = FieldPath::parse(&text) {
                prop_assert_eq!(FieldPath::parse(&path.to_string()), Ok(path));
            }
        }
    }
}
