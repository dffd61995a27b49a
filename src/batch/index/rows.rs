//! One row per case.

use super::shown;
use crate::batch::digest::{Archive, Line, ReadLine};
use crate::batch::record::Class;
use crate::batch::runs::Runs;
use crate::report::words::{number, size};

/// Cases of one class.
pub(super) struct Group {
    /// Id for links.
    pub(super) id: &'static str,
    /// Title.
    pub(super) title: &'static str,
    /// What that means.
    pub(super) lead: &'static str,
    /// The cases.
    pub(super) rows: Vec<Row>,
}

/// One case.
pub(super) struct Row {
    /// Anchor.
    pub(super) id: String,
    /// Name.
    pub(super) case: String,
    /// Report; empty where there is none.
    pub(super) report: String,
    /// Place below the folder that all cases share; empty where the name says the same.
    pub(super) path: String,
    /// How many more places have the same content.
    pub(super) copies: String,
    /// Whether it was not there before.
    pub(super) new: bool,
    /// Day.
    pub(super) captured: String,
    /// Version of Kubernetes.
    pub(super) version: String,
    /// Cloud.
    pub(super) cloud: String,
    /// Word of the class.
    pub(super) class: &'static str,
    /// Shape that stands for the class.
    pub(super) shape: &'static str,
    /// First incident; or the reason why it could not be read.
    pub(super) headline: String,
    /// What an archive of a node is missing for.
    pub(super) missing: String,
    /// Lines that no rule explains.
    pub(super) unknown: String,
    /// Share of the rules that could look, in percent.
    pub(super) coverage: String,
    /// The same in words.
    pub(super) ran: String,
    /// What the filter compares words with.
    pub(super) filter: String,
    /// Bytes.
    pub(super) size: String,
}

/// Title of a class, its meaning, and its shape.
pub(super) fn words(class: Class) -> (&'static str, &'static str, &'static str) {
    match class {
        Class::Unexplained => (
            "Unexplained",
            "Something is visibly wrong, but no open finding of medium severity or above explains it.",
            "medium",
        ),
        Class::Critical => (
            "Critical, open",
            "The worst problem was open at capture time.",
            "critical",
        ),
        Class::High => (
            "High, open",
            "The worst problem was open at capture time.",
            "high",
        ),
        Class::Minor => (
            "Minor, open",
            "Nothing above medium severity was open at capture time.",
            "low",
        ),
        Class::Ended => (
            "Ended",
            "Every problem found had ended before capture.",
            "info",
        ),
        Class::Healthy => (
            "Nothing found",
            "No rule that could run found a problem; coverage shows how many could.",
            "good",
        ),
    }
}

/// The folder that all cases lie in, with its `/`: only what is below it is shown, because the rest is
/// of the machine.
pub(super) fn shared_folder(archive: &Archive) -> String {
    let paths = archive.lines.iter().flat_map(|line| {
        let others = line.other_paths.iter().map(String::as_str);
        others.chain([line.location.as_str()])
    });
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(0, |(folder, _)| folder.len() + 1)
    };
    let mut shared: Option<&str> = None;
    for path in paths {
        let own = path.get(..folder(path)).unwrap_or_default();
        let known = shared.unwrap_or(own);
        let same = known
            .bytes()
            .zip(own.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        let cut = known.as_bytes()[..same]
            .iter()
            .rposition(|b| *b == b'/')
            .map_or(0, |at| at + 1);
        shared = known.get(..cut);
    }
    shared.unwrap_or_default().to_owned()
}

/// The rows of the cases that were read, by class.
pub(super) fn groups(lines: &[&Line], shared: &str, runs: &Runs) -> Vec<Group> {
    let mut groups = Vec::new();
    for class in Class::ALL {
        let of_class = lines.iter().filter_map(|line| {
            let read = line.read.as_ref().ok()?;
            (read.class == class).then(|| row(line, read, shared, runs))
        });
        let rows: Vec<Row> = of_class.collect();
        if !rows.is_empty() {
            let (title, lead, _) = words(class);
            groups.push(Group {
                id: class.as_str(),
                title,
                lead,
                rows,
            });
        }
    }
    groups
}

/// The rows of the cases that could not be read.
pub(super) fn unreadable(lines: &[&Line], shared: &str) -> Vec<Row> {
    let rows = lines.iter().filter_map(|line| {
        let reason = line.read.as_ref().err()?;
        let base = base(line, shared);
        Some(Row {
            headline: shown(reason),
            class: "unreadable",
            shape: "info",
            filter: format!("class:unreadable {}", base.filter).to_lowercase(),
            ..base
        })
    });
    rows.collect()
}

/// The row of a case that was read.
fn row(line: &Line, read: &ReadLine, shared: &str, runs: &Runs) -> Row {
    let percent = (read.ran * 100)
        .checked_div(read.checks)
        .unwrap_or_default();
    let new = !runs.knew(&line.sha256);
    let missing = match read.missing_nodes.as_slice() {
        [] => String::new(),
        nodes => format!("no archive of {}", some(nodes)),
    };
    let key = |name: &str, value: &str| {
        if value.is_empty() {
            String::new()
        } else {
            format!(" {name}:{value}")
        }
    };
    let base = base(line, shared);
    Row {
        report: read.report.clone(),
        new,
        captured: read.captured().to_owned(),
        version: shown(&read.version),
        cloud: shown(&read.cloud),
        class: read.class.as_str(),
        shape: words(read.class).2,
        headline: shown(&read.headline),
        missing: shown(&missing),
        unknown: if read.unknown_lines > 0 {
            number(read.unknown_lines)
        } else {
            String::new()
        },
        coverage: format!("{percent} %"),
        ran: format!("{} of {} checks could run", read.ran, read.checks),
        filter: format!(
            "class:{}{}{}{}{} {}",
            read.class.as_str(),
            key("cloud", &read.cloud),
            key("format", &read.format),
            key("version", &read.version),
            if new { " is:new" } else { "" },
            base.filter
        )
        .to_lowercase(),
        ..base
    }
}

/// What every row has; it is found by its path as it is shown, and by those of its copies.
fn base(line: &Line, shared: &str) -> Row {
    let path_of = |location: &str| shown(&short(location.strip_prefix(shared).unwrap_or(location)));
    let path = path_of(&line.location);
    let copies: Vec<String> = line.other_paths.iter().map(|path| path_of(path)).collect();
    Row {
        id: anchor(line),
        case: shown(&line.case),
        report: String::new(),
        filter: format!("{path} {}", copies.join(" ")).trim_end().to_owned(),
        path,
        copies: if copies.is_empty() {
            String::new()
        } else {
            format!("also {}", some(&copies))
        },
        new: false,
        captured: String::new(),
        version: String::new(),
        cloud: String::new(),
        class: "",
        shape: "",
        headline: String::new(),
        missing: String::new(),
        unknown: String::new(),
        coverage: String::new(),
        ran: String::new(),
        size: size(line.bytes),
    }
}

/// Parts of a path that are shown: enough to find a bundle, too few to tell a machine's own folders.
const PARTS: usize = 3;

/// The end of a path.
fn short(path: &str) -> String {
    match path.rmatch_indices('/').nth(PARTS - 1) {
        Some((at, _)) => format!("…{}", path.get(at..).unwrap_or_default()),
        None => path.to_owned(),
    }
}

/// The anchor of a case: it stays the same as long as the bundle does.
pub(super) fn anchor(line: &Line) -> String {
    format!(
        "c-{}",
        crate::batch::record::token(&[&line.sha256, &line.location])
    )
}

/// The first few of several names.
fn some(names: &[String]) -> String {
    let first: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
    let more = names.len() - first.len();
    let first = first.join(", ");
    if more > 0 {
        format!("{first} and {more} more")
    } else {
        first
    }
}
