//! Room 3: from the bytes of one piece of an entry to facts.
//!
//! One pure function, [`examine`]: it parses objects, scans lines against the compiled rules,
//! keeps hits with short excerpts, and drops the bytes. How the bytes are read ([`part::Shape`])
//! is decided from the entry's name and first bytes alone, so that the order of entries in an
//! archive can never matter; whose file it is in its bundle's format is decided later, when all
//! names are known ([`crate::layout`]).

pub mod lines;
pub mod objects;
pub mod part;
pub mod prefix;
pub mod proof;
pub mod scan;
pub mod shape;

pub use part::{Part, Shape};
