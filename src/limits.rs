//! Every number that bounds work, with its reason. Tests shrink them to reach the edges cheaply.

use jiff::SignedDuration;

/// Bounds on what one analysis reads and keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Decompressed bytes read of one entry. Honest journals reach a few GiB.
    pub entry_bytes: u64,
    /// Bytes that may come out of an input beyond those that it has on disk: a bomb ends here. The
    /// largest real bundles unfold to a few GiB, and scanning 8 GiB takes some 20 seconds.
    pub bundle_bytes: u64,
    /// Entries read of the whole run; the largest real bundles have some ten thousand.
    pub entries: u64,
    /// Archives inside archives. Real bundles reach three (zip of zips with a `.gz` inside).
    pub depth: usize,
    /// A zip inside another archive has to be held in memory, because its index stands at its end.
    pub nested_zip_bytes: usize,
    /// Largest document (JSON, YAML, `describe` text) parsed in one piece.
    pub document_bytes: usize,
    /// Logs are cut into line-aligned pieces of about this size: large enough that threads do not
    /// wait for each other, small enough that a few per thread stay far below the memory bound.
    pub chunk_bytes: usize,
    /// A line longer than this is cut: no log line of a component comes near, minified JSON does.
    pub line_bytes: usize,
    /// Lines of context kept on each side of a citation.
    pub context_lines: usize,
    /// Bytes kept of one excerpt or context line. Scheduler messages reach 1,024.
    pub excerpt_bytes: usize,
    /// Bytes kept of each of the last lines of a log. Every log and piece keeps some, so that a
    /// hundred thousand of them stay far below the memory bound.
    pub last_line_bytes: usize,
    /// Lines kept of one multi-line record; the tail is kept, because a panic's cause stands there.
    pub record_lines: usize,
    /// First hits kept with their text per matcher and piece of a log; all are counted.
    pub first_samples: usize,
    /// Last hits kept with their text per matcher and piece of a log.
    pub last_samples: usize,
    /// Subjects (writer and named objects) told apart per matcher and piece of a log; a node runs
    /// up to 250 pods. Hits on further subjects are counted together.
    pub subjects: usize,
    /// The same of a whole log: the API server's and the scheduler's name the pods of a cluster.
    pub log_subjects: usize,
    /// Hits kept of one matcher on one object: a pod has a few containers, hostile objects have
    /// thousands, and every hit is cited.
    pub object_hits: usize,
    /// Fields with certificates kept of one object: a config map has one or two bundles, a webhook
    /// configuration a few webhooks.
    pub object_certificates: usize,
    /// Certificates read of one bundle; the one of public authorities has about 150.
    pub bundled_certificates: usize,
    /// Rules to addresses of endpoints kept of one piece of a node's nat table, of about 1 MiB: one
    /// takes a hundred bytes and more.
    pub nat_rules: usize,
    /// Damaged documents that are looked at for whole items in one piece of an entry: each costs a
    /// look at the rest, and a hostile entry can hold millions.
    pub damaged_documents: usize,
    /// Templates of unexplained errors kept per piece of a log; a component in trouble writes some
    /// ten, and lines of further ones are counted.
    pub error_templates: usize,
    /// The same of a whole log.
    pub log_error_templates: usize,
    /// Bytes kept of the excerpt of an unexplained error: its first line, and the end of a panic.
    pub error_excerpt_bytes: usize,
    /// Times kept per template and log; neighbours are counted together when there are more.
    pub error_times: usize,
    /// Templates of unexplained errors in a report; a reader gives up earlier.
    pub unknown_errors: usize,
    /// Gaps kept of one piece of an entry; more of them say nothing new.
    pub gaps: usize,
    /// Gaps of one kind that are listed of the whole run; others are counted.
    pub listed_gaps: usize,
    /// Times kept per matcher with a rate (`at_least` within ...), and per piece of a log.
    pub rate_times: usize,
    /// The same of a whole log and of one subject; neighbours are counted together when there are
    /// more.
    pub log_rate_times: usize,
    /// Bytes that hits and unexplained errors of the whole run may take; where they would take more,
    /// all are kept less closely.
    pub evidence_bytes: usize,
    /// Events kept of one bundle; 85 nodes write about 2,000 in an hour.
    pub events: usize,
    /// Objects kept of one bundle.
    pub objects: usize,
    /// Compressed bytes of object text kept for citations.
    pub object_text_bytes: usize,
    /// Findings of one rule, each about a subject of its own; nobody reads more of them, and those of
    /// further subjects are one.
    pub rule_subjects: usize,
    /// A general finding may reach this far beyond the specific one that tells the same: the
    /// kubelet waits up to five minutes between two tries, and each of them may say either.
    pub same_finding: SignedDuration,
    /// The same failure after a longer pause than this is another incident: the longest back-off of
    /// the kubelet is five minutes, so that two tries in a row went well or were not made.
    pub incident_pause: SignedDuration,
}

impl Limits {
    /// What the released binary uses.
    pub const RELEASE: Self = Self {
        entry_bytes: 16 << 30,
        bundle_bytes: 8 << 30,
        entries: 100_000,
        depth: 5,
        nested_zip_bytes: 96 << 20,
        document_bytes: 24 << 20,
        chunk_bytes: 1 << 20,
        line_bytes: 256 << 10,
        context_lines: 3,
        excerpt_bytes: 2_000,
        last_line_bytes: 240,
        record_lines: 12,
        first_samples: 3,
        last_samples: 2,
        subjects: 256,
        log_subjects: 1_024,
        object_hits: 16,
        nat_rules: 10_000,
        object_certificates: 32,
        bundled_certificates: 1_000,
        damaged_documents: 32,
        error_templates: 64,
        log_error_templates: 256,
        error_excerpt_bytes: 600,
        error_times: 48,
        unknown_errors: 100,
        gaps: 64,
        listed_gaps: 1_000,
        rate_times: 20_000,
        log_rate_times: 4_096,
        evidence_bytes: 96 << 20,
        events: 200_000,
        objects: 200_000,
        object_text_bytes: 48 << 20,
        rule_subjects: 256,
        same_finding: SignedDuration::from_mins(5),
        incident_pause: SignedDuration::from_mins(10),
    };
}

/// Threads, or cases side by side, that may be asked for; more than any machine makes use of, and few
/// enough that every system starts them.
pub const MOST_THREADS: u64 = 256;

/// Stack of a thread that examines: YAML nested as deeply as it is read needs 3 MiB of it in a build
/// without optimisations, and systems take memory for what is used of it only.
pub const STACK_BYTES: usize = 8 << 20;

/// Bytes read of an earlier report: an HTML report has 3.5 MB unless told otherwise, and the JSON
/// of the largest bundles some ten.
pub const STORED_REPORT_BYTES: u64 = 64 << 20;

/// Rows read of any one list of an earlier report; the longest are lists of gaps and findings,
/// with some thousands.
pub const STORED_REPORT_ROWS: usize = 100_000;
