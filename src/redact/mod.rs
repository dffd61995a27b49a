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
mod search;
mod structure;
mod urls;
mod value;
mod values;

pub use check::find_secret;
pub use known::Secrets;
pub use masker::{Counts, Masker, mask};
pub(crate) use search::may_hold;

use serde::Deserialize;
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

    /// What stands in place of a secret of this kind.
    pub(crate) fn mask(self) -> String {
        format!("[REDACTED {self}]")
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

#[cfg(test)]
mod tests;
