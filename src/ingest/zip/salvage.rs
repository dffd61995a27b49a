//! Members of a zip that no directory leads to: the zip was cut, or its directory leaves them out.
//!
//! In: a part of a zip. Out: every member whose own header stands there whole, one after the other. A
//! streaming writer leaves sizes out of these headers; the end of such a member is where its
//! compressed data ends.

use super::header::{lossy_name, modified};
use crate::gap::GapReason;
use crate::ingest::Place;
use crate::ingest::budget::{Metered, reason};
use crate::ingest::member::ReadSeek;
use crate::ingest::name::Names;
use crate::ingest::stream::{Exact, fill};
use crate::ingest::walk::Walker;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::{ControlFlow, Range};

/// What a member's own header begins with.
const MARK: &[u8] = b"PK\x03\x04";

/// Bytes of such a header before its name.
const HEADER: usize = 30;

/// Bytes that are searched at a time.
const BLOCK: usize = 64 << 10;

/// Newest version of the format that a member may ask for: 6.3.
const NEWEST: u16 = 63;

/// Which parts of a zip the directory leads to.
#[derive(Debug, Default)]
pub(super) struct Covered {
    /// Begin and end of where members are; their own headers may be longer than the directory tells.
    members: BTreeMap<u64, u64>,
}

impl Covered {
    /// A member with a name of so many bytes and so much data. Whether a part of it is another's: one
    /// stream under thousands of names unfolds to any size.
    pub(super) fn add(&mut self, start: u64, name: usize, packed: u64) -> bool {
        let end = start
            .saturating_add((HEADER + name) as u64)
            .saturating_add(packed);
        let before = self.members.range(..=start).next_back();
        let before = before.map(|(start, end)| (*start, *end));
        let after = self.members.range(start..).next();
        let overlaps = before.is_some_and(|(_, until)| until > start)
            || after.is_some_and(|(from, _)| *from < end);
        match before {
            Some((from, until)) if until >= start || within(until, start) => {
                self.members.insert(from, until.max(end));
            }
            _ => _ = self.members.insert(start, end),
        }
        overlaps
    }

    /// The parts before `end` in which further members may be.
    pub(super) fn rest(self, end: u64) -> Vec<Range<u64>> {
        let mut rest = Vec::new();
        let mut at = 0;
        for (from, until) in self.members {
            if from > at && !within(at, from) {
                rest.push(at..from.min(end));
            }
            at = at.max(until);
        }
        if at < end && !within(at, end) {
            rest.push(at..end);
        }
        rest
    }
}

/// Whether no header fits between two places.
fn within(from: u64, to: u64) -> bool {
    to >= from && to - from <= HEADER as u64
}

/// A member's own header.
struct Header {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    time: Option<zip::DateTime>,
    /// Where its data begins.
    data: u64,
    /// Compressed and plain size, where the header states them.
    sizes: Option<(u64, u64)>,
}

impl Header {
    /// Whether its content is encrypted.
    fn encrypted(&self) -> bool {
        self.flags & 1 != 0
    }
}

/// Where the first member of a part begins, if there is one.
pub(super) fn first(reader: &mut dyn ReadSeek, part: Range<u64>) -> io::Result<Option<u64>> {
    let mut from = part.start;
    while let Some(at) = find(reader, from..part.end)? {
        if header(reader, at, part.end)?.is_some() {
            return Ok(Some(at));
        }
        from = at + 1;
    }
    Ok(None)
}

/// Reads all members of a part.
pub(super) fn read(
    walker: &mut Walker<'_>,
    place: &Place,
    names: &mut Names,
    reader: &mut dyn ReadSeek,
    part: Range<u64>,
) -> ControlFlow<()> {
    let mut from = part.start;
    loop {
        let found = first(reader, from..part.end)
            .and_then(|at| at.map_or(Ok(None), |at| header(reader, at, part.end)));
        let header = match found {
            Ok(Some(header)) => header,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return walker.gap(&place.path, reason(&error)),
        };
        if !walker.take_entry(place)? {
            return ControlFlow::Continue(());
        }
        from = header.data;
        if header.name.ends_with(b"/") && header.sizes == Some((0, 0)) {
            continue;
        }
        let name = String::from_utf8_lossy(&header.name);
        let raw = lossy_name(Ok(name), &header.name);
        let Some(mut inside) = walker.enter(place, names, &raw)? else {
            continue;
        };
        inside.modified = header.time.and_then(modified);
        from = member(walker, &inside, reader, &header, part.end)?.max(from);
    }
}

/// Reads one member; where its data ends.
fn member(
    walker: &mut Walker<'_>,
    place: &Place,
    reader: &mut dyn ReadSeek,
    header: &Header,
    end: u64,
) -> ControlFlow<(), u64> {
    let behind = header.sizes.map_or(header.data, |(packed, _)| {
        header.data.saturating_add(packed)
    });
    if header.encrypted() {
        walker.gap(&place.path, GapReason::Encrypted)?;
        return ControlFlow::Continue(behind);
    }
    if let Err(error) = reader.seek(SeekFrom::Start(header.data)) {
        walker.gap(&place.path, reason(&error))?;
        return ControlFlow::Continue(end);
    }
    let rest = end.saturating_sub(header.data);
    let packed = header.sizes.map_or(rest, |(packed, _)| packed.min(rest));
    let budget = walker.budget;
    match (header.method, header.sizes) {
        (0, Some((_, size))) => {
            let stored = Exact::new(reader.take(packed), size);
            walker.content(place, &mut Metered::new(stored, budget))?;
            ControlFlow::Continue(behind)
        }
        (8, Some((_, size))) => {
            let packed = BufReader::new(reader.take(packed));
            let plain = flate2::bufread::DeflateDecoder::new(packed);
            walker.content(place, &mut Metered::new(Exact::new(plain, size), budget))?;
            ControlFlow::Continue(behind)
        }
        (8, None) => {
            let packed = BufReader::new(reader.take(packed));
            let mut plain = flate2::bufread::DeflateDecoder::new(packed);
            walker.content(place, &mut Metered::new(&mut plain, budget))?;
            // Behind the data of a whole member stands its size.
            if plain.total_in() >= rest {
                let detail = "it is truncated".to_owned();
                walker.gap(&place.path, GapReason::Damaged { detail })?;
            }
            ControlFlow::Continue(header.data + plain.total_in())
        }
        (method, _) => {
            let what = match method {
                0 => "stored without a size".to_owned(),
                other => format!("zip compression {other}"),
            };
            walker.gap(&place.path, GapReason::Unsupported { what })?;
            ControlFlow::Continue(behind)
        }
    }
}

/// The header at `at`, if one stands there that a writer may have made.
fn header(reader: &mut dyn ReadSeek, at: u64, end: u64) -> io::Result<Option<Header>> {
    reader.seek(SeekFrom::Start(at))?;
    let mut fixed = [0; HEADER];
    let (filled, error) = fill(&mut *reader, &mut fixed);
    if let Some(error) = error {
        return Err(error);
    }
    if filled < HEADER || !fixed.starts_with(MARK) {
        return Ok(None);
    }
    let word = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| u32::from(word(at)) | u32::from(word(at + 2)) << 16;
    let (flags, method) = (word(6), word(8));
    let (packed, size) = (long(18), long(22));
    let (named, extra) = (usize::from(word(26)), u64::from(word(28)));
    let mut name = vec![0; named];
    let (filled, _) = fill(&mut *reader, &mut name);
    let data = at + (HEADER + named) as u64 + extra;
    let plausible = word(4) & 0xff <= NEWEST && method < 100 && named > 0;
    if !plausible || filled < named || data > end || name.contains(&0) {
        return Ok(None);
    }
    // Bit 3: the sizes stand behind the data. All ones: in a field of zip64.
    let stated = (flags & 8 == 0 || packed > 0) && packed != u32::MAX && size != u32::MAX;
    Ok(Some(Header {
        name,
        flags,
        method,
        time: zip::DateTime::try_from_msdos(word(12), word(10)).ok(),
        data,
        sizes: stated.then_some((u64::from(packed), u64::from(size))),
    }))
}

/// The next mark in a part.
fn find(reader: &mut dyn ReadSeek, part: Range<u64>) -> io::Result<Option<u64>> {
    let mut at = part.start;
    let mut block = vec![0; BLOCK];
    while at < part.end {
        reader.seek(SeekFrom::Start(at))?;
        let room = usize::try_from(part.end - at).map_or(BLOCK, |left| left.min(BLOCK));
        let (filled, error) = fill(&mut *reader, &mut block[..room]);
        if let Some(found) = memchr::memmem::find(&block[..filled], MARK) {
            return Ok(Some(at + found as u64));
        }
        if let Some(error) = error {
            return Err(error);
        }
        if filled < room || filled < MARK.len() {
            return Ok(None);
        }
        at += (filled - (MARK.len() - 1)) as u64;
        if at + MARK.len() as u64 > part.end {
            return Ok(None);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_where_a_header_fits_and_no_member_is() {
        let mut covered = Covered::default();
        covered.add(100, 5, 65);
        covered.add(220, 5, 65);
        covered.add(600, 5, 65);
        covered.add(110, 5, 5);
        assert_eq!(covered.rest(800), [0..100, 320..600, 700..800]);
        assert_eq!(Covered::default().rest(10), []);
        assert_eq!(Covered::default().rest(100).first(), Some(&(0..100)));
    }

    #[test]
    fn a_mark_is_found_wherever_it_lies() {
        for at in [0, 1, BLOCK - 3, BLOCK - 1, BLOCK, 3 * BLOCK - 2] {
            let mut bytes = vec![b'P'; at];
            bytes.extend(MARK);
            let mut reader = io::Cursor::new(bytes);
            let found = find(&mut reader, 0..(at + 4) as u64).unwrap();
            assert_eq!(found, Some(at as u64));
            assert_eq!(find(&mut reader, 0..(at + 3) as u64).unwrap(), None);
        }
    }
}
