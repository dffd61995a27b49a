//! The columns of a table, told from its line of headings.

/// The columns of a table: heading, and where it begins.
#[derive(Debug)]
pub(super) struct Header<'a> {
    columns: Vec<(&'a str, usize)>,
    /// Whether blanks alone part the columns: somebody pasted the table where runs of blanks are
    /// made one.
    loose: bool,
}

/// Headings of two words, which a loose table parts wrongly.
const TWO_WORDS: [&str; 12] = [
    "ACCESS MODES",
    "ALLOWED DISRUPTIONS",
    "FIRST SEEN",
    "LAST SCHEDULE",
    "LAST SEEN",
    "MAX UNAVAILABLE",
    "MIN AVAILABLE",
    "NODE SELECTOR",
    "NOMINATED NODE",
    "READINESS GATES",
    "RECLAIM POLICY",
    "OS-IMAGE",
];

impl<'a> Header<'a> {
    /// The columns of a line of headings, which are in capitals and parted by blanks.
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_end();
        if !line.as_bytes().first()?.is_ascii_uppercase()
            || !line.contains(' ') && !line.contains('\t')
        {
            return None;
        }
        let heading = |(text, _): &(&str, usize)| {
            text.bytes()
                .all(|byte| byte.is_ascii_uppercase() || b" -()/".contains(&byte))
        };
        let mut columns = cells(line);
        let loose = columns.len() == 1;
        if loose {
            columns = headings(line);
        }
        let has = |name: &str| columns.iter().any(|(text, _)| *text == name);
        let of_objects = has("NAME");
        let of_events = has("REASON") && (has("OBJECT") || has("KIND")) && has("MESSAGE");
        let sound = columns.len() > 1 && columns.iter().all(heading);
        (sound && (of_objects || of_events)).then_some(Self { columns, loose })
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, heading: &str) -> bool {
        self.columns.iter().any(|(own, _)| *own == heading)
    }

    /// Whether all of these are there.
    pub(super) fn has_all(&self, headings: &[&str]) -> bool {
        headings.iter().all(|heading| self.has(heading))
    }

    /// What stands under a heading in a row. Cells begin where their heading does; where one does
    /// not (somebody edited the table), they are counted.
    pub(super) fn cell<'r>(&self, row: &'r str, heading: &str) -> Option<&'r str> {
        let place = self.columns.iter().position(|(own, _)| *own == heading)?;
        let cell = if self.loose {
            self.loose_cell(row, place)
        } else {
            self.aligned_cell(row, place)
        };
        cell.filter(|text| !text.is_empty() && !["<none>", "<unset>", "<unknown>"].contains(text))
    }

    /// A cell of a table whose columns are aligned.
    fn aligned_cell<'r>(&self, row: &'r str, place: usize) -> Option<&'r str> {
        let (_, start) = self.columns.get(place)?;
        let last = place + 1 == self.columns.len();
        let end = self
            .columns
            .get(place + 1)
            .map_or(row.len(), |(_, start)| *start);
        let end = end.min(row.len());
        let aligned = !row.contains('\t')
            && row.is_char_boundary(*start)
            && row.is_char_boundary(end)
            && self.columns.iter().all(|(_, start)| {
                *start == 0
                    || row
                        .get(start - 1..*start)
                        .is_none_or(|before| before == " ")
            });
        if aligned {
            return row.get(*start..end).map(str::trim);
        }
        let cells = cells(row);
        let (text, at) = cells.get(place)?;
        Some(if last { row.get(*at..)?.trim() } else { text })
    }

    /// A cell of a table whose columns are parted by single blanks. Words in brackets belong to the
    /// word before (`14 (3m ago)`), and the last column takes what is left.
    fn loose_cell<'r>(&self, row: &'r str, place: usize) -> Option<&'r str> {
        let mut words = row.split_ascii_whitespace().peekable();
        let mut at = 0;
        for column in 0..=place {
            let word = words.next()?;
            let start = row.get(at..)?.find(word)? + at;
            let mut end = start + word.len();
            while words.peek().is_some_and(|next| next.starts_with('(')) {
                for part in words.by_ref() {
                    end = row.get(end..)?.find(part)? + end + part.len();
                    if part.ends_with(')') {
                        break;
                    }
                }
            }
            at = end;
            if column == place {
                let last = place + 1 == self.columns.len();
                return row
                    .get(start..if last { row.len() } else { end })
                    .map(str::trim);
            }
        }
        None
    }
}

/// The headings of a loose table.
fn headings(line: &str) -> Vec<(&str, usize)> {
    let mut found: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    for word in line.split_ascii_whitespace() {
        let Some(start) = line
            .get(at..)
            .and_then(|rest| rest.find(word))
            .map(|by| at + by)
        else {
            break;
        };
        at = start + word.len();
        let joined = found
            .last()
            .and_then(|(_, from)| Some((line.get(*from..at)?, *from)));
        match joined.filter(|(text, _)| TWO_WORDS.contains(text)) {
            Some(both) => {
                found.pop();
                found.push(both);
            }
            None => found.push((word, start)),
        }
    }
    found
}

/// The parts of a line between tabs or runs of two blanks or more, each with where it begins.
pub(super) fn cells(line: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut end = 0;
    for (at, c) in line.char_indices() {
        if c == '\t'
            || c == ' '
                && line
                    .get(at + 1..)
                    .is_some_and(|rest| rest.starts_with([' ', '\t']))
        {
            if let Some(from) = start.take() {
                found.extend(line.get(from..end).map(|text| (text, from)));
            }
        } else if c != ' ' {
            start.get_or_insert(at);
            end = at + c.len_utf8();
        }
    }
    if let Some(from) = start {
        found.extend(line.get(from..end).map(|text| (text, from)));
    }
    found
}
