//! Names by which reports tell the inputs of one run apart.
//!
//! In: the inputs that the user named, in any order. Out: the same, each path once, with names of
//! their own: where two have one file name, the folders above them are part of it, as many as it takes.
//! Two logs of one name are two logs, whichever is named first.

use super::entry::Input;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The inputs, each with a name of its own.
pub fn told_apart(inputs: &[Input]) -> Vec<Input> {
    let mut groups: BTreeMap<&str, Vec<(PathBuf, &Input)>> = BTreeMap::new();
    for input in inputs {
        let group = groups.entry(&input.name).or_default();
        let place = input.path.as_deref().map(whole).unwrap_or_default();
        if !group.iter().any(|(known, _)| *known == place) {
            group.push((place, input));
        }
    }
    let mut named: Vec<Input> = groups
        .into_values()
        .flat_map(|group| names(&group))
        .collect();
    // In the order in which they were named, so that they are read in it.
    named.sort_by_key(|input| inputs.iter().position(|other| other.path == input.path));
    named
}

/// The inputs of one name, with the fewest folders before it that tell all of them apart.
fn names(group: &[(PathBuf, &Input)]) -> Vec<Input> {
    let longest = group.iter().map(|(place, _)| place.components().count());
    let longest = longest.max().unwrap_or(1);
    let with = |folders: usize| -> Vec<String> {
        let named = group
            .iter()
            .map(|(place, input)| last(place, folders, &input.name));
        named.collect()
    };
    let distinct = |names: &Vec<String>| {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort();
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    };
    let names = (0..=longest).map(with).find(distinct);
    let names = names.unwrap_or_else(|| with(0));
    let inputs = group.iter().zip(names);
    inputs
        .map(|((_, input), name)| Input {
            name,
            path: input.path.clone(),
        })
        .collect()
}

/// A name behind this many folders above its place.
fn last(place: &Path, folders: usize, name: &str) -> String {
    let above = place.parent().into_iter().flat_map(Path::components);
    let above: Vec<String> = above
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    let from = above.len().saturating_sub(folders);
    let mut parts = above[from..].to_vec();
    parts.push(name.to_owned());
    parts.join("/")
}

/// A path from the root, as far as the operating system tells.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &[&str]) -> Vec<String> {
        let input = |path: &&str| Input {
            name: path.rsplit('/').next().unwrap().to_owned(),
            path: (*path != "stdin").then(|| PathBuf::from(path)),
        };
        let inputs: Vec<Input> = paths.iter().map(input).collect();
        let apart = told_apart(&inputs);
        apart.into_iter().map(|input| input.name).collect()
    }

    #[test]
    fn inputs_of_one_name_carry_as_many_folders_as_tell_them_apart() {
        for (paths, names) in [
            (&["a/n.log", "m.log"][..], &["n.log", "m.log"][..]),
            (&["a/n.log", "b/n.log"], &["a/n.log", "b/n.log"]),
            (&["b/n.log", "a/n.log"], &["b/n.log", "a/n.log"]),
            (&["x/a/n.log", "y/a/n.log"], &["x/a/n.log", "y/a/n.log"]),
            (
                &["x/a/n.log", "y/b/n.log", "m.log"],
                &["a/n.log", "b/n.log", "m.log"],
            ),
            (&["n.log", "a/n.log"], &["n.log", "a/n.log"]),
            (&["stdin", "a/stdin"], &["stdin", "a/stdin"]),
            (&["a/n.log", "a/n.log"], &["n.log"]),
        ] {
            assert_eq!(named(paths), names, "{paths:?}");
        }
    }
}
