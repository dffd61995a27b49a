//! Words of several parts: paths, URLs, host names, images, names with a hash.

use super::bytes::Bytes;
use super::classify as is;
use crate::examine::templates::out::Out;

/// Bytes that stand between the parts of a segment which may be an address or an id as a whole.
const JOINTS: Bytes = Bytes::of(b"_:@~+#%&?!*$\\|");

/// `https://10.0.0.1:6443/api/v1/nodes/a?limit=5`: host, port where it is well known, and path.
pub(super) fn url(out: &mut Out, scheme: &[u8], rest: &[u8]) {
    out.raw(scheme);
    out.raw(b"://");
    let host_end = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?'))
        .unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host_end).unwrap_or((rest, b""));
    let host = host
        .iter()
        .rposition(|byte| *byte == b'@')
        .and_then(|at| host.get(at + 1..))
        .unwrap_or(host);
    let colon = host.iter().rposition(|byte| *byte == b':');
    let port = colon
        .and_then(|at| host.get(at + 1..))
        .filter(|port| !port.is_empty() && port.iter().all(u8::is_ascii_digit));
    if !host.is_empty() {
        out.placeholder(b"host");
    }
    if let Some(port) = port {
        out.raw(b":");
        put_port(out, port);
    }
    let query = memchr::memchr(b'?', path);
    let (path, query) = path
        .split_at_checked(query.unwrap_or(path.len()))
        .unwrap_or((path, b""));
    if is_api_path(path) {
        out.raw(b"/");
        out.placeholder(b"api-path");
        return;
    }
    segments(out, path);
    if !query.is_empty() {
        out.raw(b"?");
        out.placeholder(b"query");
    }
}

/// Whether a path is one of the Kubernetes API: which object is read is no other error.
pub(super) fn is_api_path(path: &[u8]) -> bool {
    path.starts_with(b"/api/") || path.starts_with(b"/apis/")
}

/// A word with slashes, or without.
pub(super) fn segments(out: &mut Out, word: &[u8]) {
    for (place, segment) in word.split(|byte| *byte == b'/').enumerate() {
        if place > 0 {
            out.raw(b"/");
        }
        self::segment(out, segment);
    }
}

/// What stands between two slashes.
fn segment(out: &mut Out, segment: &[u8]) {
    if whole(out, segment) {
        return;
    }
    let mut rest = segment;
    let mut host = false;
    loop {
        let end = rest.iter().position(|byte| JOINTS.hold(*byte));
        let (piece, tail) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, b""));
        if host && !piece.is_empty() && piece.iter().all(u8::is_ascii_digit) {
            put_port(out, piece);
        } else if !whole(out, piece) {
            parts(out, piece);
        }
        let Some((joint, tail)) = tail.split_first() else {
            return;
        };
        host = *joint == b':' && memchr::memchr(b'.', piece).is_some_and(|_| !is_file(piece))
            || piece == b"localhost";
        out.raw(&[*joint]);
        rest = tail;
    }
}

/// `reflector.go`: what stands behind its colon is a line.
fn is_file(piece: &[u8]) -> bool {
    piece.ends_with(b".go") || piece.ends_with(b".py") || piece.ends_with(b".java")
}

/// Writes a piece that is one thing as a whole; whether it was.
fn whole(out: &mut Out, piece: &[u8]) -> bool {
    let name: &[u8] = if piece.is_empty() || !is::has_digit(piece) && !piece.contains(&b':') {
        return piece.is_empty();
    } else if is::is_uuid(piece) {
        b"uuid"
    } else if is::is_time(piece) {
        b"time"
    } else if let Some(end) = is::address(piece) {
        out.placeholder(b"ip");
        behind_address(out, piece.get(end..).unwrap_or_default());
        return true;
    } else if is_version(piece) {
        b"version"
    } else if is::is_zone(piece) {
        b"zone"
    } else if is::is_number(piece) {
        b"n"
    } else if is::is_hex(piece) {
        b"hex"
    } else if is::is_duration(piece) {
        b"duration"
    } else if is::is_size(piece) {
        b"size"
    } else {
        return false;
    };
    out.placeholder(name);
    true
}

/// What follows an address in the same word: a port, the length of a prefix.
fn behind_address(out: &mut Out, rest: &[u8]) {
    match rest.split_first() {
        None => {}
        Some((b':', port)) if !port.is_empty() && port.iter().all(u8::is_ascii_digit) => {
            out.raw(b":");
            put_port(out, port);
        }
        Some(_) => parts(out, rest),
    }
}

/// A port: its number where it says which service is meant.
pub(super) fn put_port(out: &mut Out, port: &[u8]) {
    if is::is_known_port(port) {
        out.raw(port);
    } else {
        out.placeholder(b"port");
    }
}

/// `v1.28.5`, `4.18.0-rc.1`, `v0.31.1`: at least three numbers.
fn is_version(piece: &[u8]) -> bool {
    let plain = piece.strip_prefix(b"v").unwrap_or(piece);
    let mut numbers = plain.split(|byte| matches!(byte, b'.' | b'-' | b'+'));
    let leads = (0..3).all(|_| {
        numbers.next().is_some_and(|number| {
            (1..=4).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
        })
    });
    let dots = memchr::memchr_iter(b'.', plain).count();
    leads && dots >= 2
}

/// Parts of a name between dashes and dots.
fn parts(out: &mut Out, piece: &[u8]) {
    let mut rest = piece;
    let mut dashed = false;
    loop {
        let end = rest.iter().position(|byte| matches!(byte, b'-' | b'.'));
        let (part, tail) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, b""));
        self::part(out, part, dashed);
        let Some((joint, tail)) = tail.split_first() else {
            return;
        };
        dashed = *joint == b'-';
        out.raw(&[*joint]);
        rest = tail;
    }
}

/// One part of a name; `dashed` where a dash stands before it.
fn part(out: &mut Out, part: &[u8], dashed: bool) {
    if dashed && is::is_hash(part) {
        out.placeholder(b"hash");
    } else if !is::has_digit(part) || is::is_known_word(part) {
        out.raw(part);
    } else if part.iter().all(u8::is_ascii_digit) {
        out.placeholder(b"n");
    } else if is::is_hex(part) || is::is_hash(part) {
        out.placeholder(b"hash");
    } else {
        mixed(out, part, dashed);
    }
}

/// Letters with numbers between them. Letters behind a dash are read as they are when they stand
/// before a placeholder.
fn mixed(out: &mut Out, part: &[u8], dashed: bool) {
    let mut changes = 0;
    let mut was_digit = None;
    for byte in part {
        let digit = byte.is_ascii_digit();
        changes += usize::from(was_digit.is_some_and(|was| was != digit));
        was_digit = Some(digit);
    }
    if changes >= 3 && part.len() >= 6 {
        out.placeholder(b"hash");
        return;
    }
    let mut rest = part;
    while let Some(first) = rest.first() {
        let digit = first.is_ascii_digit();
        let length = rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit() == digit)
            .count();
        let (run, tail) = rest.split_at_checked(length).unwrap_or((rest, b""));
        if digit {
            out.placeholder(b"n");
        } else if dashed && rest.len() == part.len() && is::is_hash(run) {
            out.placeholder(b"hash");
        } else {
            out.raw(run);
        }
        rest = tail;
    }
}
