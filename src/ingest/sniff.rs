//! What bytes are, told from the bytes alone: names lie, and files of a node have no extension.
//!
//! In: the first bytes of a file, member or decoded stream. Out: a [`Kind`]. Only what is known
//! to be something else is not text: a log may hold a few zero bytes or be of any code page.

use super::text;

/// Bytes of the beginning that are looked at; also what the caller sees to choose a cut.
pub const HEAD_BYTES: usize = 64 << 10;

/// What a beginning announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One compressed stream.
    Compressed(Codec),
    /// A tar.
    Tar,
    /// A zip.
    Zip,
    /// An archive of a kind that is not read.
    Unsupported(&'static str),
    /// Not text.
    Binary,
    /// Text, or nothing at all.
    Text,
}

/// A compressed stream's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// gzip, of any number of members.
    Gzip,
    /// zstd.
    Zstd,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
}

/// Beginnings that say what follows.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"\x1f\x8b\x08", Kind::Compressed(Codec::Gzip)),
    (b"\x28\xb5\x2f\xfd", Kind::Compressed(Codec::Zstd)),
    (b"\xfd7zXZ\0", Kind::Compressed(Codec::Xz)),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"7z\xbc\xaf\x27\x1c", Kind::Unsupported("7z archive")),
    (b"Rar!\x1a\x07", Kind::Unsupported("rar archive")),
    (b"MSCF\0\0\0\0", Kind::Unsupported("cab archive")),
    (b"\x04\x22\x4d\x18", Kind::Unsupported("lz4 stream")),
    (b"\x1f\x9d", Kind::Unsupported("compress (.Z) stream")),
    (b"\x7fELF", Kind::Binary),
    (b"\x89PNG\r\n", Kind::Binary),
    (b"\xff\xd8\xff", Kind::Binary),
    (b"GIF8", Kind::Binary),
    (b"%PDF-", Kind::Binary),
    (b"LPKSHHRH", Kind::Binary),  // systemd journal
    (b"ElfFile\0", Kind::Binary), // Windows event log
    (b"MDMP", Kind::Binary),      // Windows minidump
    (b"PAGEDU", Kind::Binary),    // Windows memory dump
    (b"SQLite format 3\0", Kind::Binary),
    (b"\xd4\xc3\xb2\xa1", Kind::Binary), // packet capture
    (b"\x0a\x0d\x0d\x0a", Kind::Binary), // packet capture, pcapng
];

/// What the bytes that begin with `head` are.
pub(super) fn sniff(head: &[u8]) -> Kind {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *kind;
    }
    if is_bzip2(head) {
        Kind::Compressed(Codec::Bzip2)
    } else if is_tar(head) {
        Kind::Tar
    } else if text::utf16_at_start(head).is_none() && is_binary(head) {
        Kind::Binary
    } else {
        Kind::Text
    }
}

impl Kind {
    /// Whether more than its own bytes may come out of it.
    pub(super) fn unfolds(self) -> bool {
        matches!(self, Self::Compressed(_) | Self::Tar | Self::Zip)
    }
}

/// `BZh`, a block size, and the first block's (or the end's) own mark.
fn is_bzip2(head: &[u8]) -> bool {
    let mark = head.get(4..10);
    head.starts_with(b"BZh")
        && matches!(head.get(3), Some(b'1'..=b'9'))
        && (mark == Some(b"\x31\x41\x59\x26\x53\x59") || mark == Some(b"\x17\x72\x45\x38\x50\x90"))
}

/// A header block with the `ustar` mark, or of the older kind without it: both have a checksum.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else {
        return false;
    };
    block[257..262] == *b"ustar" || (block[0] != 0 && checksum_holds(block))
}

/// Whether a block within a tar is the header of an entry: one with the `ustar` mark, because logs are
/// full of blocks that are not.
pub(super) fn is_header(block: &[u8]) -> bool {
    block[257..262] == *b"ustar" && checksum_holds(block)
}

/// Whether the octal checksum at 148 is that of the block with its own field as spaces.
fn checksum_holds(block: &[u8]) -> bool {
    let field = &block[148..156];
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .skip_while(|b| *b == b' ')
        .take_while(u8::is_ascii_digit)
        .collect();
    let stated = std::str::from_utf8(&digits)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 8).ok());
    let sum = block[..148].iter().chain(&block[156..]);
    stated == Some(sum.map(|b| u32::from(*b)).sum::<u32>() + 8 * u32::from(b' '))
}

/// Bytes that tell text from other content: a small archive member costs little more to read.
const SAMPLE: usize = 8 << 10;

/// Zero bytes over a third, or other control characters over a twentieth. Bytes above 0x7f say
/// nothing: Windows logs come in any code page.
fn is_binary(head: &[u8]) -> bool {
    let head = head.get(..SAMPLE).unwrap_or(head);
    let zeros = memchr::memchr_iter(0, head).count();
    let controls = head
        .iter()
        .filter(|b| matches!(b, 0x01..=0x07 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f))
        .count();
    zeros * 3 > head.len() || controls * 20 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tar header block without the `ustar` mark.
    fn old_tar() -> Vec<u8> {
        let mut header = tar::Header::new_old();
        header.set_path("a.log").unwrap();
        header.set_size(3);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    #[test]
    fn kinds_are_told_from_the_first_bytes() {
        let utf16: Vec<u8> = "I1129 kubelet started\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut holed = b"Nov 29 18:33:25 host kubelet[2983]: started\n".repeat(4);
        holed.extend([0; 40]);
        let table: [(&[u8], Kind); 16] = [
            (b"", Kind::Text),
            (b"\x1f\x8b\x08\0", Kind::Compressed(Codec::Gzip)),
            (b"\xfd7zXZ\0\0", Kind::Compressed(Codec::Xz)),
            (b"\x28\xb5\x2f\xfd\0", Kind::Compressed(Codec::Zstd)),
            (b"BZh91AY&SYxx", Kind::Compressed(Codec::Bzip2)),
            (b"BZh9 is how this log begins", Kind::Text),
            (b"PK\x03\x04", Kind::Zip),
            (b"PKI bundle written\n", Kind::Text),
            (b"7z\xbc\xaf\x27\x1c", Kind::Unsupported("7z archive")),
            (b"\x7fELF\x02", Kind::Binary),
            (b"LPKSHHRH", Kind::Binary),
            (&[0; 4096], Kind::Binary),
            (&utf16, Kind::Text),
            (&holed, Kind::Text),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0\r\n", Kind::Text),
            (b"\x1b[31mError: \x1b[0m red\n", Kind::Text),
        ];
        for (head, kind) in table {
            assert_eq!(sniff(head), kind, "{head:?}");
        }
        assert_eq!(sniff(&old_tar()), Kind::Tar);
        let mut bent = old_tar();
        bent[0] ^= 1;
        assert_ne!(sniff(&bent), Kind::Tar);
    }

    proptest! {
        #[test]
        fn any_bytes_are_something(head in prop::collection::vec(any::<u8>(), 0..700)) {
            sniff(&head);
        }

        #[test]
        fn printable_lines_are_text(lines in prop::collection::vec("[ -~]{1,60}", 1..40)) {
            prop_assume!(!lines[0].starts_with("%PDF-") && !lines[0].starts_with("GIF8") && !lines[0].starts_with("MDMP") && !lines[0].starts_with("PAGEDU"));
            prop_assert_eq!(sniff(lines.join("\n").as_bytes()), Kind::Text);
        }
    }
}
