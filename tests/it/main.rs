//! Tests of the library and the binary as a user sees them; one binary, because linking is slow.

mod rules;
