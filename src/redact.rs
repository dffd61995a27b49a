//! Masking of secrets at the edge of the report.
