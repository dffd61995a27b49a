//! The rule language: what a rule file says ([`syntax`]), what the engine trusts ([`compile`]),
//! what is wrong with a file ([`check`]), and the files that ship with the tool ([`builtin`]).
//!
//! In: TOML text. Out: a [`RuleSet`], compiled once before any input is opened.

pub mod builtin;
pub mod check;
pub mod compile;
pub mod guards;
pub mod syntax;

pub use compile::{
    EventMatcher, Kind, LogMatcher, Matcher, MatcherId, ObjectMatcher, Rule, RuleId, RuleSet,
};
