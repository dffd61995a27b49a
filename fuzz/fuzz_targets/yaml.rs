//! Objects as YAML.
#![no_main]

use bundlescope::ingest::Cut;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    bundlescope_fuzz::examine("shop/pods.yaml", bytes, Cut::Whole);
});
