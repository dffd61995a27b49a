//! Text that somebody pasted: outputs of several commands in one file, with or without the command
//! lines, with what went to standard error between them.
//!
//! In: the lines of a text. Out: [`Block`]s, each of one kind, which are then read as if each stood
//! in a file of its own. A block begins at a command line, a document, a description or a table;
//! what is none of these is a log.

mod command;

pub(super) use command::Command;

use super::prefix;
use crate::kube::describe::begins_description;
use crate::kube::table;
use memchr::memmem;
use std::ops::Range;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines of a log, or of anything else.
    Log,
    /// JSON documents.
    Json,
    /// YAML documents.
    Yaml,
    /// `kubectl describe` text.
    Describe,
    /// Tables as `kubectl get` prints them.
    Table,
    /// The Events table of a description whose begin was not pasted.
    Events,
    /// Lines that kubectl wrote to standard error.
    Noise,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// Its first line, counted from zero.
    pub(super) line: u64,
    /// The command that printed it, where that was pasted too.
    pub(super) command: Option<Command<'a>>,
}

/// How lines begin that kubectl writes to standard error.
const ERRORS: &[&str] = &[
    "Defaulted container",
    "Defaulting container",
    "Error from server",
    "Error in configuration:",
    "No resources found",
    "The connection to the server",
    "Unable to connect to the server",
    "Warning: ",
    "You must be logged in to the server",
    "error: ",
];

/// Source files of kubectl and its client, which klog names in what they write there.
const CLIENT: &[&str] = &[
    " cached_discovery.go:",
    " helpers.go:",
    " loader.go:",
    " memcache.go:",
    " request.go:",
    " round_trippers.go:",
    " shortcut.go:",
    " discovery.go:",
    " command.go:",
    " envvar.go:",
    " cert_rotation.go:",
];

/// Lines that somebody writes around what is pasted, at most.
const WORDS: usize = 30;

/// Keys at the left edge by which a YAML document of Kubernetes begins.
const DOCUMENTS: [&str; 2] = ["apiVersion:", "items:"];

/// Cuts a text into blocks.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut cutter = Cutter::default();
    let mut at = 0;
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().copied().unwrap_or_default();
        cutter.line(line.trim_end_matches(['\n', '\r']), next, at);
        at += line.len();
    }
    cutter.close(at);
    cutter.blocks
}

/// Whether a text has to be cut: a command line, an error of kubectl, or a further document stands
/// in it, or it is a table.
pub(super) fn is_pasted(text: &str) -> bool {
    let blocks = blocks(text);
    let prompted = blocks.iter().any(|block| block.command.is_some());
    let begins = blocks.first().map(|block| block.kind);
    match begins {
        None => false,
        Some(Kind::Log) => prompted || is_letter(text, &blocks),
        Some(Kind::Table | Kind::Noise | Kind::Events) => true,
        // Descriptions that follow each other are one text of descriptions.
        Some(Kind::Describe) => prompted || blocks.iter().any(|block| block.kind != Kind::Describe),
        Some(Kind::Json | Kind::Yaml) => prompted || blocks.len() > 1,
    }
}

/// Whether a few words stand around what kubectl printed: somebody wrote them, and no program.
fn is_letter(text: &str, blocks: &[Block<'_>]) -> bool {
    let printed = |block: &Block<'_>| matches!(block.kind, Kind::Describe | Kind::Events);
    let words = blocks.iter().filter(|block| block.kind == Kind::Log);
    let mut lines = words.flat_map(|block| {
        text.get(block.range.clone())
            .into_iter()
            .flat_map(str::lines)
    });
    blocks.iter().any(printed) && lines.clone().count() <= WORDS && !lines.any(is_of_log)
}

/// Whether documents in YAML have to be cut before they are read: quickly told, because most are
/// long and have not.
pub(super) fn has_more_than_yaml(text: &str) -> bool {
    let count = |words: &str| memmem::find_iter(text.as_bytes(), words).count();
    let has = |words: &str| memmem::find(text.as_bytes(), words.as_bytes()).is_some();
    let front = text.lines().next().unwrap_or_default();
    let begins = |words: &str| text.starts_with(words) || has(&format!("\n{words}"));
    let versions = count("\napiVersion: ") + usize::from(text.starts_with("apiVersion: "));
    let parted = count("\n---") + usize::from(text.starts_with("---"));
    let several = versions > parted.max(1);
    let command = is_error(front) || Command::parse(front).is_some();
    let errors = ERRORS.iter().any(|words| begins(words));
    (several || command || errors || has(" kubectl ") || has("\nkubectl ")) && is_pasted(text)
}

/// The blocks so far.
#[derive(Default)]
struct Cutter<'a> {
    blocks: Vec<Block<'a>>,
    open: Option<Block<'a>>,
    command: Option<Command<'a>>,
    /// Number of the line that is looked at.
    number: u64,
    /// Whether the line before is blank.
    after_blank: bool,
    /// Whether the open YAML document has its `apiVersion` already.
    versioned: bool,
}

impl<'a> Cutter<'a> {
    /// Takes one line, which begins at byte `at`.
    fn line(&mut self, line: &'a str, next: &str, at: usize) {
        if let Some(command) = Command::parse(line) {
            self.close(at);
            self.command = Some(command);
        } else {
            let kind = self.kind_of(line, next);
            if let Some(kind) = kind {
                self.close(at);
                self.versioned = false;
                self.open = Some(Block {
                    kind,
                    range: at..at,
                    line: self.number,
                    command: self.command,
                });
            }
            self.versioned |= line.starts_with("apiVersion:");
        }
        self.after_blank = line.trim().is_empty();
        self.number += 1;
    }

    /// Ends the open block at byte `at`.
    fn close(&mut self, at: usize) {
        if let Some(mut block) = self.open.take() {
            block.range.end = at;
            self.blocks.push(block);
        }
    }

    /// The kind of the block that begins with this line; `None` where the open one goes on.
    fn kind_of(&self, line: &str, next: &str) -> Option<Kind> {
        let open = self.open.as_ref().map(|block| block.kind);
        let begins = |kind: Kind| (open != Some(kind)).then_some(kind);
        if line.trim().is_empty() {
            return None;
        }
        // Within a document only what cannot stand in one ends it.
        if open == Some(Kind::Json) {
            return match line.as_bytes().first() {
                Some(b' ' | b'\t' | b'{' | b'}' | b'[' | b']' | b'"') => None,
                _ => self.plain(line, next).or(Some(Kind::Log)),
            };
        }
        if open == Some(Kind::Yaml) {
            let again = self.versioned && line.starts_with("apiVersion:");
            if again || line == "---" && self.versioned {
                return Some(Kind::Yaml);
            }
            let inside = line.starts_with([' ', '-', '#', '.']) || is_key(line);
            return if inside && !is_error(line) {
                None
            } else {
                self.plain(line, next).or(Some(Kind::Log))
            };
        }
        if let Some(kind) = self.plain(line, next) {
            // Noise between the lines of a log is a log's.
            return match kind {
                Kind::Noise if open == Some(Kind::Log) && self.prints_log() => None,
                Kind::Describe => Some(kind),
                kind => begins(kind),
            };
        }
        match open {
            None | Some(Kind::Noise) => Some(Kind::Log),
            Some(Kind::Describe | Kind::Table | Kind::Events) if is_of_log(line) => Some(Kind::Log),
            // Rows of events are indented; a line break in a message leaves no blank line.
            Some(Kind::Events) if self.after_blank && !line.starts_with([' ', '\t']) => {
                Some(Kind::Log)
            }
            Some(_) => None,
        }
    }

    /// Whether what is printed may be a log, whose lines may look like kubectl's own errors.
    fn prints_log(&self) -> bool {
        self.command.is_none_or(|command| command.log().is_some())
    }

    /// The kind that a line tells by itself.
    fn plain(&self, line: &str, next: &str) -> Option<Kind> {
        if is_error(line) {
            return Some(Kind::Noise);
        }
        let described = || self.command.and_then(|command| command.described());
        let in_description = self
            .open
            .as_ref()
            .is_some_and(|block| block.kind == Kind::Describe);
        let heads_events = line == "Events:" && (described().is_some() || begins_rows(next));
        if heads_events && !in_description {
            return Some(Kind::Events);
        }
        if begins_description(line, next) {
            return Some(Kind::Describe);
        }
        let document = DOCUMENTS.iter().any(|key| line.starts_with(key))
            || line == "---" && DOCUMENTS.iter().any(|key| next.starts_with(key))
            || line.starts_with("kind: ") && next.starts_with("apiVersion:");
        if document {
            return Some(Kind::Yaml);
        }
        if line == "{"
            || line == "["
            || line.starts_with("{\"kind\"")
            || line.starts_with("{\"apiVersion\"")
        {
            return Some(Kind::Json);
        }
        table::is_known_header(line).then_some(Kind::Table)
    }
}

/// Whether this is the head of the Events table in a description.
fn begins_rows(line: &str) -> bool {
    let mut columns = line.split_whitespace();
    match columns.next() {
        Some("Type") => columns.next() == Some("Reason"),
        Some("FirstSeen") => columns.next() == Some("LastSeen"),
        _ => false,
    }
}

/// Whether kubectl wrote this line to standard error.
fn is_error(line: &str) -> bool {
    let of_client = || {
        let [level, b'0'..=b'9', ..] = line.as_bytes() else {
            return false;
        };
        b"IWEF".contains(level) && CLIENT.iter().any(|file| line.contains(file))
    };
    ERRORS.iter().any(|start| line.starts_with(start)) || of_client()
}

/// Whether this is a key of YAML at the left edge: letters, then a colon and a blank or the end.
fn is_key(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, value)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./\"'".contains(c);
        !key.is_empty() && key.chars().all(plain) && (value.is_empty() || value.starts_with(' '))
    })
}

/// Whether a log's line cannot be one of a description or a table: it has a time or a level of its
/// own at the left edge.
fn is_of_log(line: &str) -> bool {
    if line.starts_with([' ', '\t']) {
        return false;
    }
    let front = prefix::parse(line.as_bytes());
    front.headed && (front.stamp.is_some() || front.level.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Kinds and first lines of the blocks.
    fn cut(text: &str) -> Vec<(Kind, u64)> {
        blocks(text)
            .iter()
            .map(|block| (block.kind, block.line))
            .collect()
    }

    const POD: &str = "Name:         a\nNamespace:    shop\nEvents:\n  Type  Reason\n";

    #[test]
    fn a_terminal_is_cut_at_its_commands() {
        let text = format!(
            "$ kubectl get nodes\nNAME  STATUS  ROLES  AGE  VERSION\nn1  Ready  agent  1d  v1.30.0\n\nme@box:~$ kubectl describe pod a\n{POD}PS C:\\> kubectl logs a\n2024-05-01T10:00:00Z hello\n"
        );
        assert_eq!(
            cut(&text),
            [(Kind::Table, 1), (Kind::Describe, 5), (Kind::Log, 10)]
        );
    }

    #[test]
    fn descriptions_follow_one_another_without_a_blank_line() {
        assert_eq!(
            cut(&format!("{POD}{POD}")),
            [(Kind::Describe, 0), (Kind::Describe, 4)]
        );
    }

    #[test]
    fn documents_are_cut_where_the_next_begins_and_errors_do_not_cost_them() {
        let one = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n";
        let error = "Error from server (Forbidden): secrets is forbidden\n";
        let text = format!("{one}{one}{error}");
        assert_eq!(
            cut(&text),
            [(Kind::Yaml, 0), (Kind::Yaml, 4), (Kind::Noise, 8)]
        );
        let klog = "I1130 02:35:43.123456   12345 loader.go:395] Config loaded\n";
        assert_eq!(
            cut(&format!("{klog}{one}")),
            [(Kind::Noise, 0), (Kind::Yaml, 1)]
        );
        let json = "{\n    \"kind\": \"Pod\"\n}\n";
        assert_eq!(
            cut(&format!("{error}{json}{POD}")),
            [(Kind::Noise, 0), (Kind::Json, 1), (Kind::Describe, 4)]
        );
    }

    #[test]
    fn events_without_their_description_are_found_among_words() {
        let rows = "Events:\n  Type  Reason\n  ----  ------\n  Warning  FailedMount\n";
        let text = format!("We see this:\n\n{rows}\nAny idea?\n");
        assert_eq!(
            cut(&text),
            [(Kind::Log, 0), (Kind::Events, 2), (Kind::Log, 7)]
        );
        assert!(is_pasted(&text));
        assert!(is_pasted(rows));
        assert!(!is_pasted(&format!("2024-05-01T10:00:00Z a\n{rows}")));
        assert!(!is_pasted("Events:\n  none\n"));
    }

    #[test]
    fn logs_stay_one_log() {
        for text in [
            "2024-05-01T10:00:00Z a\nName: of something\nError from server: x\n",
            "I1130 02:35:43.1 1 a.go:1] x\nE1130 02:35:43.1 1 a.go:1] y\n",
            "plain\nwords: here\n  NAME AGE\n",
            "",
        ] {
            let kinds = cut(text);
            assert!(
                kinds
                    .iter()
                    .all(|(kind, _)| matches!(kind, Kind::Log | Kind::Noise)),
                "{text}: {kinds:?}"
            );
            assert!(kinds.len() <= 1, "{text}: {kinds:?}");
        }
    }

    proptest! {
        #[test]
        fn blocks_follow_each_other_and_hold_all_but_command_lines(text in "(\\$ kubectl get po\n|NAME  AGE\n|Name:  a\nLabels:  b\n|\\{\n|apiVersion: v1\n|é x\n|\n){0,12}") {
            let blocks = blocks(&text);
            let mut at = 0;
            for block in &blocks {
                prop_assert!(block.range.start >= at && block.range.end <= text.len());
                let lines = text.get(..block.range.start).unwrap().matches('\n').count() as u64;
                prop_assert_eq!(lines, block.line);
                at = block.range.end;
            }
        }
    }
}
