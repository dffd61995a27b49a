//! Secrets in text: what they look like, and the same text without them.
//!
//! In: strings of the bundle. Out: the same strings with every secret replaced by
//! `[REDACTED kind]`, and how many were replaced. Pure functions of text; a file for each way of
//! knowing a secret:
//!
//! - [`names`]: names of fields and variables that mean one; [`structure`] reads the value behind
//!   or beside such a name, [`value`] where it ends, [`values`] what is no secret whatever its name;
//! - [`objects`]: every value of a Kubernetes Secret;
//! - [`commands`], [`urls`]: flags and addresses that hold one without naming it;
//! - [`providers`]: forms that providers document (`rules/secrets.toml`);
//! - [`pem`]: private keys in every cut;
//! - [`chance`]: long random words that nothing explains.
//!
//! A text is cut after it was masked, or together with what stood around the cut
//! ([`crate::locator::Snippet::around`]): half a secret has lost its name. [`Masker`] masks, [`Secrets`] are the
//! values that it saw, and [`check`] is the last look at what is about to be written.
//!
//! Two properties hold for every text: masking a masked text changes nothing, and [`find_secret`]
//! finds nothing in a masked text.

mod chance;
pub mod check;
mod commands;
mod known;
mod masker;
mod names;
mod objects;
mod pem;
mod providers;
mod structure;
mod urls;
mod value;
mod values;

pub use check::find_secret;
pub use known::Secrets;
pub use masker::{Counts, Masker, mask};

use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What was masked; its words stand inside the mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Key of an Azure storage account, service bus or workspace.
    AccountKey,
    /// Access key or secret key of another cloud or a web API.
    ApiKey,
    /// `Authorization: Bearer ...` and bare tokens named so.
    BearerToken,
    /// Token with which a node joins a cluster.
    BootstrapToken,
    /// Secret of an application registration.
    ClientSecret,
    /// A connection string as a whole.
    ConnectionString,
    /// JSON web token.
    Jwt,
    /// Client key, client certificate or token of a kubeconfig.
    Kubeconfig,
    /// Password of any kind, also in a URL.
    Password,
    /// Private key, or lines out of the middle of one.
    PrivateKey,
    /// Credential of an image registry.
    RegistryCredential,
    /// Signature of a shared access signature.
    SasToken,
}

impl Kind {
    /// `sas-token`, `private-key`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountKey => "account-key",
            Self::ApiKey => "api-key",
            Self::BearerToken => "bearer-token",
            Self::BootstrapToken => "bootstrap-token",
            Self::ClientSecret => "client-secret",
            Self::ConnectionString => "connection-string",
            Self::Jwt => "jwt",
            Self::Kubeconfig => "kubeconfig",
            Self::Password => "password",
            Self::PrivateKey => "private-key",
            Self::RegistryCredential => "registry-credential",
            Self::SasToken => "sas-token",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One secret: what it is and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is.
    pub(crate) kind: Kind,
    /// Byte range of the secret value, without its name.
    pub(crate) range: Range<usize>,
}

/// Every secret in the text, in no particular order; ranges may overlap.
pub(crate) fn find(text: &str) -> Vec<Found> {
    let (clean, places) = without_hidden(text);
    let mut found = find_plain(&clean);
    if let Some(places) = places {
        let end = text.len();
        let place = |at: usize| places.get(at).copied().unwrap_or(end);
        for one in &mut found {
            one.range = place(one.range.start)..place(one.range.end.saturating_sub(1)) + 1;
            one.range.end = text.ceil_char_boundary(one.range.end);
        }
    }
    found
}

/// The same for a text in which no character is hidden.
fn find_plain(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let search = |text: &str, found: &mut Vec<Found>| {
        structure::find(text, found);
        objects::find(text, found);
        commands::find(text, found);
        urls::find(text, found);
        providers::find(text, found);
        pem::find(text, found);
    };
    search(text, &mut found);
    if let Some(flat) = unescaped(text) {
        let before = found.len();
        search(&flat, &mut found);
        for one in found.iter_mut().skip(before) {
            let value = text.get(one.range.clone()).unwrap_or_default();
            let start = value.trim_start_matches(['\\', ' ', '"', '\'']);
            one.range.start += value.len() - start.len();
            one.range.end -= start.len() - start.trim_end_matches(['\\', ' ']).len();
        }
    }
    chance::find(text, &mut found);
    found.retain(|one| !one.range.is_empty());
    clear_of_masks(text, &mut found);
    found
}

/// The text with blanks, line ends and quotes in place of their escapes, whatever their depth, so
/// that what was written on several lines and quoted in one is read like any other; every byte
/// keeps its place. `None` where there is no escape.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut changed = false;
    let mut at = 0;
    while let Some(slash) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let from = at + slash;
        let run = bytes
            .iter()
            .skip(from)
            .take_while(|byte| **byte == b'\\')
            .count();
        let to = from + run;
        let sign = match bytes.get(to) {
            Some(b'n') => b'\n',
            Some(b'r' | b't') => b' ',
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => {
                at = to;
                continue;
            }
        };
        changed = true;
        if let Some(escape) = bytes.get_mut(from..=to) {
            escape.fill(b' ');
            // First, so that a quote closes right behind its word.
            if let Some(first) = escape.first_mut() {
                *first = sign;
            }
        }
        at = to + 1;
    }
    if changed {
        String::from_utf8(bytes).ok()
    } else {
        None
    }
}

/// Leaves out what is a mask, and cuts off masks at the front of a value.
fn clear_of_masks(text: &str, found: &mut Vec<Found>) {
    const OPEN: &str = "[REDACTED ";
    let mut masks: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(OPEN) {
        let length = values::mask_at(text.get(at..).unwrap_or_default());
        if length > 0 {
            masks.push(at..at + length);
        }
    }
    if masks.is_empty() {
        return;
    }
    let mut clear = Vec::new();
    for one in found.drain(..) {
        let mut start = one.range.start;
        for mask in &masks {
            if mask.end <= start || mask.start >= one.range.end {
                continue;
            }
            if mask.start > start {
                clear.push(Found {
                    kind: one.kind,
                    range: start..mask.start,
                });
            }
            start = mask.end.max(start);
        }
        if start < one.range.end {
            clear.push(Found {
                kind: one.kind,
                range: start..one.range.end,
            });
        }
    }
    // Blanks and signs between two masks are no secret.
    clear.retain(|one| {
        let value = text.get(one.range.clone()).unwrap_or_default();
        value.chars().any(char::is_alphanumeric)
    });
    *found = clear;
}

/// Whether anything in a line makes it worth to be looked at: a cheap answer, yes where a secret may
/// be, and where there is none rarely.
pub(crate) fn may_hold(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else {
        return true;
    };
    !text.is_ascii()
        || structure::may_name(text)
        || providers::may_hold(text)
        || commands::may_hold(text)
        || text.contains("://") && text.contains('@')
        || chance::may_hold(text)
}

/// The text without characters that show nothing, and where each byte of it stood; the same text
/// and nothing where it has none.
fn without_hidden(text: &str) -> (Cow<'_, str>, Option<Vec<usize>>) {
    let hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    if text.is_ascii() || !text.contains(hidden) {
        return (Cow::Borrowed(text), None);
    }
    let mut clean = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices().filter(|(_, c)| !hidden(*c)) {
        clean.push(c);
        places.extend(at..at + c.len_utf8());
    }
    (Cow::Owned(clean), Some(places))
}

#[cfg(test)]
mod tests;
