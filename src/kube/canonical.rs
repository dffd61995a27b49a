//! Go-internal field names of old kubectl, renamed to the API's.
