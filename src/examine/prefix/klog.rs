//! The header of klog: `E0725 22:17:35.698639   25249 kubelet.go:2291] `; `CockroachDB`'s has the year,
//! `E240501 10:00:00.123456 1 server/node.go:1 ⋮ [n1] `.

use super::{Inner, Kind, Layer, Level, syslog};
use crate::examine::prefix::words::{blanks, file_name};
use crate::time::read;

/// How far the `]` that ends the header may stand from its time.
const HEADER: usize = 160;

/// The header; hand-copied ones may have lost the id or the file.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let level = match text.first()? {
        b'I' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    let (stamp, length) =
        read::klog(text.get(1..)?).or_else(|| read::dated_klog(text.get(1..)?))?;
    let time_end = 1 + length;
    let id = time_end + blanks(text, time_end);
    let file = id + thread_id(text.get(id..)?);
    let window = text.get(file..text.len().min(file + HEADER))?;
    let end = memchr::memchr2(b']', b' ', window);
    let (source, message) = match end {
        Some(end) if window.get(end) == Some(&b']') => {
            let next = file + end + 1;
            let space = usize::from(text.get(next) == Some(&b' '));
            (file_name(window.get(..end)?, file), next + space)
        }
        _ => (None, file),
    };
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        source,
        message,
        ..Layer::default()
    })
}

/// Length of the thread or process id and the space behind it; 0 where there is none.
fn thread_id(text: &[u8]) -> usize {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && text.get(digits) == Some(&b' ') {
        digits + blanks(text, digits)
    } else {
        0
    }
}

/// Longest name in front of a header.
const LONGEST_NAME: usize = 64;

/// `kubelet: E0725 22:17:35.123456 ...`, `kubelet[12]: ...`: a program's name, as some collectors put it before its
/// lines without a time of their own.
pub(super) fn named(text: &[u8]) -> Option<Layer> {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name = text.iter().take(LONGEST_NAME).take_while(is_name).count();
    let colon = name + syslog::pid(text.get(name..)?)?;
    let inner = text.get(colon..)?.strip_prefix(b": ")?;
    let message = colon + 2;
    (name > 0 && layer(inner).is_some()).then(|| Layer {
        unit: Some(0..name),
        kind: Kind::Wrapper,
        message,
        inner: Inner::Plain,
        ..Layer::default()
    })
}
