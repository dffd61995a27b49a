//! stub
pub mod component;
pub mod diagnose;
pub mod evidence;
pub mod examine;
pub mod gap;
pub mod ingest;
pub mod kube;
pub mod layout;
pub mod limits;
pub mod locator;
pub mod redact;
pub mod report;
pub mod rules;
pub mod severity;
pub mod time;
