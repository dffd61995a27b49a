//! Tests through the public interface, as one binary.

mod report;
mod sample;
