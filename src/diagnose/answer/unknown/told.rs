//! One error that a component tells several times, layer by layer: the lines end with the same
//! words, are as many, and begin and end together.
//!
//! `"CreatePodSandbox for pod failed" err=...` and `"RunPodSandbox from runtime service failed"
//! err=...` are one failure. They become one template that names each beginning. As all templates
//! are compared in a sorted order, the order in which they were found is of no account.

use super::{Joined, Key};
use crate::examine::prefix::Level;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Bytes of the common end at least: less is a phrase that many errors end with.
const COMMON: usize = 40;

/// How far the first and the last lines may be apart, in seconds.
const TOGETHER: i64 = 5;

/// Bytes of a beginning that are named.
const BEGINNING: usize = 120;

/// What stands between the beginnings.
const OR: &str = " | ";

/// What else has to be the same: component, level, number of lines.
type Alike = (String, Level, u64);

/// Joins the templates that tell the same error.
pub(super) fn join(joined: BTreeMap<Key, Joined>) -> BTreeMap<Key, Joined> {
    let mut alike: BTreeMap<Alike, Vec<(Key, Joined)>> = BTreeMap::new();
    for (key, lines) in joined {
        let group = (key.0.clone(), key.1, lines.count);
        alike.entry(group).or_default().push((key, lines));
    }
    let mut out: BTreeMap<Key, Joined> = BTreeMap::new();
    for group in alike.into_values() {
        for (key, lines) in tellings(group) {
            match out.get_mut(&key) {
                Some(known) => known.join(lines),
                None => _ = out.insert(key, lines),
            }
        }
    }
    out
}

/// Joins neighbours in the order of the ends of their templates.
fn tellings(mut group: Vec<(Key, Joined)>) -> Vec<(Key, Joined)> {
    group.sort_by_cached_key(|(key, _)| key.2.bytes().rev().collect::<Vec<u8>>());
    let mut out: Vec<(Key, Joined)> = Vec::new();
    let mut open: Option<Telling> = None;
    for (key, lines) in group {
        open = match open {
            Some(mut telling) if telling.fits(&key.2, &lines) => {
                telling.add(&key.2, lines);
                Some(telling)
            }
            other => {
                out.extend(other.map(Telling::finish));
                Some(Telling::new(key, lines))
            }
        };
    }
    out.extend(open.map(Telling::finish));
    out
}

/// Templates of one error, so far.
struct Telling {
    key: Key,
    templates: Vec<String>,
    end: String,
    lines: Joined,
    span: Option<(i64, i64)>,
}

impl Telling {
    /// One template.
    fn new(key: Key, lines: Joined) -> Self {
        Self {
            templates: vec![key.2.clone()],
            end: key.2.clone(),
            span: span(&lines),
            key,
            lines,
        }
    }

    /// Whether another template tells the same.
    fn fits(&self, template: &str, lines: &Joined) -> bool {
        let near = |a: i64, b: i64| a.abs_diff(b) <= TOGETHER.unsigned_abs();
        let together = self
            .span
            .zip(span(lines))
            .is_some_and(|(own, other)| near(own.0, other.0) && near(own.1, other.1));
        together && common_end(&self.end, template).len() >= COMMON
    }

    /// Takes it in.
    fn add(&mut self, template: &str, lines: Joined) {
        self.end = common_end(&self.end, template).to_owned();
        self.templates.push(template.to_owned());
        self.lines.join(lines);
    }

    /// The template of all.
    fn finish(mut self) -> (Key, Joined) {
        if self.templates.len() > 1 {
            self.templates.sort();
            // One is told whole; of the others the message names the layer.
            let whole = self.templates.first().map_or("", String::as_str);
            let mut begins: Vec<String> = self
                .templates
                .iter()
                .skip(1)
                .map(|template| match template.split_once(" err=") {
                    Some((message, _)) => message,
                    None => template.strip_suffix(self.end.as_str()).unwrap_or_default(),
                })
                .map(|begin| begin.trim().chars().take(BEGINNING).collect::<String>())
                .filter(|begin| !begin.is_empty())
                .collect();
            begins.dedup();
            self.key.2 = if begins.is_empty() {
                // The others are the end alone.
                whole.to_owned()
            } else {
                format!("{whole} (also: {})", begins.join(OR))
            };
        }
        (self.key, self.lines)
    }
}

/// First and last second of lines.
fn span(lines: &Joined) -> Option<(i64, i64)> {
    let times = lines.samples.iter().filter_map(|sample| sample.time);
    let seconds = times.map(Timestamp::as_second);
    seconds.clone().min().zip(seconds.max())
}

/// The longest end that two texts share, from the begin of a word on.
fn common_end<'a>(a: &'a str, b: &str) -> &'a str {
    let same = a
        .bytes()
        .rev()
        .zip(b.bytes().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut start = a.len() - same;
    while !a.is_char_boundary(start) {
        start += 1;
    }
    let end = a.get(start..).unwrap_or_default();
    let whole = start == 0 || a.get(..start).is_some_and(|before| before.ends_with(' '));
    if whole {
        return end;
    }
    end.find(' ')
        .and_then(|blank| end.get(blank + 1..))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_end_begins_with_a_word() {
        for (a, b, end) in [
            ("one: the same end", "two: the same end", "the same end"),
            ("same", "same", "same"),
            ("xsame end", "ysame end", "end"),
            ("a ä end", "b ö end", "end"),
            ("no", "way", ""),
        ] {
            assert_eq!(common_end(a, b), end, "{a} {b}");
        }
    }
}
