//! What stands in the prefixes of several forms: blanks, names of source files, times of fields.

use crate::time::{Stamp, read};
use std::ops::Range;

/// Bytes of `text` from `at` on that are spaces or tabs.
pub(super) fn blanks(text: &[u8], at: usize) -> usize {
    text.get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

/// Range of the file's name in `kubelet/kubelet.go:2406`, whose first byte stands at `at`.
pub(super) fn file_name(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = memchr::memrchr(b'/', text).map_or(0, |slash| slash + 1);
    let name = text.get(start..)?;
    let length = memchr::memchr(b':', name).unwrap_or(name.len());
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let sound = length > 0 && name.get(..length)?.iter().all(plain);
    sound.then_some(at + start..at + start + length)
}

/// A stamp by any of the readers for values of a field: ISO, RFC 1123, `asctime`, Unix time.
pub(super) fn field_stamp(value: &[u8]) -> Option<Stamp> {
    [read::iso, read::with_weekday, read::rfc1123]
        .into_iter()
        .find_map(|read| read(value))
        .map(|(stamp, _)| stamp)
        .or_else(|| read::unix(value).map(Stamp::Absolute))
}
