//! Room 7: many bundles, and what they say together.
//!
//! In: places of bundles. Out: an archive: one record and one report for each case, an index, tables
//! and a summary. Every bundle is analyzed by itself ([`record`] is all that is kept of it), and what is
//! said of the whole is a function of the records alone.

pub mod case;
pub mod cases;
pub mod changes;
pub mod diff;
pub mod digest;
pub mod entries;
pub mod hand;
pub mod index;
pub mod merge;
pub mod neighbours;
pub mod parts;
pub mod publication;
pub mod publish;
pub mod record;
pub mod resolutions;
pub mod run;
pub mod runs;
pub mod scan;
pub mod schedule;
pub mod similar;
pub mod store;
pub mod summary;
pub mod tables;
pub mod unexplained;
pub mod whole;
pub mod wire;

pub use record::CaseRecord;
