//! Masking: what was masked is masked for good, and holds nothing that the last look knows.
#![no_main]

use bundlescope::redact::{find_secret, mask};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (once, _) = mask(text);
    assert_eq!(find_secret(once.as_bytes()), None, "{once:?}");
});
