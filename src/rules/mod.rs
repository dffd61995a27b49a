//! The rule language: what a rule file says ([`syntax`]), how its values are judged (`lower`), what
//! the engine trusts ([`compile`], [`matcher`]), how candidates are found ([`engine`]), what is
//! wrong with a file ([`check`]), and the files that ship with the tool ([`builtin`]).
//!
//! In: TOML text. Out: a [`RuleSet`], compiled once before any input is opened. This room knows no
//! input: matching texts is the examining room's, and [`check`] is handed that engine.

pub mod affected;
pub mod builtin;
pub mod catalogue;
pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod engine;
pub mod field;
pub mod folder;
pub mod foreign;
pub mod glob;
pub mod guards;
pub mod identity;
pub mod literals;
mod lower;
mod markers;
pub mod matcher;
pub mod pattern;
mod placeholders;
pub mod predicate;
pub mod probe;
mod required;
pub mod rule;
pub mod syntax;
pub mod version;
pub mod words;

pub use crate::rules::affected::VersionRange;
pub use crate::rules::pattern::Pattern;
pub use crate::rules::rule::{Example, Rule, RuleId};
pub use compile::RuleSet;
pub use folder::load_folder;
pub use matcher::{Condition, EventMatcher, LogMatcher, Matcher, MatcherId, ObjectMatcher, Rate};
pub use syntax::{EventType, Kind, Maturity, Require, Requires, RuleError, Should};
pub use version::parse_version;
