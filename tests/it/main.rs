//! Tests of the library and the binary as a user sees them; one binary, because linking is slow.

mod architecture;
mod cli;
mod determinism;
mod hostile;
mod hostile_ingest;
mod real_bundles;
mod report;
mod rules;
mod sample;
mod samples;
mod schema;
mod signatures;
mod support;
