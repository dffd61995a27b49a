//! Which source file uses which, read from the `use` lines and paths of the sources.
//!
//! An edge leads to the file in which the thing named stands, also where another one re-exports it: a
//! table of contents (`mod`, `pub use`) is no use of what it lists. What a file uses of the module
//! files above it is told apart: words that all below them share (types, traits, constants) are no
//! edge, everything else is.

use std::collections::{BTreeMap, BTreeSet};

/// The file of each module; a module's path is its names from the crate's root.
type Module = Vec<String>;

/// One use of a thing: where it stands, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    /// The file it stands in.
    pub(crate) file: String,
    /// Its name there.
    pub(crate) name: String,
    /// Whether the file is a module above the one that uses it.
    pub(crate) above: bool,
}

/// All files and what they use.
pub(crate) struct Graph {
    /// By the file that uses.
    pub(crate) uses: BTreeMap<String, BTreeSet<Use>>,
}

impl Graph {
    /// The graph of these sources: names below `src/` and their code without tests and comments.
    pub(crate) fn of<'a>(sources: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let sources: Vec<(&str, &str)> = sources.filter(|(name, _)| *name != "main.rs").collect();
        let files = Files::of(&sources);
        let uses = sources
            .iter()
            .map(|(name, code)| ((*name).to_owned(), files.uses(name, code)))
            .collect();
        Self { uses }
    }

    /// Files that use each other in a circle, each circle by the names of its files.
    pub(crate) fn loops(&self, is_edge: impl Fn(&str, &Use) -> bool) -> Vec<Vec<&str>> {
        let edges: BTreeMap<&str, BTreeSet<&str>> = self
            .uses
            .iter()
            .map(|(from, uses)| {
                let to = uses.iter().filter(|to| is_edge(from, to));
                (from.as_str(), to.map(|to| to.file.as_str()).collect())
            })
            .collect();
        let after: BTreeMap<&str, BTreeSet<&str>> = edges
            .keys()
            .map(|from| (*from, reached(&edges, from)))
            .collect();
        let circle = |from: &&str| -> Vec<&str> {
            let back = |to: &&&str| after.get(*to).is_some_and(|after| after.contains(from));
            let after = after.get(from).into_iter().flatten();
            after.filter(|to| back(to)).copied().collect()
        };
        let circles: BTreeSet<Vec<&str>> = edges.keys().map(circle).collect();
        circles.into_iter().filter(|one| !one.is_empty()).collect()
    }
}

/// All files that can be reached from one.
fn reached<'a>(edges: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(file) = todo.pop() {
        for to in edges.get(file).into_iter().flatten() {
            if found.insert(*to) {
                todo.push(to);
            }
        }
    }
    found
}

/// The files of a crate by their modules, and what each re-exports.
struct Files {
    files: BTreeMap<Module, String>,
    /// For each module, the names that it hands on and where they come from.
    handed_on: BTreeMap<Module, BTreeMap<String, Module>>,
}

impl Files {
    /// The files with these names and codes.
    fn of(sources: &[(&str, &str)]) -> Self {
        let files = sources
            .iter()
            .map(|(name, _)| (module_of(name), (*name).to_owned()))
            .collect();
        let mut all = Self {
            files,
            handed_on: BTreeMap::new(),
        };
        for (name, code) in sources {
            let own = module_of(name);
            let mut handed_on = BTreeMap::new();
            for (public, tree) in statements(code) {
                for (path, called) in leaves(tree).iter().filter(|_| public) {
                    if let Some(path) = all.absolute(&own, path) {
                        handed_on.insert(called.clone(), path);
                    }
                }
            }
            all.handed_on.insert(own, handed_on);
        }
        all
    }

    /// A path from the root of the crate; `None` for what is not of this crate.
    fn absolute(&self, own: &Module, path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Module::new(),
            "self" => own.clone(),
            "super" => own.split_last()?.1.to_vec(),
            name => {
                let child = [own.as_slice(), &[name.to_owned()]].concat();
                self.files.contains_key(&child).then_some(child)?
            }
        };
        for name in rest {
            match name.as_str() {
                "super" => {
                    at.pop();
                }
                "self" => {}
                name => at.push(name.to_owned()),
            }
        }
        Some(at)
    }

    /// Where the thing at a path stands: the module of its file, and its name; no name where it is
    /// that module.
    fn place(&self, path: &Module) -> Option<(Module, Option<String>)> {
        let mut path = path.clone();
        for _ in 0..16 {
            let length = (0..=path.len())
                .rev()
                .find(|length| self.files.contains_key(&path[..*length]))?;
            let module = path[..length].to_vec();
            let Some(name) = path.get(length) else {
                return Some((module, None));
            };
            let handed_on = self.handed_on.get(&module)?;
            let Some(from) = handed_on.get(name) else {
                return Some((module, Some(name.clone())));
            };
            path = [from.as_slice(), &path[length + 1..]].concat();
        }
        None
    }

    /// What a file uses of the others.
    fn uses(&self, name: &str, code: &str) -> BTreeSet<Use> {
        let own = module_of(name);
        let mut paths: BTreeSet<Module> = BTreeSet::new();
        // Names that stand for modules in this file.
        let mut modules: BTreeMap<String, Module> = BTreeMap::new();
        for (public, tree) in statements(code) {
            for (path, called) in leaves(tree) {
                let Some(path) = self.absolute(&own, &path) else {
                    continue;
                };
                match self.place(&path) {
                    Some((module, None)) => {
                        modules.insert(called, module);
                    }
                    _ if public => {}
                    _ => {
                        paths.insert(path);
                    }
                }
            }
        }
        for path in written_out(code) {
            let known = path.first().and_then(|first| modules.get(first));
            match known {
                Some(module) => {
                    paths.insert([module.as_slice(), &path[1..]].concat());
                }
                None => paths.extend(self.absolute(&own, &path)),
            }
        }
        let places = paths.iter().filter_map(|path| self.place(path));
        places
            .filter(|(module, _)| *module != own)
            .filter_map(|(module, name)| {
                Some(Use {
                    file: self.files.get(&module)?.clone(),
                    name: name?,
                    above: own.starts_with(&module),
                })
            })
            .collect()
    }
}

/// The module of a file: `rules/mod.rs` is `rules`, `rules/check.rs` is `rules::check`.
fn module_of(file: &str) -> Module {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    let mut names: Module = path.split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    names
}

/// The trees of all `use` statements, and whether each hands on what it names.
fn statements(code: &str) -> Vec<(bool, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit('\n').next().unwrap_or_default().trim();
        let public = before.starts_with("pub");
        if !(before.is_empty() || public) {
            continue;
        }
        if let Some(end) = code[at..].find(';') {
            found.push((public, &code[at + "use ".len()..at + end]));
        }
    }
    found
}

/// The paths of a tree, and what each is called in the file.
fn leaves(tree: &str) -> Vec<(Module, String)> {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
        return parts(inner)
            .into_iter()
            .flat_map(|part| leaves(&format!("{}{part}", &tree[..open])))
            .collect();
    }
    let (path, alias) = match tree.split_once(" as ") {
        Some((path, alias)) => (path, Some(alias.trim().to_owned())),
        None => (tree, None),
    };
    let names: Module = path
        .split("::")
        .map(|name| name.trim().to_owned())
        .collect();
    let last = names.iter().rev().find(|name| *name != "self").cloned();
    let called = alias.or(last).unwrap_or_default();
    vec![(names, called)]
}

/// A list cut at the commas that stand in no inner braces.
fn parts(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let cut = list.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    cut.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Paths that stand in the code itself: `super::text::read`, `scan::place::cut_out`.
fn written_out(code: &str) -> Vec<Module> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(move |c: char| !is_path(c));
    words
        .filter(|word| word.starts_with(|c: char| c.is_lowercase()) && word.contains("::"))
        .map(|word| {
            let names = word.split("::").filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        })
        .collect()
}
