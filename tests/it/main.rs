//! Tests of the library and the binary as a user sees them; one binary, because linking is slow.

#![allow(
    clippy::format_push_string,
    clippy::needless_pass_by_value,
    clippy::string_slice,
    clippy::too_many_lines,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a panic in a test is its failure message, a table of cases is one test, and the names are our own"
)]

mod architecture;
mod archive_diff;
mod ask;
mod authoring;
mod batch;
mod before;
mod cases;
mod cli;
mod clusters;
mod coverage;
mod deploy;
mod described;
mod determinism;
mod diff;
mod flywheel;
mod foreign;
mod glossary;
mod honesty;
mod hostile;
mod hostile_ingest;
mod hostile_table;
mod imports;
mod losses;
mod outputs;
mod pasted;
mod periscope;
mod periscope_nodes;
mod periscope_releases;
mod planting;
mod quality;
mod real_bundles;
mod report;
mod rules;
mod sample;
mod samples;
mod schema;
mod secrets;
mod signatures;
mod support;
mod time;
mod topics;
mod wild;
