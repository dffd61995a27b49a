//! Reading fields of a JSON value without ever failing.
