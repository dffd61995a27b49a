//! What kubectl itself writes between the documents of an output.

use memchr::{memchr, memmem};

/// What lines of standard error begin with that were captured into a dump (`2>&1`).
pub(super) const NOISE: &[&[u8]] = &[
    b"Defaulted container",
    b"Defaulting container",
    b"Error from server",
    b"Warning: ",
    b"error: ",
];

/// Whether a line was written to standard error by kubectl, or is its command line.
pub(super) fn is_noise(line: &[u8]) -> bool {
    let klog = matches!(line, [b'I' | b'W' | b'E' | b'F', digits @ ..]
        if digits.iter().take(4).filter(|b| b.is_ascii_digit()).count() == 4
            && digits.get(4) == Some(&b' '));
    klog || NOISE.iter().any(|noise| line.starts_with(noise))
        || memmem::find(line, b"kubectl cluster-info dump").is_some()
}

/// The first line, without its end.
pub(super) fn first_line(text: &[u8]) -> &[u8] {
    let end = memchr(b'\n', text).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_ascii_end()
}
