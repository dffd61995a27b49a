//! Texts of which one stands in every match of a regex.
//!
//! The build reads this file as well: the lexicon of codes is searched for these texts
//! (`rules/codes.rs`).

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Most texts of one pattern: a short word in either case has 32 spellings.
const MOST: usize = 64;

/// Most characters of a class that is written out: `[Ee]`, `[0-3]`.
const CLASS: usize = 4;

/// Longest text that tells more than a shorter one.
pub(crate) const LONGEST: usize = 64;

/// Texts of which one is in every match.
pub(crate) type Texts = Vec<Vec<u8>>;

/// Reads a pattern as the engine does: over bytes, with Unicode where it needs that.
pub(crate) fn parse(pattern: &str) -> Result<Hir, String> {
    let read = |unicode| {
        let mut parser = ParserBuilder::new().utf8(false).unicode(unicode).build();
        parser.parse(pattern).map_err(|error| error.to_string())
    };
    read(false).or_else(|_| read(true))
}

/// How texts are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Required {
    /// Bytes that a text has at least.
    pub(crate) shortest: usize,
    /// Whether the search for them takes any case: then all are in lower case.
    pub(crate) any_case: bool,
}

impl Required {
    /// The texts of a pattern, each long enough to be searched for; `None` where nothing is sure.
    pub(crate) fn of(&self, hir: &Hir) -> Option<Texts> {
        self.best(self.required(hir))
    }

    /// Adds a character of a class.
    fn add(&self, all: &mut Texts, mut text: Vec<u8>) {
        if self.any_case {
            text.make_ascii_lowercase();
        }
        if !all.contains(&text) {
            all.push(text);
        }
    }

    /// Texts of which at least one stands in every match of this part; `None` where nothing is sure.
    fn required(&self, hir: &Hir) -> Option<Texts> {
        if let Some(all) = self.exact(hir) {
            return self.best(Some(all));
        }
        match hir.kind() {
            HirKind::Capture(capture) => self.required(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.required(&repetition.sub),
            HirKind::Alternation(parts) => self.best(any_of(parts, |part| self.required(part))),
            HirKind::Concat(parts) => self.in_row(parts),
            _ => None,
        }
    }

    /// The best texts of parts that follow each other: runs whose spellings are all known, and what is
    /// sure within the others.
    fn in_row(&self, parts: &[Hir]) -> Option<Texts> {
        let mut found: Option<Texts> = None;
        let mut run: Texts = vec![vec![]];
        for part in parts {
            let longer = self.exact(part).and_then(|texts| product(&run, &texts));
            if let Some(longer) = longer {
                run = longer;
                continue;
            }
            found = self.better(found, Some(std::mem::replace(&mut run, vec![vec![]])));
            match self.exact(part) {
                // Too many spellings together: the next run begins here.
                Some(texts) => run = texts,
                None => found = self.better(found, self.required(part)),
            }
        }
        self.better(found, Some(run))
    }

    /// All texts that this part matches, where they are few.
    fn exact(&self, hir: &Hir) -> Option<Texts> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(vec![vec![]]),
            HirKind::Literal(literal) => {
                let mut all = Texts::new();
                self.add(&mut all, literal.0.to_vec());
                Some(all)
            }
            HirKind::Class(_) => self.members(hir),
            HirKind::Capture(capture) => self.exact(&capture.sub),
            HirKind::Concat(parts) => parts
                .iter()
                .try_fold(vec![vec![]], |run, part| product(&run, &self.exact(part)?)),
            HirKind::Alternation(parts) => any_of(parts, |part| self.exact(part)),
            HirKind::Repetition(_) => None,
        }
    }

    /// The characters of a class, where they are few.
    pub(crate) fn members(&self, hir: &Hir) -> Option<Texts> {
        let HirKind::Class(class) = hir.kind() else {
            return None;
        };
        let mut all = Texts::new();
        match class {
            Class::Bytes(class) => {
                for range in class.iter() {
                    for byte in range.start()..=range.end() {
                        self.add(&mut all, vec![byte]);
                        if all.len() > CLASS {
                            return None;
                        }
                    }
                }
            }
            Class::Unicode(class) => {
                for range in class.iter() {
                    for character in range.start()..=range.end() {
                        self.add(&mut all, character.to_string().into_bytes());
                        if all.len() > CLASS {
                            return None;
                        }
                    }
                }
            }
        }
        Some(all)
    }

    /// Texts that can be searched for: each long enough, of one line, and whole characters.
    fn best(&self, texts: Option<Texts>) -> Option<Texts> {
        texts.filter(|texts| {
            !texts.is_empty()
                && texts.iter().all(|text| {
                    text.len() >= self.shortest
                        && !text.contains(&b'\n')
                        && !text.contains(&b'\r')
                        && std::str::from_utf8(text).is_ok()
                })
        })
    }

    /// Of two sets the one whose shortest text is longer; of equal ones the smaller.
    fn better(&self, one: Option<Texts>, other: Option<Texts>) -> Option<Texts> {
        let rank = |texts: &Texts| {
            let shortest = texts.iter().map(Vec::len).min().unwrap_or_default();
            (shortest.min(LONGEST), usize::MAX - texts.len())
        };
        match (self.best(one), self.best(other)) {
            (Some(one), Some(other)) if rank(&other) > rank(&one) => Some(other),
            (None, other) => other,
            (one, _) => one,
        }
    }
}

/// The texts of all branches together; `None` where one has none or they are too many.
fn any_of(parts: &[Hir], texts: impl Fn(&Hir) -> Option<Texts>) -> Option<Texts> {
    let mut all = Texts::new();
    for part in parts {
        all.extend(texts(part)?);
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// Every text of the one followed by every text of the other; `None` where that is too many.
fn product(left: &Texts, right: &Texts) -> Option<Texts> {
    if left.len().saturating_mul(right.len()) > MOST {
        return None;
    }
    let joined = |a: &Vec<u8>, b: &Vec<u8>| [a.as_slice(), b.as_slice()].concat();
    Some(
        left.iter()
            .flat_map(|a| right.iter().map(move |b| joined(a, b)))
            .collect(),
    )
}
