//! One line of a worker: a record, and the report that belongs to it.
//!
//! The line is a JSON object with the keys of [`CaseRecord`] and `report`: the HTML report, compressed
//! with zstd and written in base64; empty where the bundle could not be read. A worker keeps nothing,
//! so the line has to hold all that an archive is made of.

use super::record::{CaseRecord, SCHEMA};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::io;
use zstd::zstd_safe::{CCtx, CParameter, get_error_name, get_frame_content_size};

/// How hard reports and tables are compressed: the level at which a disk is still the slower one.
const LEVEL: i32 = 3;

/// Binary logarithm of the bytes that a stream looks back over. Rows of one table repeat each other
/// within less, and every thread has a stream for each table.
const WINDOW_LOG: u32 = 18;

/// Largest report that is unpacked: no report is a tenth as large.
const LARGEST: usize = 256 << 20;

/// One line.
#[derive(Serialize)]
struct Line<'r> {
    #[serde(flatten)]
    record: &'r CaseRecord,
    report: String,
}

/// What a line has beside the keys of its record.
#[derive(Deserialize)]
struct Beside {
    #[serde(default)]
    report: String,
}

/// The line, with its line end.
pub fn encode(record: &CaseRecord, report: Option<&[u8]>) -> io::Result<String> {
    let report = report.map(pack).transpose()?;
    let line = Line {
        record,
        report: report
            .map(|bytes| STANDARD.encode(bytes))
            .unwrap_or_default(),
    };
    let json = serde_json::to_string(&line).map_err(io::Error::other)?;
    Ok(json + "\n")
}

/// The record of a line and its report; or what is wrong with the line.
pub fn decode(line: &str) -> Result<(CaseRecord, Option<Vec<u8>>), String> {
    let wrong = |error: serde_json::Error| error.to_string();
    let record: CaseRecord = serde_json::from_str(line).map_err(wrong)?;
    if record.schema != SCHEMA {
        return Err(format!(
            "schema {} is not supported; expected {SCHEMA}",
            record.schema
        ));
    }
    let beside: Beside = serde_json::from_str(line).map_err(wrong)?;
    if beside.report.is_empty() {
        return Ok((record, None));
    }
    let packed = STANDARD
        .decode(&beside.report)
        .map_err(|error| format!("report: {error}"))?;
    let report = unpack(&packed).map_err(|error| format!("report: {error}"))?;
    Ok((record, Some(report)))
}

/// Compresses streams, one after the other: each needs megabytes of tables, which are only made once.
pub struct Packing(CCtx<'static>);

impl Packing {
    /// Nothing yet.
    pub fn new() -> io::Result<Self> {
        let mut context = CCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
        for parameter in [
            CParameter::CompressionLevel(LEVEL),
            CParameter::WindowLog(WINDOW_LOG),
        ] {
            let set = context.set_parameter(parameter);
            set.map_err(|code| io::Error::other(get_error_name(code)))?;
        }
        Ok(Self(context))
    }

    /// Begins the next stream.
    pub fn begin(&mut self) -> Packer<'_> {
        let encoder = zstd::Encoder::with_context(Vec::new(), &mut self.0);
        Packer { encoder, bytes: 0 }
    }
}

/// Compresses what is written to it.
pub struct Packer<'p> {
    encoder: zstd::Encoder<'p, Vec<u8>>,
    bytes: u64,
}

impl Packer<'_> {
    /// The compressed bytes; `None` where nothing was written.
    pub fn finish(self) -> io::Result<Option<Vec<u8>>> {
        let packed = self.encoder.finish()?;
        Ok((self.bytes > 0).then_some(packed))
    }
}

impl io::Write for Packer<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(buf)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

/// Compressed bytes.
pub fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL)
}

/// The bytes that were compressed, in memory of just their size.
pub fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let size = get_frame_content_size(packed).ok().flatten();
    let size = size.and_then(|size| usize::try_from(size).ok());
    zstd::bulk::decompress(packed, size.unwrap_or(LARGEST).min(LARGEST))
}
