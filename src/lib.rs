//! stub
pub mod locator;
pub mod severity;
pub mod limits;
pub mod time;
pub mod gap;
pub mod ingest;
pub mod layout;
pub mod kube;
pub mod rules;
pub mod examine;
pub mod evidence;
pub mod diagnose;
pub mod redact;
pub mod report;
