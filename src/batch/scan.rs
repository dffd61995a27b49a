//! One case: analyzed, put into a record, and its report rendered.
//!
//! Nothing that is wrong with one bundle stops a run: it becomes the reason of an unreadable case.

use super::case;
use super::cases::{Place, name, nodes_of_run};
use super::hand::Hand;
use super::record::{CaseRecord, InputRecord, Keys, Reading, SCHEMA, Unreadable};
use super::store::Rules;
use crate::analyze::{AnalyzeError, Settings, analyze};
use crate::diagnose::{Diagnosis, Window};
use crate::ingest::{IngestError, Input, fingerprint};
use crate::redact::Masker;
use crate::report::view::Report;
use crate::report::{Draft, Format, MAX_BYTES, ReportError, ReportOptions};
use crate::severity::Severity;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU64;

/// A record, and the report where there is one.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The record.
    pub record: CaseRecord,
    /// The HTML report; `None` where the bundle could not be read.
    pub report: Option<Vec<u8>>,
}

/// What all cases of a run have in common.
pub struct Scan<'a> {
    /// How bundles are read.
    pub settings: Settings<'a>,
    /// Hashes of the rules by id.
    pub rules: &'a Rules,
}

/// Why a bundle has no record with findings.
enum Trouble {
    /// The operating system gave no threads: no fault of the bundle, the run ends.
    Threads(AnalyzeError),
    /// In words, for its row.
    Bundle(String),
}

impl Scan<'_> {
    /// So many who read cases side by side.
    pub fn hands(&self, jobs: usize) -> Vec<Hand> {
        let jobs = jobs.max(1);
        let alone = jobs >= self.settings.workers.count();
        let hand = |_| Hand::new(self.settings.rules, alone);
        (0..jobs).map(hand).collect()
    }

    /// Reads one case.
    ///
    /// # Errors
    ///
    /// Only where no case could be read.
    pub fn scan(&self, hand: &mut Hand, place: &Place) -> Result<Scanned, AnalyzeError> {
        let (rules, workers) = hand.next(place.bytes, self.settings.workers)?;
        let settings = Settings {
            rules,
            workers,
            ..self.settings
        };
        // The pool's threads catch what their own work does; what is left is a mistake of ours, and
        // the other cases are not to suffer from it.
        let scanned = catch_unwind(AssertUnwindSafe(|| self.read(&settings, place)));
        match scanned {
            Ok(Ok(scanned)) => Ok(scanned),
            Ok(Err(Trouble::Threads(error))) => Err(error),
            Ok(Err(Trouble::Bundle(reason))) => Ok(self.unreadable(place, &reason)),
            Err(_) => Ok(self.unreadable(
                place,
                "the analysis failed because of an internal error; please report this as a bug",
            )),
        }
    }

    /// Reads a bundle and renders its report.
    fn read(&self, settings: &Settings<'_>, place: &Place) -> Result<Scanned, Trouble> {
        let input = Input {
            name: file_name(&place.location).to_owned(),
            path: Some(place.path.clone()),
        };
        let diagnosis = analyze(&[input], settings, Window::default()).map_err(trouble)?;
        let options = ReportOptions {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_hash: self.settings.rules.hash().to_owned(),
            min_severity: Severity::Info,
            max_bytes: MAX_BYTES,
            command: "batch".to_owned(),
        };
        let render = || {
            let mut draft = Draft::new(&diagnosis, &options);
            let record = |report: &Report| self.record(place, report, &diagnosis);
            // Tables are made of the record, so what is not in it is in none of them.
            draft.print(Format::Json, |report| {
                let json = serde_json::to_string(&record(report));
                json.map_err(|error| ReportError::Render(error.to_string()))
            })?;
            let html = draft.render(Format::Html)?;
            Ok((record(draft.view()), html))
        };
        let rendered: Result<_, ReportError> = settings.workers.run(render);
        let (record, report) = rendered.map_err(|error| Trouble::Bundle(error.to_string()))?;
        Ok(Scanned {
            record,
            report: Some(report),
        })
    }

    /// The record of a bundle that was read.
    fn record(&self, place: &Place, report: &Report, diagnosis: &Diagnosis) -> CaseRecord {
        let (there, empty) = nodes_of_run(&place.path);
        let mut case = case::of(report, diagnosis, self.rules, &there);
        case.missing_nodes.extend(empty);
        case.missing_nodes.sort();
        case.missing_nodes.dedup();
        let inputs = report.bundle.inputs.iter();
        let inputs = inputs.map(|(name, sha256, bytes)| InputRecord {
            name: name.clone(),
            sha256: sha256.clone(),
            bytes: *bytes,
        });
        CaseRecord {
            keys: self.keys(&report.bundle.sha256),
            bytes: report.bundle.bytes,
            inputs: inputs.collect(),
            ..self.named(place, Reading::Read(Box::new(case)))
        }
    }

    /// The record of a bundle that could not be read.
    fn unreadable(&self, place: &Place, reason: &str) -> Scanned {
        let reason = Masker::default().text(reason);
        let mut record = self.named(place, Reading::Unreadable(Unreadable { reason }));
        // The same damaged file at two places is one case as well.
        let meter = AtomicU64::new(0);
        if let Ok(facts) = fingerprint(file_name(&place.location), &place.path, &meter) {
            record.keys.bundle_sha256 = facts.sha256;
            record.bytes = facts.bytes;
        }
        Scanned {
            record,
            report: None,
        }
    }

    /// A record with what is known before anything is read.
    fn named(&self, place: &Place, reading: Reading) -> CaseRecord {
        let mut masker = Masker::default();
        CaseRecord {
            schema: SCHEMA.to_owned(),
            location: masker.text(&place.location),
            case: masker.text(name(&place.location)),
            keys: self.keys(""),
            bytes: place.bytes,
            inputs: vec![],
            reading,
        }
    }

    /// The keys of a bundle with this hash.
    fn keys(&self, sha256: &str) -> Keys {
        Keys {
            bundle_sha256: sha256.to_owned(),
            rules_hash: self.settings.rules.hash().to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// The last part of a location.
pub fn file_name(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or(location)
}

/// What an error says without the path, which has its own column.
fn trouble(error: AnalyzeError) -> Trouble {
    let AnalyzeError::Ingest(error) = error else {
        return Trouble::Threads(error);
    };
    let said = error.to_string();
    Trouble::Bundle(match &error {
        IngestError::NotFound { .. } => "no longer there when it was to be read".to_owned(),
        IngestError::Io { source, .. } => format!("cannot be read: {source}"),
        IngestError::Empty { name }
        | IngestError::NotABundle { name }
        | IngestError::Unreadable { name, .. }
        | IngestError::Encrypted { name } => {
            let rest = said.strip_prefix(name.as_str());
            rest.and_then(|rest| rest.strip_prefix(": "))
                .unwrap_or(&said)
                .to_owned()
        }
    })
}
