//! Compressed streams, and the small readers that the archives share.
//!
//! In: any reader. Out: a reader of what is inside. All decoders stop at damage with an error
//! after having given all they could read.

use super::sniff::Codec;
use jiff::Timestamp;
use std::io::{self, BufRead, BufReader, Read};

/// Memory that an xz stream may ask for; `xz -9` needs 65 MiB, hostile headers ask for 4 GiB.
const XZ_MEMORY: u64 = 256 << 20;

/// Largest zstd window, as a power of two; `zstd --long` uses 27.
const ZSTD_WINDOW: u32 = 27;

/// Compressed bytes read at a time.
const COMPRESSED_BUFFER: usize = 64 << 10;

/// The decoded bytes of `inner`; every member of a gzip, every stream of the others.
pub(super) fn decode<'a>(codec: Codec, inner: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let inner = BufReader::with_capacity(COMPRESSED_BUFFER, inner);
    Ok(match codec {
        Codec::Gzip => Box::new(Members::<_, flate2::bufread::GzDecoder<_>>::open(inner)?),
        Codec::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(inner)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            Box::new(decoder)
        }
        Codec::Xz => Box::new(Members::<_, liblzma::bufread::XzDecoder<_>>::open(inner)?),
        Codec::Bzip2 => Box::new(Members::<_, bzip2::bufread::BzDecoder<_>>::open(inner)?),
    })
}

/// A decoder of one member of a stream.
trait Member<R>: Read {
    /// The first byte of every member.
    const MARK: u8;
    /// Opens a member.
    fn open(inner: R) -> io::Result<Self>
    where
        Self: Sized;
    /// The reader behind the member.
    fn close(self) -> R;
}

impl<R: BufRead> Member<R> for flate2::bufread::GzDecoder<R> {
    const MARK: u8 = 0x1f;
    fn open(inner: R) -> io::Result<Self> {
        Ok(Self::new(inner))
    }
    fn close(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Member<R> for liblzma::bufread::XzDecoder<R> {
    const MARK: u8 = 0xfd;
    fn open(inner: R) -> io::Result<Self> {
        let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0);
        Ok(Self::new_stream(inner, stream.map_err(io::Error::other)?))
    }
    fn close(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Member<R> for bzip2::bufread::BzDecoder<R> {
    const MARK: u8 = b'B';
    fn open(inner: R) -> io::Result<Self> {
        Ok(Self::new(inner))
    }
    fn close(self) -> R {
        self.into_inner()
    }
}

/// Every member of a stream. What stands behind the last one costs nothing of it, and zeros there,
/// with which tapes and disks fill their blocks, are no damage.
struct Members<R, M> {
    /// The member that is read; none between two of them.
    member: Option<M>,
    /// The reader between two of them.
    between: Option<R>,
}

impl<R: BufRead, M: Member<R>> Members<R, M> {
    /// The members of `inner`.
    fn open(inner: R) -> io::Result<Self> {
        Ok(Self {
            member: Some(M::open(inner)?),
            between: None,
        })
    }

    /// Opens the next member; `false` where there is none.
    fn next(&mut self) -> io::Result<bool> {
        let Some(mut inner) = self.between.take() else {
            return Ok(false);
        };
        let first = loop {
            let block = inner.fill_buf()?;
            if block.is_empty() {
                return Ok(false);
            }
            let zeros = block.iter().position(|byte| *byte != 0);
            let first = zeros.and_then(|at| block.get(at)).copied();
            let skipped = zeros.unwrap_or(block.len());
            inner.consume(skipped);
            if first.is_some() {
                break first;
            }
        };
        if first != Some(M::MARK) {
            return Err(io::Error::other("it is followed by other bytes"));
        }
        self.member = Some(M::open(inner)?);
        Ok(true)
    }
}

impl<R: BufRead, M: Member<R>> Read for Members<R, M> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(member) = &mut self.member {
                let read = member.read(buf)?;
                if read > 0 || buf.is_empty() {
                    return Ok(read);
                }
                self.between = self.member.take().map(M::close);
            }
            if !self.next()? {
                return Ok(0);
            }
        }
    }
}

/// The modification time in a gzip header; zero stands for none.
pub(super) fn gzip_modified(head: &[u8]) -> Option<Timestamp> {
    let seconds = head.get(4..8)?.try_into().ok().map(u32::from_le_bytes)?;
    (seconds != 0)
        .then(|| Timestamp::from_second(i64::from(seconds)).ok())
        .flatten()
}

/// Reads until `buf` is full or the stream ends; the error that ended it comes with what was read.
pub(super) fn fill(reader: &mut dyn Read, buf: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < buf.len() {
        match reader.read(&mut buf[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// A reader whose beginning was looked at.
pub(super) struct Peeked<'a> {
    head: Vec<u8>,
    given: usize,
    error: Option<io::Error>,
    inner: &'a mut dyn Read,
}

impl<'a> Peeked<'a> {
    /// Looks at up to `bytes` of `inner`.
    pub(super) fn new(inner: &'a mut dyn Read, bytes: usize) -> Self {
        let mut head = vec![0; bytes];
        let (filled, error) = fill(inner, &mut head);
        head.truncate(filled);
        Self {
            head,
            given: 0,
            error,
            inner,
        }
    }

    /// The beginning.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let rest = &self.head[self.given..];
        if !rest.is_empty() {
            let give = rest.len().min(buf.len());
            buf[..give].copy_from_slice(&rest[..give]);
            self.given += give;
            return Ok(give);
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.inner.read(buf),
        }
    }
}

/// A reader that has to give a stated number of bytes: ending earlier is damage.
pub(super) struct Exact<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Exact<R> {
    /// Expects `bytes` of `inner`.
    pub(super) fn new(inner: R, bytes: u64) -> Self {
        Self { inner, left: bytes }
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        if read == 0 && self.left > 0 && !buf.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("its last {} bytes are missing", self.left),
            ));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// `text` as one gzip member.
    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::GzBuilder::new()
            .mtime(1_700_000_000)
            .write(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// `text` in every codec.
    fn encoded(text: &[u8]) -> [(Codec, Vec<u8>); 4] {
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(text).unwrap();
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
        bz.write_all(text).unwrap();
        [
            (Codec::Gzip, gzip(text)),
            (Codec::Zstd, zstd::encode_all(text, 3).unwrap()),
            (Codec::Xz, xz.finish().unwrap()),
            (Codec::Bzip2, bz.finish().unwrap()),
        ]
    }

    #[test]
    fn every_codec_reads_all_of_several_members_back() {
        for ((codec, mut first), (_, second)) in
            encoded(b"one\n").into_iter().zip(encoded(b"two\n"))
        {
            first.extend(second);
            let mut out = String::new();
            decode(codec, &first[..])
                .unwrap()
                .read_to_string(&mut out)
                .unwrap();
            assert_eq!(out, "one\ntwo\n", "{codec:?}");
        }
    }

    #[test]
    fn zeros_behind_a_stream_are_no_damage_and_other_bytes_cost_nothing_of_it() {
        let zeros = vec![0; 100_000];
        for (codec, one) in encoded(b"one\n") {
            let read = |bytes: &[u8]| {
                let mut out = String::new();
                let ended = decode(codec, bytes).unwrap().read_to_string(&mut out);
                (out, ended.is_ok())
            };
            let both = ("one\none\n".to_owned(), true);
            assert_eq!(read(&[&one[..], &one].concat()), both, "{codec:?}");
            if !matches!(codec, Codec::Zstd) {
                let padded = ("one\n".to_owned(), true);
                assert_eq!(read(&[&one[..], &zeros].concat()), padded, "{codec:?}");
                assert_eq!(read(&[&one[..], &zeros, &one].concat()), both, "{codec:?}");
            }
            for tail in [&b"xyz and more"[..], b"\0\0x", &one[..5]] {
                let (out, whole) = read(&[&one[..], tail].concat());
                assert_eq!(
                    (out.as_str(), whole),
                    ("one\n", false),
                    "{codec:?} {tail:?}"
                );
            }
        }
    }

    #[test]
    fn a_cut_stream_gives_an_error_and_never_a_short_success() {
        let text: Vec<u8> = (0..200_000u32)
            .flat_map(|n| n.wrapping_mul(n).to_le_bytes())
            .collect();
        for (codec, bytes) in encoded(&text) {
            let half = &bytes[..bytes.len() / 2];
            let mut out = Vec::new();
            let result = decode(codec, half).unwrap().read_to_end(&mut out);
            assert!(result.is_err(), "{codec:?}");
            assert!(text.starts_with(&out), "{codec:?}");
        }
    }

    #[test]
    fn a_gzip_header_states_when_the_file_was_written() {
        let seconds = gzip_modified(&gzip(b"x")).map(Timestamp::as_second);
        assert_eq!(seconds, Some(1_700_000_000));
        assert_eq!(gzip_modified(b"\x1f\x8b\x08\0\0\0\0\0"), None);
        assert_eq!(gzip_modified(b"\x1f\x8b"), None);
    }

    #[test]
    fn what_was_looked_at_is_read_again_and_a_short_entry_is_damage() {
        let mut inner: &[u8] = b"abcdef";
        let mut peeked = Peeked::new(&mut inner, 4);
        assert_eq!(peeked.head(), b"abcd");
        let mut out = Vec::new();
        peeked.read_to_end(&mut out).unwrap();
        assert_eq!(out, b"abcdef");
        let mut out = Vec::new();
        assert!(Exact::new(&b"abc"[..], 4).read_to_end(&mut out).is_err());
        assert_eq!(out, b"abc");
    }
}
