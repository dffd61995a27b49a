//! `kubectl describe` text read back to objects and events.
