//! Tests of the library and the binary as a user sees them; one binary, because linking is slow.

mod architecture;
mod cli;
mod determinism;
mod hostile_ingest;
mod report;
mod rules;
mod sample;
mod support;
