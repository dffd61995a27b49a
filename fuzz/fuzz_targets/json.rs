//! Objects as JSON, whole, in lists and broken.
#![no_main]

use bundlescope::ingest::Cut;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope_fuzz::examine("shop/pods.json", bytes, Cut::Whole);
});
